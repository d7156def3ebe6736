"""People: the list with its download, one person with their history, one-time codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from trainingops.domain import Refused
from trainingops.people import policies
from trainingops.people.enums import Role
from trainingops.people.forms import CodesForm, LeaveForm, PersonFilter
from trainingops.people.handing_out import Need, hand_out, needs_of
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.people.models import LongLeave, Person, PersonAssignment, RoleAssignment, Team
from trainingops.people.queries import SEES_PEOPLE, in_force, present_assignments
from trainingops.people.services import open_account, record_long_leave
from trainingops.people.tables import EMPLOYMENT, PersonTable
from trainingops.ui.tables import configure


def people_list(request: SignedInRequest) -> HttpResponse:
    """People in my scope, filtered by the address."""
    chosen = PersonFilter(request.GET, queryset=Person.objects.visible_to(request.user), request=request)
    table = configure(request, PersonTable(chosen.qs))
    table.places = present_assignments([row.record.pk for row in table.page.object_list], request.now)
    words = [str(bound.field.label) for bound in chosen.form if bound.value()]
    context = {
        "table": table,
        "filter": chosen,
        "summary": ", ".join(words) or _("All people"),
        "may_manage": policies.can_manage_people(request.user),
        "may_issue": _may_issue(request),
    }
    return render(request, "people/list.html", context)


def person_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One person: where they worked when, and their account."""
    leaves = LongLeave.objects.filter(person=OuterRef("pk")).values(row=JSONObject(first="starts_on", last="ends_on"))
    people = Person.objects.visible_to(request.user).select_related("user").annotate(leaves=ArraySubquery(leaves))
    person = get_object_or_404(people, uuid=uuid)
    places = person.assignments.select_related("site", "line", "team").prefetch_related("segments")
    history = list(places.order_by("-starts_on"))
    today = timezone.localdate()
    place = next((each for each in history if each.starts_on <= today and (each.ends_on or today) >= today), None)
    user = getattr(person, "user", None)
    may_issue = (
        policies.can_issue_code(request.user, user) if user else policies.can_help_person_in(request.user, person)
    )
    context = {
        "person": person,
        "account": user,
        "employment_kind": EMPLOYMENT[person.employment],
        "history": history,
        "may_issue": may_issue and person.employment != "left",
        "may_manage": policies.can_manage_people(request.user),
        "leaves": _days(person.leaves) if request.authority.has(*SEES_PEOPLE) else [],  # type: ignore[attr-defined]
        "may_record_leave": place is not None
        and person.employment != "left"
        and policies.can_record_leave_at(request.user, place),
    }
    return render(request, "people/detail.html", context)


def _days(leaves: list[dict[str, str]]) -> list[tuple[date, date | None]]:
    """First and last day of each leave, the last None without an end."""
    return [
        (date.fromisoformat(each["first"]), date.fromisoformat(each["last"]) if each["last"] else None)
        for each in leaves
    ]


def person_leave(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Record that somebody is away for long, or correct what was recorded."""
    person = get_object_or_404(Person.objects.visible_to(request.user).working(), uuid=uuid)
    if not policies.can_record_leave(request.user, person):
        raise PermissionDenied
    today = request.now.astimezone(request.user.zone).date()
    standing = person.long_leaves.filter(Q(ends_on=None) | Q(ends_on__gte=today)).last()
    initial = {"starts_on": standing.starts_on, "ends_on": standing.ends_on} if standing else {"starts_on": today}
    form = LeaveForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            record_long_leave(person=person, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The leave of %(name)s is recorded.") % {"name": person.name})
            return redirect("person_detail", uuid=person.uuid)
    return render(request, "people/leave.html", {"form": form, "person": person, "standing": standing})


def person_account(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Open the account of a person, and go to its roles."""
    person = get_object_or_404(Person.objects.visible_to(request.user), uuid=uuid)
    user = open_account(person=person, actor=request.user, now=request.now)
    messages.success(request, _("The account is open. Hand out a one-time code for the first sign-in."))
    return redirect("account_detail", uuid=user.uuid)


@never_cache
def people_codes(request: SignedInRequest) -> HttpResponse:
    """Choose people of a team, or one person; the codes are shown once, on slips to print."""
    if not _may_issue(request):
        raise PermissionDenied
    team, people = _choice(request)
    people = people.select_related("user")
    needs = needs_of(people, request.now)
    form = CodesForm(
        request.POST if request.method == "POST" else None,
        people=people,
        needs=needs,
        initial={"people": _ticked(request, team, people, needs), "purpose": request.GET.get("for", CodesForm.CODE)},
    )
    if request.method == "POST" and form.is_valid():
        return hand_out(request, form, about=team.name if team else "")
    context = {
        "form": form,
        "team": team,
        "people": people,
        "teams": policies.teams_helped_by(request.user).select_related("site", "line"),
    }
    return render(request, "people/codes.html", context)


def _ticked(
    request: SignedInRequest, team: Team | None, people: QuerySet[Person], needs: Mapping[int, Need]
) -> list[Person]:
    """Whom the page begins with. A single person of the address was chosen already; of a team nobody, since a code
    replaces the one that somebody may hold, unless the address asks for all or for the new ones."""
    wanted = request.GET.get("tick", "") if team else "all"
    return [person for person in people if wanted == "all" or (wanted == "new" and needs[person.pk].is_new)]


def _may_issue(request: SignedInRequest) -> bool:
    return request.authority.has(Role.ADMINISTRATOR, *policies.HELPS_IN)


def _choice(request: SignedInRequest) -> tuple[Team | None, QuerySet[Person]]:
    """The team or person of the address, as far as I may give them a code."""
    people = Person.objects.visible_to(request.user).working()
    if not request.authority.has(Role.ADMINISTRATOR):
        # A code is a way to become somebody: those who hold more than the role of an agent go to an administrator.
        more = RoleAssignment.objects.filter(in_force(timezone.localdate())).exclude(role=Role.AGENT)
        people = people.exclude(user__in=more.values("user"))
    if person := request.GET.get("person"):
        return None, people.filter(uuid=uuid) if (uuid := uuid_of(person)) else people.none()
    code = request.GET.get("team", "")
    team = policies.teams_helped_by(request.user).filter(code=code).first() if code else None
    if team is None:
        return None, people.none()
    here = PersonAssignment.objects.filter(in_force(timezone.localdate()), team=team)
    return team, people.filter(pk__in=here.values("person"))
