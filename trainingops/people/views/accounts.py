"""Accounts and their roles: the administrator's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from trainingops.domain import Refused
from trainingops.people.forms import OutsideAccountForm, RoleForm
from trainingops.people.handing_out import slips_response
from trainingops.people.http import SignedInRequest
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force
from trainingops.people.services import close_account, end_role, grant_role, issue_slip, open_outside_account
from trainingops.people.tables import AccountTable
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def account_list(request: SignedInRequest) -> HttpResponse:
    """Who may sign in, and as what."""
    current = RoleAssignment.objects.filter(in_force(timezone.localdate()))
    accounts = User.objects.visible_to(request.user).prefetch_related(
        Prefetch("role_assignments", current, to_attr="current_roles")
    )
    if words := request.GET.get("q", "").strip():
        accounts = accounts.filter(name__icontains=words) | accounts.filter(login__icontains=words)
    table = configure(request, AccountTable(accounts))
    return list_page(request, "people/accounts.html", {"table": table, "q": words}, file="akun")


def account_new(request: SignedInRequest) -> HttpResponse:
    """An account for somebody who does not work here."""
    form = OutsideAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = open_outside_account(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The account is open. Hand out a one-time code for the first sign-in."))
            return redirect("account_detail", uuid=user.uuid)
    return render(request, "people/account_new.html", {"form": form})


def account_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One account: its roles with scope and period."""
    user = get_object_or_404(User.objects.visible_to(request.user).select_related("person"), uuid=uuid)
    today = timezone.localdate()
    roles = list(user.role_assignments.prefetch_related("sites", "lines", "teams").order_by("role", "starts_on"))
    open_roles = {role.uuid for role in roles if role.ends_on is None or role.ends_on >= today}
    context = {"account": user, "roles": roles, "open_roles": open_roles, "can_end": True}
    return render(request, "people/account.html", context)


def role_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Grant a role to an account."""
    user = get_object_or_404(User.objects.visible_to(request.user), uuid=uuid)
    form = RoleForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            grant_role(user=user, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The role is granted."))
            return redirect("account_detail", uuid=user.uuid)
    return render(request, "people/role_new.html", {"account": user, "form": form})


def account_close(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Nobody signs in with it any more."""
    user = get_object_or_404(User.objects.visible_to(request.user), uuid=uuid)
    try:
        close_account(user=user, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
        page = account_detail(request, uuid)
        page.status_code = 409
        return page
    messages.success(request, _("The account is closed."))
    return redirect("account_detail", uuid=user.uuid)


@never_cache
def account_code(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A one-time code for one account, shown once."""
    user = get_object_or_404(User.objects.visible_to(request.user), uuid=uuid)
    slip = issue_slip(user=user, actor=request.user, now=request.now)
    return slips_response(request, [slip], are_pins=False)


def role_end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End a role now."""
    visible = User.objects.visible_to(request.user)
    role = get_object_or_404(RoleAssignment.objects.filter(user__in=visible).select_related("user"), uuid=uuid)
    try:
        end_role(assignment=role, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The role has ended."))
    return redirect("account_detail", uuid=role.user.uuid)
