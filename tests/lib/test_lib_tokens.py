"""Tokens in links: of one kind, and good for a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsroom.lib.tokens import Expired, Forged, make, read

TWO_DAYS = timedelta(hours=48)


def test_a_token_opens_the_doors_of_its_kind_until_it_is_too_old(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    token = make("one", [1, 2])
    assert read(token, "one") == read(token, "one", good_for=TWO_DAYS) == [1, 2]
    time_machine.move_to(now + TWO_DAYS + timedelta(seconds=2), tick=False)
    with pytest.raises(Expired):
        read(token, "one", good_for=TWO_DAYS)
    assert read(token, "one") == [1, 2]
    with pytest.raises(Forged):
        read(token, "other", good_for=TWO_DAYS)


def test_what_was_not_made_here_opens_nothing():
    token, other = make("one", [1, 2]), make("one", [1, 3])
    for forged in (token[:-1], f"{token}x", "", "a:b:c", "é", other.split(":", 1)[0] + ":" + token.split(":", 1)[1]):
        with pytest.raises(Forged):
            read(forged, "one")
