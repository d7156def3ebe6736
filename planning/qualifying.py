"""Whether a trainer may teach a module on a day: one rule for those of the house and all others (5.1.1 a)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from planning.models import ModuleVersion, TrainerModule, TrainerProfile, TrainerQualification


def with_permits(trainers: QuerySet[TrainerProfile]) -> QuerySet[TrainerProfile]:
    """Trainers with what they ``may_teach`` and their ``certificates``, each with its days."""
    permits = TrainerModule.objects.filter(trainerprofile=OuterRef("pk"))
    certificates = TrainerQualification.objects.filter(trainer=OuterRef("pk")).order_by()
    return trainers.annotate(
        may_teach=ArraySubquery(permits.values(row=JSONObject(module="trainingmodule_id", until="valid_until"))),
        certificates=ArraySubquery(certificates.values(row=JSONObject(since="valid_from", until="valid_until"))),
    )


def qualified_on(trainers: QuerySet[TrainerProfile], version: ModuleVersion, day: date) -> QuerySet[TrainerProfile]:
    """Those who may teach a module on a day, by the rule of :func:`why_unqualified`."""
    certificates = TrainerQualification.objects.filter(trainer=OuterRef("pk"))
    in_force = certificates.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)
    return trainers.filter(
        Q(permits__valid_until=None) | Q(permits__valid_until__gte=day),
        Q(valid_until=None) | Q(valid_until__gte=day),
        Exists(in_force) | ~Exists(certificates),
        permits__trainingmodule=version.module_id,
    )


def why_unqualified(teaching: Iterable[tuple[TrainerProfile, Sequence[date]]], version: ModuleVersion | None) -> str:
    """The first thing that trainers lack for a module on the days that they teach it; empty where nothing is.

    A trainer is qualified on a day when the profile has not ended, one of the certificates is in force (where there is
    any), and the module is among those that they may teach then.

    Args:
        teaching: trainers from :func:`with_permits`, each with the days of their meetings.
        version: the module; without one only the qualification itself is judged.
    """
    rows = list(teaching)
    if lacking := [each.name for each, days in rows if any(not _is_qualified(each, day) for day in days)]:
        words = _("The qualification of %(names)s is not in force on every day of the meetings.")
        return words % {"names": ", ".join(lacking)}
    if version is None:
        return ""
    said = {"module": version.module.code}
    permits = {each.pk: _permit(each, version) for each, _days in rows}
    if unable := [each.name for each, _days in rows if permits[each.pk] is None]:
        return _("%(names)s may not teach %(module)s.") % {**said, "names": ", ".join(unable)}
    over = [each.name for each, days in rows if days and (until := permits[each.pk]) and until < max(days).isoformat()]
    if over:
        words = _("%(names)s may teach %(module)s only until a day before the last meeting.")
        return words % {**said, "names": ", ".join(over)}
    return ""


def _is_qualified(trainer: TrainerProfile, day: date) -> bool:
    if trainer.valid_until and trainer.valid_until < day:
        return False
    rows: list[dict[str, Any]] = trainer.certificates  # type: ignore[attr-defined]
    held = [(row["since"], row["until"] or "9999-12-31") for row in rows]
    return not held or any(since <= day.isoformat() <= until for since, until in held)


def _permit(trainer: TrainerProfile, version: ModuleVersion) -> str | None:
    """Until when a trainer may teach the module: an ISO date, empty for no end; None if they may not."""
    rows: list[dict[str, Any]] = trainer.may_teach  # type: ignore[attr-defined]
    return next((row["until"] or "" for row in rows if row["module"] == version.module_id), None)
