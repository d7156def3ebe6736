"""Bytes that nobody keeps any more go; the row of their file stays, with the moment at which they went (6).

A photo that was taken out of a class is still there as long as its bytes are. Bytes are shared by their SHA-256: they
go when no row refers to them any more but such as were removed, and none of these is of a training under a hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from trainingops.audit.journal import record, service
from trainingops.records import storage
from trainingops.records.models import RecordHold, StoredFile
from trainingops.records.registry import all_removable

#: The sweep looks so far back for bytes that a killed process left behind.
LOOKS_BACK = timedelta(days=7)


@service
def let_go(*, files: Iterable[StoredFile | None], actor: Any, now: datetime) -> list[StoredFile]:
    """Rows that referred to these files were removed: those that nothing keeps go, after the commit.

    Returns:
        those whose bytes go.
    """
    keys = {each.pk for each in files if each is not None}
    rows = StoredFile.objects.select_for_update(no_key=True).filter(pk__in=keys, removed_at=None).order_by("pk")
    locked = list(rows)
    kept = _kept([each.pk for each in locked])
    going = [each for each in locked if each.pk not in kept]
    StoredFile.objects.filter(pk__in=[each.pk for each in going]).update(removed_at=now)
    for each in going:
        record("file.let_go", subject=each, actor=actor, now=now, data={"sha256": each.sha256})
    if going:
        transaction.on_commit(lambda: drop_bytes([each.pk for each in going]))
    return going


def drop_bytes(keys: Collection[int]) -> int:
    """Take the bytes of files that were let go off the disk; how many. Kept again meanwhile, they stay."""
    dropped = 0
    for key in keys:
        with transaction.atomic():
            stored = StoredFile.objects.select_for_update(no_key=True).get(pk=key)
            dropped += stored.removed_at is not None and storage.remove(stored.sha256)
    return dropped


def sweep(*, now: datetime) -> int:
    """What was removed before bytes went with it, was under a hold then, or outlived a killed process; how many."""
    files: set[int] = set()
    for model, removable in all_removable():
        rows = model._base_manager.filter(removable.removed)
        for field in _fields_of(model):
            files.update(rows.filter(**{f"{field}__removed_at": None}).values_list(field, flat=True))
    let_go(files=StoredFile.objects.filter(pk__in=files - {None}), actor=None, now=now)
    recent = StoredFile.objects.filter(removed_at__gte=now - LOOKS_BACK)
    return drop_bytes([each.pk for each in recent if storage.path_of(each.sha256).exists()])


def _kept(files: Collection[int]) -> set[int]:
    """Which of these files a row refers to that was not removed, or that is of a training under a hold."""
    removable, kept = dict(all_removable()), set()
    for model in {relation.related_model for relation in _relations()}:
        rows = model._base_manager.all()
        if model in removable:
            said = removable[model]
            holds = RecordHold.objects.filter(record__training=OuterRef(said.training), released_at=None)
            rows = rows.annotate(is_held=Exists(holds)).filter(~Q(said.removed) | Q(is_held=True))
        for field in _fields_of(model):
            kept.update(rows.filter(**{f"{field}__in": files}).values_list(field, flat=True))
    return kept


def _relations() -> Iterator[Any]:
    """Every foreign key to a stored file, of whatever stage."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation


def _fields_of(model: type[models.Model]) -> list[str]:
    """The names of those of a model."""
    return [relation.field.name for relation in _relations() if relation.related_model is model]
