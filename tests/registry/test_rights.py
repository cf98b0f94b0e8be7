"""Who may merge, and who may say what stories name."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from tests.factories import person

pytestmark = pytest.mark.django_db
WRITING, MERGING = "watchlist.change_mention", ("watchlist.merge_company", "policies.merge_policy")


@pytest.mark.parametrize(
    ("role", "writes", "merges"),
    [
        *(("Writer", True, False), ("Editor", True, True), ("Administrator", True, True)),
        *(("Moderator", False, False), ("", False, False)),
    ],
)
def test_roles(role: str, writes: bool, merges: bool) -> None:
    user = person(role)
    assert user.has_perm(WRITING) == writes
    assert [user.has_perm(permission) for permission in MERGING] == [merges, merges]


def test_roles_that_a_site_has_already_decide_about_mentions_if_they_write_notes() -> None:
    migration = import_module("watchlist.migrations.0006_mentions_are_decided_by_those_who_write_notes")
    writing, other = Group.objects.create(name="Writing"), Group.objects.create(name="Other")
    writing.permissions.add(Permission.objects.get(codename="change_note"))
    migration.let_writers_decide(apps, None)
    assert writing.permissions.filter(codename="change_mention").exists()
    assert not other.permissions.exists()
