"""The administrator's outbox: what could not be sent, why, and what to do (NTF-5)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.domain import Refused
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.failures import remedy
from trainingops.notifications.filters import OutboxFilter
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.services import resend_message, resend_messages
from trainingops.notifications.texts import notice_text
from trainingops.people.http import SignedInRequest

PER_PAGE = 50


def outbox_list(request: SignedInRequest) -> HttpResponse:
    """The mails by their standing, each with its error, what to do about it, and when it is tried next."""
    chosen = OutboxFilter(request.GET, request.now)
    page = Paginator(chosen.chosen.select_related("recipient"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "message": each,
            "text": notice_text(each.kind, each.params),
            "remedy": remedy(each.error),
            "failed": each.state == OutboxState.FAILED,
            "waits": each.state == OutboxState.PENDING,
        }
        for each in page
    ]
    return render(request, "notifications/outbox.html", {"page_obj": page, "rows": rows, "chosen": chosen})


def outbox_resend(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Send one again."""
    message = get_object_or_404(OutboxMessage, uuid=uuid)
    try:
        message = resend_message(message=message, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The mail to %(address)s waits to be sent.") % {"address": message.address})
    return _back(request)


def outbox_resend_all(request: SignedInRequest) -> HttpResponse:
    """Send everything again that the filter shows as failed."""
    count = resend_messages(
        messages=OutboxFilter(request.GET, request.now).of_words, actor=request.user, now=request.now
    )
    messages.success(
        request, ngettext("%(n)d mail waits to be sent.", "%(n)d mails wait to be sent.", count) % {"n": count}
    )
    return _back(request)


def _back(request: SignedInRequest) -> HttpResponseRedirect:
    """The list with the words searched for."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{reverse('outbox_list')}{'?' + query if query else ''}")
