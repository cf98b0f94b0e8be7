"""Making a new site ready: what `manage.py setup` prints, and that it touches no site in use."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from follow.models import Delivery
from newsroom.announcing import announce_due
from reports.models import Edition
from tests.factories import follower

pytestmark = pytest.mark.django_db


def said() -> str:
    out = StringIO()
    call_command("setup", stdout=out)
    return out.getvalue()


def test_the_first_time_it_prints_an_editors_password_and_how_to_make_an_administrator():
    printed = said()
    (password,) = re.findall(r"password  (\S+)", printed)
    editor = authenticate(username="editor", password=password)
    assert editor
    assert not editor.email
    assert "It has no email address, so no test of a mail reaches it before you give it one" in printed
    assert "  .venv/bin/python manage.py createsuperuser\n" in printed
    assert Edition.objects.live().count() == 1


def test_the_second_time_it_says_and_changes_nothing():
    said()
    before = User.objects.get().password
    assert said() == ""
    assert User.objects.get().password == before
    assert Edition.objects.count() == 1


def test_the_sample_is_in_nobodys_mail():
    said()
    follower("early@example.org")
    assert announce_due() == 1
    assert not Delivery.objects.exists()
