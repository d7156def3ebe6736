"""The broker is a wake-up: one that is down costs no time and no error (DESIGN.md §5.2)."""

import time

import pytest
from celery import Celery

from trainingops.jobs import wake as waking


@pytest.mark.django_db
def test_a_dead_broker_costs_little_once_and_nothing_for_a_while(django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    app = Celery("dead", broker="redis://127.0.0.1:1/0", set_as_current=False)

    @app.task(name="dead.task")
    def task(key):
        return key

    sent = []
    original = task.apply_async
    monkeypatch.setattr(task, "apply_async", lambda **options: (sent.append(1), original(**options)))
    before = time.monotonic()
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            waking.wake(task, 1)
    assert time.monotonic() - before < 1.5
    assert sent == [1], "the second and third do not even try"
