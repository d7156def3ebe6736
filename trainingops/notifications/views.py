"""The inbox and, for administrators, the mails that could not be sent. A GET changes nothing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.notifications.models import Notice, OutboxMessage, OutboxState
from trainingops.notifications.services import mark_read, resend_message
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


def outbox_list(request: SignedInRequest) -> HttpResponse:
    """The mails that could not be sent, then those that wait; oldest first, each with its error (NTF-5)."""
    unsent = OutboxMessage.objects.exclude(state=OutboxState.SENT)
    failed = unsent.filter(state=OutboxState.FAILED).count()
    failed_first = unsent.select_related("recipient").order_by("state", "created_at")
    page = Paginator(failed_first, 50).get_page(request.GET.get("page"))
    rows = [
        (message, notice_text(message.kind, message.params), message.state == OutboxState.PENDING) for message in page
    ]
    context = {"page_obj": page, "rows": rows, "failed": failed, "waiting": page.paginator.count - failed}
    return render(request, "notifications/outbox.html", context)


def outbox_resend(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Send one again."""
    message = get_object_or_404(OutboxMessage, uuid=uuid)
    try:
        resend_message(message=message, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The mail to %(address)s waits to be sent.") % {"address": message.address})
    return redirect("outbox_list")
