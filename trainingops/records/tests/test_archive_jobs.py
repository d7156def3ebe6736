"""Archives as jobs: carried on, cancelled, and true to their order whatever happens meanwhile (6)."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from trainingops.jobs import running
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.running import LEASE, claim_job, run_job
from trainingops.people.tests.factories import make_user
from trainingops.records import storage
from trainingops.records.archive import building
from trainingops.records.archive.building import build_archive
from trainingops.records.archive.inspection import check_archive
from trainingops.records.filters import EvidenceFilter
from trainingops.records.reference import ensure_reference
from trainingops.records.services import request_archive
from trainingops.records.storage import read_file
from trainingops.records.tests.kinds import made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]


@pytest.fixture
def three(monkeypatch):
    """Three records, one a step."""
    monkeypatch.setattr(building, "_STEP", 1)
    return [made() for _ in range(3)]


def _ordered():
    return request_archive(chosen=EvidenceFilter(), actor=make_user("auditor"), now=timezone.now())


def _whole(archive, records):
    archive.refresh_from_db()
    assert archive.ready_at
    assert archive.records_count == len(records)
    assert check_archive(archive.path) == []
    assert [each.name for each in Path(archive.path).parent.iterdir()] == [Path(archive.path).name], "no draft is left"


def test_a_job_that_died_is_carried_on_behind_its_last_step(three, monkeypatch):
    archive = _ordered()
    job = claim_job(job_id=archive.job_id, now=timezone.now())
    steps = build_archive(job, timezone.now())
    for _ in range(2):  # the first says where it begins
        step = next(steps)
    assert (step.done, step.total) == (1, 3)
    Job.objects.filter(pk=job.pk).update(cursor=step.cursor, done=step.done, total=step.total)
    next(steps)  # written into the zip, but never into the row: its worker died in between
    read, progress = [], []
    monkeypatch.setattr(storage, "read_file", lambda sha256: read.append(sha256) or read_file(sha256))
    write = running._write_progress
    monkeypatch.setattr(running, "_write_progress", lambda *told: progress.append(told[1].done) or write(*told))
    later = timezone.now() + LEASE + timedelta(seconds=1)
    run_job(job_id=job.pk, clock=lambda: later)
    assert len(read) == 2, "what the finished steps read is not read again"
    assert progress == [1, 2, 3]
    _whole(archive, three)


_KILLED = """
import os, signal, sys, django
django.setup()
from django.utils import timezone, translation
from trainingops.jobs.running import run_job
from trainingops.records import storage
from trainingops.records.archive import building
building._STEP = 1
read, left = storage.read_file, [2]
def read_file(sha256):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return read(sha256)
storage.read_file = read_file
run_job(job_id=int(sys.argv[1]), clock=timezone.now)
"""


def test_a_worker_process_that_is_killed_loses_only_its_present_step(committed_db, monkeypatch):
    ensure_reference()
    records = [made() for _ in range(4)]
    archive = _ordered()
    where = connection.settings_dict
    environ = {
        **os.environ,
        "DATABASE_URL": f"postgres://{where['USER']}@{quote(where['HOST'], safe='')}:{where['PORT']}/{where['NAME']}",
        "DJANGO_SETTINGS_MODULE": "trainingops.settings",
        "TRAININGOPS_MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "TRAININGOPS_SEAL_KEY_DIR": str(settings.SEAL_KEY_DIR),
    }
    command = [sys.executable, "-c", _KILLED, str(archive.job_id)]
    done = subprocess.run(command, env=environ, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    job = Job.objects.get(pk=archive.job_id)
    assert (job.state, job.done, job.total) == (JobState.RUNNING, 2, 4)
    read = []
    monkeypatch.setattr(storage, "read_file", lambda sha256: read.append(sha256) or read_file(sha256))
    later = timezone.now() + LEASE + timedelta(seconds=1)
    run_job(job_id=job.pk, clock=lambda: later)
    assert len(read) == 2, "the two finished steps are not done again"
    _whole(archive, records)


def test_a_worker_believed_dead_writes_into_nothing_that_counts(three):
    archive = _ordered()
    job = claim_job(job_id=archive.job_id, now=timezone.now())
    slow = build_archive(job, timezone.now())
    next(slow)
    step = next(slow)
    Job.objects.filter(pk=job.pk).update(cursor=step.cursor, done=step.done, total=step.total)
    later = timezone.now() + LEASE + timedelta(seconds=1)
    other = claim_job(job_id=job.pk, now=later)
    quick = build_archive(other, later)
    next(quick)
    next(slow)
    slow.close()
    with pytest.raises(StopIteration):
        while True:
            next(quick)
    _whole(archive, three)


def test_the_set_is_that_of_the_first_step_whatever_happens_to_the_reader_s_roles(three):
    archive = _ordered()
    job = claim_job(job_id=archive.job_id, now=timezone.now())
    step = next(build_archive(job, timezone.now()))
    Job.objects.filter(pk=job.pk).update(cursor=step.cursor)
    archive.requested_by.role_assignments.all().delete()
    later = timezone.now() + LEASE + timedelta(seconds=1)
    run_job(job_id=job.pk, clock=lambda: later)
    _whole(archive, three)


def test_a_cancelled_job_leaves_no_draft(three):
    archive = _ordered()
    Job.objects.filter(pk=archive.job_id).update(cancel_requested=True)
    run_job(job_id=archive.job_id, clock=timezone.now)
    assert list(Path(settings.MEDIA_ROOT, "archives").iterdir()) == []
