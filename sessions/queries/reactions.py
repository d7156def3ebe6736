"""Reactions side by side: by session, by trainer, by module version (Kirkpatrick 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from sessions.models import ReactionSurvey
from sessions.queries.survey import may_be_read, mean_of, pooled, reaction_of, surveys_with_detail

#: What reactions are gathered by; the first one is shown first.
BY = ("session", "trainer", "module")


@dataclass
class Gathered:
    """Reactions under one heading. Only sessions whose own result may be read are in it, so that a sum never tells more
    than its parts."""

    heading: str
    sessions: int = 0
    present: int = 0
    answered: int = 0
    tallies: dict[str, list[int]] = field(default_factory=dict)

    def add(self, survey: Any) -> None:
        """Take the box of a survey in."""
        self.sessions += 1
        self.present += survey.present
        self.answered += survey.answered
        for code, counts in survey.tallies.items():
            self.tallies[code] = pooled([self.tallies.get(code, [0] * len(counts)), counts])

    @property
    def mean(self) -> Decimal | None:
        """Of all statements together, from 1 to 5."""
        return mean_of(pooled(self.tallies.values())) if self.tallies else None

    @property
    def share(self) -> Decimal | None:
        """How many of those who were there answered."""
        return Decimal(self.answered) / self.present if self.present else None

    @property
    def means(self) -> dict[str, Decimal | None]:
        """The mean of each statement by its code."""
        return {code: mean_of(counts) for code, counts in self.tallies.items()}


def reactions(surveys: QuerySet[ReactionSurvey], *, by: str, now: datetime) -> list[Any]:
    """Rows of the list, the latest session first, or by heading; one query."""
    rows = list(surveys_with_detail(surveys).order_by("-training_session__starts_at"))
    if by == "session":
        return [reaction_of(each, present=each.present, now=now) for each in rows]  # type: ignore[attr-defined]
    found: dict[str, Gathered] = {}
    for survey in rows:
        if may_be_read(survey, now):
            for heading in _headings(survey, by):
                found.setdefault(heading, Gathered(heading)).add(survey)
    return [found[heading] for heading in sorted(found, key=str.casefold)]


def _headings(survey: Any, by: str) -> Iterable[str]:
    return survey.trainers if by == "trainer" else [str(survey.training_session.module_version)]
