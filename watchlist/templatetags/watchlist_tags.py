"""What other pages show of companies."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from newsroom.lib.mentions import Names, link_first
from reports.models import EditionStory
from watchlist.models import companies_named, companies_with_page

register = template.Library()


@register.inclusion_tag("watchlist/_named_companies.html")
def named_companies(story: EditionStory) -> dict[str, Any]:
    """
    Links to the companies that a story of an edition names, under the names that it has for them. One query at most.

    A company that no live issue has on its watchlist has no page, and is left out.
    """
    return {"companies": companies_with_page(story)}


@register.simple_tag
def linked_body(story: EditionStory) -> SafeString:
    """
    The text of a story's own page, where the first place that names a company which has a page is a link there.

    Never within the longer name of another company, which may have no page. Costs no query where `named_companies` is
    asked as well.
    """
    names = Names((name, row.company_id) for row in companies_named(story) for name in (row.name, *row.spellings))
    linked = link_first(story.body, names, {row.company_id: row.page for row in companies_with_page(story)})
    return mark_safe(linked)  # noqa: S308 - cleaned when it was written
