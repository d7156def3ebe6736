"""``manage.py administrator``: the way into a new installation, and back in for who forgot the password."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from trainingops.domain import Refused
from trainingops.people.services import admit_administrator
from trainingops.people.services.codes import CODE_LIFETIME


class Command(BaseCommand):
    help = "Opens the account of the first administrator, or gives an administrator a new one-time code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--login", required=True, help="log-in or employee number, such as ADM01")
        parser.add_argument("--name", default="", help="name, for a new account")
        parser.add_argument("--email", default="", help="mail address, for a new account; optional")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            slip = admit_administrator(
                login=options["login"], name=options["name"], email=options["email"], now=timezone.now()
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        hours = int(CODE_LIFETIME.total_seconds() // 3600)
        self.stdout.write(f"One-time code of {slip.user.login}: {slip.grouped}, once, within {hours} hours.")
        self.stdout.write(f"Choose a password with it at {settings.BASE_URL}{reverse('account_code')}")
