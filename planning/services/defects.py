"""The register of service defects: recorded, imported, disputed, judged (2.3, 5.1.1 c)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import DEFECT_TRANSITIONS, DefectState, RootCause
from planning.models import Defect, QualityParameter
from planning.policies.catalogue import can_dispute_defect, can_judge_defect, can_record_defect
from planning.services.sample_decisions import DECISION, decide
from planning.services.samples import drop_from_rates
from planning.services.sources import QC_SOURCE, finding_reference, named_and_placed, place_then
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition

if TYPE_CHECKING:
    from trainingops.people.models import Person, User

_IN_ONE_STATEMENT = 1_000


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
    place = place_then(person=person, day=occurred_on, field="occurred_on", actor=actor, now=now)
    reference = finding_reference(contact=contact_reference, employee_no=person.employee_no, parameter=parameter.code)
    if Defect.objects.filter(source=QC_SOURCE, source_reference=reference).exists():
        raise Refused(
            _("Contact %(contact)s has a finding on %(parameter)s already. Open it instead of adding it again.")
            % {"contact": contact_reference, "parameter": parameter.code},
            field="contact_reference",
        )
    defect = Defect.objects.create(
        **named_and_placed(reference, person, place),
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


def is_settled(defect: Defect) -> bool:
    """Whether no file changes the state of a finding: it is annulled, or was decided here, which takes a reason."""
    return defect.state == DefectState.ANNULLED or bool(defect.decision_note)


@service
def save_defects(*, defects: Sequence[Defect], actor: User, now: datetime) -> None:
    """Write findings of Quality Control in bulk, new and changed ones; one journal entry lists them.

    A state that changes carries who and when; one that is settled stays (:func:`is_settled`).

    Raises:
        NotAllowed: one of them lies outside the actor's scope.
    """
    for defect in defects:
        require(can_record_defect(actor, site_id=defect.site_id, line_id=defect.line_id, team_id=defect.team_id))
    keys = [defect.source_reference for defect in defects]
    stored = {
        row.source_reference: row
        for row in Defect.objects.select_for_update(no_key=True, of=("self",))
        .select_related("parameter")
        .filter(source=QC_SOURCE, source_reference__in=keys)
    }
    new = [defect for defect in defects if defect.source_reference not in stored]
    changed = [
        _merged(stored[each.source_reference], each, actor, now) for each in defects if each.source_reference in stored
    ]
    annulled = [each for each in changed if each.state == DefectState.ANNULLED]
    Defect.objects.bulk_create(new, batch_size=_IN_ONE_STATEMENT)
    Defect.objects.bulk_update(changed, [*_IMPORTED, "decided_by", "decided_at"], batch_size=_IN_ONE_STATEMENT)
    if annulled:
        drop_from_rates(annulled)
    if defects:
        record(
            "defects.saved",
            subject=actor,
            actor=actor,
            now=now,
            data={"new": [str(each.uuid) for each in new], "changed": [str(each.uuid) for each in changed]},
        )


_IMPORTED = ["occurred_on", "channel", "error_class", "root_cause", "root_cause_by", "note", "state"]


def _merged(old: Defect, given: Defect, actor: User, now: datetime) -> Defect:
    """The stored finding with what the file says; a settled state stays (IMP-4)."""
    if is_settled(old):
        given.state = old.state
    elif old.state != given.state:
        old.decided_by, old.decided_at = actor, now
    for name in _IMPORTED:
        setattr(old, name, getattr(given, name))
    return old


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
    annulled = _decide(locked, DefectState.ANNULLED, reason, actor, now)
    drop_from_rates([annulled])
    return annulled


@service
def set_root_cause(*, defect: Defect, root_cause: str, set_by: str, actor: User, now: datetime) -> Defect:
    """Quality Control says why, once it is known, and who found it out (5.1.1 c).

    Raises:
        NotAllowed: not Quality Control of the place.
        Refused: the finding was annulled, or the cause is unknown.
    """
    locked = _locked(defect)
    require(can_judge_defect(actor, locked))
    if locked.state == DefectState.ANNULLED:
        raise Refused(_("This finding was annulled and needs no cause. Go back to its page."), field="root_cause")
    if root_cause not in RootCause.values:
        raise Refused(_("Choose attitude, skill or knowledge."), field="root_cause")
    before = locked.root_cause
    locked.root_cause, locked.root_cause_by = root_cause, set_by.strip()[:120]
    locked.save(update_fields=["root_cause", "root_cause_by"])
    record("defect.cause_set", subject=locked, actor=actor, now=now, data={"from": before, "to": root_cause})
    return locked


def _locked(defect: Defect) -> Defect:
    return Defect.objects.select_for_update(no_key=True, of=("self",)).select_related("parameter").get(pk=defect.pk)


def _decide(locked: Defect, to: DefectState, reason: str, actor: User, now: datetime) -> Defect:
    require_transition(locked, to, DEFECT_TRANSITIONS)
    if not reason.strip():
        raise Refused(_("Write the reason."), field="reason")
    before = locked.state
    decide(locked, to, reason=reason, actor=actor, now=now)
    locked.save(update_fields=DECISION)
    record(
        f"defect.{'upheld' if to == DefectState.VALID else to.value}",
        subject=locked,
        actor=actor,
        now=now,
        data={"from": before, "to": to.value},
        detail={"reason": reason},
    )
    return locked
