"""What this stage shows in the slots of pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone

from sessions.models import ReactionSurvey
from sessions.queries.survey import reaction_of, surveys_with_detail

if TYPE_CHECKING:
    from trainingops.people.models import User


def survey_panels(ids: list[Any], user: User) -> Mapping[Any, Any]:
    """The reaction survey of each session that the reader sees as staff; one query."""
    now = timezone.now()
    surveys = surveys_with_detail(ReactionSurvey.objects.visible_to(user).filter(training_session__in=ids))
    return {
        each.training_session_id: render_to_string(
            "sessions/survey_panel.html",
            {
                "reaction": reaction_of(each, present=each.present, now=now),  # type: ignore[attr-defined]
                "training_session": each.training_session,
            },
        )
        for each in surveys
    }
