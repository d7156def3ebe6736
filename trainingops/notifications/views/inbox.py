"""What I was told."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from trainingops.notifications.filters import InboxFilter
from trainingops.notifications.models import Notice
from trainingops.notifications.services import mark_read
from trainingops.notifications.states import states_of
from trainingops.notifications.texts import notice_text
from trainingops.people.http import SignedInRequest

PER_PAGE = 50


def inbox(request: SignedInRequest) -> HttpResponse:
    """Newest first, with where each matter stands by now; filtered by what is unread, by chapter and by kind."""
    chosen = InboxFilter(request.GET, Notice.objects.visible_to(request.user))
    paginator = Paginator(chosen.chosen, PER_PAGE)
    paginator.count = chosen.count  # known already: one query less
    page = paginator.get_page(request.GET.get("page"))
    states = states_of({(each.subject_type, each.subject) for each in page}, request.user)
    rows = [(each, notice_text(each.kind, each.params), states[each.subject_type, each.subject]) for each in page]
    return render(request, "notifications/inbox.html", {"page_obj": page, "rows": rows, "chosen": chosen})


def notice_open(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Mark one notice as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uuid=uuid)
    mark_read(notices=Notice.objects.filter(pk=notice.pk), now=request.now)
    return redirect(notice.url)


def notice_read(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Mark one notice as read and stay in the inbox."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uuid=uuid)
    mark_read(notices=Notice.objects.filter(pk=notice.pk), now=request.now)
    return _back(request)


def notices_read(request: SignedInRequest) -> HttpResponse:
    """Mark as read what the filter shows; not what came after the page was drawn (``until``)."""
    notices = InboxFilter(request.GET, Notice.objects.visible_to(request.user)).chosen
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    mark_read(notices=notices.filter(created_at__lte=until) if until else notices, now=request.now)
    return _back(request)


def _back(request: SignedInRequest) -> HttpResponseRedirect:
    """The inbox with the filter from which somebody came."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{reverse('inbox')}{'?' + query if query else ''}")
