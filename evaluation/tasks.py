"""What workers do in this stage: figures that are too dear for a request."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from trainingops.jobs.wake import wake
from trainingops.notifications.services import finish_bulk

#: How many of each kind a sweep hands to the workers: after an upgrade all of an organisation are due.
AT_A_TIME = 200


@shared_task
def analyse_paper(analysis_id: int) -> None:
    """Analyse one test paper; does nothing when its figures know every change."""
    from evaluation.services import analyses

    analyses.analyse_paper(analysis_id=analysis_id, now=timezone.now())


@shared_task
def count_gain(session_id: int) -> None:
    """Compute the gain of one session; does nothing when it is computed."""
    from evaluation.services import analyses

    analyses.count_gain(session_id=session_id, now=timezone.now())


@shared_task
def sweep_analyses() -> None:
    """Every minute: have computed what no worker took, apart from the sweeps (DESIGN.md §5.2)."""
    from evaluation.services import analyses

    for key in analyses.analyses_due()[:AT_A_TIME]:
        wake(analyse_paper, key)
    for key in analyses.gains_due()[:AT_A_TIME]:
        wake(count_gain, key)


@shared_task
def measure_effect(study_id: int) -> None:
    """Measure the effect of one training; does nothing when it is not due."""
    from evaluation.services import effects

    effects.measure_study(study_id=study_id, now=timezone.now())


@shared_task
def sweep_effects() -> None:
    """Every ten minutes: have measured what is due, the windows that ended at midnight first of all (5.4)."""
    from evaluation.services import effects

    for key in effects.studies_due(now=timezone.now())[:AT_A_TIME]:
        wake(measure_effect, key)


@shared_task
def sweep_training_defects() -> None:
    """Every hour: what only the calendar brings into the register (4.4)."""
    from evaluation.services import register_what_is_late

    register_what_is_late(now=timezone.now())


@shared_task
def sweep_reviews() -> None:
    """Every hour: reviews that are owed, reminders of reviews, actions and follow-ups of coaching (5.4, 6)."""
    from evaluation.services import remind_follow_ups, tell_of_actions, watch_reviews

    now = timezone.now()
    watch_reviews(now=now)
    tell_of_actions(now=now)
    remind_follow_ups(now=now)
    finish_bulk(now=now)


@shared_task
def sweep_indicators() -> None:
    """Every minute: count anew the months of which the journal says that something changed (DESIGN.md §3)."""
    from evaluation.summaries.keeping import keep_up

    keep_up(now=timezone.now())
