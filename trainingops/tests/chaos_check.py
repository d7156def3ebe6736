# ruff: noqa: E402, T201 - a script: Django is set up first, and what it prints is its answer
"""After the chaos: waits until everything ordered is done, then prints what is wrong with it, a line each."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from trainingops.audit.models import Entry
from trainingops.audit.verification import verify_journal
from trainingops.jobs.models import Job, JobState
from trainingops.notifications.models import Notice
from trainingops.records import storage
from trainingops.records.archive.inspection import check_archive
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRequest

_WAITS = (JobState.QUEUED, JobState.RUNNING)


def finish(seconds: float) -> None:
    """Let the leases of what was killed run out now instead of in minutes, then wait for the workers."""
    past = timezone.now() - timedelta(seconds=1)
    EvidenceRequest.objects.filter(state="pending").update(lease_until=past)
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=past)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        requests = EvidenceRequest.objects.filter(state="pending")
        if not requests.exists() and not Job.objects.filter(state__in=_WAITS).exists():
            return
        time.sleep(0.3)


def problems(ordered: dict) -> list[str]:
    """What is lost, doubled or wrong."""
    found = []
    titles = Counter(EvidenceRecord.objects.values_list("title", flat=True))
    states = EvidenceRequest.objects.values_list("title", "state", "attempts", "lease_until", "error")
    where = {title: how for title, *how in states}
    found += [f"lost: {title}, {where.get(title)}" for title in ordered["titles"] if not titles[title]]
    found += [f"{count} times: {title}" for title, count in titles.items() if count > 1]
    requests = Counter(EvidenceRequest.objects.values_list("title", flat=True))
    found += [f"ordered {count} times: {title}" for title, count in requests.items() if count > 1]
    for record in EvidenceRecord.objects.select_related("sealed"):
        if storage.rehash(record.sealed.sha256) != "ok":
            found.append(f"{record.number}: {storage.rehash(record.sealed.sha256)}")
    archives = list(Archive.objects.select_related("job"))
    if len(archives) != ordered["archives"]:
        found.append(f"{len(archives)} archives instead of {ordered['archives']}")
    for archive in archives:
        if archive.job.state != JobState.SUCCEEDED:
            found.append(f"archive {archive.uuid}: {archive.job.state} {archive.job.error}")
            continue
        found += [f"archive {archive.uuid}: {problem}" for problem in check_archive(archive.path)]
        if (told := Notice.objects.filter(kind="archive_ready", subject=archive.uuid).count()) != 1:
            found.append(f"archive {archive.uuid}: told {told} times")
        if (times := Entry.objects.filter(subject=archive.uuid, verb="archive.finished").count()) != 1:
            found.append(f"archive {archive.uuid}: finished {times} times")
    made = Entry.objects.filter(verb="evidence.produced").count()
    if made != EvidenceRecord.objects.count():
        found.append(f"{made} entries about {EvidenceRecord.objects.count()} records")
    return [*found, *verify_journal(now=timezone.now()).problems]


if __name__ == "__main__":
    finish(float(sys.argv[2]))
    print("\n".join(problems(json.loads(sys.argv[1]))))
