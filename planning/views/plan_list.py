"""The list of plans with its filters."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import Count
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.enums import PlanState, TrainingKind
from planning.models import TrainingPlan
from planning.queries.facets import Facets, count_facets
from planning.queries.plans import with_first_meeting
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, StatusColumn, configure
from trainingops.ui.views import list_page

STATE_KINDS = {
    PlanState.IN_PREPARATION: "idle",
    PlanState.APPROVED: "ok",
    PlanState.UNDER_WAY: "info",
    PlanState.REPORTED: "info",
    PlanState.UNDER_REVIEW: "info",
    PlanState.CLOSED: "ok",
    PlanState.CANCELLED: "waive",
}
#: The facets of the list: parameter of the address, field, words.
FACETS = ("state", "kind", "line", "site")


#: What stands beside the state of an approved plan while a later revision is with the manager.
CHANGE_WAITS = gettext_lazy("A change awaits approval")


class PlanStateColumn(StatusColumn):
    """The state of a plan; what its row says holds until a change that waits is approved (4.1)."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        state = super().render(value, record, bound_column)
        return format_html('{}<span class="sub">{}</span>', state, CHANGE_WAITS) if record.change_waits else state

    def value(self, value: Any, record: Any) -> str:  # type: ignore[override]
        return state_words(value, change_waits=record.change_waits)


def state_words(state: Any, *, change_waits: bool) -> str:
    """The same for a spreadsheet."""
    return f"{state}; {CHANGE_WAITS}" if change_waits else str(state)


class PlanTable(PageTable):
    """Plans, the newest first."""

    caption = gettext_lazy("Plans")
    empty_title = gettext_lazy("No plans yet")
    empty_text = gettext_lazy("The first plan starts from a need. A PIC makes it.")
    row_header = "title"
    title = tables.Column(verbose_name=gettext_lazy("Training"), linkify=("plan_detail", {"uuid": tables.A("uuid")}))
    number = NumberColumn(verbose_name=gettext_lazy("Number"))
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    line = tables.Column(verbose_name=gettext_lazy("Service line"))
    site = tables.Column(verbose_name=gettext_lazy("Site"))
    pic = tables.Column(verbose_name="PIC", order_by="pic__name")
    first_at = MomentColumn(verbose_name=gettext_lazy("Starts"), zone="site__zone")
    state = PlanStateColumn(
        verbose_name=gettext_lazy("State"), kinds={str(key): value for key, value in STATE_KINDS.items()}
    )


@require_GET
def plan_list(request: SignedInRequest) -> HttpResponse:
    """Every plan in scope; filters are links with their counts (DLN-4, EXP-1)."""
    plans = TrainingPlan.objects.visible_to(request.user)
    chosen = {name: value for name in FACETS if (value := request.GET.get(name, ""))}
    facets = _facets(plans, chosen)
    if unknown := [name for name, value in chosen.items() if value not in {each["value"] for each in facets[name]}]:
        chosen = {name: value for name, value in chosen.items() if name not in unknown}
    lookups = {"line": "line__code", "site": "site__code"}
    found = plans.filter(**{lookups.get(name, name): value for name, value in chosen.items()})
    context = {
        "table": configure(request, PlanTable(with_first_meeting(found).select_related("line", "site", "pic"))),
        "facets": [(_FACET_LABELS[name], name, rows) for name, rows in facets.items()],
        "chosen": chosen,
        "may_begin": request.user.authority.has("trainer"),
    }
    return list_page(request, "planning/plan_list.html", context, file=_("plans"))


_FACET_LABELS = {
    "state": gettext_lazy("State"),
    "kind": gettext_lazy("Kind"),
    "line": gettext_lazy("Service line"),
    "site": gettext_lazy("Site"),
}


def _facets(plans: Any, chosen: dict[str, str]) -> Facets:
    """For each facet its values with the number of plans that the other filters leave; one query."""
    columns = ("state", "kind", "line__code", "site__code", "line__name", "site__name")
    rows = list(plans.order_by().values_list(*columns).annotate(n=Count("pk", distinct=True)))
    words: dict[str, dict[str, str]] = {
        "state": {value: str(label) for value, label in PlanState.choices},
        "kind": {value: str(label) for value, label in TrainingKind.choices},
        "line": {row[2]: row[4] for row in rows},
        "site": {row[3]: row[5] for row in rows},
    }
    return count_facets(((row[: len(FACETS)], row[-1]) for row in rows), words, chosen)
