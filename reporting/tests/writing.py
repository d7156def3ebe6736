"""A report from draft to amendment, by the services, for the tests of this stage."""

from __future__ import annotations

from datetime import timedelta

from reporting import services
from reporting.content import freeze
from reporting.models import TrainingReport

HOUR = timedelta(hours=1)
TEXTS = {
    "course": "Peserta menguasai empat langkah.",
    "obstacles": "Aplikasi lambat 10 menit.",
    "follow_up": "Operation: lepas peserta recovery, 30 November\nTrainer: perbaiki soal 7",
}


def report_of(held) -> TrainingReport:
    return TrainingReport.objects.select_related(
        "obligation__training_session__plan", "obligation__training_session__site", "obligation__owner"
    ).get(obligation__training_session=held.training_session)


def written(held, *, now=None, **texts) -> TrainingReport:
    report = report_of(held)
    now = now or held.training_session.ends_at + HOUR
    services.save_draft(report=report, version=report.version, **{**TEXTS, **texts}, actor=held.pic, now=now)
    return report_of(held)


def hash_of(report, *, now=None) -> str:
    last = report.versions.order_by("-number").first()
    now = now or report.obligation.training_session.ends_at
    return freeze(report, number=last.number + 1 if last else 1, now=now).hash


def send(report, actor, *, now, reason="", content_hash=None):
    return services.sign_and_send(
        report=report,
        content_hash=content_hash or hash_of(report, now=now),
        authenticated_at=now,
        actor=actor,
        now=now,
        reason=reason,
    )


def submitted(held, *, now=None):
    now = now or held.training_session.ends_at + 2 * HOUR
    return send(written(held), held.pic, now=now)
