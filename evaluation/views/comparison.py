"""Classes compared by module, trainer, duration, application and method (5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from evaluation.comparison import FEWEST_CLASSES, FEWEST_PEOPLE, Compared, Reading, Sums, compare_groups, summed
from evaluation.enums import ComparedAspect, ComparedMeasure
from evaluation.indicators import Period, Place, counted_at
from evaluation.models import ComparisonMonth
from evaluation.policies import compares_trainers
from evaluation.summaries.comparing import DURATIONS, LONGER
from evaluation.views.indicators import asked_for
from planning.enums import Method
from planning.models import TrainerProfile, TrainingApplication, TrainingModule
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words
from trainingops.ui.tables import FigureColumn, PageTable, configure
from trainingops.ui.templatetags import ui
from trainingops.ui.views import list_page

#: Bounds and unit of each measure; shares are shown in percent.
_BOUNDS: dict[str, tuple[float, float] | None] = {
    ComparedMeasure.PASSED: (0, 1),
    ComparedMeasure.ATTENDED: (0, 1),
    ComparedMeasure.GAIN: (-100, 100),
    ComparedMeasure.RATING: (1, 5),
}
_READINGS = {
    Reading.HIGHER: ("info", gettext_lazy("Higher than the others")),
    Reading.LOWER: ("info", gettext_lazy("Lower than the others")),
    Reading.ALIKE: ("idle", gettext_lazy("No difference shown")),
    Reading.TOO_FEW: ("idle", gettext_lazy("Too few to compare")),
    Reading.ALONE: ("idle", gettext_lazy("No others to compare with")),
}


@dataclass(frozen=True)
class Group:
    """A row of the table: the name of a group, and what the comparison found."""

    name: str
    found: Compared
    measure: str

    @property
    def classes(self) -> int:
        return self.found.sums.classes

    @property
    def people(self) -> int:
        return int(self.found.sums.n)

    @property
    def mean(self) -> Decimal | None:
        return _shown(self.found.mean, self.measure)

    @property
    def low(self) -> Decimal | None:
        return _shown(self.found.interval and self.found.interval[0], self.measure)

    @property
    def high(self) -> Decimal | None:
        return _shown(self.found.interval and self.found.interval[1], self.measure)

    @property
    def reading(self) -> tuple[str, str]:
        """Mark and words."""
        kind, words = _READINGS[self.found.reading]
        return kind, str(words)


def _shown(value: float | None, measure: str) -> Decimal | None:
    if value is None:
        return None
    is_share = _BOUNDS[measure] == (0, 1)
    return round(Decimal(value * 100 if is_share else value), 2 if measure == ComparedMeasure.RATING else 1)


class ComparisonTable(PageTable):
    """Groups by name: nobody is ranked."""

    caption = gettext_lazy("Comparison of classes")
    empty_title = gettext_lazy("No class has such a figure in these months")
    empty_text = gettext_lazy("Choose another figure, month, line or site.")
    name = tables.Column(orderable=False)
    classes = FigureColumn(verbose_name=gettext_lazy("Classes"), orderable=False)
    people = FigureColumn(verbose_name=gettext_lazy("Participants"), orderable=False)
    mean = FigureColumn(orderable=False)
    low = FigureColumn(verbose_name=gettext_lazy("95% from"), empty_values=(), orderable=False)
    high = FigureColumn(verbose_name=gettext_lazy("95% to"), empty_values=(), orderable=False)
    reading = tables.Column(verbose_name=gettext_lazy("Beside all others"), orderable=False)

    def __init__(self, rows: list[Group], *, aspect: str, measure: str) -> None:
        self.places = 2 if measure == ComparedMeasure.RATING else 1
        super().__init__(rows)
        self.columns["name"].column.verbose_name = ComparedAspect(aspect).label
        self.columns["mean"].column.verbose_name = _heading(measure)

    def render_mean(self, value: Decimal) -> str:
        return format_figure(value, self.places)

    def render_low(self, value: Decimal | None) -> str:
        return "–" if value is None else format_figure(value, self.places)

    render_high = render_low

    def render_reading(self, record: Group) -> SafeString:
        return ui.status(*record.reading)

    def value_reading(self, record: Group) -> str:
        return record.reading[1]


def _heading(measure: str) -> str:
    """The measure with its unit."""
    units = {
        ComparedMeasure.GAIN: _("points of 100"),
        ComparedMeasure.RATING: _("1 to 5"),
    }
    return f"{ComparedMeasure(measure).label} ({units.get(ComparedMeasure(measure), '%')})"


@require_GET
def comparison(request: SignedInRequest) -> HttpResponse:
    """A year of classes by one aspect and one measure, each group with an interval beside all the others (5.4)."""
    form, last, place, status = asked_for(request)
    period = Period.trend_to(last)
    aspect = _choice(ComparedAspect, request.GET.get("aspect"))
    measure = _choice(ComparedMeasure, request.GET.get("measure"))
    groups = [] if form.errors else groups_of(request.user, period, place, aspect, measure)
    context = {
        "form": form,
        "place": place,
        "month": last.first,
        "title": _("Comparison"),
        "since": day_words(period.since, "month"),
        "until": day_words(last.first, "month"),
        "aspects": [(each.value, each.label, each == aspect) for each in ComparedAspect],
        "measures": [(each.value, each.label, each == measure) for each in ComparedMeasure],
        "own_only": aspect == ComparedAspect.TRAINER and not compares_trainers(request.user),
        "fewest": ngettext("%(n)d class", "%(n)d classes", FEWEST_CLASSES) % {"n": FEWEST_CLASSES},
        "fewest_people": FEWEST_PEOPLE,
        "counted_at": counted_at(period.months),
        "kept": {"aspect": aspect.value, "measure": measure.value},
        "table": configure(request, ComparisonTable(groups, aspect=aspect, measure=measure)),
    }
    answer = list_page(request, "evaluation/comparison.html", context, file=_("comparison"))
    answer.status_code = status
    return answer


def _choice(choices: Any, asked: str | None) -> Any:
    """What the address asks for, else the first."""
    return choices(asked) if asked in choices.values else next(iter(choices))


def groups_of(user: User, period: Period, place: Place, aspect: str, measure: str) -> list[Group]:
    """The groups that somebody may see, by name; three queries whatever the classes."""
    rows: Any = ComparisonMonth.objects.visible_to(user)
    kept = place.of(rows.filter(month__range=(period.since, period.until), aspect=aspect, measure=measure))
    found = summed(
        [
            (key, Sums(classes, n, *map(float, totals)))
            for key, classes, n, *totals in kept.order_by().values_list("key", "classes", "n", "x", "nn", "nx", "xx")
        ]
    )
    compared = compare_groups(found, bounds=_BOUNDS[measure])
    names = _names(aspect, list(found))
    if aspect == ComparedAspect.TRAINER and not compares_trainers(user):
        names = {key: name for key, name in names.items() if key in _own_profiles(user)}
    shown = [Group(names[key], each, measure) for key, each in compared.items() if key in names]
    if aspect == ComparedAspect.DURATION:
        order = [_names(aspect, [key])[key] for key in (*map(str, DURATIONS), LONGER)]
        return sorted(shown, key=lambda each: order.index(each.name))
    return sorted(shown, key=lambda each: each.name.casefold())


def _names(aspect: str, keys: list[str]) -> Mapping[str, str]:
    """How each group is called."""
    match aspect:
        case ComparedAspect.MODULE:
            modules = TrainingModule.objects.filter(uuid__in=keys)
            return {str(each.uuid): f"{each.code} {each.title}" for each in modules}
        case ComparedAspect.TRAINER:
            profiles = TrainerProfile.objects.filter(uuid__in=keys).select_related("user", "person")
            return {str(each.uuid): str(each) for each in profiles}
        case ComparedAspect.APPLICATION:
            return {str(each.pk): each.name for each in TrainingApplication.objects.filter(pk__in=keys)}
        case ComparedAspect.METHOD:
            return {key: str(Method(key).label) for key in keys}
    return {key: _band_words(key) for key in keys}


def _band_words(key: str) -> str:
    if key == LONGER:
        return _("More than %(minutes)d minutes") % {"minutes": DURATIONS[-1]}
    return _("Up to %(minutes)s minutes") % {"minutes": key}


def _own_profiles(user: User) -> set[str]:
    return {str(each) for each in TrainerProfile.objects.filter(user=user).values_list("uuid", flat=True)}
