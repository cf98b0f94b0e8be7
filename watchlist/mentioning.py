"""Which companies the stories of an issue name."""

from collections.abc import Iterator
from itertools import chain

from django.db import transaction

from newsroom.lib.mentions import Names, read
from reports.models import Report
from watchlist.models import Alias, Company, Mention


def registered_names() -> Names[int]:
    """All names and aliases of the registry, by the company they mean; a name comes before an alias of another."""
    return Names(name_pairs())


def name_pairs() -> Iterator[tuple[str, int]]:
    names = Company.objects.values_list("name", "pk")
    return chain(names, Alias.objects.values_list("name", "company"))


@transaction.atomic
def propose_mentions(report: Report) -> None:
    """
    Propose every company that a headline or text of the issue names; drop proposals whose name is gone.

    What an editor confirmed or refused stays as it is. Four queries, and two more if something changed.
    """
    names = registered_names()
    stories = report.stories.values_list("pk", "headline", "body")
    found = {(pk, company) for pk, headline, body in stories for company in named_in(names, headline, body)}
    known = {(row.story_id, row.company_id): row for row in Mention.objects.filter(story__report=report)}
    proposed = Mention.State.PROPOSED
    stale = [row.pk for pair, row in known.items() if row.state == proposed and pair not in found]
    if stale:
        Mention.objects.filter(pk__in=stale).delete()
    new = sorted(found - known.keys())
    if new:
        Mention.objects.bulk_create(Mention(story_id=story, company_id=company) for story, company in new)


def named_in(names: Names[int], headline: str, body: str) -> set[int]:
    """The companies that a story names: in its headline, or in its text outside of links and headings."""
    return {found.key for words in (headline, read(body)[0]) for found in names.find(words)}
