"""Two managers who approve at the same moment (DESIGN §3, Booking); for tests with ``committed_db``."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from planning.models import PlanRevision
from planning.services import DoubleBooking, approve_revision
from planning.tests.factories import World, signature


def approve_at_once(revisions: Sequence[tuple[World, PlanRevision]], *, now: datetime) -> list[str]:
    """What came of each approval, in the order in which they ended: ``approved``, or the words of the refusal."""
    signed = [
        (world.manager, revision, signature(world.manager, revision.content_hash, now=now))
        for world, revision in revisions
    ]
    ready, outcomes = threading.Barrier(len(signed)), []

    def decide(manager, revision, made):
        ready.wait()
        try:
            approve_revision(
                revision=revision, content_hash=revision.content_hash, signature=made, actor=manager, now=now
            )
            outcomes.append("approved")
        except DoubleBooking as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=each) for each in signed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
