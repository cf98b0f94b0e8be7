"""A policy across issues: its status and milestones, its lines, and the register."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.publishing import publish, withdraw
from policies.milestones import timeline
from policies.models import Milestone, Policy, Status
from reports.models import Edition
from tests.across.telling import issue, page, part, words, written
from tests.factories import edit
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db


def tell(day: str, **details: str) -> Edition:
    """An issue of that day with these lines in its tracker."""
    report = written(day, policies=list(details))
    for update in report.updates.select_related("policy"):
        report.updates.filter(pk=update.pk).update(detail=details[update.policy.title])
    return publish(report, by=None)


def milestone(policy: str, day: str, status: str, text: str = "", **source: str) -> Milestone:
    row, _ = Policy.objects.get_or_create(title=policy, defaults={"slug": policy.lower().replace(" ", "-")})
    return Milestone.objects.create(policy=row, dated_on=date.fromisoformat(day), status=status, text=text, **source)


@pytest.fixture
def act() -> None:
    milestone("Act", "2024-06-01", Status.ADOPTED, "By <both> houses", source_name="Gazette")
    milestone("Act", "2025-02-01", Status.PARTLY_IN_FORCE, source_link="https://law.example/act")
    milestone(
        "Act", "2025-08-01", Status.IN_FORCE, "All of it", source_name="Gazette", source_link="https://g.example/"
    )
    milestone("Act", "2027-08-01", Status.REPEALED)
    with time_machine.travel(datetime(2025, 3, 2, tzinfo=UTC)):
        tell("2025-01-04", Act="Soon")
        tell("2025-03-01", Act="Now")


@time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC))
def test_status_milestones_and_lines(act: None) -> None:
    status = part("/policies/act/", "status")
    assert status == (
        "Status Partly in force Now As of 1 March 2025, in Issue of 2025-03-01 Tracked since 4 January 2025"
    )
    assert part("/policies/act/", "milestones") == (
        "Milestones So far"
        " 1 June 2024 Adopted By <both> houses Gazette"
        " 1 February 2025 Partly in force law.example"
        " 1 August 2025 was due In force All of it Gazette"
        " Ahead 1 August 2027 Repealed"
    )
    assert part("/policies/act/", "record").partition("newest first. ")[2] == (
        "1 March 2025 Partly in force Now In Issue of 2025-03-01 4 January 2025 Adopted Soon In Issue of 2025-01-04"
    )
    markup = page("/policies/act/")
    assert '<time datetime="2025-08-01">' in markup
    assert 'href="https://g.example/"' in markup


def test_today_is_the_day_of_the_site_s_own_time_zone(act: None, settings) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    with time_machine.travel(datetime(2025, 7, 31, 15, 59, tzinfo=UTC)), timezone.override("Asia/Shanghai"):
        assert "Ahead 1 August 2025 In force" in part("/policies/act/", "milestones")
    with time_machine.travel(datetime(2025, 7, 31, 16, 0, tzinfo=UTC)), timezone.override("Asia/Shanghai"):
        assert "1 August 2025 was due In force" in part("/policies/act/", "milestones")


def test_a_timeline_knows_past_due_and_ahead() -> None:
    def step(day: str) -> dict[str, str]:
        return {"dated_on": day, "status": "draft", "text": "", "source_name": "", "source_link": ""}

    days = ["2025-05-02", "2025-05-01", "2025-05-05", "2025-05-06"]
    found = timeline([step(day) for day in days], issued_on=date(2025, 5, 1), today=date(2025, 5, 5))
    assert [(each.dated_on.day, each.was_due) for each in found.past] == [(1, False), (2, True), (5, True)]
    assert [(each.dated_on.day, each.was_due) for each in found.ahead] == [(6, False)]


def test_a_policy_of_which_little_is_known() -> None:
    tell("2025-01-04", Plain="", Worded="Second reading")
    assert "Nothing is said of its status." in part("/policies/plain/", "status")
    assert part("/policies/worded/", "status").startswith("Status Second reading As of 4 January 2025")
    assert "No dated milestone has been published yet." in part("/policies/plain/", "milestones")


def test_only_what_is_live_counts(act: None) -> None:
    milestone("Act", "2025-04-01", Status.DELAYED, "Not published yet")
    tomorrow = timezone.now() + timedelta(days=1)
    written("2025-06-01", title="A draft", policies=["Act", "Hidden"])
    issue("2025-06-02", title="Scheduled", policies=["Act", "Hidden"], at=tomorrow)
    withdraw(issue("2025-06-03", title="Withdrawn", policies=["Act", "Hidden"]).report, by=None)
    replaced = issue("2025-02-01", title="Replaced", policies=["Act", "Hidden"]).report
    replaced.updates.all().delete()
    edit(replaced)
    publish(replaced, by=None)
    text = words(page("/policies/act/"))
    for hidden in ("Not published yet", "Delayed", "A draft", "Scheduled", "Withdrawn", "Replaced", "June 2025"):
        assert hidden not in text
    assert "As of 1 March 2025" in text
    register = words(page("/policies/"))
    assert "1 of 1 policy" in register
    assert "2 issues since 2025" in register
    assert "Hidden" not in register
    assert "Delayed" not in register
    assert ask(Client(), "/policies/hidden/").status == 404


def test_lines_come_in_pages() -> None:
    for day in range(1, 23):
        tell(f"2025-03-{day:02}", Act=f"Detail {day}.")
    first = page("/policies/act/")
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = page(older)
    assert [f"Detail {day}." in words(first.partition('id="record"')[2]) for day in (1, 2, 3, 22)] == [
        False,
        False,
        True,
        True,
    ]
    assert [f"Detail {day}." in words(second) for day in (1, 2, 3)] == [True, True, False]
    assert 'id="milestones"' not in second
    assert ask(Client(), "/policies/act/?before=x").status == 404


def test_an_old_address_leads_to_the_new_one() -> None:
    tell("2025-01-04", Act="")
    Policy.objects.update(slug="new")
    tell("2025-01-05", Act="")
    answer = ask(Client(), "/policies/act/")
    assert (answer.status, answer.headers["Location"]) == (301, "/policies/new/")


def titles(query: str) -> list[str]:
    markup = page(f"/policies/{query}")
    return [
        words(row.partition("</h2>")[0].partition(">")[2]) for row in markup.split('<h2 class="register__name"')[1:]
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["China plan", "EU Act", "Other"]),
        ("?jurisdiction=EU", ["EU Act"]),
        ("?status=draft", ["China plan"]),
        ("?status=in_force&jurisdiction=EU", ["EU Act"]),
        ("?status=in_force&jurisdiction=China", []),
        ("?status=unheard-of", []),
        ("?first=2025", ["Other"]),
        ("?last=2025", ["EU Act", "Other"]),
    ],
)
def test_the_register_narrowed(query: str, found: list[str]) -> None:
    milestone("China plan", "2020-01-01", Status.DRAFT)
    Policy.objects.update(jurisdiction="China")
    tell("2024-01-04", **{"China plan": "", "EU Act": ""})
    milestone("EU Act", "2025-01-01", Status.IN_FORCE)
    tell("2025-01-04", **{"EU Act": "", "Other": ""})
    assert titles(query) == found
    text = words(page(f"/policies/{query}"))
    assert f"{len(found)} of 3 policies" in text
    assert ("No policy that we follow fits all of this" in text) == (not found)
    assert "Draft (1) In force (1)" in text


@pytest.mark.parametrize("many", [1, 3])
def test_a_page_costs_the_same_however_many_issues_there_are(many: int) -> None:
    for number in range(many):
        milestone("P0", f"202{number}-01-01", Status.DRAFT)
    for number in range(1, many + 1):
        tell(f"2025-01-{number:02}", **{f"P{n}": "" for n in range(many)})
    counts = {"/policies/": 4, "/policies/p0/": 5, "/policies/p0/?before=2025-02-01.1": 4, "/policies/?first=2030": 3}
    found = {}
    for address in counts:
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), address)
        found[address] = len(queries)
    assert found == counts
