"""Policies and where issues say they stand: what the database refuses, and the verb that writes updates."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from policies.models import Alias, Policy, Update
from policies.tracking import Line, recognise, track
from tests.factories import PolicyFactory, ReportFactory, UpdateFactory

pytestmark = pytest.mark.django_db


def test_one_update_per_policy_and_issue() -> None:
    row = UpdateFactory.create()
    UpdateFactory.create(report=row.report)
    UpdateFactory.create(policy=row.policy)
    with pytest.raises(IntegrityError):
        Update.objects.bulk_create([Update(report=row.report, policy=row.policy, detail="Again")])


@pytest.mark.parametrize(
    ("one", "other"), [("EU AI Act", "EU ai act"), ("Loi Évin", "LOI ÉVIN"), ("ＥＵ Chips Act", "eu  chips act")]
)
def test_a_policy_s_title_is_its_own_whatever_its_case(one: str, other: str) -> None:
    PolicyFactory.create(title=one)
    with pytest.raises(ValidationError, match="is there already"):
        Policy(title=other, slug="other").full_clean()
    with pytest.raises(IntegrityError):
        Policy.objects.bulk_create([Policy(title=other, slug="other")])


def test_an_alias_belongs_to_one_policy() -> None:
    Alias.objects.create(policy=PolicyFactory.create(), name="Éa")
    with pytest.raises(IntegrityError):
        Alias.objects.bulk_create([Alias(policy=PolicyFactory.create(), name="ÉA")])


def test_two_policies_at_one_address() -> None:
    PolicyFactory.create(slug="a")
    with pytest.raises(IntegrityError):
        PolicyFactory.create(slug="a")


def test_a_policy_that_an_issue_tracks_stays() -> None:
    row = UpdateFactory.create()
    with pytest.raises(IntegrityError):
        row.policy.delete()


def test_updates_are_written_in_their_order_and_policies_registered_once() -> None:
    PolicyFactory.create(title="EU AI Act", jurisdiction="EU")
    report = ReportFactory.create()
    track(report, [Line("EU ai act", "in force"), Line("China’s “AI+” Plan", ""), Line("EU AI Act", "delayed")])
    assert [(u.position, u.policy.title, u.policy.jurisdiction, u.detail) for u in report.updates.all()] == [
        (0, "EU AI Act", "EU", "in force; delayed"),
        (1, "China’s “AI+” Plan", "China", ""),
    ]


def test_a_printed_title_that_means_a_policy_becomes_its_alias() -> None:
    policy = PolicyFactory.create(title="EU AI Act")
    track(
        ReportFactory.create(),
        [Line("The Artificial Intelligence Act", "")],
        same={"The Artificial Intelligence Act": policy},
    )
    found = recognise(["the artificial intelligence act"])["the artificial intelligence act"]
    assert (found.kind, found.row) == ("known", policy)


def test_two_details_of_one_policy_that_are_too_long_together_are_refused() -> None:
    with pytest.raises(ValidationError, match="802"):
        track(ReportFactory.create(), [Line("A", "x" * 400), Line("A", "y" * 400)])
    assert not Policy.objects.exists()
