"""The set-up task list of a new house, ticked from the real state (EMP-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.people.enums import MANDATORY_PARTIES, Role
from trainingops.people.models import Person, RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force
from trainingops.records.models import ControlledProcedure


@dataclass(frozen=True)
class Step:
    """One thing that must be there before the first training; ``url`` is where it is made, or empty."""

    title: str
    why: str
    done: bool
    url: str = ""
    action: str = ""


def steps(user: User, *, today: date) -> list[Step]:
    """What a house needs, in the order in which it is made; one query."""
    found: Any = User.objects.filter(pk=user.pk).values(**{name: Exists(rows) for name, rows in _wanted(today).items()})
    made: dict[str, bool] = found.get()
    return [
        Step(
            _("Sites with their time zone"),
            _("Due times count in the zone of the session's site."),
            made["sites"],
            reverse("place_new", args=["site"]),
            _("Add a site"),
        ),
        Step(
            _("Service lines"),
            _("Modules, plans and scopes name a line."),
            made["lines"],
            reverse("place_new", args=["line"]),
            _("Add a line"),
        ),
        Step(
            _("People imported"),
            _("Agents with their teams, from the list of the contact centre."),
            made["people"],
            reverse("import_list"),
            _("Import"),
        ),
        Step(
            _("An Operations manager"),
            _("The manager appoints PICs and approves plans (4.1, 5.1.1)."),
            made["party_manager"],
            reverse("account_list"),
            _("Give the role"),
        ),
        _recipients(made),
        _mail(),
        Step(
            _("The procedure's revision in force"),
            _("Each record names the revision that was in force (clause 7)."),
            made["procedure"],
        ),
        Step(
            _("Certificate of the seal"),
            _("Records are sealed with the organisation's certificate; it is made with the first record."),
            any(Path(settings.SEAL_KEY_DIR).glob("*.pem")),
        ),
    ]


def _wanted(today: date) -> dict[str, QuerySet[Any]]:
    held = RoleAssignment.objects.filter(in_force(today), user__is_active=True)
    return {
        "sites": Site.objects.all(),
        "lines": ServiceLine.objects.all(),
        "people": Person.objects.all(),
        "procedure": ControlledProcedure.objects.filter(effective_on__lte=today),
        **{f"party_{role.value}": held.filter(role=role) for role in (*MANDATORY_PARTIES, Role.MANAGER)},
    }


def _recipients(made: dict[str, bool]) -> Step:
    without = [str(role.label) for role in MANDATORY_PARTIES if not made[f"party_{role.value}"]]
    return Step(
        _("Recipients of the four mandatory parties"),
        _("Nobody holds: %(roles)s.") % {"roles": ", ".join(without)}
        if without
        else _("Each party that clause 5.3.2 names has somebody to report to."),
        not without,
        reverse("account_list"),
        _("Give the roles"),
    )


def _mail() -> Step:
    if settings.ENV.email_url:
        return Step(_("Mail"), _("Messages go through %(host)s.") % {"host": settings.EMAIL_HOST}, True)
    if settings.ENV.mode == "demo":
        return Step(_("Mail"), _("In the demo, messages are written into a folder on this machine."), True)
    why = _("Set EMAIL_URL in the environment and start the site again; until then mails go to a folder.")
    return Step(_("Mail"), why, False)
