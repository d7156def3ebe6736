"""What the deadline board can be narrowed to; the state lives in the address (DLN-4)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planning.models import TrainerProfile
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.punctuality import due_day
from sessions.models import MeetingTrainer
from trainingops.people.models import ServiceLine, Site, User
from trainingops.ui.forms import PageForm
from trainingops.ui.moments import day_words

SOON = timedelta(days=7)
SUNDAY = 6
STATES: tuple[tuple[str, Promise | str, str, str], ...] = (
    ("attention", _("Needs attention"), "idle", "filter"),
    ("missing", _("Overdue, still missing"), "late", "late"),
    ("today", _("Due today"), "warn", "clock"),
    ("week", _("Due this week"), "info", "calendar"),
    ("coming", _("Coming"), "info", "calendar"),
    ("late", _("Late"), "late", "late"),
    ("on_time", _("On time"), "ok", "ok"),
    ("void", _("Void"), "waive", "waive"),
    ("all", _("All"), "idle", "plan"),
)


def state_filters(now: datetime) -> dict[str, Q]:
    """What each state of the board means at ``now``; days end where the session's site is."""
    pending = Q(state=ObligationState.PENDING)
    coming = pending & Q(due_at__gt=now)
    return {
        "attention": pending & Q(due_at__lte=now + SOON),
        "missing": pending & Q(due_at__lte=now),
        "today": coming & _ends_by(now, 0),
        "week": coming & _ends_by(now, SUNDAY),
        "coming": coming & ~_ends_by(now, 0),
        "late": (pending & Q(due_at__lte=now)) | Q(breached_at__isnull=False),
        "on_time": Q(state=ObligationState.SUBMITTED, breached_at=None),
        "void": Q(state=ObligationState.VOID),
        "all": Q(),
    }


def _ends_by(now: datetime, weekday: int) -> Q:
    """Due by the end of this week's ``weekday`` where the session's site is; of today, where that day has passed."""
    ends = Q(pk__in=[])
    for name, _word in Site._meta.get_field("timezone").flatchoices:
        local = now.astimezone(Site(timezone=name).zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        ends |= Q(timezone=name, due_at__lte=midnight + timedelta(days=1 + max(weekday - local.weekday(), 0)))
    return ends


def state_counts(obligations: QuerySet[ReportObligation], now: datetime) -> dict[str, int]:
    """How many of ``obligations`` there are in each state: one query."""
    return obligations.order_by().aggregate(
        **{name: Count("pk", filter=condition) for name, condition in state_filters(now).items()}
    )


class MonthInput(forms.TextInput):
    input_type = "month"


class MonthField(forms.CharField):
    """A month as ``2026-11``; cleans to its first day."""

    widget = MonthInput
    default_error_messages = {"invalid": _("Write year and month, for example 2026-11.")}

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return date.fromisoformat(f"{text}-01")


class MonthFilter(django_filters.Filter):
    field_class = MonthField

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Rows whose due day, at their site, lies in the month, as indicator 4.3b counts them."""
        if value is None:
            return qs
        following = (value + timedelta(days=32)).replace(day=1)
        return qs.alias(due_day=due_day()).filter(due_day__gte=value, due_day__lt=following)


class ObligationFilter(django_filters.FilterSet):
    site = django_filters.ModelChoiceFilter(
        field_name="training_session__site",
        queryset=Site.objects.all(),
        to_field_name="code",
        label=_("Site"),
        empty_label=_("All sites"),
    )
    line = django_filters.ModelChoiceFilter(
        field_name="training_session__line",
        queryset=ServiceLine.objects.all(),
        to_field_name="code",
        label=_("Service line"),
        empty_label=_("All service lines"),
    )
    pic = django_filters.ModelChoiceFilter(
        field_name="owner",
        queryset=User.objects.filter(pk__in=ReportObligation.objects.values("owner")),
        to_field_name="uuid",
        label=_("PIC"),
        empty_label=_("All PICs"),
    )
    trainer = django_filters.ModelChoiceFilter(
        queryset=TrainerProfile.objects.filter(pk__in=MeetingTrainer.objects.values("trainer")),
        to_field_name="uuid",
        label=_("Trainer"),
        empty_label=_("All trainers"),
        method="taught_by",
    )
    month = MonthFilter(label=_("Month"))
    state = django_filters.CharFilter(method="keep_state", widget=forms.HiddenInput)

    class Meta:
        model = ReportObligation
        form = PageForm
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Nothing for what cannot be read, instead of everything."""
        return super().filter_queryset(queryset) if self.is_valid() else queryset.none()

    def keep_state(self, queryset: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """The state is applied by the page, which counts all states; here it only stays in the address."""
        return queryset

    def taught_by(
        self, queryset: QuerySet[ReportObligation], _name: str, trainer: TrainerProfile | None
    ) -> QuerySet[ReportObligation]:
        """Whose session one taught, planned or as substitute."""
        taught = MeetingTrainer.objects.filter(trainer=trainer)
        return queryset.filter(training_session__in=taught.values("meeting__training_session"))

    @property
    def summary(self) -> str:
        """What is set, in one line."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        names = ("site", "line", "pic", "trainer")
        parts = [str(chosen.get(name) or self.form.fields[name].empty_label) for name in names]
        if month := chosen.get("month"):
            parts.append(day_words(month, "month"))
        return ", ".join(parts)
