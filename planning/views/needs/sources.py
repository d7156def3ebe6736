"""Who asked for what (5.1.1 d)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from planning.forms.changes import NeedSourceForm
from planning.models import NeedSource
from planning.models.needs import SEES_NEEDS
from planning.policies.catalogue import NEED_WRITERS
from planning.services.needs import add_need_source
from planning.tables.needs import NeedSourceTable
from planning.views.common import form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def need_source_list(request: SignedInRequest) -> HttpResponse:
    """What was asked, with the plans that answer it."""
    rows = (
        NeedSource.objects.visible_to(request.user)
        .select_related("line", "product_change")
        .prefetch_related("product_change__lines")
        .annotate(plan_count=Count("revisions__plan", distinct=True))
        .order_by("-dated_on", "-pk")
    )
    context = {
        "table": configure(request, NeedSourceTable(rows)),
        "may_add": request.user.authority.has(*NEED_WRITERS),
        "see_needs": request.user.authority.has(*SEES_NEEDS),
    }
    return list_page(request, "planning/need_source_list.html", context, file="sumber-kebutuhan")


def need_source_new(request: SignedInRequest) -> HttpResponse:
    """Register a source with its document."""

    def act(form: NeedSourceForm) -> tuple[str, str]:
        add_need_source(**form.cleaned_data, actor=request.user, now=request.now)
        return url("need_source_list"), _("Source registered.")

    form = NeedSourceForm(posted(request), request.FILES or None, user=request.user, roles=NEED_WRITERS)
    return form_page(
        request,
        form,
        act,
        title=_("Register a source"),
        parent=(url("need_source_list"), _("Sources of needs")),
        submit=pgettext("verb", "Register"),
        template="planning/upload.html",
    )


def need_source_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document of a source, noted as a download."""
    need = get_object_or_404(NeedSource.objects.visible_to(request.user).select_related("file"), uuid=uuid)
    return document_response(request, need)
