"""Buttons to follow one thing that runs on across issues."""

from django import template
from django.urls import reverse
from django.utils.http import urlencode

register = template.Library()


@register.inclusion_tag("follow/_follow_button.html")
def follow_button(kind: str, slug: str, name: str) -> dict[str, str]:
    """A link to the form that follows a "company" or a "policy", on its own page."""
    return {"url": f"{reverse('follow:email')}?{urlencode({kind: slug})}", "name": name}
