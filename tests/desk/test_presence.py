"""Who else is at an issue: said by open forms, expiring by time, told to editors alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from newsroom.models import Presence
from newsroom.presence import Other, forget_presences, others_at, say_here
from reports.models import Report
from tests.desk.browsing import change_url, signed_in, words
from tests.factories import complete_issue, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return complete_issue()


@pytest.fixture
def ann() -> User:
    return person("Editor", username="ann", first_name="Ann", last_name="Lee")


def here(client: Client, report: Report, **sent: Any) -> Any:
    return client.post(f"/admin/reports/report/{report.pk}/here/", sent)


def test_an_open_form_says_who_else_has_it_open(desk: Client, ann: User, report: Report) -> None:
    assert "has this issue open" not in words(desk.get(change_url(report)))
    theirs = words(signed_in(ann).get(change_url(report)))
    assert "editor has this issue open, too." in theirs
    assert "Ann Lee has this issue open" not in theirs
    assert "Ann Lee has this issue open, too." in words(desk.get(change_url(report)))


def test_and_in_which_story(desk: Client, ann: User, report: Report) -> None:
    story = report.stories.get(section="china", rank=2)
    answer = here(signed_in(ann), report, story=story.pk)
    assert answer.json() == {"others": [], "version": 0}
    assert "no-store" in answer.headers["Cache-Control"]
    said = "Ann Lee is in China 2 · China story 2 of AI & Robotics."
    assert here(desk, report).json() == {"others": [said], "version": 0}
    assert said in words(desk.get(change_url(report)))


@pytest.mark.parametrize("story", ["", "x", "-1", "9" * 30, "0", "²"])
def test_what_is_no_story_of_the_issue_is_elsewhere_in_it(ann: User, report: Report, story: str) -> None:
    assert here(signed_in(ann), report, story=story).status_code == 200
    assert Presence.objects.get().story is None


def test_a_story_of_another_issue_is_not_told(desk: Client, ann: User, report: Report) -> None:
    other = complete_issue(title="Secret")
    say_here(report, story=other.stories.first().pk, by=ann)  # type: ignore[union-attr]
    assert here(desk, report).json()["others"] == ["Ann Lee has this issue open, too."]


def test_who_falls_silent_has_left(ann: User, report: Report, editor: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        say_here(report, by=ann)
        clock.shift(timedelta(seconds=89))
        assert others_at(report, than=editor) == [Other("Ann Lee", "")]
        clock.shift(timedelta(seconds=1))
        assert others_at(report, than=editor) == []
        assert forget_presences() == 1
    assert not Presence.objects.exists()


def test_who_says_good_bye_has_left_this_issue(desk: Client, ann: User, editor: User, report: Report) -> None:
    other = complete_issue(title="Another")
    for each in (report, other):
        say_here(each, by=ann)
        say_here(each, by=editor)
    assert here(signed_in(ann), report, gone="1").status_code == 204
    assert others_at(report, than=editor) == []
    assert [each.name for each in others_at(report, than=ann)] == ["editor"]
    assert [each.name for each in others_at(other, than=editor)] == ["Ann Lee"]


def test_nobody_is_told_of_another_issue(ann: User, report: Report, editor: User) -> None:
    say_here(complete_issue(title="Another"), by=ann)
    assert others_at(report, than=editor) == []


def test_being_there_twice_is_once(ann: User, report: Report, editor: User) -> None:
    for _ in range(2):
        say_here(report, by=ann)
    assert len(others_at(report, than=editor)) == 1


def test_the_version_tells_that_somebody_saved(desk: Client, report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(version=3)
    assert here(desk, report).json()["version"] == 3


@pytest.mark.parametrize("role", ["Moderator", ""])
def test_only_those_who_may_change_issues_say_and_hear_it(role: str, ann: User, report: Report) -> None:
    say_here(report, by=ann)
    nobody = person(role, username="nobody")
    answer = here(signed_in(nobody), report)
    assert answer.status_code == 403
    assert b"Ann" not in answer.content
    with pytest.raises(PermissionDenied):
        say_here(report, by=nobody)
    assert [row.person for row in Presence.objects.all()] == [ann]


def test_the_address_takes_nothing_but_posts(desk: Client, report: Report) -> None:
    assert desk.get(f"/admin/reports/report/{report.pk}/here/").status_code == 405
    assert here(desk, Report(pk=10**6)).status_code == 404


def test_it_costs_the_same_with_one_other_and_with_three(
    editor: User, report: Report, django_assert_num_queries: Any
) -> None:
    for number in range(1, 4):
        say_here(report, story=report.stories.first().pk, by=person("Editor", username=f"other-{number}"))  # type: ignore[union-attr]
        if number in (1, 3):
            with django_assert_num_queries(2):
                assert len(others_at(report, than=editor)) == number
