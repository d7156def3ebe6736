"""The recap of a training: what became of everybody on target."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.db.models import Q, Subquery
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from reporting.models import TrainingRecap
from reporting.recap import Recap
from sessions.enums import OutcomeState
from sessions.models import TargetOutcome
from sessions.queries.ledger import waived_remedials
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.people.queries import SEES_PEOPLE
from trainingops.ui.exports import table_response
from trainingops.ui.tables import MomentColumn, PageTable, configure


class RecapTable(PageTable):
    """Who was on target, and what became of them."""

    caption = gettext_lazy("People on target")
    empty_title = gettext_lazy("Nobody of yours was on target")
    empty_text = gettext_lazy("The counts above are of everybody.")
    row_header = "name"
    name = tables.Column(verbose_name=gettext_lazy("Participant"), accessor="person__name", orderable=False)
    employee_no = tables.Column(
        verbose_name=gettext_lazy("Employee no."), accessor="person__employee_no", orderable=False
    )
    batch = tables.Column(
        verbose_name=gettext_lazy("Batch"), accessor="enrolment__training_session__label", orderable=False
    )
    outcome = tables.Column(verbose_name=gettext_lazy("Training"), empty_values=(), orderable=False)
    result = tables.Column(verbose_name=gettext_lazy("Result"), orderable=False)
    decision = tables.Column(verbose_name=gettext_lazy("Decision"), empty_values=(), orderable=False)
    settled_at = MomentColumn(verbose_name=gettext_lazy("Since"), zone="plan__site__zone", orderable=False)

    def render_outcome(self, record: TargetOutcome) -> str:
        """In words: how they were trained, or why not."""
        if record.state != OutcomeState.TRAINED:
            return record.get_state_display()
        return _("Trained on schedule") if record.on_schedule else _("Trained by recovery")

    def render_result(self, record: TargetOutcome) -> str:
        return record.get_result_display() if record.state == OutcomeState.TRAINED else "–"

    def render_decision(self, record: TargetOutcome) -> str:
        """Why somebody was waived or lapsed, or excused from the remedial, and who decided it (4.3)."""
        if record.state != OutcomeState.TRAINED:
            return f"{record.reason} ({record.decided_by})" if record.decided_by else record.reason
        if record.remedial_reason is None:  # type: ignore[attr-defined]
            return "–"
        said = {"reason": record.remedial_reason, "name": record.remedial_by}  # type: ignore[attr-defined]
        return _("Remedial waived: %(reason)s (%(name)s)") % said


def _people(recap: TrainingRecap, reader: User) -> Any:
    """Those on target whom the reader may know by name: all to who ran it, their own people to the offices."""
    places = {name: f"enrolment__{name}" for name in ("site", "line", "team")}
    inside = reader.authority.scope(*SEES_PEOPLE, **places)
    everybody = Q(pk__isnull=False) if recap.plan.pic_id == reader.pk else inside
    remedials = waived_remedials()
    return (
        TargetOutcome.objects.filter(everybody, plan=recap.plan)
        .select_related("person", "plan__site", "enrolment__training_session", "decided_by")
        .annotate(
            remedial_reason=Subquery(remedials.values("note")[:1]),
            remedial_by=Subquery(remedials.values("settled_by__name")[:1]),
        )
        .order_by(Lower("person__name"), "pk")
    )


@require_GET
def recap_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The numbers as they were when the last case closed, and the people whom the reader may know."""
    recaps = TrainingRecap.objects.visible_to(request.user)
    recap = get_object_or_404(recaps.select_related("plan__site", "plan__line", "plan__pic"), uuid=uuid)
    table = RecapTable(_people(recap, request.user))
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("training-recap"))
    numbers = recap.plan.recaps.all()
    context = {
        "recap": recap,
        "plan": recap.plan,
        "figure": Recap(**recap.figures),
        "others": [each for each in numbers if each != recap],
        "is_latest": all(each.number <= recap.number for each in numbers),
        "table": configure(request, table),
        "title": _("Recap: %(title)s") % {"title": recap.plan.title},
    }
    return render(request, "reporting/recap_detail.html", context)
