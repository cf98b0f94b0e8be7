"""Issues that say something of companies and policies, for tests of pages across issues."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import unescape
from typing import Any

from django.test import Client

from newsroom.publishing import publish
from newsroom.revising import keep
from reports.models import Edition, Report
from tests.factories import CompanyFactory, complete_issue
from tests.public.crawling import ask
from watchlist.models import Company, Mention

Naming = Mapping[tuple[str, int], Sequence[str]]


def written(
    day: str, *, naming: Naming | None = None, refused: Naming | None = None, title: str = "", **issue: Any
) -> Report:
    """
    A draft of that day. `naming` says by section and rank which companies a story names, `refused` which it does not.

    Without other words it has two stories a side, no company on its watchlist and no policy.
    """
    defaults: dict[str, Any] = {"stories": 2, "companies": 0, "policies": 0, "story_tags": ()}
    report = complete_issue(
        title=title or f"Issue of {day}", issued_on=date.fromisoformat(day), **{**defaults, **issue}
    )
    for state, names in ((Mention.State.CONFIRMED, naming or {}), (Mention.State.REFUSED, refused or {})):
        for (section, rank), companies in names.items():
            story = report.stories.get(section=section, rank=rank)
            for name in companies:
                company = Company.objects.filter(name=name).first()
                company = company or CompanyFactory.create(name=name, slug=name.lower())
                Mention.objects.create(story=story, company=company, state=state)
    keep(report, by=None)
    return report


def issue(day: str, *, at: datetime | None = None, **words: Any) -> Edition:
    """Such an issue, published now or scheduled."""
    return publish(written(day, **words), by=None, at=at)


def page(address: str) -> str:
    """The main part of a page, as it is marked up."""
    answer = ask(Client(), address)
    assert answer.status == 200, address
    return answer.text.partition("<main")[2].partition("</main>")[0]


def words(marked_up: str) -> str:
    """What is to be read, with one space between words."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", marked_up, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", bare)).split())


def part(address: str, name: str) -> str:
    """The words of the part of a page that is called so."""
    start = rf'<section class="part[^"]*" aria-labelledby="{name}">'
    found = re.search(rf"{start}(.*?)</section>\s*(?:<section class=\"part|<nav|$)", page(address), re.DOTALL)
    assert found, f"{address} has no part {name}"
    return words(found[1])
