"""What other pages show of companies."""

from typing import Any

from django import template
from django.urls import reverse

from reports.models import EditionStory

register = template.Library()


@register.inclusion_tag("watchlist/_named_companies.html")
def named_companies(story: EditionStory) -> dict[str, Any]:
    """
    Links to the companies that a story of an edition names, under the names that it has for them. One query.

    A company that no live issue has on its watchlist has no page, and is left out.
    """
    rows = story.companies.with_page().order_by("name").values_list("name", "address")
    return {"companies": [{"name": name, "url": reverse("watchlist:company", args=[slug])} for name, slug in rows]}
