"""Service defects, monitoring samples and where needs come from (2.3, 5.1.1 c, d)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import DEFECT_TRANSITIONS, DefectState
from planning.models import Defect, NeedSource, QualityParameter
from planning.policies.catalogue import (
    can_dispute_defect,
    can_judge_defect,
    can_record_defect,
    can_register_need,
)
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.people.queries import assignment_on

if TYPE_CHECKING:
    from trainingops.people.models import Person, ServiceLine, User

#: Findings of Quality Control, typed or from its sheets: one name, so that a list and a sheet meet in one defect.
QC_SOURCE = "QC"


def finding_reference(*, contact: str, employee_no: str, parameter: str) -> str:
    """What names a finding in the register: the contact, the agent and the parameter."""
    return f"{contact}/{employee_no.upper()}/{parameter}"[:80]


@service
def add_need_source(
    *,
    kind: str,
    dated_on: date,
    asked_by: str,
    request: str,
    document: str,
    line: ServiceLine | None,
    actor: User,
    now: datetime,
) -> NeedSource:
    """Register where a need comes from: the client, a team, the manager (5.1.1 d).

    Raises:
        NotAllowed: the line lies outside the actor's scope.
        Refused: the date lies ahead.
    """
    require(can_register_need(actor, line))
    if dated_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(_("The date lies ahead. Write the day on which it was asked."), field="dated_on")
    need = NeedSource.objects.create(
        kind=kind,
        dated_on=dated_on,
        asked_by=asked_by,
        request=request,
        document=document,
        line=line,
        created_by=actor,
    )
    record("need_source.added", subject=need, actor=actor, now=now, data={"kind": kind}, detail={"asked_by": asked_by})
    return need


@service
def add_defect(
    *,
    person: Person,
    occurred_on: date,
    contact_reference: str,
    channel: str,
    parameter: QualityParameter,
    root_cause: str,
    root_cause_by: str,
    note: str,
    actor: User,
    now: datetime,
) -> Defect:
    """Record a finding on live service; site, line and team are those of the agent on that day (2.3, 5.1.1 c).

    Raises:
        NotAllowed: the agent worked outside the actor's scope.
        Refused: the day lies ahead, the agent worked nowhere then, or the finding is known.
    """
    if occurred_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(_("The date of contact lies ahead. Correct it."), field="occurred_on")
    place = assignment_on(person.pk, occurred_on)
    if place is None:
        raise Refused(
            _("%(name)s had no place of work on this day. Correct the date or the agent's assignment.")
            % {"name": person.name},
            field="occurred_on",
        )
    require(can_record_defect(actor, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id))
    reference = finding_reference(contact=contact_reference, employee_no=person.employee_no, parameter=parameter.code)
    if Defect.objects.filter(source=QC_SOURCE, source_reference=reference).exists():
        raise Refused(
            _("Contact %(contact)s has a finding on %(parameter)s already. Open it instead of adding it again.")
            % {"contact": contact_reference, "parameter": parameter.code},
            field="contact_reference",
        )
    defect = Defect.objects.create(
        source=QC_SOURCE,
        source_reference=reference,
        person=person,
        site_id=place.site_id,
        line_id=place.line_id,
        team_id=place.team_id,
        occurred_on=occurred_on,
        contact_reference=contact_reference,
        channel=channel,
        error_class=parameter.error_class,
        parameter=parameter,
        root_cause=root_cause,
        root_cause_by=root_cause_by,
        note=note,
    )
    record("defect.added", subject=defect, actor=actor, now=now, data={"person": person.uuid})
    return defect


@service
def dispute_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Say that a finding is wrong; it counts until Quality Control annuls it."""
    locked = _locked(defect)
    require(can_dispute_defect(actor, locked))
    return _decide(locked, DefectState.DISPUTED, reason, actor, now)


@service
def uphold_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Quality Control keeps a disputed finding."""
    locked = _locked(defect)
    require(can_judge_defect(actor, locked))
    return _decide(locked, DefectState.VALID, reason, actor, now)


@service
def annul_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Quality Control takes a finding back; it leaves every rate and no training is planned on it."""
    locked = _locked(defect)
    require(can_judge_defect(actor, locked))
    return _decide(locked, DefectState.ANNULLED, reason, actor, now)


def _locked(defect: Defect) -> Defect:
    return Defect.objects.select_for_update(no_key=True).get(pk=defect.pk)


def _decide(locked: Defect, to: DefectState, reason: str, actor: User, now: datetime) -> Defect:
    require_transition(locked, to, DEFECT_TRANSITIONS)
    if not reason.strip():
        raise Refused(_("Write the reason."), field="reason")
    before = locked.state
    locked.state, locked.decision_note, locked.decided_by, locked.decided_at = to, reason, actor, now
    locked.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    record(
        f"defect.{'upheld' if to == DefectState.VALID else to.value}",
        subject=locked,
        actor=actor,
        now=now,
        data={"from": before, "to": to.value},
        detail={"reason": reason},
    )
    return locked
