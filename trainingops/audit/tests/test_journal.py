"""The journal writes with the change, seals after the commit, and shows every alteration."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from trainingops.audit.journal import record, service
from trainingops.audit.models import Entry, EntryDetail, EntrySeal
from trainingops.audit.sealing import chain_head, link_after, seal_entries, unsealed_too_long
from trainingops.audit.verification import journal_excerpt, verify_journal
from trainingops.people.tests.factories import SiteFactory

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@service
def rename(site, *, name, fail=False):
    site.name = name
    site.save()
    record("site.renamed", subject=site, actor=None, now=NOW, data={"n": 1}, detail={"name": name})
    if fail:
        raise ValueError("no")


@service
def rename_twice(site):
    rename(site, name="one")
    rename(site, name="two")


@pytest.fixture
def site(db):
    return SiteFactory()


def test_entries_of_nested_services_share_one_action(site):
    rename_twice(site)
    assert Entry.objects.filter(subject=site.uuid).count() == 2
    assert Entry.objects.values("action").distinct().count() == 1


def test_a_failed_service_leaves_neither_change_nor_entry(site):
    with pytest.raises(ValueError, match="no"):
        rename(site, name="x", fail=True)
    site.refresh_from_db()
    assert site.name != "x"
    assert not Entry.objects.exists()


def test_recording_outside_a_service_is_an_error(site):
    with pytest.raises(RuntimeError, match="@service"):
        record("site.renamed", subject=site, actor=None, now=NOW)


def test_names_stand_in_the_detail_only(site):
    rename(site, name="Rahasia")
    entry = Entry.objects.get()
    assert "Rahasia" not in entry.text
    assert json.loads(entry.detail.text) == {"name": "Rahasia"}


def test_outermost_service_writes_the_journal_by_one_insert(site, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(2 + 1 + 2):  # updates, entries with details, savepoint
        rename_twice_without_savepoints(site)


@service
def rename_twice_without_savepoints(site):
    for name in ("a", "b"):
        site.name = name
        site.save()
        record("site.renamed", subject=site, actor=None, now=NOW, detail={"name": name})


def test_chain_links_every_entry_in_order(site):
    rename_twice(site)
    assert seal_entries(now=NOW) == 2
    assert seal_entries(now=NOW) == 0
    first, second = EntrySeal.objects.all()
    assert (first.sequence, second.sequence) == (1, 2)
    assert bytes(first.link) == link_after(bytes(32), bytes(first.digest))
    assert bytes(second.link) == link_after(bytes(first.link), bytes(second.digest))
    assert chain_head() == (2, bytes(second.link).hex())


def test_an_untouched_journal_verifies(site):
    rename_twice(site)
    found = verify_journal(now=NOW)
    assert (found.intact, found.entries, found.disposed) == (True, 2, 0)
    call_command("verify_journal")


#: What somebody who lifts the guards may do to the first of two entries, and what the check says of it.
DAMAGES = [
    ("UPDATE audit_entry SET text = replace(text, '\"n\":1', '\"n\":2') {first}", "changed after it was sealed"),
    ("UPDATE audit_entry SET text = replace(text, '\"action\"', '\"acton\"') {first}", "the text lacks action"),
    ("UPDATE audit_entry SET text = replace(text, '\"at\"', '\"et\"') {first}", "the text lacks at"),
    ("UPDATE audit_entry SET text = replace(text, 'detail_sha256', 'detail') {first}", "the text lacks detail_sha256"),
    ("UPDATE audit_entry SET text = '' {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = left(text, 40) {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = '[1, 2]' {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = 'null' {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = repeat('[', 100000) {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = repeat('9', 10000) {first}", "no JSON object"),
    ("UPDATE audit_entry SET text = (text::jsonb || '{{\"at\": 5}}')::text {first}", "column occurred_at"),
    ('UPDATE audit_entry SET text = (text::jsonb || \'{{"at": "noon"}}\')::text {first}', "column occurred_at"),
    ("UPDATE audit_entry SET text = (text::jsonb || '{{\"verb\": [1]}}')::text {first}", "column verb"),
    ("UPDATE audit_entry SET text = (text::jsonb || '{{\"detail_sha256\": 7}}')::text {first}", "detail was changed"),
    ("UPDATE audit_entry SET verb = 'site.praised' {first}", "column verb"),
    ("UPDATE audit_entry SET occurred_at = occurred_at + interval '1 s' {first}", "column occurred_at"),
    ("UPDATE audit_entrydetail SET text = '{{}}'", "the detail was changed"),
    ("DELETE FROM audit_entrydetail", "the detail is missing"),
    ("DELETE FROM audit_entry {first}", "the entry is missing"),
    ("DELETE FROM audit_entryseal WHERE sequence = 1", "sequence 1 is missing"),
    ("UPDATE audit_entryseal SET digest = '' WHERE sequence = 1", "changed after it was sealed"),
    ("UPDATE audit_entryseal SET link = 'x' WHERE sequence = 1", "the chain is broken"),
    ("UPDATE audit_entryseal SET sequence = 5 WHERE sequence = 1", "sequence 1 is missing"),
    ("UPDATE audit_entryseal SET sequence = -1 WHERE sequence = 1", "#-1 "),
]


@pytest.mark.parametrize(("statement", "problem"), DAMAGES)
def test_any_damage_is_named_by_its_entry_and_the_check_goes_on(site, statement, problem):
    rename_twice(site)
    rename(site, name="three")
    seal_entries(now=NOW)
    first, _second, last = EntrySeal.objects.all()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            for table in ("audit_entry", "audit_entrydetail", "audit_entryseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement.format(first=f"WHERE id = {first.entry_id}"))
            cursor.execute("UPDATE audit_entry SET verb = 'site.praised' WHERE id = %s", [last.entry_id])
        found = verify_journal(now=NOW)
        assert any(problem in text and text.startswith("#") for text in found.problems), found.problems
        assert any("column verb says site.praised" in text for text in found.problems), "the last entry was not checked"
        with pytest.raises(CommandError, match="damaged"):
            call_command("verify_journal")
        transaction.set_rollback(True)  # the rows that remain must agree with each other again


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["audit_entry", "audit_entrydetail", "audit_entryseal"])
def test_guards_refuse_change(site, table, statement):
    rename(site, name="x")
    seal_entries(now=NOW)
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="is refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement.format(table))
    assert EntryDetail.objects.count() == 1


def test_waiting_entries_make_the_site_not_ready(site):
    rename(site, name="x")
    assert unsealed_too_long(NOW + timedelta(seconds=59)) == ""
    assert "1 journal entries" in unsealed_too_long(NOW + timedelta(seconds=61))
    seal_entries(now=NOW)
    assert unsealed_too_long(NOW + timedelta(hours=1)) == ""


def test_excerpt_can_be_checked_from_the_file_alone(site):
    other = SiteFactory()
    rename(other, name="before")
    rename(site, name="first")
    rename(other, name="between")
    rename(site, name="last")
    seal_entries(now=NOW)
    head, *lines = map(json.loads, journal_excerpt(subjects={site.uuid}))
    assert (head["first"], head["last"]) == (2, 4)
    link = bytes.fromhex(head["link_before"])
    for line in lines:
        link = link_after(link, bytes.fromhex(line["digest"]))
        assert link.hex() == line["link"]
    assert [("text" in line) for line in lines] == [True, False, True]


def test_excerpt_about_nothing_says_so(db):
    assert [json.loads(line)["first"] for line in journal_excerpt(subjects={uuid.uuid4()})] == [None]


def test_sealers_at_once_make_one_chain(committed_db):
    site = SiteFactory()
    for number in range(30):
        rename(site, name=f"n{number}")

    def seal():
        try:
            seal_entries(now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify_journal(now=NOW)
    assert (found.intact, found.entries) == (True, 30)
