"""The demo: one training through every stage by the services that the pages call, and what always waits (EMP-3)."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from evaluation.enums import ActionKind, ActionState
from evaluation.models import CoachingForm, ImprovementAction, Review
from planning.models import Consultation, PlanRevision, ReleaseConfirmation, TrainingPlan
from reporting.models import Distribution, ReportObligation
from sessions.enums import OutcomeState
from sessions.models import RecoveryCase, TargetOutcome, TestAnswer, TrainingSession
from trainingops.audit.verification import verify_journal
from trainingops.imports.registry import every_importer
from trainingops.imports.testing import run_import
from trainingops.local import demo
from trainingops.local.demo import cast
from trainingops.local.demo.cycle import TITLE
from trainingops.people.models import Delegation, User
from trainingops.people.signed import verify_signatures
from trainingops.records.models import EvidenceRecord, EvidenceRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(settings, tmp_path):
    """What the demo says, on files of its own."""
    settings.MEDIA_ROOT, settings.LOCAL_DIR = tmp_path / "files", tmp_path
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    now = timezone.now()
    return [*demo.load(now), *demo.run_cycle(now)]


def test_demo_takes_a_training_through_every_stage_and_shows_what_waits(told, settings, client):
    plan = TrainingPlan.objects.get(title=TITLE)
    _every_target_is_trained(plan)
    _reports_were_in_time_and_read(plan)
    _review_decided_both_kinds_of_action(plan)
    _every_form_is_a_record()
    accepted = "Checked now, accepted by: sha256sum -c, bagit.py --validate, openssl cms -verify, pdfsig"
    assert told[-1] == accepted
    _names_each_record_and_its_pdf(told, settings.LOCAL_DIR)
    _what_always_waits()
    _plans_teach_what_their_titles_say()
    assert verify_signatures().problems == []
    assert verify_journal(now=timezone.now()).intact
    call_command("reconcile")
    lines = demo.load(timezone.now()) + demo.run_cycle(timezone.now())
    assert lines[0] == "The demo data is there already."
    assert [line for line in lines if "PDF" in line or ".pdf" in line or ".zip" in line] == [
        line for line in told if "PDF" in line or ".pdf" in line or ".zip" in line
    ]
    assert lines[-1] == accepted, "every run checks the archive again"
    assert TrainingPlan.objects.filter(title=TITLE).count() == 1
    people = {user.login: user for user in User.objects.all()}
    assert all(people[row.login].check_password(row.password) for row in demo.logins()[:2])
    assert {row.time_zone for row in demo.logins()} == {"WIB", "WITA", "WIT"}
    _an_agent_can_always_sign_in(client)


def _plans_teach_what_their_titles_say():
    """Beyond the name of the product, a plan's title shares a word of substance with its module's."""
    revisions = PlanRevision.objects.filter(module_version__isnull=False).select_related(
        "plan", "module_version__module"
    )
    for revision in revisions:
        taught, titled = (
            set(re.findall(r"\w{4,}", title.lower()))
            for title in (revision.module_version.module.title, revision.plan.title)
        )
        assert taught & titled, f"{revision.plan.title} teaches {revision.module_version.module.title}"


def test_readme_lists_whom_the_demo_prints():
    """The table of log-ins is the cast's; the agent is chosen at each start."""
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text()
    table = readme.partition("## Log-ins of the demo")[2].partition("\n## ")[0]
    listed = set(re.findall(r"\b(?:CC\d{4}|[A-Z]{3}\d{2})\b", table))
    assert listed == {login for login, _role, _page in cast._FIRST}


def _an_agent_can_always_sign_in(client):
    """EMP-3: also when no session is under way any more; then the demo says how it starts over."""
    for state in ("open", "concluded"):
        TrainingSession.objects.filter(state="open").update(state=state)
        (agent,) = [row for row in demo.logins() if row.role == "Agent"]
        client.force_login(User.objects.get(login=agent.login))
        assert client.get(agent.link).status_code == 200
        assert any("--reset" in line for line in demo.run_cycle(timezone.now())) is (state == "concluded")


def _names_each_record_and_its_pdf(told, local):
    for record in EvidenceRecord.objects.all():
        (line,) = [line for line in told if line.startswith(f"  {record.number} ")]
        path = Path(line.split()[-1])
        assert hashlib.sha256(path.read_bytes()).hexdigest() == record.sealed.sha256
        assert path == local / "records" / f"{record.number}.pdf"


