"""Every sweep that the clock calls exists, and every sweep is called by the clock."""

from __future__ import annotations

from django.conf import settings

from trainingops.celery import app


def test_the_schedule_names_each_sweep_and_only_tasks_that_exist():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= app.tasks.keys()
    assert {name for name in app.tasks if ".tasks.sweep_" in name} == scheduled
