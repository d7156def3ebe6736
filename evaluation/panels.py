"""What this stage shows on the pages of the stages below: what tests say, and what coaching follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.template.loader import render_to_string
from django.urls import reverse

from evaluation.analysing import TO_LOOK_AT
from evaluation.enums import AnalysedPhase
from evaluation.models import CoachingForm, EffectStudy, PaperAnalysis
from evaluation.models.effects import READS_EFFECTS
from evaluation.policies import can_coach
from planning.enums import PlanState
from planning.models import Defect, TrainingPlan
from planning.policies.catalogue import can_write_questions
from sessions.enums import HELD
from sessions.models import RecoveryCase, TrainingSession
from trainingops.ui.panels import register_provider

if TYPE_CHECKING:
    from trainingops.domain import Identified
    from trainingops.people.models import Person, User


def register_panels() -> None:
    """Fill the slots of the lower stages; called when the app starts."""
    register_provider("planning.paper", paper_panels)
    register_provider("sessions.session", session_panels)
    register_provider("planning.plan", plan_lines)
    register_provider("planning.defect", defect_panels)
    register_provider("sessions.case", case_panels)


def defect_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """The coaching that follows from each service defect, and the way to a new form (6)."""
    defects = Defect.objects.filter(pk__in=ids).select_related("person")
    return _coaching_panels({each.pk: each.person for each in defects}, "defects", "defect", defects, user)


def case_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """The coaching that follows from each remedial that was not passed, and the way to a new form (6)."""
    failed = RecoveryCase.objects.with_failure().filter(pk__in=ids, failed=True)  # type: ignore[misc]
    rows = failed.select_related("enrolment__person")
    return _coaching_panels({each.pk: each.enrolment.person for each in rows}, "case", "case", rows, user)


def _coaching_panels(
    people: Mapping[Any, Person], field: str, parameter: str, rows: Iterable[Identified], user: User
) -> Mapping[Any, Any]:
    """A panel for each row, where the reader sees a form of it or may make one."""
    panels = {}
    for row in rows:
        person = people[row.pk]
        new = reverse("coaching_new", args=[person.uuid]) if can_coach(user, person) else ""
        forms = CoachingForm.objects.visible_to(user).filter(**{field: row.pk})
        context = {"forms": forms, "new_url": new and f"{new}?{parameter}={row.uuid}"}
        if new or forms:
            panels[row.pk] = render_to_string("evaluation/coaching_panel.html", context)
    return panels


def paper_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """The way to the analyses of each paper that somebody answered; one query."""
    if not can_write_questions(user):
        return {}
    rows: dict[int, list[PaperAnalysis]] = {}
    analyses = PaperAnalysis.objects.filter(paper__in=ids, respondents__gt=0).select_related("paper").order_by("phase")
    for each in analyses.annotate(to_look_at=Count("items", filter=Q(items__verdict__in=TO_LOOK_AT))):
        rows.setdefault(each.paper_id, []).append(each)
    return {
        key: render_to_string("evaluation/paper_panel.html", {"analyses": found, "paper": found[0].paper.uuid})
        for key, found in rows.items()
    }


def session_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """Gain and the way to the analyses, for those who write questions, of sessions that were held; one query."""
    if not can_write_questions(user):
        return {}
    held = TrainingSession.objects.filter(pk__in=ids, state__in=HELD)
    panels = {}
    for each in held.select_related("gain", "pre_paper", "post_paper"):
        tests = ((AnalysedPhase.PRE, each.pre_paper), (AnalysedPhase.POST, each.post_paper))
        gain = getattr(each, "gain", None)
        context = {
            "training_session": each,
            "papers": [(phase.label, paper, phase.value) for phase, paper in tests if paper],
            "gain": gain if gain and gain.class_gain is not None and gain.individual_gain is not None else None,
        }
        if context["papers"] or context["gain"]:
            panels[each.pk] = render_to_string("evaluation/session_panel.html", context)
    return panels


def plan_lines(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """The way from an approved or filed plan to its effect and its four levels, for who may read them; one query."""
    if not user.authority.has(*READS_EFFECTS):
        return {}
    studies = EffectStudy.objects.visible_to(user).filter(plan=OuterRef("pk"))
    plans = TrainingPlan.objects.filter(uuid__in=ids).exclude(state=PlanState.IN_PREPARATION)
    return {
        uuid: render_to_string("evaluation/plan_line.html", {"plan": uuid, "study": study})
        for uuid, study in plans.annotate(study=Subquery(studies.values("uuid"))).values_list("uuid", "study")
    }
