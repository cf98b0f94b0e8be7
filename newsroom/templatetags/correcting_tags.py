"""What readers are told of changes, where the text stands that was changed."""

from typing import Any

from django import template

from newsroom.correcting import history_of
from reports.models import Edition, EditionStory

register = template.Library()


@register.inclusion_tag("reports/_notices.html")
def notices(edition: Edition, story: EditionStory | None = None) -> dict[str, Any]:
    """The public notes of an issue or of one of its stories, newest first. No query once the page's head was drawn."""
    return {"notices": history_of(edition, story).notices}
