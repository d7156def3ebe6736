"""Forms of modules: the module, its versions and materials, the needs it answers, topics; the filter of the list."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.enums import ModuleKind
from planning.forms.catalogue import area
from planning.models import ModuleVersion, NeedSource, ProductChange, QualityParameter, Topic, TrainingModule
from planning.queries.topics import below, tree
from planning.services.modules import ModuleText
from trainingops.people.models import ServiceLine, User
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import PageForm, WholeField

Checkboxes = forms.CheckboxSelectMultiple


class TopicsField(forms.ModelMultipleChoiceField):
    """Topics to tick, each named with what it stands below."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Topics"),
                "queryset": Topic.objects.all(),
                "widget": Checkboxes,
                "required": False,
                **kwargs,
            }
        )


class TopicField(forms.ModelChoiceField):
    """One topic, in the order of the tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"queryset": Topic.objects.all(), "required": False, **kwargs})


def offer_tree(field: forms.Field, *, without: set[int] | None = None) -> None:
    """Give a field of topics its choices in the order of the tree."""
    left_out = without or set()
    choices: list[tuple[Any, Any]] = [
        (each.topic.pk, each.full_name) for each in tree() if each.topic.pk not in left_out
    ]
    if isinstance(field, TopicField):
        choices.insert(0, ("", field.empty_label or "–"))
    field.choices = choices  # type: ignore[attr-defined]


class ModuleTextForm(PageForm):
    """What is said of a module itself, whichever version is taught."""

    title = forms.CharField(label=_("Title"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=ModuleKind.choices, widget=forms.RadioSelect)
    lines = forms.ModelMultipleChoiceField(
        label=_("Service lines"), queryset=ServiceLine.objects.all(), widget=Checkboxes
    )
    topics = TopicsField()

    def __init__(self, *args: Any, module: TrainingModule | None = None, **kwargs: Any) -> None:
        if module is not None:
            kwargs["initial"] = {
                "title": module.title,
                "kind": module.kind,
                "lines": [line.pk for line in module.lines.all()],
                "topics": [topic.pk for topic in module.topics.all()],
            }
        super().__init__(*args, **kwargs)
        offer_tree(self.fields["topics"])

    @property
    def content(self) -> ModuleText:
        """What was written."""
        return ModuleText(**{name: self.cleaned_data[name] for name in ("title", "kind", "lines", "topics")})


class ModuleForm(ModuleTextForm):
    """A module with its first version."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("For example HS-KCA-01."))
    objectives = forms.CharField(
        label=_("Objectives"), widget=area(), help_text=_("What participants can do afterwards.")
    )
    duration_minutes = WholeField(label=_("Suggested duration (minutes)"), min_value=15, max_value=2400, initial=120)

    field_order = ["code"]


