"""What stands in the address of the question bank, and the form that makes a paper's other form."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.enums import QuestionKind
from planning.models import QuestionVersion, Topic
from planning.services.papers import PARALLEL, SAME
from trainingops.ui.forms import PageForm


class QuestionFilter(django_filters.FilterSet):
    """Words, topic and kind; ``use`` stands apart, as links with counts."""

    q = django_filters.CharFilter(method="by_words", label=_("Code or words of the question"))
    topic = django_filters.ModelChoiceFilter(
        field_name="question__topic",
        queryset=Topic.objects.filter(questions__isnull=False).distinct(),
        to_field_name="code",
        label=_("Topic"),
        empty_label=_("All"),
    )
    kind = django_filters.ChoiceFilter(choices=QuestionKind.choices, label=_("Kind"), empty_label=_("All"))

    class Meta:
        model = QuestionVersion
        form = PageForm
        fields: list[str] = []

    def by_words(self, queryset: Any, _name: str, value: str) -> Any:
        """Every word somewhere in code, text or options."""
        for word in value.split()[:8]:
            queryset = queryset.filter(
                Q(question__code__icontains=word) | Q(text__icontains=word) | Q(options__icontains=word)
            )
        return queryset


class KeepForm(PageForm):
    """Why a question that was sent back stays as it is."""

    answer = forms.CharField(label=_("Why it stays as it is"), widget=forms.Textarea(attrs={"rows": 4}))


class PairForm(PageForm):
    """How the other form of a paper is made."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("For example KCA-B."))
    how = forms.ChoiceField(
        label=_("Questions of the other form"),
        choices=[
            (PARALLEL, _("Parallel questions: others of the same topic and kind")),
            (SAME, _("The same questions in another order")),
        ],
        widget=forms.RadioSelect,
        initial=PARALLEL,
    )
