"""Roles: what each may, and that a site of before learns the new ones without losing what its administrator chose."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from newsroom.roles import ROLES
from tests.factories import person

pytestmark = pytest.mark.django_db

MODERATING = {
    *("comments.view_comment", "comments.moderate_comment", "comments.view_decision", "comments.view_houserules"),
    *("comments.view_ban", "comments.add_ban", "comments.change_ban"),
}
ADDRESSES = {"comments.view_address", "comments.delete_address"}
OF_COMMENTS = {
    "Writer": set(),
    "Moderator": MODERATING,
    "Editor": MODERATING | {"comments.change_houserules"},
    "Administrator": MODERATING | ADDRESSES | {"comments.change_houserules"},
}


MAILS = {
    *("follow.view_mailing", "follow.change_cover", "follow.test_mailing", "follow.view_growth", "follow.view_tally"),
}
SENDS = MAILS | {
    *("follow.send_mailing", "follow.view_delivery", "follow.view_pace", "follow.change_pace"),
    *("follow.view_widget", "follow.change_widget"),
}
FOLLOWERS = {
    *("follow.view_follower", "follow.change_follower", "follow.delete_follower", "follow.import_follower"),
    *("follow.export_follower", "follow.view_suppression", "follow.add_suppression", "follow.delete_suppression"),
}
OF_FOLLOWING = {"Writer": MAILS, "Moderator": set(), "Editor": SENDS, "Administrator": SENDS | FOLLOWERS}


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_with_followers(role):
    may = person(role).get_all_permissions()
    assert {label for label in may if label.startswith("follow.")} == OF_FOLLOWING[role]


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_with_comments(role):
    may = person(role).get_all_permissions()
    assert {label for label in may if label.startswith("comments.")} == OF_COMMENTS[role]


@pytest.mark.parametrize(
    ("role", "writes", "publishes", "people"),
    [
        ("Writer", True, False, False),
        ("Moderator", False, False, False),
        ("Editor", True, True, False),
        ("Administrator", True, True, True),
    ],
)
def test_what_a_role_may_do_with_issues_and_people(role, writes, publishes, people):
    somebody = person(role)
    assert somebody.has_perm("reports.change_report") is writes
    assert somebody.has_perm("reports.publish_report") is publishes
    assert somebody.has_perm("reports.approve_report") is publishes
    assert somebody.has_perm("auth.change_user") is people


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def of(role: str) -> set[str]:
    return {
        f"{app}.{codename}"
        for app, codename in Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    }


def test_a_site_of_before_gets_the_new_permissions_once():
    migrate()
    chosen = Permission.objects.get(content_type__app_label="reports", codename="publish_report")
    Permission.objects.filter(content_type__app_label="comments").delete()
    Group.objects.filter(name="Moderator").delete()
    editors = Group.objects.get(name="Editor")
    editors.permissions.remove(chosen)
    assert not any(label.startswith("comments.") for label in of("Editor"))

    migrate()
    assert {label for label in of("Editor") if label.startswith("comments.")} == OF_COMMENTS["Editor"]
    assert {label for label in of("Administrator") if label.startswith("comments.")} == OF_COMMENTS["Administrator"]
    assert of("Moderator") == MODERATING
    assert not {label for label in of("Writer") if label.startswith("comments.")}
    assert "reports.publish_report" not in of("Editor")  # taken away before, and still

    editors.permissions.remove(Permission.objects.get(codename="moderate_comment"))
    Group.objects.get(name="Writer").permissions.add(chosen)
    migrate()
    assert "comments.moderate_comment" not in of("Editor")
    assert "reports.publish_report" in of("Writer")


def test_the_editor_of_a_new_site_can_moderate():
    call_command("setup", verbosity=0)
    editor = User.objects.get(username="editor")
    assert editor.is_staff
    assert editor.has_perms(["comments.moderate_comment", "comments.add_ban", "comments.change_houserules"])
    assert not editor.has_perm("comments.view_address")
