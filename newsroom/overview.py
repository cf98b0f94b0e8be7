"""How the last issues compare, for the desk's front page: how long they were, and how many companies they named."""

from typing import NamedTuple

from django.db.models import Count, Sum

from reports.charts import Bar, Column, Mirror, bars, mirror
from reports.models import Edition, EditionStory, Section
from watchlist.models import StoryAppearance

ISSUES = 12


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
