"""What the desk's front page tells: what waits for somebody, what is planned, and how the last issues compare."""

from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from reports.charts import Bar, Column, Mirror, bars, mirror
from reports.models import Edition, EditionStory, Report, Revision, Section
from watchlist.models import StoryAppearance

ISSUES = 12
MOST = 10  # issues of one kind that wait


class Waiting(NamedTuple):
    """Issues that wait for somebody, and for what."""

    what: str
    reports: list[Report]


def waiting_for(user: Any) -> list[Waiting]:
    """
    What somebody is asked to do: review, mend what he worked on and came back, publish what is approved.

    At most three queries, one for each that he may do; kinds with nothing in them are left out.
    """
    found = []
    if user.has_perm("reports.approve_report"):
        found.append(Waiting(_("To be reviewed"), list(Report.objects.in_review()[:MOST])))
    if user.has_perm("reports.change_report"):
        written = Revision.objects.filter(report=OuterRef("pk"), author=user)
        found.append(Waiting(_("Changes asked for"), list(Report.objects.sent_back().filter(Exists(written))[:MOST])))
    if user.has_perm("reports.publish_report"):
        unplanned = Report.objects.approved().exclude(editions__in=Edition.objects.scheduled())
        found.append(Waiting(_("Approved, to be published"), list(unplanned[:MOST])))
    return [waiting for waiting in found if waiting.reports]


def planned(number: int = 5) -> list[Edition]:
    """What goes live next, the soonest first."""
    return list(Edition.objects.scheduled().without_article().order_by("live_from")[:number])


class Lately(NamedTuple):
    """
    The last live issues, the oldest first.

    `words` are the bars of their stories' words, `companies` the columns of how many different companies the stories
    of each section named.
    """

    words: list[Bar]
    companies: Mirror

    @property
    def most(self) -> int:
        return max((bar.number for bar in self.words), default=0)

    @property
    def rows(self) -> list[tuple[Bar, Column]]:
        """For the table of both charts, the newest first."""
        return list(zip(reversed(self.words), reversed(self.companies.columns), strict=True))


def lately(number: int = ISSUES) -> Lately:
    """Of the newest live issues, at most so many. Three queries."""
    newest = Edition.objects.live().without_article().order_by("-place")[:number]
    editions = list(reversed(newest))
    keys = [edition.pk for edition in editions]
    stories = EditionStory.objects.filter(edition__in=keys).order_by()
    words = dict(stories.values_list("edition").annotate(words=Sum("words")))
    named = StoryAppearance.objects.filter(edition__in=keys).order_by()
    companies = {
        (edition, section): count
        for edition, section, count in named.values_list("edition", "section").annotate(
            count=Count("company", distinct=True)
        )
    }
    return Lately(
        words=bars([(edition, words.get(edition.pk, 0)) for edition in editions]),
        companies=mirror(
            [
                Column(edition, *(companies.get((edition.pk, section), 0) for section in Section.values))
                for edition in editions
            ]
        ),
    )
