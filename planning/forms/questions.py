"""What stands in the address of the question bank."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.enums import QuestionKind
from planning.models import QuestionVersion, Topic
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
