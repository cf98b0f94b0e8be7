"""Make a new site ready to be tried: an editor's account and the sample issue."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.crypto import get_random_string

from follow.mailing import prepare
from newsroom.importing import parse
from newsroom.importing.drafts import earlier, save_draft
from newsroom.publishing import publish
from newsroom.roles import make_missing_roles
from reports.images import attach

SAMPLE = Path(settings.BASE_DIR) / "newsroom" / "sample"


MADE = """
An editor's account was made. This is shown once:

  name      editor
  password  {password}

It has no email address, so no test of a mail reaches it before you give it one: "Your account" on the desk.
Who follows, and other people's accounts, are an administrator's to see; this makes one:

  .venv/bin/python manage.py createsuperuser
"""


class Command(BaseCommand):
    help = (
        "On a site without any account, make an editor's (its password is printed once) and import and publish the "
        "sample issue as an editor would. On any other site, change nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        make_missing_roles()
        if User.objects.exists():
            return
        self.stdout.write("Importing and publishing the sample issue …")
        password = get_random_string(16, "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        with transaction.atomic():
            editor = User.objects.create_user("editor", password=password, is_staff=True, first_name="Editor")
            editor.groups.add(Group.objects.get(name="Editor"))
            self.publish_sample(by=editor)
        self.stdout.write(MADE.format(password=password))

    def publish_sample(self, *, by: User) -> None:
        text = (SAMPLE / "report-2025-04-12.txt").read_text(encoding="utf-8")
        if earlier(text):
            return
        report = save_draft(parse(text), by=by, source=text)
        if report.hero:
            with (SAMPLE / "hero.png").open("rb") as picture:
                attach(report.hero, picture)
        # Those who follow by the time that a worker runs for the first time want news, and no sample.
        prepare(report, subject="", preheader="", is_silent=True, by=by)
        publish(report, by=by)
