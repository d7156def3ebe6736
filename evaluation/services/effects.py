"""Studies of the effect of trainings: made by the approval, measured by a worker, measured again on demand (5.4).

A measurement is never changed: annulled defects lead to another one beside it. Nothing here that counts runs in a
request.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import STUDY_TRANSITIONS, EffectVerdict, StudyState
from evaluation.models import EffectMeasurement, EffectStudy
from evaluation.policies import can_ask_measurement
from planning.effect_windows import DAYS
from planning.models.resources import untranslated
from planning.queries.effect import around
from reporting.queries import office_holders
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import Role
from trainingops.ui.stored import stored_word

if TYPE_CHECKING:
    from evaluation.measuring import Found
    from planning.models import PlanRevision, TrainingPlan
    from trainingops.people.models import User

#: What a revision says of a study, and each measurement repeats.
_PLANNED = ("effect_class", "effect_parameter_id", *DAYS)


@service
def plan_study(*, revision: PlanRevision, actor: User | None, now: datetime) -> EffectStudy | None:
    """Make or change the study of an approved revision; its plan is locked. None where no window is planned.

    A revision that moves windows or class of what was measured leads to another measurement; the old one stays.
    """
    plan = revision.plan
    if not revision.effect_class or not all(getattr(revision, name) for name in DAYS):
        return None
    study = EffectStudy.objects.select_for_update(no_key=True).filter(plan=plan).first()
    study = study or EffectStudy(plan=plan, created_at=now)
    before = tuple(getattr(study, name) for name in _PLANNED)
    for name in _PLANNED:
        setattr(study, name, getattr(revision, name))
    if study.pk and study.state != StudyState.WAITING and before != tuple(getattr(study, name) for name in _PLANNED):
        require_transition(study, StudyState.WAITING, STUDY_TRANSITIONS)
        study.state = StudyState.WAITING
    selected = around(revision).selected or (None, None)
    study.revision, (study.selected_from, study.selected_until) = revision, selected
    study.due_at = datetime.combine(study.after_until + timedelta(days=1), time(), plan.site.zone)
    study.save()
    record("effect.planned", subject=study, actor=actor, now=now, data={"plan": plan.uuid, "due_at": study.due_at})
    return study


@service
def drop_study(*, plan: TrainingPlan, actor: User | None, now: datetime) -> None:
    """Give up the study of a plan that was cancelled before its class."""
    study = EffectStudy.objects.select_for_update(no_key=True).filter(plan=plan, state=StudyState.WAITING).first()
    if study is not None:
        require_transition(study, StudyState.DROPPED, STUDY_TRANSITIONS)
        study.state = StudyState.DROPPED
        study.save(update_fields=["state"])
        record("effect.dropped", subject=study, actor=actor, now=now)


@service
def ask_measurement(*, study: EffectStudy, actor: User, now: datetime) -> EffectStudy:
    """Have a measured study measured again, since defects were annulled or samples came in late; a worker does it.

    Asked twice it is measured once.

    Raises:
        NotAllowed: neither manager, PIC nor Quality Control there.
        WrongState: not measured yet.
    """
    study = EffectStudy.objects.select_for_update(no_key=True, of=("self",)).select_related("plan").get(pk=study.pk)
    require(can_ask_measurement(actor, study), _("Only the manager, the PIC and Quality Control can ask for this."))
    if study.state != StudyState.MEASURED:
        raise WrongState(
            _("%(plan)s is “%(state)s”. It is measured by itself when its window has ended.")
            % {"plan": study.plan.number, "state": study.get_state_display()}
        )
    if study.wanted_at is None:
        study.wanted_at, study.wanted_by = now, actor
        study.save(update_fields=["wanted_at", "wanted_by"])
        record("effect.asked", subject=study, actor=actor, now=now)
    return study


def studies_due(*, now: datetime) -> list[int]:
    """The studies whose window has ended, and those that somebody wants measured again, the longest due first."""
    due = Q(state=StudyState.WAITING, due_at__lte=now) | Q(state=StudyState.MEASURED, wanted_at__isnull=False)
    return list(EffectStudy.objects.filter(due).order_by("due_at", "pk").values_list("pk", flat=True))


def measure_due(*, now: datetime) -> int:
    """Measure every study that is due, one after the other; how many measurements were kept."""
    return sum(measure_study(study_id=key, now=now) for key in studies_due(now=now))


def measure_study(*, study_id: int, now: datetime) -> bool:
    """Measure one study if it is due; whether a new measurement was kept.

    It is counted without a lock; what two workers find at the same time is kept once.
    """
    from evaluation.measuring import measure

    study = EffectStudy.objects.select_related(
        "plan__site", "plan__line", "plan__pic", "revision__module_version", "effect_parameter"
    ).get(pk=study_id)
    return _is_due(study, now) and _keep(study=study, found=measure(study), now=now)


def _is_due(study: EffectStudy, now: datetime) -> bool:
    if study.state == StudyState.WAITING:
        return study.due_at <= now
    return study.state == StudyState.MEASURED and study.wanted_at is not None


@service
def _keep(*, study: EffectStudy, found: Found, now: datetime) -> bool:
    """Write what was found beside what was found before; nothing new where the counts are the same."""
    locked = EffectStudy.objects.select_for_update(no_key=True).get(pk=study.pk)
    is_same_plan = all(getattr(locked, name) == getattr(study, name) for name in _PLANNED)
    if not _is_due(locked, now) or locked.latest_id != study.latest_id or not is_same_plan:
        return False
    asked_by, latest = locked.wanted_by_id, study.latest
    is_new = locked.state == StudyState.WAITING or latest is None or latest.rests_on != found.rests_on
    number = (latest.number if latest else 0) + 1
    if is_new:
        locked.latest = _measurement(locked, found, number=number, asked_by=asked_by, now=now)
    if locked.state == StudyState.WAITING:
        require_transition(locked, StudyState.MEASURED, STUDY_TRANSITIONS)
        locked.state = StudyState.MEASURED
    locked.checked_at, locked.wanted_at, locked.wanted_by = now, None, None
    locked.save(update_fields=["latest", "state", "checked_at", "wanted_at", "wanted_by"])
    data = {"verdict": found.verdict.value, "new": is_new}
    record("effect.measured", subject=study, actor=None, now=now, data=data)
    if is_new:
        _tell(study, found.verdict, number, now)
    return is_new


def _measurement(
    study: EffectStudy, found: Found, *, number: int, asked_by: int | None, now: datetime
) -> EffectMeasurement:
    decision = found.decision
    return EffectMeasurement.objects.create(
        study=study,
        number=number,
        measured_at=now,
        asked_by_id=asked_by,
        verdict=found.verdict,
        trained=decision.trained,
        compared=decision.compared,
        rate_trained=_rate(decision.rate_trained),
        rate_compared=_rate(decision.rate_compared),
        rests_on=found.rests_on,
        result=found.result,
        **{name: getattr(study, name) for name in _PLANNED},
    )


def _rate(value: float | None) -> Decimal | None:
    return None if value is None else round(Decimal(value), 6)


def _tell(study: EffectStudy, verdict: EffectVerdict, number: int, now: datetime) -> None:
    """PIC and manager learn the verdict."""
    plan = study.plan
    params: dict[str, Any] = {
        "plan": plan.number,
        "title": plan.title,
        "verdict": stored_word(untranslated(verdict.label)),
    }
    notify(
        kind="effect.measured",
        recipients=list(dict.fromkeys([plan.pic, *office_holders([Role.MANAGER], plan, now)])),
        subject=study,
        step=str(number),
        url=reverse("effect_detail", args=[study.uuid]),
        params=params,
        now=now,
    )
