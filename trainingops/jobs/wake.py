"""Wake a worker after the commit. The broker is a wake-up, never the record (DESIGN.md §5.2)."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake(task: Task[Any, Any], *arguments: Any) -> None:
    """Send ``task`` when the present transaction has committed.

    A broker that is down costs a warning: the row is there, and the sweep finds it.
    """

    def send() -> None:
        try:
            task.apply_async(args=arguments, retry=False)
        except OperationalError as error:
            log.warning("broker unreachable, the sweep will find %s%s: %s", task.name, arguments, error)

    transaction.on_commit(send, robust=True)
