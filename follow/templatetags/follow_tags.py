"""What stands on pages of following and sharing."""

from typing import Any

from django import template

from follow.sharing import widgets

register = template.Library()


@register.inclusion_tag("follow/_share.html")
def share(title: str, path: str) -> dict[str, Any]:
    """The widgets of a page: plain addresses, made here, that load nothing from anybody. One query."""
    return {"widgets": widgets(title, path)}
