"""The way into a new installation, and back in for an administrator who forgot the password."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.ids import ID, NOT_AN_ID
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force
from trainingops.people.services.accounts import open_without_person
from trainingops.people.services.codes import Slip, issue_slip


@service
def admit_administrator(*, login: str, name: str, email: str, now: datetime) -> Slip:
    """The code by which the first administrator enters a new installation, or one who forgot the password comes back.

    Asked from the machine itself (``manage.py administrator``): whoever runs commands there holds the database anyway.
    With an administrator in office nobody else is made one here; that is done on the page of accounts.

    Raises:
        Refused: the log-in cannot be one or belongs to somebody else, no name for a new account, its mail address is
            taken, or there is an administrator already.
    """
    login, name, email = login.strip(), name.strip(), email.strip()
    office = RoleAssignment.objects.filter(
        in_force(timezone.localdate(now)), role=Role.ADMINISTRATOR, user__is_active=True
    )
    user = User.objects.select_for_update(no_key=True).filter(login__iexact=login).first()
    if user is None:
        _require_no_administrator(office)
        if not login or not name:
            raise Refused(_("A new account needs a log-in and a name. Give both."), field="name")
        if not ID.fullmatch(login):
            raise Refused(f"{login}: {NOT_AN_ID}", field="login")
        user = open_without_person(login=login, name=name, email=email, role=Role.ADMINISTRATOR, actor=None, now=now)
    elif not office.filter(user=user).exists():
        raise Refused(
            _("“%(login)s” is the account of %(name)s, who is no administrator. Choose another log-in.")
            % {"login": login, "name": user.name},
            field="login",
        )
    return issue_slip(user=user, actor=user, now=now)


def _require_no_administrator(office: QuerySet[RoleAssignment]) -> None:
    if first := office.select_related("user").order_by("pk").first():
        raise Refused(
            _("%(name)s (%(login)s) is administrator and opens accounts. For a new code give that log-in.")
            % {"name": first.user.name, "login": first.user.login},
            field="login",
        )
