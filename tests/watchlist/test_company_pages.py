"""A company across issues: its page and the register."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.publishing import publish, withdraw
from tests.across.telling import issue, page, part, words, written
from tests.factories import CompanyFactory, edit
from tests.public.crawling import ask
from watchlist.models import Company, Mention

pytestmark = pytest.mark.django_db
CHINA_1, CHINA_2 = ("china", 1), ("china", 2)
ABROAD_1, ABROAD_2 = ("international", 1), ("international", 2)


def test_facts_and_record() -> None:
    issue("2025-01-04", companies=["Huawei"], naming={CHINA_2: ["Huawei"]})
    issue("2025-02-01", naming={CHINA_1: ["Huawei"], ABROAD_2: ["Huawei"]})
    issue("2025-03-01", companies=["Other"])
    issue("2025-04-05", companies=["Huawei"], naming={CHINA_1: ["Huawei"]})
    at = "/companies/huawei/"
    facts = part(at, "facts")
    assert facts.startswith(
        "At a glance What Issue of 2025-04-05 says of Huawei On the watchlist of Issue of 2025-04-05"
    )
    assert "First on the watchlist 4 January 2025" in facts
    assert "Last on the watchlist 5 April 2025" in facts
    assert "Best rank in China 1 China story 1 of Issue of 2025-04-05" in facts, "the newest of two that are as good"
    assert "Best rank in International 2 International story 2 of Issue of 2025-02-01" in facts
    record = part(at, "record")
    assert record.partition("newest first. ")[2] == (
        "5 April 2025 What Issue of 2025-04-05 says of Huawei China 1 China story 1 of Issue of 2025-04-05"
        " In Issue of 2025-04-05"
        " 1 February 2025 China 1 China story 1 of Issue of 2025-02-01"
        " International 2 International story 2 of Issue of 2025-02-01 In Issue of 2025-02-01"
        " 4 January 2025 What Issue of 2025-01-04 says of Huawei China 2 China story 2 of Issue of 2025-01-04"
        " In Issue of 2025-01-04"
    )
    assert "Other" not in record


def test_the_chart_counts_stories_of_the_last_issues_and_says_so_in_a_table() -> None:
    issue("2025-01-04", companies=["A"], naming={CHINA_1: ["A"], CHINA_2: ["A"], ABROAD_1: ["A"]})
    issue("2025-02-01")
    issue("2025-03-01", naming={ABROAD_2: ["A", "B"]})
    markup = page("/companies/a/")
    assert markup.count("chart__block is-china") == 2
    assert markup.count("chart__block is-international") == 2
    assert markup.count("chart__dot") == 1
    told = part("/companies/a/", "lately")
    assert "The last 3 issues that there were" in told
    assert "Above the line 2 stories in China" in told
    assert "Below the line 2 stories in International" in told
    assert told.endswith("1 March 2025 0 1 no 1 February 2025 0 0 no 4 January 2025 2 1 yes")


def test_a_company_that_no_story_names_and_no_late_issue_watches() -> None:
    issue("2024-01-04", companies=["A"])
    assert "On the watchlist, 1 issue".lower() in part("/companies/a/", "lately").lower()
    for week in range(26):
        issue(f"2025-01-{week + 1:02}", title=f"Later {week}", stories=1)
    assert "None of the last 26 issues names it in a story or has it on its watchlist." in part(
        "/companies/a/", "lately"
    )
    assert "None: no story has named it yet." in part("/companies/a/", "facts")
    assert "<svg" not in page("/companies/a/").partition('id="lately"')[2]


def test_the_record_comes_in_pages_of_issues_without_losing_a_story() -> None:
    for day in range(1, 29):
        companies = ["A"] if day % 2 else 0
        issue(f"2025-03-{day:02}", companies=companies, naming={CHINA_1: ["A"], ABROAD_2: ["A"]} if day % 3 else {})
    first = page("/companies/a/")
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert older.startswith("/companies/a/?before=2025-03-0")
    second = page(older)
    assert 'id="facts"' not in second
    assert "Back to the newest" in second
    whole = words(first) + words(second)
    for day in range(1, 29):
        named = 1 if day % 3 or day % 2 else 0
        record = (first + second).partition('id="record"')[2]
        assert record.count(f">Issue of 2025-03-{day:02}</a>") == named, day
        assert record.count(f"China story 1 of Issue of 2025-03-{day:02}<") == bool(day % 3)
    assert "There is nothing older" not in whole
    assert "There is nothing older" in page("/companies/a/?before=2000-01-01.1")
    assert ask(Client(), "/companies/a/?before=nonsense").status == 404


def test_only_what_is_live_counts() -> None:
    issue("2025-01-04", companies=["A"], naming={CHINA_2: ["A"]}, refused={ABROAD_1: ["A"]})
    tomorrow = timezone.now() + timedelta(days=1)
    written("2025-06-01", title="A draft", companies=["A"], naming={CHINA_1: ["A"]})
    issue("2025-06-02", title="Scheduled", companies=["A"], naming={CHINA_1: ["A"]}, at=tomorrow)
    withdraw(issue("2025-06-03", title="Withdrawn", companies=["A"], naming={CHINA_1: ["A"]}).report, by=None)
    replaced = issue("2025-02-01", title="Replaced", companies=["A"], naming={CHINA_1: ["A"]}).report
    Mention.objects.filter(story__report=replaced).delete()
    replaced.notes.all().delete()
    edit(replaced)
    publish(replaced, by=None)
    text = words(page("/companies/a/"))
    for hidden in ("A draft", "Scheduled", "Withdrawn", "Replaced", "2025-06", "International story"):
        assert hidden not in text
    assert "Best rank in China 2" in text
    assert "Best rank in International" not in text
    assert "Last on the watchlist 4 January 2025" in text
    assert "The last 2 issues that there were" in text
    assert "Above the line 1 story in China" in text
    assert "Below the line 0 stories" in text


def test_a_company_that_only_stories_name_has_no_page() -> None:
    issue("2025-01-04", companies=["A"], naming={CHINA_1: ["Hidden"]})
    assert ask(Client(), "/companies/hidden/").status == 404
    assert "Hidden" not in page("/companies/")
    issue("2025-01-05", companies=["Hidden"])
    assert "China 1" in part("/companies/hidden/", "record")


def test_an_old_address_leads_to_the_new_one() -> None:
    issue("2025-01-04", companies=["A"])
    Company.objects.update(slug="new")
    issue("2025-01-05", companies=["A"])
    answer = ask(Client(), "/companies/a/")
    assert (answer.status, answer.headers["Location"]) == (301, "/companies/new/")


def registered() -> None:
    issue("2023-05-01", companies=["Zeta", "Acme"])
    issue("2024-05-01", companies=["Beta", "Acme"])
    issue("2025-05-01", companies=["étude", "Acme"])


def names(query: str) -> list[str]:
    markup = page(f"/companies/{query}")
    return [
        words(row.partition("</h2>")[0].partition(">")[2]) for row in markup.split('<h2 class="register__name"')[1:]
    ]


def test_the_register_by_name() -> None:
    registered()
    assert names("") == ["Acme", "Beta", "Zeta", "étude"]
    text = words(page("/companies/"))
    assert "4 of 4 companies" in text
    assert "Acme China What Issue of 2025-05-01 says of Acme Issue of 2025-05-01 1 May 2025 3 issues since 2023" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?first=2024", ["Beta", "étude"]),
        ("?last=2024", ["Acme", "Beta", "étude"]),
        ("?first=2024&last=2025", ["étude"]),
        ("?country=China&first=", ["Acme", "Beta", "Zeta", "étude"]),
        ("?country=Atlantis", []),
        ("?first=soon", []),
        ("?first=²", []),
        ("?last=99999999999999999999", []),
        ("?first=2026", []),
        ("?page=7", ["Acme", "Beta", "Zeta", "étude"]),
        ("?page=x", ["Acme", "Beta", "Zeta", "étude"]),
    ],
)
def test_the_register_narrowed(query: str, found: list[str]) -> None:
    registered()
    assert names(query) == found
    text = words(page(f"/companies/{query}"))
    assert f"{len(found)} of 4 companies" in text
    assert ("No company on the watchlist fits all of this" in text) == (not found)


def test_a_company_of_two_countries_is_found_under_both() -> None:
    CompanyFactory.create(name="Arm", country="UK/US")
    CompanyFactory.create(name="Nvidia", country="US")
    report = written("2025-01-04", companies=[])
    for position, company in enumerate(Company.objects.order_by("name")):
        report.notes.create(company=company, position=position)
    publish(report, by=None)
    assert names("?country=UK") == ["Arm"]
    assert names("?country=US") == ["Arm", "Nvidia"]
    text = words(page("/companies/?country=US"))
    assert "UK (1) US (2)" in text
    assert re.search(r'<option value="US"\s+selected\s*>', page("/companies/?country=US"))


def test_what_is_not_live_is_no_choice_and_in_no_count() -> None:
    registered()
    hidden = CompanyFactory.create(name="Hidden", country="Utopia")
    draft = written("2022-05-01", companies=[], title="Draft")
    draft.notes.create(company=hidden)
    edit(draft)
    publish(draft, by=None, at=timezone.now() + timedelta(days=1))
    withdraw(issue("2021-05-01", title="Gone", companies=["Acme"]).report, by=None)
    twice = issue("2024-06-01", title="Twice", companies=["Beta", "Acme"]).report
    twice.notes.filter(company__name="Acme").delete()
    edit(twice, standfirst="Without Acme by now.")
    publish(twice, by=None)
    text = words(page("/companies/"))
    for word in ("Utopia", "2021", "2022", "Hidden"):
        assert word not in text
    assert "3 issues since 2023" in text
    assert "2 issues since 2024" in text
    assert names("?country=Utopia") == []


def test_the_register_comes_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.appearances.ROWS", 2)
    registered()
    assert names("") == ["Acme", "Beta"]
    assert 'href="?page=2"' in page("/companies/")
    assert names("?page=2") == ["Zeta", "étude"]
    narrowed = page("/companies/?last=2024&page=2")
    assert 'href="?last=2024&amp;page=1"' in narrowed
    assert "Page 2 of 2" in words(narrowed)


@pytest.mark.parametrize("many", [1, 3])
def test_a_page_costs_the_same_however_many_issues_there_are(many: int) -> None:
    for number in range(1, many + 1):
        names = [f"C{n}" for n in range(many)]
        issue(f"2025-01-{number:02}", companies=names, naming={CHINA_1: names, ABROAD_1: names})
    counts = {
        "/companies/": 4,
        "/companies/c0/": 13,
        "/companies/c0/?before=2025-02-01.1": 7,
        "/companies/?first=2030": 3,
    }
    found = {}
    for address in counts:
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), address)
        found[address] = len(queries)
    assert found == counts
