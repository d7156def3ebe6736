"""A job goes on where it stood, whoever carries it, and never runs twice at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from trainingops.domain import NotAllowed, Refused
from trainingops.jobs.health import beat, heartbeat_check, register_check, run_checks
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.registry import JobKind, Progress, register_kind
from trainingops.jobs.running import LEASE, MOST_ATTEMPTS, claim_job, jobs_to_wake, run_job
from trainingops.jobs.services import cancel_job, enqueue_job
from trainingops.people.tests.factories import UserFactory, make_user

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
done_steps: list[int] = []


def count_to_three(job, now):
    start = job.cursor.get("next", 0)
    for step in range(start, 3):
        if job.params.get("fail_at") == step:
            raise ValueError("broken step")
        done_steps.append(step)
        yield Progress(done=step + 1, total=3, cursor={"next": step + 1})
    return {"warnings": job.params["warnings"]} if job.params.get("warnings") else {"answer": 3}


register_kind(JobKind(name="test.count", label="Counting", handler=count_to_three))


@pytest.fixture
def job(db):
    done_steps.clear()
    return enqueue_job(kind="test.count", owner=UserFactory(), params={}, now=NOW)


def clock():
    return NOW


def test_job_runs_to_its_result(job):
    run_job(job_id=job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result) == (JobState.SUCCEEDED, 3, 3, {"answer": 3})
    assert job.finished_at == NOW


def test_warnings_are_part_of_the_state(job):
    Job.objects.update(params={"warnings": ["a file is missing"]})
    run_job(job_id=job.pk, clock=clock)
    job.refresh_from_db()
    assert job.state == JobState.WARNED


def test_failure_is_kept_with_its_reason(job):
    Job.objects.update(params={"fail_at": 1})
    run_job(job_id=job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.FAILED, 1)
    assert "broken step" in job.error


def test_dead_worker_is_replaced_and_finished_steps_are_not_repeated(job):
    Job.objects.update(cursor={"next": 2}, done=2, state=JobState.RUNNING, lease_until=NOW - timedelta(seconds=1))
    assert jobs_to_wake(NOW) == [job.pk]
    run_job(job_id=job.pk, clock=clock)
    assert done_steps == [2]


def test_a_lease_in_force_is_respected(job):
    assert claim_job(job_id=job.pk, now=NOW)
    assert claim_job(job_id=job.pk, now=NOW + LEASE) is None
    assert jobs_to_wake(NOW + LEASE) == []
    assert claim_job(job_id=job.pk, now=NOW + LEASE + timedelta(seconds=1))


def test_who_lost_the_lease_writes_nothing(job):
    first = claim_job(job_id=job.pk, now=NOW)
    second = claim_job(job_id=job.pk, now=NOW + LEASE * 2)
    from trainingops.jobs.running import _write_progress

    assert not _write_progress(first, Progress(done=1, total=3, cursor={}), NOW)
    assert _write_progress(second, Progress(done=2, total=3, cursor={}), NOW)


def test_a_job_that_kills_its_workers_ends(job):
    Job.objects.update(attempts=MOST_ATTEMPTS)
    run_job(job_id=job.pk, clock=clock)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert done_steps == []


def test_cancelling_stops_after_the_present_step(job):
    Job.objects.update(state=JobState.RUNNING, lease_until=NOW - timedelta(seconds=1))
    cancel_job(job=job, actor=job.owner, now=NOW)
    run_job(job_id=job.pk, clock=clock)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert done_steps == [0]


def test_an_ended_job_cannot_be_cancelled(job):
    run_job(job_id=job.pk, clock=clock)
    with translation.override("en"), pytest.raises(Refused, match="ended already"):
        cancel_job(job=job, actor=job.owner, now=NOW)


def test_only_owner_and_administrator_may_cancel(job):
    with pytest.raises(NotAllowed):
        cancel_job(job=job, actor=UserFactory(), now=NOW)
    cancel_job(job=job, actor=make_user("administrator"), now=NOW)


def test_an_unknown_kind_is_an_error(db):
    with pytest.raises(LookupError, match="known:"):
        enqueue_job(kind="test.nonsense", owner=UserFactory(), params={}, now=NOW)


class TestPages:
    def test_owner_sees_progress(self, client, job):
        client.force_login(job.owner)
        answer = client.get(reverse("job_detail", args=[job.uuid]))
        assert answer.status_code == 200
        assert "Counting" in answer.content.decode()

    def test_htmx_gets_the_fragment_only(self, client, job):
        client.force_login(job.owner)
        answer = client.get(reverse("job_detail", args=[job.uuid]), headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()

    def test_somebody_else_finds_nothing(self, client, job):
        client.force_login(UserFactory())
        assert client.get(reverse("job_detail", args=[job.uuid])).status_code == 404
        assert client.post(reverse("job_cancel", args=[job.uuid])).status_code == 404

    def test_anonymous_is_sent_to_sign_in(self, client, job):
        assert client.get(reverse("job_detail", args=[job.uuid])).status_code == 302

    def test_cancel_is_a_post(self, client, job):
        client.force_login(job.owner)
        assert client.get(reverse("job_cancel", args=[job.uuid])).status_code == 405
        assert client.post(reverse("job_cancel", args=[job.uuid])).status_code == 302
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED


class TestHealth:
    def test_silent_clock_is_noticed(self, db):
        check = heartbeat_check("x", within=timedelta(minutes=2), remedy="Start it.")
        assert "never run" in check(NOW)
        beat("x", now=NOW)
        assert check(NOW + timedelta(minutes=2)) == ""
        assert "Start it." in check(NOW + timedelta(minutes=3))

    def test_a_check_that_breaks_is_bad_news(self, db, monkeypatch):
        monkeypatch.setattr("trainingops.jobs.health._checks", {})
        register_check("broken", lambda now: 1 / 0)
        assert "ZeroDivisionError" in run_checks(NOW)["broken"]

    def test_ready_answers_503_without_details(self, client, db):
        answer = client.get(reverse("health_ready"))
        assert answer.status_code == 503
        assert "clock" in answer.json()["failing"]

    def test_live_asks_nothing(self, client, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get(reverse("health_live")).content == b"live\n"
