"""Lists of requests to SSO Training."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from planning.enums import RequestAnswer
from trainingops.ui.tables import DayColumn, NumberColumn, PageTable
from trainingops.ui.templatetags import ui


class TrainerRequestTable(PageTable):
    """What SSO Training was asked, and what it answered (5.1.1 a)."""

    caption = _("Requests to SSO Training")
    empty_title = _("No requests yet")
    empty_text = _("Ask SSO Training for a trainer of a soft skill or of a module that nobody here may teach.")
    number = NumberColumn(verbose_name=_("Number"), linkify=("trainer_request_detail", {"uuid": A("uuid")}))
    module = tables.Column(accessor="module__code", verbose_name=_("Module"))
    line = tables.Column(accessor="line__name", verbose_name=_("Service line"))
    site = tables.Column(accessor="site__name", verbose_name=_("Site"))
    wanted_on = DayColumn(verbose_name=_("Wanted on"))
    requested_by = tables.Column(accessor="requested_by__name", verbose_name=_("Asked by"))
    answer = tables.Column(empty_values=(), verbose_name=_("Answer"))

    def render_answer(self, record: Any) -> SafeString:
        return ui.status(*answer_status(record))

    def value_answer(self, record: Any) -> str:
        return answer_status(record)[1]


def answer_status(request: Any) -> tuple[str, str]:
    """Kind and word of an answer."""
    kinds = {RequestAnswer.ACCEPTED: "ok", RequestAnswer.DECLINED: "late"}
    if not request.answer:
        return "info", str(_("Waiting for an answer"))
    return kinds[RequestAnswer(request.answer)], str(RequestAnswer(request.answer).label)
