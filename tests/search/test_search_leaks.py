"""
No word that is not live is found, suggested, guessed or filtered by.

The issues of tests/public/test_leaks.py, in every state that is not live, carry unmistakable words in every field. At
the end all are published, and each word that search knows must be found: else these tests would prove nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from newsroom.models import Entry, Name
from newsroom.publishing import cancel, publish, withdraw
from newsroom.search import names
from reports.models import Report
from tests.factories import complete_issue, edit, published
from tests.public.crawling import ask
from tests.public.test_leaks import COLOURS, LATER, NOW, fill, issue, word
from tests.search.asking import hits, meant, suggested, titles

pytestmark = pytest.mark.django_db

FOUND = (
    *("title", "standfirst", "intro", "tag", "takeaway", "headline", "body", "storytag"),
    *("company", "country", "note", "policy", "jurisdiction", "detail"),
)
NAMED = ("company", "policy", "tag", "storytag")
HIDDEN = ("chinaheading", "slug", "storyslug", "alias", "alt", "caption", "linktitle", "linked", "companylink")
FILTERS = {"company": "companyslug", "policy": "policyslug", "tag": "tag"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def hidden(clock: time_machine.Traveller) -> dict[str, Report]:
    """One issue in each state that must not be seen."""
    published(title="Public", stories=1)
    changed = published(title="Issue changed", stories=2).report
    reports = {"changed": fill(changed, "changed"), **{s: issue(s) for s in COLOURS if s != "changed"}}
    for state in ("scheduled", "cancelled", "changed"):
        publish(reports[state], by=None, at=LATER)
    cancel(reports["cancelled"], by=None)
    publish(reports["withdrawn"], by=None)
    withdraw(reports["withdrawn"], by=None)
    cache.clear()
    return reports


def addresses() -> Iterator[tuple[str, str]]:
    """Every way to ask for a word, and the word."""
    for state in COLOURS:
        for field in (*FOUND, *HIDDEN):
            asked = word(state, field)
            yield asked, f"/search/?q={asked}"
            yield asked, f"/search/suggest/?q={asked[:-2]}"
        for name, field in FILTERS.items():
            yield word(state, field), f"/search/?{name}={word(state, field)}"
            yield word(state, field), f"/search/?q=public&{name}={word(state, field)}"
    for asked in ("zz", "draft", "scheduled", "changedzz", "withdrawnz", "cancelledzztag", "issue", "china story"):
        yield asked, f"/search/suggest/?q={asked}"


def test_nothing_hidden_is_found_suggested_guessed_or_filtered_by(hidden: dict[str, Report], client: Client) -> None:
    assert Entry.objects.filter(edition__report=hidden["scheduled"]).exists(), "it waits in the index"
    assert Name.objects.filter(name__contains="scheduledzz").exists()
    for asked, address in addresses():
        answer = ask(client, address)
        assert answer.status == 200
        text = answer.text.replace(asked, "")
        assert not [state for state in COLOURS if f"{state}zz" in text], address
        if "suggest" not in address:
            assert "Did you mean" not in text, address
            assert 'class="find ' not in text, address
        elif "zz" in asked:
            assert answer.text == '{"suggestions": []}', address


def test_a_filter_of_something_hidden_answers_as_one_that_never_was(hidden: dict[str, Report], client: Client) -> None:
    for state in ("draft", "scheduled", "changed", "cancelled", "withdrawn"):
        for name, field in FILTERS.items():
            asked, never = word(state, field), "x" * len(word(state, field))
            one = ask(client, f"/search/?{name}={asked}").text.replace(asked, never)
            assert one == ask(client, f"/search/?{name}={never}").text


def test_what_is_nearly_a_hidden_name_means_nothing(hidden: dict[str, Report]) -> None:
    for state in COLOURS:
        for field in NAMED:
            assert meant(word(state, field)[:-1]) == ""
            assert meant(word(state, field).replace("zz", "z")) == ""
    assert meant("Compny 1") == "Company 1", "and a name that is live is guessed"


def test_years_of_hidden_issues_are_not_offered(hidden: dict[str, Report], client: Client) -> None:
    assert "2025" in ask(client, "/search/").text
    publish(complete_issue(title="Later", issued_on=NOW.date().replace(year=2031)), by=None, at=LATER)
    cache.clear()
    assert "2031" not in ask(client, "/search/").text


def test_all_of_it_is_found_once_it_is_live(
    hidden: dict[str, Report], client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(LATER + timedelta(seconds=1))
    for state in ("scheduled", "changed"):  # with no process running
        assert_all_found(state, client)
    for state in ("draft", "cancelled", "withdrawn"):
        publish(hidden[state], by=None)
        assert_all_found(state, client)


def assert_all_found(state: str, client: Client) -> None:
    for field in FOUND:
        assert hits(word(state, field)), (state, field)
    for field in NAMED:
        assert meant(word(state, field)[:-1]) == word(state, field)
        texts = [suggestion["text"] for suggestion in suggested(client, word(state, field)[:-1])]
        assert word(state, field) in texts
    for name, field in FILTERS.items():
        assert hits(**{name: word(state, field)}), (state, field)
    for field in HIDDEN:
        assert not hits(word(state, field)), "not what readers see of an issue, or not as words"


def test_words_that_readers_had_once_are_gone_with_their_edition(client: Client) -> None:
    report = issue("draft")
    publish(report, by=None)
    assert hits(word("draft", "body"))
    fill(report, "changed")
    publish(report, by=None)
    for field in FOUND:
        assert not hits(word("draft", field)), field
        assert hits(word("changed", field)), field
    assert not Entry.objects.exclude(edition=report.editions.live().get()).exists()
    assert suggested(client, word("draft", "company")) == []


def test_a_company_keeps_the_issue_that_readers_have_while_another_is_scheduled(
    clock: time_machine.Traveller,
) -> None:
    published(title="Older", companies=["Huawei"], policies=["Act"])
    newer = complete_issue(title="Newer", companies=["Huawei"], policies=["Act"], issued_on=NOW.date())
    newer.issued_on = NOW.date() + timedelta(days=9)
    edit(newer)
    publish(newer, by=None, at=LATER)

    def issue_of(q: str, kind: str) -> list[str]:
        return [hit.edition.title for hit in hits(q) if hit.kind == kind]

    assert issue_of("huawei", "company") == issue_of("act", "policy") == ["Older"]
    clock.move_to(LATER)
    assert issue_of("huawei", "company") == issue_of("act", "policy") == ["Newer"]
    withdraw(newer, by=None)
    assert issue_of("huawei", "company") == issue_of("act", "policy") == ["Older"]
    publish(newer, by=None)
    assert issue_of("huawei", "company") == ["Newer"]
    edit(newer, title="Changed")
    publish(newer, by=None, at=LATER + timedelta(days=1))
    assert issue_of("huawei", "company") == ["Newer"]
    cancel(newer, by=None)
    assert issue_of("huawei", "company") == ["Newer"]
    assert Entry.objects.filter(kind="company").count() == 1


def test_a_name_that_the_desk_changed_is_not_known_before_it_is_published() -> None:
    report = published(companies=["Huawei"]).report
    company = report.notes.get().company
    company.name = "Zzsecret Corp"
    company.save()
    edit(report)
    publish(report, by=None, at=NOW.replace(year=2999))
    assert Name.objects.filter(name="Zzsecret Corp").exists()
    assert meant("Zzsecre Corp") == ""
    assert titles("zzsecret") == []
    assert names.beginning("zzsec", 5) == []
    assert meant("Huawai") == "Huawei"
