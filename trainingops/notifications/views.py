"""The inbox. A GET changes nothing; opening a notice is a POST that leads to what it is about."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from trainingops.notifications.models import Notice
from trainingops.notifications.services import mark_read
from trainingops.notifications.texts import notice_text
from trainingops.people.http import SignedInRequest


def inbox(request: SignedInRequest) -> HttpResponse:
    """What I was told, newest first; ``?show=unread`` for what I have not opened."""
    notices = Notice.objects.visible_to(request.user)
    unread = request.GET.get("show") == "unread"
    page = Paginator(notices.unread() if unread else notices, 50).get_page(request.GET.get("page"))
    rows = [(notice, notice_text(notice.kind, notice.params)) for notice in page]
    return render(request, "notifications/inbox.html", {"page_obj": page, "rows": rows, "unread": unread})


def notice_open(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Mark one notice as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uuid=uuid)
    mark_read(notices=Notice.objects.filter(pk=notice.pk), now=request.now)
    return redirect(notice.url)


def notices_read(request: SignedInRequest) -> HttpResponse:
    """Mark all as read."""
    mark_read(notices=Notice.objects.visible_to(request.user), now=request.now)
    return redirect("inbox")
