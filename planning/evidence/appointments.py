"""The letter of appointment on paper (5.1.1 a)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import DateField, DateTimeField, Exists, F, Func, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import Appointment
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.payloads import signed
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words

KIND = "appointment"


def register() -> None:
    """Make the kind known when the app starts."""
    register_kind(
        EvidenceKind(
            name=KIND,
            label=gettext_lazy("Appointment of a PIC"),
            prefix="PEN",
            form_number="FR-CC-TRN-01",
            template="planning/print/appointment.html",
            template_version="1",
            title_began="Penunjukan ",
            clauses=("5.1.1", "2.2"),
            iso_clauses=("7.1", "7.2"),
            expected=expected_appointments,
            expected_title=gettext_lazy("%(what)s: no appointment of its PIC on the day it was begun"),
        )
    )


def expected_appointments(since: date, until: date, user: User) -> QuerySet[Any, tuple[str]]:
    """The plans of the period whose PIC had no appointment on the day, at the site, when it was begun."""
    from planning.models import TrainingPlan

    here = Func(F("site__timezone"), F("created_at"), function="timezone", output_field=DateTimeField())
    appointed = Appointment.objects.filter(
        user=OuterRef("pic"),
        site=OuterRef("site"),
        line=OuterRef("line"),
        starts_on__lte=OuterRef("begun_on"),
        ends_on__gte=OuterRef("begun_on"),
    )
    return (
        TrainingPlan.objects.visible_to(user)
        .filter(created_at__date__range=(since, until))
        .annotate(begun_on=Cast(here, DateField()))
        .filter(~Exists(appointed))
        .annotate(what=F("number"))
        .values_list("what")
    )


def request_appointment_letter(*, appointment: Appointment, actor: User, now: datetime) -> EvidenceRequest:
    """Order the letter, with what the manager signed."""
    with translation.override("id"):
        return request_evidence(
            kind=KIND,
            subject=appointment,
            title=appointment.number,
            payload=_payload(appointment),
            evidence_date=appointment.appointed_at.astimezone(appointment.site.zone).date(),
            supports_until=appointment.ends_on,
            site=appointment.site,
            line=appointment.line,
            actor=actor,
            now=now,
        )


def _payload(appointment: Appointment) -> dict[str, Any]:
    """What the letter says, in words; the names are here because the payload may be disposed of."""
    site, line = appointment.site, appointment.line
    period = _("%(first)s to %(last)s") % {
        "first": day_words(appointment.starts_on),
        "last": day_words(appointment.ends_on),
    }
    return {
        "title": _("Appointment of a PIC"),
        "subtitle": appointment.user.name,
        "subtitle_more": f"{line.name}, {site.name}",
        "clause": "5.1.1",
        "ident": [
            [_("Number"), appointment.number],
            [_("Employee number"), appointment.user.login],
            [_("Service line"), line.name],
            [_("Site"), site.name],
            [_("In force"), period],
            [_("Appointed by"), appointment.appointed_by.name],
        ],
        "name": appointment.user.name,
        "period": period,
        "duties": [part.strip() for part in appointment.duties.splitlines() if part.strip()],
        "signatures": [signed(appointment.appointed_by.name, appointment.signature, site.zone)],
        "content_hash": appointment.signature.content_hash,
    }
