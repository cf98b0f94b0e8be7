"""China and International compared over a span of time."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from newsroom.comparing import Span, compare, read_day, read_span
from newsroom.publishing import publish, withdraw
from policies.models import Milestone, Policy, Status
from reports.models import Report
from tests.across.telling import issue, page, part, words, written
from tests.factories import edit
from tests.public.crawling import ask
from watchlist.models import Mention

NEWEST = date(2025, 4, 12)
CHINA_1, CHINA_2, ABROAD_1, ABROAD_2 = ("china", 1), ("china", 2), ("international", 1), ("international", 2)
YEAR = Span(date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-04-12", date(2025, 4, 12), date(2025, 4, 12)),
        (" 2025-4-2 ", date(2025, 4, 2), date(2025, 4, 2)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        *((text, None, None) for text in ("", "x", "2025-13", "2025-02-30", "0000", "12.4.2025", "20250412", "٢٠٢٥x")),
    ],
)
def test_days_months_and_years_are_read(text: str, first: date | None, last: date | None) -> None:
    assert (read_day(text, at_end=False), read_day(text, at_end=True)) == (first, last)


@pytest.mark.parametrize(
    ("first", "last", "span", "remark"),
    [
        ("", "", ("2024-04-13", "2025-04-12"), ""),
        ("2025-01", "", ("2025-01-01", "2025-04-12"), ""),
        ("", "2024-12", ("2024-01-01", "2024-12-31"), ""),
        ("2025-01", "2025-02", ("2025-01-01", "2025-02-28"), ""),
        ("2025-02", "2025-01", ("2025-01-01", "2025-02-28"), "swapped"),
        ("2030", "", ("2030-01-01", "2030-01-01"), ""),
        ("x", "2024", ("2024-01-01", "2024-12-31"), "unclear"),
        ("2025-01", "y", ("2025-01-01", "2025-04-12"), "unclear"),
        ("", "0001", ("0001-01-01", "0001-12-31"), ""),
        ("", "2024-02-29", ("2023-03-01", "2024-02-29"), ""),
    ],
)
def test_a_span_is_read(first: str, last: str, span: tuple[str, str], remark: str) -> None:
    asked = read_span(first, last, newest=NEWEST)
    assert tuple(day.isoformat() for day in asked.span) == span
    assert asked.remark == remark


@given(st.text(max_size=12), st.text(max_size=12), st.dates())
def test_any_words_make_a_span_that_goes_forward(first: str, last: str, newest: date) -> None:
    span, remark = read_span(first, last, newest=newest)
    assert span.first <= span.last
    assert remark in {"", "swapped", "unclear"}


DAYS = st.dates().map(str)


@given(DAYS, DAYS)
def test_any_two_days_make_the_span_between_them(first: str, last: str) -> None:
    span, remark = read_span(first, last, newest=NEWEST)
    assert [str(day) for day in span] == sorted((first, last))
    assert remark == ("swapped" if last < first else "")


def tag(report: Report, **stories: list[str]) -> Report:
    """Tags of its stories, by section and rank: `china_1=["Chips"]`."""
    for place, tags in stories.items():
        section, _, rank = place.partition("_")
        report.stories.get(section=section, rank=int(rank)).tags.set(tags)
    edit(report)
    return report


@pytest.fixture
def year(db: None) -> None:
    first = written(
        "2025-01-04", companies=["Both", "East", "West"], naming={CHINA_1: ["Both", "East"], ABROAD_1: ["Both"]}
    )
    publish(tag(first, china_1=["Chips"], china_2=["Chips", "Law"], international_1=["Law"]), by=None)
    second = written("2025-06-01", stories=1, naming={CHINA_1: ["Both"], ABROAD_1: ["West"]})
    publish(tag(second, international_1=["Robots"]), by=None)


def test_sizes_and_topics(year: None) -> None:
    found = compare(YEAR)
    assert (found.issues, found.china, found.international) == (2, 3, 3)
    assert found.is_few
    topics = [(t.name, t.china.count, t.international.count, round(t.china.percent)) for t in found.topics]
    assert topics == [("Chips", 2, 0, 67), ("Law", 1, 1, 33), ("Robots", 0, 1, 0)]
    assert [topic.bars for topic in found.topics] == [("100", "0"), ("50", "50"), ("0", "50")]


def test_companies(year: None) -> None:
    found = compare(YEAR)
    assert [(row.name, row.url, row.china, row.international) for row in found.both.rows] == [
        ("Both", "/companies/both/", 2, 1)
    ]
    assert [(row.name, row.count) for row in found.only_china.rows] == [("East", 1)]
    assert [(row.name, row.count) for row in found.only_international.rows] == [("West", 1)]


def test_the_first_and_the_last_day_are_in_the_span(year: None) -> None:
    assert compare(Span(date(2025, 1, 4), date(2025, 6, 1))).issues == 2
    assert compare(Span(date(2025, 1, 5), date(2025, 5, 31))).issues == 0
    assert compare(Span(date(2025, 1, 4), date(2025, 1, 4))).china == 2


@pytest.mark.django_db
def test_policy_actions_by_jurisdiction() -> None:
    for title, place, days in (
        ("A", "EU", ["2024-12-31", "2025-01-01"]),
        ("B", "EU", ["2025-12-31"]),
        ("C", "", []),
        ("D", "US", ["2025-05-05"]),
    ):
        policy = Policy.objects.create(title=title, slug=title.lower(), jurisdiction=place)
        for day in days:
            Milestone.objects.create(policy=policy, dated_on=day, status=Status.DRAFT, text=f"{title} on {day}")
    issue("2025-02-01", policies=["A", "B", "C"])
    issue("2025-03-01", policies=["A"])
    issue("2020-03-01", policies=["D"])
    found = compare(YEAR)
    rows = [(row.name, row.policies, row.lines, row.milestones) for row in found.jurisdictions]
    assert rows == [("EU", 2, 3, 2), ("", 1, 1, 0), ("US", 0, 0, 1)]
    assert [action.text for action in found.actions] == ["B on 2025-12-31", "D on 2025-05-05", "A on 2025-01-01"]
    assert "EU 2 3 2 Not given 1 1 0 US 0 0 1" in part("/compare/?from=2025&to=2025", "policies")


def test_only_what_is_live_counts(year: None) -> None:
    before = compare(YEAR)
    extra = {"companies": ["Hidden"], "policies": ["Hidden act"]}
    policy = Policy.objects.create(title="Hidden act", slug="hidden-act", jurisdiction="Utopia")
    Milestone.objects.create(policy=policy, dated_on="2025-05-05", status=Status.DRAFT)
    naming = {CHINA_1: ["Hidden", "West"], ABROAD_1: ["Hidden", "East"]}
    tag(written("2025-07-01", title="A draft", naming=naming, **extra), china_1=["Secret"])
    scheduled = tag(written("2025-07-02", title="Scheduled", naming=naming, **extra), china_1=["Secret"])
    publish(scheduled, by=None, at=timezone.now() + timedelta(days=1))
    withdrawn = tag(written("2025-07-03", title="Withdrawn", naming=naming, **extra), china_1=["Secret"])
    publish(withdrawn, by=None)
    withdraw(withdrawn, by=None)
    replaced = Report.objects.get(slug="issue-of-2025-01-04")
    publish(tag(replaced, china_2=["Chips", "Law", "Secret"]), by=None)
    publish(tag(replaced, china_2=["Chips", "Law"]), by=None)
    assert compare(YEAR) == before
    text = words(page("/compare/"))
    for hidden in ("Hidden", "Utopia", "Secret", "July 2025"):
        assert hidden not in text


def test_a_refused_mention_and_a_company_without_a_page_count_nowhere(year: None) -> None:
    before = compare(YEAR)
    report = Report.objects.get(slug="issue-of-2025-06-01")
    issue("2026-01-01", naming={CHINA_1: ["Nobody"]})
    nobody = Mention.objects.get(company__name="Nobody").company
    east = Mention.objects.get(company__name="East").company
    Mention.objects.create(story=report.stories.get(section="international"), company=east, state="refused")
    Mention.objects.create(story=report.stories.get(section="international"), company=nobody, state="confirmed")
    edit(report)
    publish(report, by=None)
    after = compare(YEAR)
    assert (after.both, after.only_china, after.only_international) == (
        before.both,
        before.only_china,
        before.only_international,
    )


def test_the_page(year: None) -> None:
    size = part("/compare/", "size")
    assert size.startswith("2 June 2024 to 1 June 2025 Issues 2 China stories 3 International stories 3 These are few")
    assert "with fewer than 30 on a side, one more or less changes a share by several points." in size
    topics = part("/compare/", "topics")
    assert "The 3 with the greatest shares, of 3 topics" in topics
    assert "China, n = 3 International, n = 3 Chips 66.7% 2 0.0% 0 Law 33.3% 1 33.3% 1 Robots 0.0% 0 33.3% 1" in topics
    companies = part("/compare/", "companies")
    assert "On both sides 1 Both China 2, International 1" in companies
    assert "In China only 1 East 1 In International only 1 West 1" in companies
    markup = page("/compare/")
    assert re.search(r'name="from"\s+value="2024-06-02"', markup)
    assert re.search(r'name="to"\s+value="2025-06-01"', markup)
    assert "style=" not in markup


def test_what_a_reader_asked_for_is_explained(year: None) -> None:
    swapped = words(page("/compare/?from=2025-06&to=2025-01"))
    assert "The span ended before it began, so the two dates were exchanged." in swapped
    assert "1 January 2025 to 30 June 2025" in swapped
    unclear = page("/compare/?from=%3Cb%3Esoon&to=2025-01")
    assert "“&lt;b&gt;soon” to “2025-01” is no span of time." in unclear
    empty = words(page("/compare/?from=1990&to=1991"))
    assert "No issue was published in this span of time." in empty
    assert "Topics" not in empty


@pytest.mark.django_db
def test_empty_sites_and_issues() -> None:
    complete = written("2025-01-01", title="Draft")
    assert "There is nothing to compare before the first issue is published." in words(page("/compare/"))
    publish(complete, by=None)
    text = words(page("/compare/"))
    for sentence in (
        "No story of these issues has a topic.",
        "No company is named on both sides.",
        "No company is named in China stories only.",
        "No company is named in International stories only.",
        "These issues track no policy, and no milestone is dated in this span of time.",
    ):
        assert sentence in text


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_comparing_costs_the_same_however_much_there_is(many: int) -> None:
    for number in range(1, many + 1):
        names = [f"C{n}" for n in range(many)]
        issue(
            f"2025-01-{number:02}",
            stories=many,
            companies=names,
            policies=names,
            story_tags=names,
            naming={CHINA_1: names, ABROAD_1: names},
        )
    with CaptureQueriesContext(connection) as queries:
        ask(Client(), "/compare/")
    assert len(queries) == 9
