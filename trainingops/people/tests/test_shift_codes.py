"""The codes of the roster: their times per site, kept while used, and history as it was written (5.1.1 f)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from trainingops.imports.roster import ROSTER
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role, ShiftKind
from trainingops.people.models import RosterDay, ShiftCode, ShiftHours
from trainingops.people.services import ShiftEntry, add_shift_code
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db]
NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
P1 = {"code": "p1", "name": "Pagi", "kind": "work", "starts_at": "07:00", "ends_at": "15:00"}


@pytest.fixture
def keeper():
    return make_user(Role.OPERATION_SUPPORT, language="id")


def code(keeper, text="P1", kind=ShiftKind.WORK):
    times = (time(7), time(15)) if kind == ShiftKind.WORK else (None, None)
    return add_shift_code(entry=ShiftEntry(text, "Pagi", kind, *times), actor=keeper, now=NOW)


def used(shift_code):
    return RosterDay.objects.create(
        person=make_agent(), day=date(2026, 11, 2), code=shift_code,
        starts_at=datetime(2026, 11, 2, tzinfo=UTC), ends_at=datetime(2026, 11, 2, 8, tzinfo=UTC),
    )  # fmt: skip


def test_a_code_is_added_in_capitals_once_and_a_shift_needs_its_times(client, keeper):
    client.force_login(keeper)
    assert client.get(reverse("shift_code_new")).status_code == 200
    without = client.post(reverse("shift_code_new"), {**P1, "ends_at": ""})
    assert without.status_code == 422 and without.context["form"].errors["ends_at"]
    assert client.post(reverse("shift_code_new"), P1).url == reverse("shift_code_list")
    assert ShiftCode.objects.get().code == "P1"
    again = client.post(reverse("shift_code_new"), P1)
    assert again.status_code == 422 and "P1" in str(again.context["form"].errors["code"])


def test_what_is_no_shift_has_no_times(client, keeper):
    client.force_login(keeper)
    client.post(reverse("shift_code_new"), {**P1, "code": "L", "kind": "off"})
    assert (ShiftCode.objects.get().starts_at, ShiftCode.objects.get().is_working) == (None, False)


def test_a_used_code_is_kept_with_its_meaning_and_its_written_days_stay(client, keeper):
    shift_code = code(keeper)
    day = used(shift_code)
    client.force_login(keeper)
    edit = reverse("shift_code_edit", args=[shift_code.uuid])
    assert client.post(edit, {**P1, "starts_at": "06:00", "ends_at": "14:00"}).status_code == 302
    shift_code.refresh_from_db()
    assert shift_code.starts_at == time(6)
    before = day.starts_at
    day.refresh_from_db()
    assert day.starts_at == before
    other = client.post(edit, {**P1, "kind": "leave"})
    assert other.status_code == 422 and "P1" in str(other.context["form"].errors["kind"])
    client.post(reverse("shift_code_remove", args=[shift_code.uuid]))
    assert ShiftCode.objects.filter(pk=shift_code.pk).exists()
    RosterDay.objects.all().delete()
    client.post(reverse("shift_code_remove", args=[shift_code.uuid]))
    assert not ShiftCode.objects.exists()


def test_a_site_has_its_own_hours_and_both_blank_take_them_back(client, keeper):
    site, shift_code = SiteFactory(), code(keeper)
    local = make_user(Role.OPERATIONS, site=site)
    client.force_login(local)
    url = reverse("shift_code_hours", args=[shift_code.uuid])
    assert client.post(url, {"site": site.code, "starts_at": "08:00", "ends_at": ""}).status_code == 422
    assert client.post(url, {"site": SiteFactory().code, "starts_at": "08:00", "ends_at": "16:00"}).status_code == 422
    assert client.post(url, {"site": site.code, "starts_at": "08:00", "ends_at": "16:00"}).status_code == 302
    hours = ShiftHours.objects.get()
    assert (hours.site, hours.starts_at, hours.ends_at) == (site, time(8), time(16))
    page = client.get(reverse("shift_code_list")).content.decode()
    edit = reverse("shift_code_edit", args=[shift_code.uuid])
    assert site.name in page and f'href="{edit}"' not in page
    assert client.post(url, {"site": site.code, "starts_at": "", "ends_at": ""}).status_code == 302
    assert not ShiftHours.objects.exists()
    assert client.get(reverse("shift_code_edit", args=[shift_code.uuid])).status_code == 403


def test_an_imported_roster_takes_the_hours_of_the_site_of_each_person(keeper):
    here, there, line = SiteFactory(), SiteFactory(), ServiceLineFactory()
    shift_code = code(keeper)
    ShiftHours.objects.create(code=shift_code, site=there, starts_at=time(9), ends_at=time(17))
    people = [make_agent(here, line), make_agent(there, line)]
    head = ["No. Karyawan", "Nama", *(f"2026-11-{day:02d}" for day in range(1, 31))]
    rows = [[person.employee_no, person.name, *(["P1"] * 30)] for person in people]
    file = "\n".join(",".join(row) for row in [head, *rows]).encode()
    run_import(ROSTER, file, user=keeper, now=NOW, apply=True)
    begins = {
        day.person_id: day.starts_at.astimezone(person.assignments.get().site.zone).time()
        for person in people
        for day in RosterDay.objects.filter(person=person, day=date(2026, 11, 3))
    }
    assert begins == {people[0].pk: time(7), people[1].pk: time(9)}


def test_who_may_open_the_pages(client, keeper):
    shift_code = code(keeper)
    pages = [("shift_code_new", []), ("shift_code_edit", [shift_code.uuid]), ("shift_code_hours", [shift_code.uuid])]
    for name, args in [*pages, ("shift_code_list", [])]:
        client.logout()
        assert client.get(reverse(name, args=args)).status_code == 302
        client.force_login(make_user(Role.AGENT))
        assert client.get(reverse(name, args=args)).status_code == 403
        client.force_login(keeper)
        assert client.get(reverse(name, args=args)).status_code == 200
        assert client.delete(reverse(name, args=args)).status_code == 405
    for name in ("shift_code_edit", "shift_code_hours"):
        assert client.get(reverse(name, args=["00000000-0000-0000-0000-000000000000"])).status_code == 404
    assert client.get(reverse("shift_code_remove", args=[shift_code.uuid])).status_code == 405


def test_the_list_needs_as_many_queries_for_three_codes_as_for_one(client, keeper):
    client.force_login(keeper)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("shift_code_list")).status_code == 200
        return len(captured)

    code(keeper)
    ShiftHours.objects.create(code=ShiftCode.objects.get(), site=SiteFactory(), starts_at=time(9), ends_at=time(17))
    one = queries()
    for text in ("P2", "P3"):
        code(keeper, text)
    assert queries() == one <= 12
