"""What was put right, and what was taken back."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.correcting import listed, live_by_report
from newsroom.lib.feeds import Channel, Item, stable_id, titled, with_whole_addresses
from newsroom.lib.mailed import absolute
from newsroom.lib.text import excerpt
from reports.models import Edition

MOST = 50
TITLES = {
    Edition.Kind.CORRECTION: gettext_lazy("Correction: %(issue)s"),
    Edition.Kind.CLARIFICATION: gettext_lazy("Clarification: %(issue)s"),
    Edition.Kind.RETRACTION: gettext_lazy("A story was withdrawn: %(issue)s"),
}


def corrections() -> Channel:
    """
    The corrections of live issues, and the withdrawals in force, each with its public note. Two queries.

    Of a withdrawn issue nothing is told but its date and the note: neither its title nor its address, which is made
    of that. A correction goes by the title that the issue has now.
    """
    rows = list(listed()[:MOST])
    return Channel(
        id=stable_id("corrections"),
        title=titled(_("Corrections")),
        about=_("What was put right in an issue after it had appeared, and what was withdrawn."),
        page=absolute(reverse("corrections")),
        path=reverse("corrections-feed"),
        items=tuple(correction_items(rows, live_by_report(rows))),
    )


def correction_items(rows: Iterable[Edition], live: dict[int, Edition]) -> Iterable[Item]:
    for row in rows:
        now = live.get(row.report_id)
        if row.kind == Edition.Kind.WITHDRAWAL:
            title, url = _("An issue was withdrawn"), absolute(reverse("corrections"))
        elif now:
            title, url = TITLES[Edition.Kind(row.kind)] % {"issue": now.title}, absolute(now.url)
        else:  # withdrawn in this very moment
            continue
        text = render_to_string("feeds/correction.html", {"edition": row, "now": now})
        yield Item(
            id=stable_id(f"correction/{row.pk}"),
            title=title,
            url=url,
            text=with_whole_addresses(text, url),
            published_at=row.live_from,
            updated_at=row.live_from,
            summary=excerpt(row.note),
        )
