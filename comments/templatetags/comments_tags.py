"""The comments on an issue's page, and what a comment's text and website are shown as."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from comments import thread as threads
from comments.forms import empty_form
from newsroom.lib.prose import prose as as_prose
from reports.models import Edition

register = template.Library()


@register.inclusion_tag("comments/_comments.html")
def comments(edition: Edition) -> dict[str, Any]:
    """The first page of the thread, and the form below it while the comments are open."""
    thread = threads.read(edition)
    return {"edition": edition, "thread": thread, **(empty_form(edition) if thread.is_open else {})}


@register.filter
def prose(text: str) -> SafeString:
    """Plain text as paragraphs with links."""
    return as_prose(text)


@register.filter
def if_web(site: str) -> str:
    """An address of the web, or nothing: whatever else it is must not become a link."""
    return site if site.lower().startswith(("http://", "https://")) else ""
