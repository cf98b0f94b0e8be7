"""What the checks must know of the rest of the desk, asked of the database once, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from newsroom.checks import Outcome, run
from newsroom.checks.links import web_addresses
from newsroom.checks.subject import Company, Earlier, Known, Subject
from newsroom.issue import Content
from newsroom.models import CheckedLink
from policies.models import Alias as PolicyAlias
from reports.models import Edition, EditionStory, Report
from watchlist import models as watchlist
from watchlist.models import Mention

ISSUES_BACK = 52  # whose headlines a new one is compared with: a year of a weekly


def check(report: Report, content: Content) -> Outcome:
    """The checks' outcome for a snapshot of this issue, which may be of what is not saved. Seven queries."""
    today = timezone.localdate()
    nothing = Subject(content, Known(today))
    return run(
        Subject(
            content,
            Known(
                today,
                spelling=settings.SPELLING,
                companies=companies(),
                refused=refused(report),
                policy_aliases=policy_aliases(line["policy"] for line in content["policies"]),
                earlier=tuple(earlier(report)),
                dead_links=CheckedLink.objects.dead(web_addresses(nothing)),
            ),
        )
    )


def companies() -> dict[int, Company]:
    aliases: dict[int, list[str]] = defaultdict(list)
    for pk, alias in watchlist.Alias.objects.order_by("pk").values_list("company", "name"):
        aliases[pk].append(alias)
    rows = watchlist.Company.objects.order_by("pk").values_list("pk", "name")
    return {pk: Company(pk, name, tuple(aliases[pk])) for pk, name in rows}


def refused(report: Report) -> frozenset[tuple[int, int]]:
    rows = Mention.objects.filter(story__report=report, state=Mention.State.REFUSED)
    return frozenset(rows.values_list("story", "company"))


def policy_aliases(policies: Iterable[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for pk, name in PolicyAlias.objects.filter(policy__in=list(policies)).values_list("policy", "name"):
        found[pk].append(name)
    return {pk: tuple(names) for pk, names in found.items()}


def earlier(report: Report) -> list[Earlier]:
    """The headlines that readers have in the newest other issues."""
    editions = Edition.objects.live().exclude(report=report).newest_first()
    titles = dict(editions.values_list("pk", "title")[:ISSUES_BACK])
    rows = EditionStory.objects.filter(edition__in=titles).order_by().values_list("headline", "edition")
    return [Earlier(headline, titles[edition]) for headline, edition in rows]
