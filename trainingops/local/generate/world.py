"""What everything generated shares: the demo's offices, modules, tests and rules, founded long enough ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from evaluation.models import ReviewPolicy
from planning.enums import ModuleKind, ParameterSource
from planning.models import Topic
from planning.services.modules import add_material, add_module, approve_version, submit_version
from planning.services.schemes import ParameterText, add_scheme
from reporting.models import DeadlinePolicy
from trainingops.local import demo
from trainingops.local.demo.cast import Cast
from trainingops.local.generate.planning import OBSERVED
from trainingops.people.models import ServiceLine

#: Code, title, kind, minutes; for every line.
MODULES = (
    ("PNM-HS-21", "Jatuh tempo dan perpanjangan", ModuleKind.HARD, 240),
    ("PNM-HS-22", "Tabungan Emas dari awal sampai akhir", ModuleKind.HARD, 360),
    ("PNM-SS-21", "Mendengar dan menanggapi keluhan", ModuleKind.SOFT, 240),
)


def found_house(now: datetime, founded: datetime) -> Cast:
    """Load the demo's house as if it had been founded at ``founded``, and what the pattern teaches with."""
    for rule in (DeadlinePolicy, ReviewPolicy):
        # The rules of an installation begin with the procedure; an older house had the same before.
        rule.objects.filter(effective_on__gt=founded.date()).update(effective_on=founded.date())
    demo.load(now, founded=founded)
    cast = Cast()
    add_school(cast, founded + timedelta(days=1))
    return cast


def add_school(cast: Cast, now: datetime) -> None:
    """The modules and the scheme of the pattern's classes."""
    _add_modules(cast, now)
    _add_scheme(cast, now)


def _add_modules(cast: Cast, now: datetime) -> None:
    author = cast.user("SSO01")
    for code, title, kind, minutes in MODULES:
        version = add_module(
            code=code,
            title=title,
            kind=kind,
            lines=list(ServiceLine.objects.all()),
            topics=[Topic.objects.filter(kind=kind).order_by("pk")[0]],
            objectives=f"Agent menjelaskan {title} dengan benar dan lengkap.",
            duration_minutes=minutes,
            actor=author,
            now=now,
        )
        add_material(version=version, title=f"Materi {title}", url="", text=f"# {title}", actor=author, now=now)
        submit_version(version=version, actor=author, now=now)
        approve_version(version=version, note="", actor=cast.manager, now=now)


def _add_scheme(cast: Cast, now: datetime) -> None:
    """The scheme of classes without a test."""
    add_scheme(
        name=OBSERVED,
        decimals=2,
        pass_mark=Decimal(75),
        remedial_cap=Decimal(75),
        parameters=[ParameterText("Roleplay", Decimal(100), Decimal(100), None, ParameterSource.TRAINER)],
        actor=cast.pic,
        now=now,
    )
