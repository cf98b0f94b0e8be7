"""What other pages show of companies."""

from typing import Any

from django import template

from reports.models import EditionStory
from watchlist.models import companies_with_page

register = template.Library()


@register.inclusion_tag("watchlist/_named_companies.html")
def named_companies(story: EditionStory) -> dict[str, Any]:
    """
    Links to the companies that a story of an edition names, under the names that it has for them. One query at most.

    A company that no live issue has on its watchlist has no page, and is left out.
    """
    return {"companies": companies_with_page(story)}
