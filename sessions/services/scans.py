"""Scans of signed paper: uploaded, read page by page, filed to their sessions or discarded (6; PRN-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sessions.enums import PAGE_TRANSITIONS, MeetingState, PageProblem, PageState, ScanProblem
from sessions.models import PaperSheet, Scan, ScanPage, SessionMeeting, TrainingSession
from sessions.paper.codes import Found, found_in
from sessions.paper.reading import JPEG, ReadPage, media_type_of
from sessions.paper.record import request_scan
from sessions.policies import can_discard_page, can_handle_paper, can_upload_scans
from sessions.services.common import lock_session, require_reason
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.services import enqueue_job
from trainingops.people.models import Site, User
from trainingops.people.queries import assignment_on
from trainingops.records.documents import MAX_BYTES, keep_bytes, plain_name
from trainingops.records.models import EvidenceRecord
from trainingops.ui.moments import day_words

#: The job that reads what was uploaded together.
READ_JOB = "sessions.scans"
MOST_FILES = 20
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Uploaded:
    """What an upload came to: its job, if anything is to be read, and files that were here already.

    Attributes:
        again: those of ``known`` that are read once more: pages were filed nowhere, or their reading broke off.
    """

    job: Job | None
    known: list[Scan]
    again: list[Scan]


@service
def upload_scans(
    *,
    files: Sequence[Any],
    actor: User,
    now: datetime,
    dated: date | None = None,
    paper_place: str = "",
    training_session: TrainingSession | None = None,
) -> Uploaded:
    """Keep scans and order that they are read; a file that is here already is kept and read once (PRN-3).

    Pages of it that were discarded, or that wait where ``actor`` does not see them, are read again for ``actor``:
    whoever uploads a page first keeps it from nobody. A file whose reading failed or was stopped is read on.

    Args:
        files: uploaded files, with ``name`` and ``read()``.
        dated: the day on the paper; without it the day of its meeting counts.
        paper_place: room, rack and box of the paper original.
        training_session: from whose page they are uploaded; pages without a code are offered to it first.

    Raises:
        NotAllowed: a role that files no paper.
        Refused: too many files, one that is no scan, or a day that lies ahead; nothing was kept.
    """
    require(can_upload_scans(actor))
    _check_day(dated, now.astimezone(actor.zone).date(), "dated")
    if not 0 < len(files) <= MOST_FILES:
        raise Refused(_("Choose 1 to %(most)d files; there are %(given)d.") % {"most": MOST_FILES, "given": len(files)})
    contents = [(plain_name(file.name), file.read()) for file in files]
    for name, content in contents:
        _check_file(name, content)
    job, known, again = None, [], []
    site = training_session.site if training_session else _site_of(actor, now)
    for name, content in contents:
        stored = keep_bytes(content, media_type=media_type_of(content), now=now)
        if found := Scan.objects.filter(file=stored).select_related("job").first():
            known.append(found)
            if _let_go(found, actor, now) or _was_left(found):
                again.append(found)
            elif not found.problem:
                continue
        job = job or enqueue_job(kind=READ_JOB, owner=actor, params={}, now=now)
        scan, is_new = Scan.objects.update_or_create(
            file=stored,
            defaults={"job": job, "problem": "", "pages": None},
            create_defaults={
                "job": job,
                "file_name": name,
                "uploaded_by": actor,
                "uploaded_at": now,
                "dated": dated,
                "paper_place": paper_place.strip(),
                "session_said": training_session,
                "site": site,
            },
        )
        if is_new:
            record("scan.uploaded", subject=scan, actor=actor, now=now, data={"sha256": stored.sha256})
    return Uploaded(job, known, again)


def _let_go(scan: Scan, actor: User, now: datetime) -> bool:
    """Take out the pages that are to be read again for ``actor``; what is filed stays. Whether there were any."""
    seen = ScanPage.objects.visible_to(actor).filter(state=PageState.UNFILED).values("pk")
    left = scan.page_rows.exclude(state=PageState.FILED).exclude(pk__in=seen)
    rows = list(left.select_for_update(no_key=True).order_by("number"))
    if not rows:
        return False
    data = {"pages": [[each.number, each.state] for each in rows]}
    record("scan.read_again", subject=scan, actor=actor, now=now, data=data)
    ScanPage.objects.filter(pk__in=[each.pk for each in rows]).delete()
    return True


def _was_left(scan: Scan) -> bool:
    """Whether its reading failed or was stopped before its last page was kept."""
    if scan.problem or scan.job.state not in (JobState.FAILED, JobState.CANCELLED):
        return False
    return scan.pages is None or scan.page_rows.count() < scan.pages


def _check_file(name: str, content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise Refused(_("“%(name)s” is larger than 10 MB. Scan it at 150 dpi.") % {"name": name}, field="scans")
    if not media_type_of(content):
        raise Refused(
            _("“%(name)s” is none of PDF, JPEG, PNG and HEIC. Save it as one of these.") % {"name": name}, field="scans"
        )


def _check_day(day: date | None, latest: date, field: str) -> None:
    if day is not None and not EARLIEST <= day <= latest:
        raise Refused(
            _("%(day)s cannot be the date of the paper. Give a day up to %(latest)s.")
            % {"day": day_words(day), "latest": day_words(latest)},
            field=field,
        )


def _site_of(user: User, now: datetime) -> Site | None:
    """Where somebody works now."""
    at = assignment_on(user.person_id, now.astimezone(user.zone).date()) if user.person_id else None
    return at.site if at else None


def note_pages(*, scan: Scan, pages: int | None = None, problem: str = "") -> None:
    """Note how many pages a file has, or why it cannot be read; what it says of itself, so no journal."""
    scan.pages, scan.problem = pages if pages is not None else scan.pages, problem
    scan.save(update_fields=["pages", "problem"])


@transaction.atomic
def add_page(*, scan: Scan, page: ReadPage, now: datetime) -> ScanPage:
    """Keep a page with what its code says; who uploaded it, the last one, must see the session that it names.

    What a machine read off a file, so no journal; its picture and its row are kept together or not at all.
    """
    picture = keep_bytes(page.jpeg, media_type=JPEG, now=now)
    named = [each for text in page.codes if (each := found_in(text))]
    target = _target(named, scan.job.owner) if len(named) == 1 else _Target()
    if not page.codes:
        problem = PageProblem.NO_CODE.value
    elif not named:
        problem = PageProblem.FOREIGN.value
    else:
        problem = PageProblem.SEVERAL.value if len(named) > 1 else target.problem
    made, _is_new = ScanPage.objects.get_or_create(
        scan=scan,
        number=page.number,
        defaults={
            "picture": picture,
            "problem": problem,
            "sheet": target.sheet,
            "training_session": target.training_session,
            "meeting": target.sheet.meeting if target.sheet and target.training_session else None,
        },
    )
    return made


@dataclass(frozen=True)
class _Target:
    """What one code leads to, as far as the uploader sees it."""

    problem: str = ""
    sheet: PaperSheet | None = None
    training_session: TrainingSession | None = None


def _target(named: Sequence[Found], uploader: User) -> _Target:
    (code,) = named
    sheet = None
    if code.kind == "sheet":
        sheet = PaperSheet.objects.filter(code=code.code).select_related("meeting").first()
        subject: dict[str, Any] | None = {"pk": sheet.meeting.training_session_id} if sheet else None
    else:
        made = EvidenceRecord.objects.filter(verify_code=code.code, kind="attendance").first()
        subject = {"uuid": made.subject} if made else None
    if subject is None:
        return _Target(PageProblem.FOREIGN.value)
    seen = TrainingSession.objects.visible_to_staff(uploader).filter(**subject).first()
    if seen is None or not can_handle_paper(uploader, seen):
        return _Target(PageProblem.OTHER_CLASS.value, sheet)
    return _Target("", sheet, seen)


def file_recognised(*, scan: Scan, now: datetime) -> int:
    """File the pages of a scan whose code said where they belong; the pages of one meeting become one record."""
    waiting: dict[tuple[int, int | None], list[ScanPage]] = {}
    for page in scan.page_rows.filter(state=PageState.UNFILED, problem="", training_session__isnull=False):
        waiting.setdefault((page.training_session_id or 0, page.meeting_id), []).append(page)
    for pages in waiting.values():
        first = pages[0]
        file_pages(pages=pages, training_session=first.training_session, meeting=first.meeting, actor=None, now=now)
    return sum(map(len, waiting.values()))


@service
def file_pages(
    *,
    pages: Sequence[ScanPage],
    training_session: Any,
    meeting: SessionMeeting | None,
    actor: User | None,
    now: datetime,
    evidence_date: date | None = None,
) -> None:
    """File pages of one scan to a session, and order the record that keeps them (6).

    Args:
        meeting: None for a list of the whole session.
        actor: who chose the session; None when the code on the page says so.
        evidence_date: the day on the paper; without it what the uploader said, else the day of the meeting.

    Raises:
        NotAllowed: the actor does not handle the paper of that session.
        WrongState: a page is filed or discarded already.
        Refused: its code is of another class, or the day lies ahead.
    """
    training_session = lock_session(training_session)
    rows = ScanPage.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "scan__file", "scan__uploaded_by", "scan__job__owner", "sheet__meeting", "picture"
    )
    locked = list(rows.filter(pk__in=[each.pk for each in pages]).order_by("number"))
    if actor is not None:
        require(can_handle_paper(actor, training_session))
    for page in locked:
        require_transition(page, PageState.FILED, PAGE_TRANSITIONS)
        _check_code(page, training_session)
    scan, zone = locked[0].scan, training_session.site.zone
    latest = now.astimezone(zone).date()
    _check_day(evidence_date, latest, "evidence_date")
    held = evidence_date or scan.dated or min(_day_of(training_session, meeting), latest)
    request = request_scan(
        training_session, meeting=meeting, pages=locked, evidence_date=held, actor=actor or scan.job.owner, now=now
    )
    for page in locked:
        page.state, page.training_session, page.meeting = PageState.FILED, training_session, meeting
        page.evidence_date, page.filed_by, page.filed_at, page.request = held, actor, now, request
    ScanPage.objects.bulk_update(
        locked, ["state", "training_session", "meeting", "evidence_date", "filed_by", "filed_at", "request"]
    )
    record(
        "scan.filed",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "scan": scan.uuid,
            "pages": [each.number for each in locked],
            "meeting": meeting.uuid if meeting else None,
            "evidence_date": held.isoformat(),
            "by_code": actor is None,
        },
    )


def _check_code(page: ScanPage, training_session: TrainingSession) -> None:
    """A page says itself where it belongs: nobody files it elsewhere."""
    if page.sheet is not None and page.sheet.meeting.training_session_id != training_session.pk:
        raise Refused(
            _("The QR code on this page is of another class than %(number)s. Choose that class, or discard the page.")
            % {"number": training_session.number},
            field="meeting",
        )
    if page.sheet is None and page.problem == PageProblem.OTHER_CLASS:
        raise Refused(
            _("The QR code on this page is of a class that you do not see. Give the paper to its PIC, and discard it.")
        )


def _day_of(training_session: TrainingSession, meeting: SessionMeeting | None) -> date:
    """When the meeting was held, else planned; of a whole session its last meeting."""
    held = meeting
    if held is None:
        meetings = training_session.meetings.exclude(state=MeetingState.CANCELLED)
        held = meetings.order_by("-starts_at").first()
    at = (held.actual_starts_at or held.starts_at) if held else training_session.starts_at
    return at.astimezone(training_session.site.zone).date()


@service
def discard_page(*, page: ScanPage, reason: str, actor: User, now: datetime) -> None:
    """Take a page out of the queue that belongs to no session; it stays with its reason, and the file too.

    Raises:
        NotAllowed: neither who uploaded it nor a manager.
        WrongState: it is filed or discarded already.
        Refused: no reason.
    """
    page = ScanPage.objects.select_for_update(no_key=True, of=("self",)).select_related("scan__job").get(pk=page.pk)
    require(can_discard_page(actor, page))
    require_transition(page, PageState.DISCARDED, PAGE_TRANSITIONS)
    require_reason(reason)
    page.state, page.reason, page.discarded_by, page.discarded_at = PageState.DISCARDED, reason.strip(), actor, now
    page.save(update_fields=["state", "reason", "discarded_by", "discarded_at"])
    record(
        "scan.discarded",
        subject=page,
        actor=actor,
        now=now,
        data={"scan": page.scan.uuid, "page": page.number},
        detail={"reason": page.reason},
    )


def unreadable(problem: ScanProblem) -> str:
    """What to do about a file that could not be read, in words."""
    return {
        ScanProblem.DAMAGED: _("Scan the paper again and upload the new file."),
        ScanProblem.ENCRYPTED: _("Save the PDF without a password and upload it again."),
        ScanProblem.TOO_LARGE: _("Split it into files of at most 60 pages, at 150 dpi."),
        ScanProblem.TOO_SLOW: _("Scan the paper again at 150 dpi, in several files."),
    }[problem]
