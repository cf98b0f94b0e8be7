"""Tags for a page's head: what it says of itself to programs."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from newsroom import metadata
from reports.models import Edition, EditionStory

register = template.Library()
# What could end a script element, or begin a comment in one (WHATWG HTML §4.12.1.3), as JSON writes it.
ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@register.inclusion_tag("meta/meta.html", takes_context=True)
def page_meta(
    context: dict[str, Any], name: str = "", description: str = "", within: str = "", within_url: str = ""
) -> dict[str, Any]:
    """Of a page that is neither issue nor story: what it is called, and the page that it is reached by."""
    request = context.get("request")
    trail = [(within, within_url)] if within else []
    trail += [(name, request.path)] if name and request else []
    return shown(context, metadata.page(name, description, trail=trail))


@register.inclusion_tag("meta/meta.html", takes_context=True)
def issue_meta(context: dict[str, Any], edition: Edition) -> dict[str, Any]:
    return shown(context, metadata.issue(edition))


@register.inclusion_tag("meta/meta.html", takes_context=True)
def story_meta(
    context: dict[str, Any], story: EditionStory, edition: Edition, tags: Iterable[Mapping[str, str]]
) -> dict[str, Any]:
    return shown(context, metadata.story(story, edition, tags))


def shown(context: dict[str, Any], meta: metadata.Meta) -> dict[str, Any]:
    return {"meta": meta, "site": context.get("site"), "canonical_url": context.get("canonical_url")}


@register.inclusion_tag("meta/alternates.html", takes_context=True)
def alternates(context: dict[str, Any]) -> dict[str, Any]:
    """
    Where this page is in other languages (hreflang), if this is the address that it is to be known by.

    The first language is for whoever reads none of them (x-default).
    """
    languages = context.get("languages", [])
    is_own = any(each["is_active"] and each["url"] == context.get("canonical_url") for each in languages)
    return {"languages": languages if is_own else []}


@register.filter
def json_ld(node: dict[str, Any]) -> SafeString:
    """As the content of a script element, where no text of an editor can end it."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 - escaped above
