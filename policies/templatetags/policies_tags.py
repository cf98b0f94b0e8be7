"""What other pages show of policies."""

import re
from datetime import date
from typing import Any

from django import template
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from newsroom.lib.text import excerpt
from policies.models import Appearance, Status
from reports.models import Edition

register = template.Library()

# The end of a policy's line on the page of an issue, as reports/_article.html writes it with the policy's number.
PLACE = re.compile(r"<!--policy:(\d{1,18})-->")


@register.simple_tag
def with_changes(article: str, edition: Any) -> SafeString:
    """
    The page of an edition, with a mark on each policy of which a newer issue has another status or detail.

    `article` is the stored page; where nothing changed, nothing is left of the places for marks. One query, and none
    for a page without policies or one that is no edition yet (a preview).
    """
    marks = {}
    if isinstance(edition, Edition) and PLACE.search(article):
        marks = {line.policy_id: mark(line) for line in changed_since(edition)}
    return mark_safe(PLACE.sub(lambda place: marks.get(int(place[1]), ""), article))  # noqa: S308 - was stored as HTML


def changed_since(edition: Edition) -> list[Any]:
    """The lines of an edition of whose policies a newer live issue says something else, and what, as `now`."""
    newest = Appearance.objects.live_few().newest_first().filter(policy=OuterRef("policy"), place__gt=edition.place)
    facts = JSONObject(status="status", detail="detail", slug="slug", issued_on="edition__issued_on")
    lines = Appearance.objects.filter(edition=edition).annotate(now=Subquery(newest.values(facts=facts)[:1]))
    return [
        line
        for line in lines.exclude(now=None).only("policy_id", "status", "detail")
        if (line.status, line.detail) != (line.now["status"], line.now["detail"])
    ]


def mark(line: Any) -> str:
    """What stands at a policy's line on an old issue, with a link to the policy's own page."""
    now = line.now
    status = Status(now["status"]).label if now["status"] != line.status and now["status"] else ""
    what = status or (excerpt(now["detail"], 80) if now["detail"] != line.detail else "")
    day = date_format(date.fromisoformat(now["issued_on"]), "DATE_FORMAT")
    words = _("Changed since: {what}, {date}") if what else _("Changed since, {date}")
    return format_html(
        '<p class="ledger__note ledger__changed"><a href="{}">{}</a></p>',
        reverse("policies:policy", args=[now["slug"]]),
        format_html(words, what=what, date=format_html('<time datetime="{}">{}</time>', now["issued_on"], day)),
    )
