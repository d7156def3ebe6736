"""The list of coaching forms, and one of them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import COACHING_UNDER_WAY, CoachingState
from evaluation.evidence import grounds_words
from evaluation.filters import CoachingFilter
from evaluation.models import CoachingForm, Finding, Review
from evaluation.policies import COACHES, can_comment, can_follow_up, can_write_coaching
from evaluation.tables import COACHING_KINDS, CoachingTable
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.people.models import Person
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def coaching_list(request: SignedInRequest) -> HttpResponse:
    """Forms that I made, that are about me, or that I may audit; and whom I can coach (``?finding=``: from what)."""
    forms = CoachingForm.objects.visible_to(request.user).with_next_follow_up()
    chosen = CoachingFilter(request.GET, forms.select_related("person", "coach", "site", "line"))
    may_coach = request.authority.has(*COACHES)
    whom = request.GET.get("q", "").strip()
    people = Person.objects.none()
    if whom and may_coach:
        people = Person.objects.visible_to(request.user).working().exclude(user=request.user)
        people = people.filter(name__icontains=whom)[:20]
    words = [str(bound.field.label) for bound in chosen.form if bound.value()]
    context = {
        "table": configure(request, CoachingTable(chosen.qs)),
        "filter": chosen,
        "summary": ", ".join(words) or _("All coaching forms"),
        "people": people,
        "whom": whom,
        "finding": finding_asked(request),
        "may_coach": may_coach,
    }
    return list_page(request, "evaluation/coaching_list.html", context, file="form-pembinaan-sdm")


def finding_asked(request: SignedInRequest) -> Finding | None:
    """The finding of a review that the address names, as far as the reader may see it."""
    if not (asked := uuid_of(request.GET.get("finding", ""))):
        return None
    reviews = Review.objects.visible_to(request.user).order_by().values("pk")
    visible = Finding.objects.filter(review__in=reviews, nothing_found=False, withdrawn_at=None)
    return get_object_or_404(visible.select_related("review"), uuid=asked)


def form_in_sight(request: SignedInRequest, uuid: UUID) -> CoachingForm:
    """The form as far as the reader may see it."""
    related = ("person", "coach", "site", "line", "review", "closed_by", "case__enrolment__training_session__plan")
    return get_object_or_404(CoachingForm.objects.visible_to(request.user).select_related(*related), uuid=uuid)


def coaching_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One form: what was agreed, who signed, what was seen since, and what can be done next."""
    form = form_in_sight(request, uuid)
    user, under_way = request.user, form.state in COACHING_UNDER_WAY
    follows = under_way and can_follow_up(user, form)
    context = {
        "coaching": form,
        "today": timezone.localdate(request.now, form.site.zone),
        "kind": COACHING_KINDS[CoachingState(form.state)],
        "grounds": grounds_words(form),
        "defects": form.defects.select_related("parameter").order_by("occurred_on"),
        "follow_ups": form.follow_ups.select_related("seen_by"),
        "may_edit": form.state == CoachingState.DRAFTED and can_write_coaching(user, form),
        "may_comment": under_way and form.acknowledged_at is None and can_comment(user, form),
        "may_follow_up": follows,
        "may_close": follows and form.state == CoachingState.FOLLOWED_UP,
    }
    return render(request, "evaluation/coaching_detail.html", context)
