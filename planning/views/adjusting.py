"""What the PIC changes in an approved plan without a new revision (UX.md APR-3)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planning.completeness import Snapshot, lost
from planning.content import CHOICES
from planning.enums import RevisionState
from planning.forms.adjusting import PlaceForm, RecipientAddForm, TargetAdjustForm
from planning.lists import with_lists
from planning.models import PlanRevision
from planning.queries.plans import local_day
from planning.services.adjusting import add_recipient, adjust_target, adjustable_revision, change_place
from planning.services.drafting import Recipient
from planning.views.common import form_page, posted, url
from planning.views.plans import get_plan
from trainingops.people.http import SignedInRequest


@require_GET
def plan_adjust(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Batches, targets and recipients of the approved revision, each with what can be changed about it."""
    plan = _approved(request, uuid).plan
    revision = with_lists(PlanRevision.objects.select_related(*CHOICES), now=request.now).get(approved_for=plan)
    revision.plan = plan
    snapshot = Snapshot(revision, request.now)
    open_revision = plan.revisions.filter(state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED]).first()
    context = {
        "plan": plan,
        "lost": lost(snapshot),
        "impacts": snapshot.impacts,
        "busy_reason": revision.busy_reason,
        "sessions": snapshot.sessions,
        "targets": revision.targets.select_related("person", "planned_session"),
        "recipients": snapshot.recipients,
        "open_revision": open_revision,
        "title": _("Change without a new revision"),
    }
    return render(request, "planning/plan_adjust.html", context)


@require_http_methods(["GET", "POST"])
def plan_adjust_place(request: SignedInRequest, uuid: UUID, session: UUID) -> HttpResponse:
    """Another room or link for a batch."""
    revision = _approved(request, uuid)
    planned = get_object_or_404(revision.sessions.select_related("room", "host_site"), uuid=session)
    planned.plan = revision.plan

    def act(form: PlaceForm) -> tuple[str, str]:
        change_place(planned=planned, **form.cleaned_data, actor=request.user, now=request.now)
        return url("plan_adjust", revision.plan), _("Room and link are changed.")

    return form_page(
        request,
        PlaceForm(posted(request), planned=planned),
        act,
        title=_("Room and link of %(batch)s") % {"batch": planned},
        parent=(url("plan_adjust", revision.plan), revision.plan.number),
        submit=_("Save"),
    )


@require_http_methods(["GET", "POST"])
def plan_adjust_target(request: SignedInRequest, uuid: UUID, target: UUID) -> HttpResponse:
    """Another batch or extra time for one target."""
    revision = _approved(request, uuid)
    chosen = get_object_or_404(revision.targets.select_related("person"), uuid=target)
    chosen.revision = revision

    def act(form: TargetAdjustForm) -> tuple[str, str]:
        adjust_target(target=chosen, **form.cleaned_data, actor=request.user, now=request.now)
        return url("plan_adjust", revision.plan), _("%(name)s is changed.") % {"name": chosen.person.name}

    initial = {"to": chosen.planned_session_id, "extra_minutes": chosen.extra_minutes}
    return form_page(
        request,
        TargetAdjustForm(posted(request), revision=revision, initial=initial),
        act,
        title=_("Batch and extra time of %(name)s") % {"name": chosen.person.name},
        parent=(url("plan_adjust", revision.plan), revision.plan.number),
        submit=_("Save"),
    )


@require_http_methods(["GET", "POST"])
def plan_adjust_recipient(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One more recipient of the reports."""
    revision = _approved(request, uuid)

    def act(form: RecipientAddForm) -> tuple[str, str]:
        recipient = Recipient(**form.cleaned_data)
        add_recipient(plan=revision.plan, recipient=recipient, actor=request.user, now=request.now)
        return url("plan_adjust", revision.plan), _("The recipient is added.")

    return form_page(
        request,
        RecipientAddForm(posted(request), plan=revision.plan, day=local_day(request.now, revision.plan.site)),
        act,
        title=_("Add a recipient"),
        parent=(url("plan_adjust", revision.plan), revision.plan.number),
        submit=_("Add"),
    )


def _approved(request: SignedInRequest, uuid: UUID) -> PlanRevision:
    """The approved revision of a plan, for its PIC: unknown 404, others 403, not approved 409."""
    return adjustable_revision(get_plan(request, uuid), actor=request.user)
