"""Objectives of the year in the demo: two that hold, and one that waits for the manager (ISO 9001 6.2)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from evaluation.enums import IndicatorKey
from evaluation.services import objectives
from trainingops.local.demo.cycle import Cycle
from trainingops.people.models import User

_TARGETS = (
    (IndicatorKey.TRAINED, Decimal(95), "Recovery dijadwalkan paling lambat tujuh hari setelah kelas."),
    (IndicatorKey.REPORTS, Decimal(100), "Draf laporan diisi di kelas; PIC diingatkan pada siang hari H+1."),
)


def set_objectives(cycle: Cycle) -> str:
    """A trainer writes them, the manager approves all but the last, which is one of a line."""
    writer, manager = cycle.cast.pic, cycle.cast.manager
    year = timezone.localdate(cycle.now).year
    at = cycle.now - timedelta(days=20)
    for indicator, target, means in _TARGETS:
        aim = _aim(year, target, means, writer)
        objective = objectives.begin_objective(
            year=year, indicator=indicator, site=None, line=None, aim=aim, actor=writer, now=at
        )
        revision = objectives.submit_objective(objective=objective, actor=writer, now=at)
        objectives.sign_and_approve_objective(
            objective=objective, content_hash=revision.content_hash, authenticated_at=at, actor=manager, now=at
        )
    aim = _aim(year, Decimal(90), "Trainer cadangan disebut dalam setiap rencana.", writer)
    waiting = objectives.begin_objective(
        year=year,
        indicator=IndicatorKey.EXECUTION,
        site=None,
        line=cycle.cast.inbound,
        aim=aim,
        actor=writer,
        now=cycle.now,
    )
    objectives.submit_objective(objective=waiting, actor=writer, now=cycle.now)
    return f"{len(_TARGETS)} objectives of {year} that hold, one that waits for the manager"


def _aim(year: int, target: Decimal, means: str, owner: User) -> objectives.Aim:
    return objectives.Aim(
        target=target,
        means=means,
        owner=owner,
        due_on=date(year, 12, 31),
        judged_by="Angka sejak Januari pada halaman Indikator, dibahas pada setiap tinjauan.",
    )
