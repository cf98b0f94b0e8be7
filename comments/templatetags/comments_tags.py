"""The place of the comments on an issue's page."""

from typing import Any

from django import template

from reports.models import Edition

register = template.Library()


@register.inclusion_tag("comments/_comments.html")
def comments(edition: Edition) -> dict[str, Any]:
    return {"edition": edition}