def _every_target_is_trained(plan):
    outcomes = TargetOutcome.objects.filter(plan=plan)
    assert outcomes.count() >= 5
    assert set(outcomes.values_list("state", flat=True)) == {OutcomeState.TRAINED}
    recovery = RecoveryCase.objects.get(enrolment__training_session__plan=plan, kind="recovery")
    assert recovery.state == "resolved"


def _reports_were_in_time_and_read(plan):
    obligations = ReportObligation.objects.filter(training_session__plan=plan)
    assert obligations.count() == 2
    assert all(each.submitted_at < each.due_at and each.breached_at is None for each in obligations)
    receipts = Distribution.objects.filter(version__report__obligation__in=obligations)
    assert receipts.count() == 12, "the four parties of 5.3.2 and both leaders of the team, for each of two reports"
    assert receipts.filter(acknowledged_at=None).count() == 1, "one receipt is always missing (EMP-3)"


def _review_decided_both_kinds_of_action(plan):
    review = Review.objects.get(plans=plan)
    actions = ImprovementAction.objects.filter(finding__review=review)
    assert set(actions.values_list("kind", flat=True)) == set(ActionKind.values)
    assert actions.filter(state=ActionState.EFFECTIVE).exists()
    assert CoachingForm.objects.get().review == review


def _every_form_is_a_record():
    kinds = set(EvidenceRecord.objects.values_list("kind", flat=True))
    assert kinds == {
        "appointment",
        "trainer_request",
        "module_list",
        "training_plan",
        "coordination",
        "attendance",
        "attendance_scan",
        "test_results",
        "report",
        "minutes",
        "coaching",
    }
    assert not EvidenceRequest.objects.exclude(state=EvidenceRequest.State.PRODUCED).exists()


def _what_always_waits():
    now = timezone.now()
    assert ReportObligation.objects.exclude(breached_at=None).count() == 1
    pending = ReportObligation.objects.filter(state="pending", breached_at=None, due_at__gt=now)
    assert any(each.due_at - now <= timedelta(hours=24) for each in pending)
    assert PlanRevision.objects.filter(state="submitted", number=2).count() == 1
    assert TrainingSession.objects.filter(state="open").count() == 1
    assert TestAnswer.objects.filter(points=None, attempt__state="submitted").exists(), "an answer to mark by hand"
    upcoming = ReleaseConfirmation.objects.filter(plan__number=PlanRevision.objects.get(number=2).plan.number)
    assert set(upcoming.values_list("state", flat=True)) == {"asked", "confirmed"}
    assert User.objects.filter(person__led_teams__in=upcoming.filter(state="asked").values("team")).exists()
    soon = now.date() + timedelta(days=7)
    assert Delegation.objects.filter(starts_on__lte=soon, ends_on__gte=now.date()).exists()
    assert Consultation.objects.filter(answer="", due_on__gte=now.date()).exists()


#: Importers whose page is no list of their rows: a grid of shifts, volumes, a report of one meeting.
_NO_LIST = {"roster", "traffic", "forecast", "attendance", "scores"}
#: Lists whose file has an address of its own.
_FILES = {"people": "people_download"}


@pytest.mark.point("EXP-1")
@pytest.mark.point("IMP-4")
def test_the_file_of_every_list_imported_again_changes_nothing(settings, tmp_path, client):
    """What a list downloads in the columns of its import is what is there; on the rows of the demo."""
    settings.MEDIA_ROOT, settings.LOCAL_DIR = tmp_path / "files", tmp_path
    settings.SEAL_KEY_DIR = tmp_path / "seal"
    demo.load(timezone.now())
    walked = set()
    for importer in every_importer():
        if importer.name in _NO_LIST:
            continue
        user = User.objects.filter(role_assignments__role__in=importer.roles, is_active=True).order_by("pk").first()
        client.force_login(user)
        file = client.get(
            reverse(_FILES.get(importer.name, importer.result_url)), {"export": "xlsx", "since": "2020-01-01"}
        )
        content = b"".join(file.streaming_content) if file.streaming else file.content
        assert content[:2] == b"PK", f"{importer.result_url} gives no file to {user.login}"
        run = run_import(importer, content, user=user, now=timezone.now(), options={"meaning": "y_correct"})
        differing = {name: n for name, n in run.counts.items() if n and name not in ("same", "aside")}
        problems = [(each.row.number, each.problems, each.changes) for each in run.checked if each.status != "same"]
        assert not differing, (importer.name, differing, problems[:3])
        walked.add(importer.name)
    assert walked >= {"defects", "samples", "indicators"}
