"""Where a policy stands, issue by issue."""

from datetime import date

from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from newsroom.feeds.issues import first_times
from newsroom.feeds.moving import Moved
from newsroom.feeds.stories import MOST
from newsroom.lib.feeds import Channel, Item, stable_id, titled, with_whole_addresses
from newsroom.lib.mailed import absolute
from policies.models import Appearance, Status


def policy(slug: str) -> Channel:
    """
    The lines that live issues have on a policy, each with the status and the milestones it had then.

    Four queries at most. Raises Moved if it has another address now, Http404 if no live issue tracks it.
    """
    named = Appearance.objects.at(slug)
    rows = Appearance.objects.live_few().filter(policy=named.policy_id) if named else Appearance.objects.none()
    lines = list(rows.newest_first().with_edition()[:MOST])
    if not lines:
        raise Http404("No published issue has a policy of this name.")
    newest = lines[0]
    if newest.slug != slug:
        raise Moved(newest.slug)
    first = first_times(line.edition.report_id for line in lines)
    return Channel(
        id=stable_id(f"policy/{newest.policy_id}"),
        title=titled(newest.title),
        about=_("Where %(policy)s stands, issue by issue.") % {"policy": newest.title},
        page=absolute(newest.url),
        path=reverse("policy-feed", args=[slug]),
        items=tuple(
            Item(
                id=stable_id(f"policy/{line.policy_id}/issue/{line.edition.report_id}"),
                title=title_of(line),
                url=absolute(line.edition.url) + "#policies",
                text=text_of(line),
                published_at=first[line.edition.report_id],
                updated_at=line.edition.changed_at,
                summary=line.detail,
                tags=(line.jurisdiction,),
            )
            for line in lines
        ),
    )


def title_of(line: Appearance) -> str:
    """With the status, where an issue has told one."""
    names = {"name": line.title, "issue": line.edition.title, "status": line.get_status_display()}
    if line.status:
        return _("%(name)s in %(issue)s: %(status)s") % names
    return _("%(name)s in %(issue)s") % names


def text_of(line: Appearance) -> str:
    milestones = [
        {**row, "label": Status(row["status"]).label, "dated_on": date.fromisoformat(row["dated_on"])}
        for row in line.milestones
    ]
    context = {"line": line, "edition": line.edition, "milestones": milestones}
    return with_whole_addresses(render_to_string("feeds/policy.html", context), absolute(line.edition.url))
