"""Milestones on the desk: beside their policy, and told to readers by the next publication."""

import pytest

from newsroom.publishing import publish
from newsroom.revising import keep
from policies.models import Milestone, Policy, Status
from tests.across.telling import issue, part
from tests.desk.browsing import Form, signed_in
from tests.factories import person

pytestmark = pytest.mark.django_db


def test_an_editor_adds_changes_and_removes_milestones_of_a_policy() -> None:
    report = issue("2025-01-04", policies=["Act"]).report
    policy = Policy.objects.get()
    old = Milestone.objects.create(policy=policy, dated_on="2024-01-01", status=Status.DRAFT, text="Old")
    browser = signed_in(person("Editor"))
    address = f"/admin/policies/policy/{policy.pk}/change/"
    form = Form(browser.get(address), "milestones-TOTAL_FORMS")
    form["milestones-TOTAL_FORMS"] = "2"
    form["milestones-0-text"] = "Corrected"
    answer = form.send(
        browser,
        **{
            "milestones-1-dated_on": "2025-01-02",
            "milestones-1-status": "adopted",
            "milestones-1-text": "By vote",
            "milestones-1-source_name": "Gazette",
            "milestones-1-source_link": "gazette.example/1",
        },
    )
    assert answer.status_code == 302
    old.refresh_from_db()
    new = policy.milestones.get(status=Status.ADOPTED)
    assert (old.text, new.source_link) == ("Corrected", "https://gazette.example/1")
    assert "No dated milestone" in part("/policies/act/", "milestones"), "readers have what was published"
    keep(report, by=None)
    publish(report, by=None)
    assert "2 January 2025 Adopted By vote Gazette" in part("/policies/act/", "milestones")
    form = Form(browser.get(address), "milestones-TOTAL_FORMS")
    form.send(browser, **{"milestones-0-DELETE": "on"})
    assert [milestone.text for milestone in policy.milestones.all()] == ["By vote"]


def test_a_milestone_needs_a_date_and_a_status_that_there_is() -> None:
    issue("2025-01-04", policies=["Act"])
    policy = Policy.objects.get()
    browser = signed_in(person("Writer"))
    form = Form(browser.get(f"/admin/policies/policy/{policy.pk}/change/"), "milestones-TOTAL_FORMS")
    form["milestones-TOTAL_FORMS"] = "1"
    answer = form.send(
        browser, **{"milestones-0-dated_on": "", "milestones-0-status": "magic", "milestones-0-text": "x"}
    )
    assert answer.status_code == 200
    assert not policy.milestones.exists()
