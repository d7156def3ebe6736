"""Wake a worker after the commit. The broker is a wake-up, never the record (DESIGN.md §5.2)."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

#: After a failure nobody is woken for so many seconds, so that a broker that is down does not slow each request.
PAUSE = 10.0
#: One further try at once: the connection of the pool may have died. (kombu's own default would wait six seconds.)
_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
_silent_until = 0.0


def wake(task: Task[Any, Any], *arguments: Any) -> None:
    """Send ``task`` when the present transaction has committed.

    A broker that is down costs a warning: the row is there, and the sweep finds it.
    """
    transaction.on_commit(lambda: send(task, *arguments), robust=True)


def send(task: Task[Any, Any], *arguments: Any) -> bool:
    """Send ``task`` now; whether the broker took it. For a sweep that notes what it has handed out."""
    global _silent_until  # noqa: PLW0603 (one pause a process)
    if time.monotonic() < _silent_until:
        return False
    try:
        task.apply_async(args=arguments, retry=True, retry_policy=_RETRY)
    except OperationalError as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("broker unreachable, the sweep will find %s%s: %s", task.name, arguments, error)
        return False
    return True
