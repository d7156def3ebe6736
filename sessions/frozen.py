"""Reading what an approval froze: the scoring scheme that a session carries as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from planning.enums import ParameterSource
from sessions.enums import TestPhase
from sessions.scoring import ONE, Parameter, Scheme
from trainingops.audit.journal import canonical, digest

if TYPE_CHECKING:
    from sessions.models import TrainingSession

#: Which test fills a parameter by itself.
TESTED_BY = {ParameterSource.PRE_TEST: TestPhase.PRE, ParameterSource.POST_TEST: TestPhase.POST}


@dataclass(frozen=True)
class FrozenParameter:
    """A parameter of the scheme with its identity and its source."""

    uuid: UUID
    source: str
    parameter: Parameter

    @property
    def name(self) -> str:
        return self.parameter.name


@dataclass(frozen=True)
class FrozenScheme:
    """The scheme of a session; ``scheme`` is what :func:`sessions.scoring.evaluate` takes."""

    name: str
    scheme: Scheme
    parameters: tuple[FrozenParameter, ...]
    remedial_attempts: int = 1


@lru_cache(maxsize=256)
def read_scheme(text: str) -> FrozenScheme:
    """The scheme from its canonical JSON."""
    said = json.loads(text)
    parameters = tuple(_parameter(each) for each in said["parameters"])
    return FrozenScheme(
        name=said["name"],
        scheme=Scheme(
            tuple(each.parameter for each in parameters),
            pass_mark=Decimal(said["pass_mark"]),
            decimals=said["decimals"],
            remedial_cap=_decimal(said["remedial_cap"]),
        ),
        parameters=parameters,
        remedial_attempts=said.get("remedial_attempts", 1),
    )


def write_scheme(scheme: Mapping[str, Any]) -> tuple[str, str]:
    """The canonical JSON of a frozen plan's scheme, and its SHA-256."""
    text = canonical(scheme)
    return text, digest(text).hex()


def fills_itself(training_session: TrainingSession, parameter: FrozenParameter) -> bool:
    """Whether a test of the session gives this parameter its score; without a paper the trainer types it."""
    paper = {
        TestPhase.PRE: training_session.pre_paper_id,
        TestPhase.POST: training_session.post_paper_id,
    }
    phase = TESTED_BY.get(parameter.source)  # type: ignore[call-overload]
    return phase is not None and paper[phase] is not None


def _parameter(said: Mapping[str, Any]) -> FrozenParameter:
    return FrozenParameter(
        uuid=UUID(said["uuid"]),
        source=said["source"],
        parameter=Parameter(
            said["name"],
            Decimal(said["weight"]),
            _decimal(said["minimum"]),
            Decimal(said["maximum_score"]),
            # Schemes frozen before there were several assessors have one.
            settled_by=said.get("settled_by", ONE),
            assessors=said.get("assessors", 1),
        ),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
