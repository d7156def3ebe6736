"""The tree of topics: products, procedures, soft skills (2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.models import Topic
from planning.policies.catalogue import can_keep_topics
from planning.queries.topics import below
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def add_topic(*, code: str, name: str, kind: str, parent: Topic | None, actor: User, now: datetime) -> Topic:
    """A topic, below another one of the same kind or at the top.

    Raises:
        Refused: the code is taken, or the parent is of the other kind.
    """
    require(can_keep_topics(actor))
    if Topic.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    _check_parent(kind, parent)
    topic = Topic.objects.create(code=code, name=name, kind=kind, parent=parent)
    record("topic.added", subject=topic, actor=actor, now=now, data={"code": code, "kind": kind})
    return topic


@service
def edit_topic(*, topic: Topic, name: str, parent: Topic | None, actor: User, now: datetime) -> Topic:
    """Rename a topic or move it with everything below it.

    Raises:
        Refused: the parent is of the other kind, or lies below the topic itself.
    """
    require(can_keep_topics(actor))
    # Two moves at once could close a circle; topics are few, so all of them are locked.
    every = {each.pk: each for each in Topic.objects.select_for_update(no_key=True).order_by("pk")}
    locked = every[topic.pk]
    _check_parent(locked.kind, parent)
    if parent is not None and parent.pk in below(every.values(), locked):
        raise Refused(
            _("%(parent)s lies below %(topic)s. Choose another place.") % {"parent": parent, "topic": locked},
            field="parent",
        )
    locked.name, locked.parent = name, parent
    locked.save(update_fields=["name", "parent"])
    record("topic.edited", subject=locked, actor=actor, now=now, data={"parent": parent.uuid if parent else None})
    return locked


def _check_parent(kind: str, parent: Topic | None) -> None:
    if parent is not None and parent.kind != kind:
        raise Refused(
            _("%(parent)s is of the other kind. Choose a topic of the same kind.") % {"parent": parent},
            field="parent",
        )
