"""Lists of required modules: submitted by a PIC, decided by the manager, followed by the next one (ISO 9001 7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning import competence_notices as notices
from planning.enums import REQUIREMENT_TRANSITIONS, ModuleState, RequirementState
from planning.models import CompetenceRequirement, ModuleVersion, RequiredModule, TrainingModule
from planning.policies.competence import can_decide_requirement, can_submit_requirement, can_withdraw_requirement
from planning.queries.catalogue import managers_of_lines
from planning.queries.requirements import SHOWN_OF_REQUIREMENT, about_requirement
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.models import Segment, ServiceLine
from trainingops.ui.moments import day_words
from trainingops.ui.shown import Shown, require_shown

if TYPE_CHECKING:
    from trainingops.people.models import User


@dataclass(frozen=True)
class Needed:
    """A module that must be held, and for how many months it holds; None: without end."""

    module: TrainingModule
    valid_months: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequirementText:
    """What a revision of a list says.

    Args:
        expiring_days: how many days before its end a competence counts as expiring, and the PIC is told.
        grace_days: how many days agents have who are new on the line, or under a list that is new.
    """

    modules: Sequence[Needed]
    effective_on: date
    expiring_days: int
    grace_days: int
    reason: str


@service
def submit_requirement(
    *, line: ServiceLine, segment: Segment | None, content: RequirementText, actor: User, now: datetime
) -> CompetenceRequirement:
    """Submit the next revision of the list of a line, or of one segment of it; its managers are told.

    Raises:
        NotAllowed: neither PIC with an appointment in force on the line nor its manager.
        Refused: another revision waits, no module or one that nobody can plan, a past day, or no reason.
    """
    ServiceLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    today = timezone.localdate(now, actor.zone)
    require(
        can_submit_requirement(actor, line, day=today),
        _("You need an appointment in force as PIC for %(line)s. Ask the manager for one.") % {"line": line},
    )
    before = CompetenceRequirement.objects.filter(line=line, segment=segment)
    if waiting := before.filter(state=RequirementState.SUBMITTED).first():
        raise Refused(_("%(list)s waits for the manager. Withdraw it before you submit another.") % {"list": waiting})
    _check(line, content, today)
    requirement = CompetenceRequirement.objects.create(
        line=line,
        segment=segment,
        revision=(before.aggregate(last=Max("revision"))["last"] or 0) + 1,
        effective_on=content.effective_on,
        expiring_days=content.expiring_days,
        grace_days=content.grace_days,
        reason=content.reason.strip(),
        submitted_by=actor,
        submitted_at=now,
    )
    RequiredModule.objects.bulk_create(
        RequiredModule(requirement=requirement, module=each.module, valid_months=each.valid_months)
        for each in content.modules
    )
    _tell(
        notices.REQUIREMENT_SUBMITTED,
        requirement,
        managers_of_lines([line], now=now, besides=actor),
        now,
        name=actor.name,
    )
    modules = [{"module": each.module.uuid, "months": each.valid_months} for each in content.modules]
    record(
        "requirement.submitted",
        subject=requirement,
        actor=actor,
        now=now,
        data={"revision": requirement.revision, "effective_on": content.effective_on, "modules": modules},
    )
    return requirement


def _check(line: ServiceLine, content: RequirementText, today: date) -> None:
    if not content.modules:
        raise Refused(_("No module is chosen. Tick at least one that must be held."), field="modules")
    keys = [each.module.pk for each in content.modules]
    taught = ModuleVersion.objects.filter(module__in=keys, module__lines=line, state=ModuleState.APPROVED)
    plannable = set(taught.values_list("module", flat=True))
    if lost := [each.module.code for each in content.modules if each.module.pk not in plannable]:
        raise Refused(
            _("%(modules)s: no approved version for %(line)s. Leave it out, or have a version approved first.")
            % {"modules": ", ".join(lost), "line": line},
            field="modules",
        )
    if content.effective_on < today:
        raise Refused(
            _("%(day)s has passed. Choose today or a later day.") % {"day": day_words(content.effective_on)},
            field="effective_on",
        )
    if not content.reason.strip():
        raise Refused(_("The reason is blank. Write why these modules must be held."), field="reason")


@service
def approve_requirement(
    *, requirement: CompetenceRequirement, note: str, actor: User, now: datetime, shown: Shown | None = None
) -> CompetenceRequirement:
    """Put a revision in force: from its day, or from today where that has passed meanwhile.

    Raises:
        NotAllowed: no manager of the line, or who submitted it.
        WrongState: it is decided on already.
    """
    locked = _decide(requirement, RequirementState.APPROVED, note=note, actor=actor, now=now, shown=shown)
    locked.effective_on = max(locked.effective_on, timezone.localdate(now, actor.zone))
    locked.save(update_fields=["effective_on"])
    _tell(notices.REQUIREMENT_APPROVED, locked, [locked.submitted_by], now)
    record(
        "requirement.approved",
        subject=locked,
        actor=actor,
        now=now,
        data={"effective_on": locked.effective_on},
        detail={"note": note} if note else None,
    )
    return locked


@service
def return_requirement(
    *, requirement: CompetenceRequirement, note: str, actor: User, now: datetime, shown: Shown | None = None
) -> CompetenceRequirement:
    """Give a revision back with a note; the next one begins from it.

    Raises: as :func:`approve_requirement`; ``Refused`` without a note.
    """
    if not note.strip():
        raise Refused(_("Write what should be different."), field="note")
    locked = _decide(requirement, RequirementState.RETURNED, note=note, actor=actor, now=now, shown=shown)
    _tell(notices.REQUIREMENT_RETURNED, locked, [locked.submitted_by], now)
    record("requirement.returned", subject=locked, actor=actor, now=now, detail={"note": note})
    return locked


@service
def withdraw_requirement(*, requirement: CompetenceRequirement, actor: User, now: datetime) -> CompetenceRequirement:
    """Take back a revision that nobody has decided on.

    Raises:
        NotAllowed: somebody else's.
        WrongState: it is decided on already.
    """
    locked = _locked(requirement)
    require(can_withdraw_requirement(actor, locked))
    require_transition(locked, RequirementState.WITHDRAWN, REQUIREMENT_TRANSITIONS)
    locked.state, locked.decided_by, locked.decided_at = RequirementState.WITHDRAWN, actor, now
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    record("requirement.withdrawn", subject=locked, actor=actor, now=now)
    return locked


def _decide(
    requirement: CompetenceRequirement, to: str, *, note: str, actor: User, now: datetime, shown: Shown | None
) -> CompetenceRequirement:
    locked = _locked(requirement)
    require(
        can_decide_requirement(actor, locked), _("A manager of the line decides, and never who submitted the list.")
    )
    require_transition(locked, to, REQUIREMENT_TRANSITIONS)
    require_shown(shown, about_requirement(locked), SHOWN_OF_REQUIREMENT)
    locked.state, locked.decided_by, locked.decided_at, locked.decision_note = to, actor, now, note.strip()
    locked.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    return locked


def _locked(requirement: CompetenceRequirement) -> CompetenceRequirement:
    rows = CompetenceRequirement.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("line", "segment", "submitted_by").get(pk=requirement.pk)


def _tell(kind: str, requirement: CompetenceRequirement, recipients: Any, now: datetime, **more: Any) -> None:
    notify(
        kind=kind,
        recipients=recipients,
        subject=requirement,
        url=reverse("requirement_detail", kwargs={"uuid": requirement.uuid}),
        params={"list": str(requirement), **more},
        now=now,
    )