class VersionForm(PageForm):
    """The next version of a module; ``number`` is left out when a draft is edited."""

    number = forms.CharField(label=_("Version"), max_length=10, help_text=_("For example 1.1 or 2.0."))
    objectives = forms.CharField(label=_("Objectives"), widget=area())
    duration_minutes = WholeField(label=_("Suggested duration (minutes)"), min_value=15, max_value=2400)
    change_note = forms.CharField(
        label=_("Change note"),
        widget=area(3),
        required=False,
        help_text=_("What changes against the version before, and why."),
    )

    def __init__(self, *args: Any, version: ModuleVersion | None = None, editing: bool = False, **kwargs: Any) -> None:
        if version is not None:
            start = {"objectives": version.objectives, "duration_minutes": version.duration_minutes}
            if editing:
                start["change_note"] = version.change_note
            kwargs["initial"] = {**start, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if editing:
            del self.fields["number"]


class MaterialForm(PageForm):
    """A link, a file, or a text in Markdown."""

    title = forms.CharField(label=_("Title"), max_length=120)
    url = forms.URLField(
        label=_("Link"),
        required=False,
        assume_scheme="https",
        help_text=_("Also of a video. For example https://…, or leave it blank."),
    )
    text = forms.CharField(
        label=_("Text"),
        widget=area(10),
        required=False,
        help_text=_("Headings with #, lists with -, bold with **. HTML is not shown."),
    )
    file = DocumentField(label=_("File"))


class AnswersForm(PageForm):
    """Which needs a module answers (5.1.1 d)."""

    needs = forms.ModelMultipleChoiceField(
        label=_("Sources of needs"), queryset=NeedSource.objects.none(), widget=Checkboxes, required=False
    )
    changes = forms.ModelMultipleChoiceField(
        label=_("Product and procedure changes"),
        queryset=ProductChange.objects.none(),
        widget=Checkboxes,
        required=False,
        help_text=_("Who had this module since the announcement counts as trained."),
    )
    parameters = forms.ModelMultipleChoiceField(
        label=_("Parameters of Quality Control"),
        queryset=QualityParameter.objects.all(),
        widget=Checkboxes,
        required=False,
    )

    def __init__(self, *args: Any, module: TrainingModule, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "needs": list(module.needs.values_list("pk", flat=True)),
            "changes": list(module.product_changes.values_list("pk", flat=True)),
            "parameters": list(module.parameters.values_list("pk", flat=True)),
        }
        super().__init__(*args, **kwargs)
        # A change has its own list below; its source would stand twice.
        needs = NeedSource.objects.visible_to(user).filter(product_change=None)
        self.fields["needs"].queryset = needs  # type: ignore[attr-defined]
        self.fields["changes"].queryset = ProductChange.objects.visible_to(user)  # type: ignore[attr-defined]


class TopicForm(PageForm):
    """A topic and its place in the tree; code and kind stay once they are given."""

    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Letters, figures and hyphens."))
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=ModuleKind.choices, widget=forms.RadioSelect)
    parent = TopicField(label=_("Below"), empty_label=_("At the top"))

    def __init__(self, *args: Any, topic: Topic | None = None, **kwargs: Any) -> None:
        if topic is not None:
            kwargs["initial"] = {"name": topic.name, "parent": topic.parent_id}
        super().__init__(*args, **kwargs)
        known = list(Topic.objects.all())
        offer_tree(self.fields["parent"], without=below(known, topic) if topic else None)
        if topic is not None:
            del self.fields["code"], self.fields["kind"]


class ModuleFilter(django_filters.FilterSet):
    """What stands in the address of the catalogue."""

    q = django_filters.CharFilter(method="by_text", label=_("Code, title or objective"))
    kind = django_filters.ChoiceFilter(choices=ModuleKind.choices, label=_("Kind"), empty_label=_("All"))
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.all(),
        to_field_name="code",
        field_name="lines",
        label=_("Service line"),
        empty_label=_("All"),
    )
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(),
        to_field_name="code",
        method="by_topic",
        label=_("Topic, with those below"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        choices=[
            ("approved", _("With an approved version")),
            ("none", _("Without an approved version")),
            ("open", _("A version in work")),
        ],
        method="by_state",
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = TrainingModule
        fields: list[str] = []
        form = PageForm

    def by_text(self, queryset: Any, _name: str, value: str) -> Any:
        """In the code, the title, or what a version is meant to teach."""
        found = ModuleVersion.objects.filter(objectives__icontains=value).values("module")
        return queryset.filter(Q(code__icontains=value) | Q(title__icontains=value) | Q(pk__in=found))

    def by_topic(self, queryset: Any, _name: str, value: Topic) -> Any:
        """The topic and everything below it."""
        topics = below(Topic.objects.all(), value)
        return queryset.filter(
            pk__in=TrainingModule.topics.through.objects.filter(topic__in=topics).values("trainingmodule")
        )

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        """By the annotations of :func:`planning.queries.modules.with_versions`."""
        if value == "open":
            return queryset.exclude(open_state=None)
        return queryset.filter(approved_number__isnull=value == "none")
