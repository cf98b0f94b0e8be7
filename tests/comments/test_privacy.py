"""Personal data: giving out all of it, erasing all of it, and forgetting it in time."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.utils import timezone

from comments import privacy
from comments.banning import ban, ban_author
from comments.models import Address, Ban, Comment, Commenter, Decision, Flag, Notice, address_digest
from comments.moderating import Stale, decide, edit, undo
from comments.privacy import Unknown, erase, export, forget_addresses, forget_networks
from comments.submitting import of_token
from tests.factories import approved, commented, person, published

pytestmark = pytest.mark.django_db

EMAIL = "telling@secret.example"
TELLING = ("telling", "secret.example", "Tell Tale", "TT", "tale.example", "a-network", "Really by Tale")


@pytest.fixture
def report():
    return published(title="Talked about").report


@pytest.fixture
def moderator():
    return person("Moderator", first_name="Mona", last_name="Moder")


@pytest.fixture
def known(report, moderator):
    """An approved and edited comment, one that waits, and everything that comes with them, of one telling author."""
    words = {"email": EMAIL, "site": "https://tale.example", "network": "a-network", "wants_mail": True}
    first = commented(report, name="Tell Tale", body="Really by Tale: I agree.", **words)
    decide([(first.pk, 0)], "approve", by=moderator, why="Tell Tale is fine")
    first.refresh_from_db()
    edit(first.pk, first.version, body="I agree.", name="TT", by=moderator)
    commented(report, name="Tell Tale", body="What waits.", **words)
    Flag.objects.create(comment=first, reason="abuse", network="other")
    ban_author(first, "address", by=moderator, reason="Rude")
    first.refresh_from_db()
    return first


def everything() -> str:
    """All rows of comments, as text."""
    models = (Comment, Commenter, Address, Decision, Ban, Notice, Flag)
    return "".join(serialize("json", model.objects.all()).replace("\\u", "u") for model in models)


# Giving it out


def test_everything_that_is_kept_about_an_address_is_given_out_but_not_who_decided(report, known):
    commented(report, name="Somebody Else", email="else@example.org", body="Not yours.")
    given = export("TELLING@secret.example", by=None)
    text = json.dumps(given)
    assert given["address"] == EMAIL
    first, second = given["comments"]
    assert (first["name"], first["text"], first["text_before_it_was_edited"]) == (
        "TT",
        "I agree.",
        "Really by Tale: I agree.",
    )
    assert (first["state"], second["state"]) == ("Approved", "Pending")
    assert (first["issue"], first["website"], first["network_fingerprint"]) == (
        "Talked about",
        "https://tale.example",
        "a-network",
    )
    assert [line["what"] for line in first["decisions"]] == ["held", "approved", "edited", "banned"]
    assert [flag["reason"] for flag in first["reports_by_readers"]] == ["Insulting or threatening"]
    assert [mail["mail"] for mail in given["mails"]] == ["Confirm the address", "Your comment was published"]
    assert [row["reason"] for row in given["bans_of_the_address"]] == ["Rude"]
    for absent in ("Mona", "Moder", "person-", "Somebody Else", "else@example.org", "Not yours", "token"):
        assert absent not in text


def test_nothing_is_given_out_about_an_address_that_nobody_used(known):
    for verb in (export, erase):
        with pytest.raises(Unknown):
            verb("nobody@example.org", by=None)


# Erasing it


def test_erasing_leaves_text_and_thread_and_nothing_of_the_person(report, known, moderator):
    answer = approved(report, name="Other", email="other@example.org", body="I agree too.", parent=known)
    pending = Comment.objects.get(body="What waits.")
    line = known.decisions.get(act="approve")
    assert all(telling in everything() for telling in TELLING if telling != "telling")
    assert erase(EMAIL, by=None) == 2

    left = everything()
    for telling in TELLING:
        assert telling not in left
    known.refresh_from_db()
    assert (known.name, known.body, known.status, known.commenter, known.path) == (
        "Anonymous",
        "I agree.",
        "approved",
        None,
        f"{known.pk:012}",
    )
    answer.refresh_from_db()
    assert (answer.parent, answer.name) == (known, "Other")
    line.refresh_from_db()
    assert (line.by, line.act, line.after) == (moderator, "approve", {"status": "approved"})
    assert list(Commenter.objects.values_list("digest", flat=True)) == [address_digest("other@example.org")]
    assert Comment.objects.get(pk=pending.pk).status == "pending"
    erased = Decision.objects.filter(act="erase")
    assert {row.comment_id for row in erased} == {known.pk, pending.pk}


def test_what_waits_of_somebody_erased_can_be_decided_and_what_was_done_before_cannot_bring_the_name_back(
    report, known, moderator
):
    batch = known.decisions.get(act="edit").batch
    seen = known.version
    pending = Comment.objects.get(body="What waits.")
    erase(EMAIL, by=None)
    pending.refresh_from_db()
    assert decide([(pending.pk, pending.version)], "approve", by=moderator).done == [pending]
    assert undo(batch, by=moderator).missed
    with pytest.raises(Stale):
        edit(known.pk, seen, body="I agree.", name="Tell Tale", by=moderator)
    assert "Tell Tale" not in everything()


def test_a_ban_of_the_address_stays_and_still_holds(report, known):
    erase(EMAIL, by=None)
    assert Ban.objects.active().get().value == address_digest(EMAIL)
    assert commented(report, name="New Name", email=EMAIL, body="Here again.", network="m").status == "spam"


def test_the_secret_link_of_somebody_erased_leads_nowhere(report, known):
    token = known.new_token()
    known.save()
    assert of_token(token) == known
    erase(EMAIL, by=None)
    assert of_token(token) is None


def test_erasing_purges_the_pages_where_the_name_stood(
    report, known, settings, monkeypatch, django_capture_on_commit_callbacks
):
    purged = []
    settings.PURGE_URL = "http://127.0.0.1:9/"
    monkeypatch.setattr(privacy, "purge_issues", purged.append)
    other = published(title="Another").report
    commented(other, email=EMAIL, body="Waits there.")
    erase(EMAIL, by=None)
    assert purged == [{report.pk}]


@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor"])
def test_only_administrators_see_and_erase(known, role):
    for verb in (export, erase):
        with pytest.raises(PermissionDenied):
            verb(EMAIL, by=person(role))
    assert Address.objects.filter(email=EMAIL).exists()
    assert export(EMAIL, by=person("Administrator"))["address"] == EMAIL


def test_both_can_be_done_from_the_shell(known, monkeypatch):
    out = StringIO()
    call_command("export_commenter", EMAIL, stdout=out)
    assert json.loads(out.getvalue())["comments"][0]["text"] == "I agree."
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_commenter", EMAIL, stdout=StringIO())
    assert Address.objects.filter(email=EMAIL).exists()
    call_command("erase_commenter", EMAIL, "--yes", stdout=out)
    assert not Address.objects.filter(email=EMAIL).exists()
    for command in ("export_commenter", "erase_commenter"):
        with pytest.raises(CommandError, match="Nothing is kept"):
            call_command(command, EMAIL, stdout=StringIO())


# Forgetting it


def test_networks_are_forgotten_after_thirty_days_and_nothing_else_is(report, monkeypatch):
    monkeypatch.setattr(privacy, "BATCH", 2)
    now = timezone.now()
    comments = [commented(report, body=f"Text {n}", email=f"{n}@example.org", network="a-network") for n in range(6)]
    for comment, days in zip(comments, (29, 30, 31, 32, 400, 0), strict=True):
        Comment.objects.filter(pk=comment.pk).update(submitted_at=now - timedelta(days=days))
    for days in (1, 31):
        flag = Flag.objects.create(comment=comments[0], reason="abuse", network="b-network")
        Flag.objects.filter(pk=flag.pk).update(created_at=now - timedelta(days=days))
    past, current = (
        ban("network", "203.0.113.1", by=None, reason="x"),
        ban("network", "198.51.100.1", by=None, reason="x"),
    )
    Ban.objects.filter(pk=past.pk).update(created_at=now - timedelta(days=30), until=now)
    before = everything()
    assert forget_networks(now) == 6
    assert list(Comment.objects.order_by("pk").values_list("network", flat=True)) == [
        *("a-network", "", "", "", "", "a-network")
    ]
    assert list(Flag.objects.values_list("network", flat=True)) == ["", "b-network"]
    assert list(Ban.objects.exclude(value="")) == [current]
    assert list(Ban.objects.active()) == [current]
    without = everything().replace("a-network", "").replace("b-network", "").replace(past.value, "")
    assert without == before.replace("a-network", "").replace("b-network", "").replace(past.value, "")
    assert forget_networks(now) == 0


@pytest.mark.parametrize(
    ("changes", "forgotten"),
    [
        ({}, True),
        ({"days": 29}, False),
        ({"status": "pending"}, False),
        ({"confirmed": True}, False),
        ({"confirmed": True, "muted": 31}, True),
        ({"confirmed": True, "muted": 1}, False),
        ({"due": True}, False),
    ],
    ids=str,
)
def test_addresses_to_which_no_mail_can_be_owed_are_forgotten(report, changes, forgotten):
    now = timezone.now()
    comment = commented(report, email=EMAIL, wants_mail=True)
    then = now - timedelta(days=changes.get("days", 31))
    Comment.objects.update(submitted_at=then, status=changes.get("status", "approved"))
    Commenter.objects.update(
        created_at=then,
        confirmed_at=then if "confirmed" in changes else None,
        muted_at=now - timedelta(days=changes["muted"]) if "muted" in changes else None,
    )
    Notice.objects.update(created_at=then, sent_at=None if "due" in changes else then)
    assert forget_addresses(now) == forgotten
    assert Address.objects.exists() != forgotten
    assert Commenter.objects.get().digest == address_digest(EMAIL)
    assert comment.name in everything()


def test_who_comes_back_brings_the_address_along(report):
    commented(report, email=EMAIL)
    Address.objects.all().delete()
    commented(report, email=EMAIL, body="Here again.", wants_mail=True)
    assert Address.objects.get().email == EMAIL
    assert Commenter.objects.count() == 1
    assert Notice.objects.filter(kind="confirm").count() == 1
