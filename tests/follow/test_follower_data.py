"""Followers' data: who may see, take along and erase it, and forgetting it in time."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.utils import timezone

from follow import subscribing
from follow.models import Bounce, Choice, Delivery, Follower, Growth, Knock, Suppression, Wish
from follow.subscribing import (
    Unknown,
    confirm,
    end,
    erase,
    erase_own,
    export,
    find,
    forget_ended,
    forget_knocks,
    forget_unconfirmed,
)
from tests.factories import announced, person
from tests.follow.asking import asked, following, mailed
from tests.together import at_once

pytestmark = pytest.mark.django_db

EMAIL = "telling@secret.example"


@pytest.fixture
def known():
    """A follower with everything that can hang on one."""
    follower = following(EMAIL)
    announced(title="News")
    Bounce.objects.create(follower=follower, delivery=follower.deliveries.last(), kind="soft", said="451")
    return follower


def everything() -> str:
    models = (Follower, Choice, Wish, Delivery, Bounce, Knock, Suppression, Growth)
    return "".join(serialize("json", model.objects.all()) for model in models)


class TestByRole:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [("Administrator", True), ("Editor", False), ("Writer", False), ("Moderator", False), ("", False)],
    )
    def test_who_may(self, known, role, allowed):
        somebody = person(role)
        for verb in (
            lambda: find(EMAIL, by=somebody),
            lambda: export(known, by=somebody),
            lambda: erase(known, by=somebody),
        ):
            if allowed:
                verb()
            else:
                with pytest.raises(PermissionDenied):
                    verb()
        assert Follower.objects.exists() is not allowed

    def test_whatever_its_case_and_its_spelling(self, known):
        assert find(" Telling@SECRET.example ", by=None) == known
        with pytest.raises(Unknown):
            find("nobody@secret.example", by=None)


class TestErasing:
    def test_leaves_nothing_that_tells(self, known):
        assert "secret" in everything()
        assert known.deliveries.unsent().exists()
        assert erase(known, by=None) is True
        assert "secret" not in everything()
        assert not Wish.objects.exists()
        assert not Bounce.objects.exists()
        left = Delivery.objects.get()
        assert (left.follower, left.domain, bool(left.dropped_at)) == (None, "", True)
        assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 1)
        assert erase(known, by=None) is False
        assert Growth.objects.get().left == 1

    def test_counts_nobody_as_gone_who_was_not_there(self):
        erase_own(asked().follower_id)
        other = following(EMAIL)
        end(other.pk)
        erase_own(other.pk)
        assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 1)


class TestTheCommands:
    def test_give_out_all(self, known):
        out = StringIO()
        call_command("export_follower", "TELLING@secret.example", stdout=out)
        kept = json.loads(out.getvalue())
        assert kept["address"] == EMAIL
        assert kept["follows"] == ["Every issue", "Corrections to what you were sent"]
        mails = [(mail["mail"], mail["issues"]) for mail in kept["mails"]]
        assert mails == [("Question whether a wish was yours", []), ("Issue", ["News"])]

    def test_erase_when_told_so(self, known, monkeypatch):
        monkeypatch.setattr("builtins.input", lambda _: "no")
        with pytest.raises(CommandError, match="Nothing was erased"):
            call_command("erase_follower", EMAIL, stdout=StringIO())
        assert Follower.objects.exists()
        out = StringIO()
        call_command("erase_follower", EMAIL, "--yes", stdout=out)
        assert not Follower.objects.exists()
        assert EMAIL not in out.getvalue()

    @pytest.mark.parametrize("command", ["export_follower", "erase_follower"])
    def test_say_that_there_is_nothing(self, command):
        with pytest.raises(CommandError, match="Nothing is kept about this address") as error:
            call_command(command, EMAIL, stdout=StringIO())
        assert EMAIL not in str(error.value)


class TestForgetting:
    def test_who_never_confirmed_is_forgotten_after_a_week(self, later):
        asked("forgotten@example.org")
        following("stays@example.org")
        later(timedelta(days=6, hours=23))
        assert forget_unconfirmed() == 0
        asked("asked@example.org")
        later(timedelta(hours=2))
        assert forget_unconfirmed() == 1
        assert set(Follower.objects.values_list("email", flat=True)) == {"asked@example.org", "stays@example.org"}
        assert not Wish.objects.filter(follower=None).exists()
        assert Delivery.objects.filter(wish__isnull=False).count() == 2
        assert forget_unconfirmed() == 0

    def test_a_new_wish_begins_the_week_anew(self, later):
        asked()
        mailed()
        later(timedelta(days=6))
        wish = asked()
        later(timedelta(days=2))
        assert forget_unconfirmed() == 0
        assert confirm(wish.pk)

    def test_who_left_is_forgotten_after_30_days_and_no_sooner(self, later):
        follower = following()
        end(follower.pk)
        later(timedelta(days=29))
        assert forget_ended() == forget_unconfirmed() == 0
        follower.refresh_from_db()
        assert follower.consent_text
        later(timedelta(days=1, hours=1))
        assert forget_ended() == 1
        assert not Follower.objects.exists()
        assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 1)

    def test_who_left_and_asks_again_keeps_what_may_still_be_confirmed(self, later):
        follower = following()
        end(follower.pk)
        later(timedelta(days=29))
        wish = asked(follower.email)
        later(timedelta(days=2))
        assert forget_ended() == 0
        assert confirm(wish.pk)
        later(timedelta(days=60))
        assert forget_ended() == 0

    def test_who_wants_to_be_left_alone_is_remembered_as_long(self, later):
        end(asked().follower_id)
        later(timedelta(days=8))
        assert forget_unconfirmed() == 0
        later(timedelta(days=23))
        assert forget_ended() == 1

    def test_knocks_are_forgotten_after_a_day(self, later):
        asked()
        later(timedelta(hours=23))
        asked("other@example.org")
        assert forget_knocks() == 0
        later(timedelta(hours=2))
        assert forget_knocks() == 1
        assert Knock.objects.count() == 1

    def test_many_are_forgotten_in_batches(self, later, monkeypatch):
        monkeypatch.setattr(subscribing, "BATCH", 2)
        for n in range(5):
            asked(f"f{n}@example.org", network=str(n))
        later(timedelta(days=8))
        assert forget_unconfirmed() == 5
        assert not Delivery.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_whoever_asks_at_that_very_moment_is_let_be(self):
        for n in range(8):
            asked(f"f{n}@example.org", network=str(n))
        old = timezone.now() - timedelta(days=8)
        Follower.objects.update(asked_at=old)
        Wish.objects.update(asked_at=old)

        def act(n: int) -> int:
            if n % 2:
                return forget_unconfirmed()
            asked(f"f{n}@example.org", network=str(n))
            return 0

        assert 4 <= sum(at_once(act, 8)) <= 8
        assert {f"f{n}@example.org" for n in (0, 2, 4, 6)} == set(Follower.objects.values_list("email", flat=True))
        assert Wish.objects.count() == 4
