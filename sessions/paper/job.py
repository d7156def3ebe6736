"""The job that reads what was uploaded together: a step a page; another worker carries on behind the last one."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sessions.enums import PageState, ScanProblem
from sessions.models import Scan, ScanPage
from sessions.paper.reading import Unreadable, count_pages, read_pages
from sessions.services.scans import add_page, file_recognised, note_pages, unreadable
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.records import storage


def read_scans(job: Job, _now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The handler of the job; the result says what could not be read and what waits for somebody."""
    scans = list(Scan.objects.filter(job=job).select_related("file", "job__owner").order_by("pk"))
    for scan in scans:
        if scan.pages is None and not scan.problem:
            _count(scan)
    total = sum(scan.pages or 0 for scan in scans)
    done = ScanPage.objects.filter(scan__in=scans).count()
    yield Progress(done, total, {})
    for scan in scans:
        for _page in _read(scan):
            done += 1
            yield Progress(min(done, total), total, {})
        file_recognised(scan=scan, now=timezone.now())
    return _result(scans)


def page_of_upload(job: Job) -> str:
    """Where the pages of one upload are seen."""
    return f"{reverse('scan_list')}?upload={job.uuid}"


def say_warning(warning: Mapping[str, Any]) -> str:
    """A warning of the result, in words."""
    if "waiting" in warning:
        return _("%(n)d pages wait for somebody to file them.") % {"n": warning["waiting"]}
    problem = ScanProblem(warning["problem"])
    return f"{warning['file']}: {problem.label}. {unreadable(problem)}"


def _count(scan: Scan) -> None:
    try:
        note_pages(scan=scan, pages=count_pages(storage.read_file(scan.file.sha256)))
    except Unreadable as why:
        note_pages(scan=scan, problem=why.problem)


def _read(scan: Scan) -> Generator[ScanPage, None, None]:
    """Read the pages that no worker has kept yet."""
    kept = set(scan.page_rows.values_list("number", flat=True))
    first = next((number for number in range(1, (scan.pages or 0) + 1) if number not in kept), None)
    if scan.problem or first is None:
        return
    try:
        for page in read_pages(storage.read_file(scan.file.sha256), first=first):
            if page.number not in kept:
                yield add_page(scan=scan, page=page, now=timezone.now())
    except Unreadable as why:
        note_pages(scan=scan, problem=why.problem)


def _result(scans: list[Scan]) -> dict[str, Any]:
    pages = ScanPage.objects.filter(scan__in=scans)
    waiting = pages.filter(state=PageState.UNFILED).count()
    warnings: list[dict[str, Any]] = [
        {"file": each.file_name, "problem": each.problem} for each in scans if each.problem
    ]
    if waiting:
        warnings.append({"waiting": waiting})
    return {"warnings": warnings, "filed": pages.filter(state=PageState.FILED).count(), "waiting": waiting}
