"""What was approved or signed is frozen in the database, and anybody can check that it is (DESIGN.md §5.7)."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from evaluation.tests.factories import NOW, answered_review, approve, held_review
from planning.models import PlanRevision
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.people.models import Signature
from trainingops.people.services import sign
from trainingops.people.signed import verify_signatures
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db

#: Of each table, what must not change once the minutes of a review over an approved plan are signed.
FROZEN = [
    ("people_signature", "signed_at = signed_at + interval '1 s'"),
    ("people_signature", "role = 'trainer'"),
    ("people_signature", "meaning = 'waived'"),
    ("people_signature", "content_hash = repeat('0', 64)"),
    ("planning_planrevision", "content = '{}'"),
    ("planning_planrevision", "content_hash = repeat('0', 64)"),
    ("planning_planrevision", "number = number + 7"),
    ("planning_planrevision", "state = 'draft'"),
    ("planning_approvaldecision", "comment = 'lain'"),
    ("planning_approvaldecision", "content_hash = repeat('0', 64)"),
    ("evaluation_minutes", "text = 'lain'"),
    ("evaluation_minutes", "content = '{}'"),
    ("evaluation_minutes", "approved_at = NULL"),
    ("evaluation_finding", "text = 'lain'"),
    ("evaluation_finding", "no_action_reason = 'lain'"),
    ("evaluation_improvementaction", "due_at = due_at + interval '1 day'"),
    ("evaluation_improvementaction", "text = 'lain'"),
    ("evaluation_reviewparticipant", "presence = 'excused', excuse = 'lain'"),
    ("evaluation_review", "held_at = held_at - interval '1 day'"),
]


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.fixture
def signed_review():
    scene = answered_review()
    approve(scene)
    return scene


def test_what_is_signed_can_neither_be_changed_nor_deleted(signed_review):
    statements = [f"UPDATE {table} SET {change}" for table, change in FROZEN]
    statements += [f"DELETE FROM {table}" for table in dict(FROZEN)]
    for statement in statements:
        with pytest.raises(IntegrityError, match="what was recorded stays"), transaction.atomic():
            _run(statement)
    # What happens to it afterwards may be noted.
    _run("UPDATE planning_planrevision SET state = 'superseded'")
    _run("UPDATE evaluation_improvementaction SET state = 'done', done_at = now(), evidence_note = 'selesai'")
    _run("UPDATE evaluation_review SET state = 'closed', closed_at = now()")


def test_what_is_not_signed_yet_may_change():
    held_review()
    _run("UPDATE evaluation_minutes SET text = 'lain'")
    _run("UPDATE evaluation_reviewparticipant SET presence = 'excused', excuse = 'sakit'")


def test_everything_signed_verifies(signed_review):
    found = verify_signatures()
    assert found.problems == []
    assert found.things >= 2 and found.signatures >= 2


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("planning_planrevision", "content = replace(content, 'plan', 'plam')", "plan "),
        ("planning_planrevision", "content_hash = repeat('0', 64)", "plan "),
        ("planning_approvaldecision", "content_hash = repeat('0', 64)", "plan "),
        ("evaluation_minutes", "text = 'lain'", "minutes "),
        ("evaluation_minutes", "content = '{}'", "minutes "),
        ("evaluation_finding", "text = 'lain'", "minutes "),
        ("evaluation_improvementaction", "due_at = due_at + interval '1 day'", "minutes "),
        ("people_signature", "content_hash = repeat('0', 64)", "plan "),
    ],
)
def test_a_change_by_somebody_who_lifts_the_guards_is_named(signed_review, table, change, named):
    with guards_lifted(table):
        _run(f"UPDATE {table} SET {change}")
    assert any(each.startswith(named) for each in verify_signatures().problems)
    with pytest.raises(CommandError, match="as it was signed"):
        call_command("verify_signatures")


def test_a_draft_may_go(signed_review):
    PlanRevision.objects.create(plan=signed_review.plan, number=99, created_by=signed_review.manager, created_at=NOW)
    assert PlanRevision.objects.filter(number=99)._raw_delete("default") == 1


@pytest.mark.parametrize(
    "change", ["role = 'trainer'", "meaning = 'waived'", "signed_at = signed_at + interval '1 s'", "user_id = %s"]
)
def test_a_signature_is_what_the_journal_says_of_its_making(change):
    manager, other = make_user("manager"), make_user("manager")
    signed = {"role": "manager", "meaning": "approved", "content_hash": "a" * 64, "now": NOW}
    sign(user=manager, authenticated_at=NOW, **signed)
    assert verify_signatures().problems == []
    with guards_lifted("people_signature"):
        _run(f"UPDATE people_signature SET {change.replace('%s', str(other.pk))}")
    assert verify_signatures().problems == [
        f"signature {Signature.objects.get().uuid}: it differs from its entry in the journal"
    ]
