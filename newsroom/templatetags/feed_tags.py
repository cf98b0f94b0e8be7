"""Tags for feeds: where a page names the feeds of what it shows, and the list of those that are always there."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from newsroom.feeds import opml
from newsroom.lib.feeds import NAMES, TYPES, in_form

register = template.Library()


def forms(path: str) -> list[dict[str, str]]:
    return [{"form": form, "name": NAMES[form], "type": TYPES[form], "url": in_form(path, form)} for form in NAMES]


@register.inclusion_tag("feeds/_links.html")
def feed_links(title: str, name: str, *named_by: str, but: str = "") -> dict[str, Any]:
    """
    In a page's head, the feeds of what it shows, for readers' programs to find; without the form `but`.

    `name` is that of the address pattern.
    """
    path = feed_address(name, *named_by)
    return {"title": title, "feeds": [feed for feed in forms(path) if feed["form"] != but]}


@register.simple_tag
def feed_address(name: str, *named_by: str) -> str:
    """The path of a feed as RSS: one, whatever the language of the page."""
    with translation.override(settings.LANGUAGE_CODE):
        return reverse(name, args=named_by)


@register.inclusion_tag("feeds/_list.html")
def feed_list() -> dict[str, Any]:
    """The feeds that are there from the first day on, each in its forms. No query."""
    return {"feeds": [{"name": name, "page": page, "forms": forms(path)} for name, path, page in opml.always()]}
