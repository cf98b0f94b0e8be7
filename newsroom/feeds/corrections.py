"""What was put right, and what was taken back."""

from collections.abc import Iterable

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from newsroom.lib.feeds import Channel, Item, stable_id, titled, with_whole_addresses
from newsroom.lib.mailed import absolute
from newsroom.lib.text import excerpt
from reports.models import Edition, in_force

MOST = 50


def corrections() -> Channel:
    """
    The corrections of live issues, and the withdrawals in force, each with its public note. Two queries.

    Of a withdrawn issue nothing is told but its date and the note: neither its title nor its address, which is made
    of that. A correction goes by the title that the issue has now.
    """
    kinds = (Edition.Kind.CORRECTION, Edition.Kind.WITHDRAWAL)
    told = Edition.objects.begun().filter(in_force() | Q(kind=Edition.Kind.CORRECTION), kind__in=kinds)
    rows = list(told.order_by("-live_from", "-pk").without_article()[:MOST])
    live = Edition.objects.live().filter(report__in={row.report_id for row in rows}).without_article()
    return Channel(
        id=stable_id("corrections"),
        title=titled(_("Corrections")),
        about=_("What was put right in an issue after it had appeared, and what was withdrawn."),
        page=absolute(reverse("reports:archive")),
        path=reverse("corrections-feed"),
        items=tuple(correction_items(rows, {edition.report_id: edition for edition in live})),
    )


def correction_items(rows: Iterable[Edition], live: dict[int, Edition]) -> Iterable[Item]:
    for row in rows:
        now = live.get(row.report_id)
        if row.kind == Edition.Kind.WITHDRAWAL:
            title, url = _("An issue was withdrawn"), absolute(reverse("reports:archive"))
        elif now:
            title, url = _("Correction: %(issue)s") % {"issue": now.title}, absolute(now.url)
        else:
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
