"""For somebody who lost the phone, where no administrator can do it on the desk."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsroom.staff.factors import reset


class Command(BaseCommand):
    help = (
        "Take all second factors and recovery codes from an account and log it out everywhere. Its password alone "
        "opens it afterwards; where a second factor is required, the next log-in asks for a new one. It is noted in "
        "the audit log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError("There is no account of this name.")
        number = reset(user, by=None)
        self.stdout.write(f"Second factors taken from {user.get_username()}: {number}. Every session was ended.")
