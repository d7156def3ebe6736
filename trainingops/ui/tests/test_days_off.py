"""Holidays and collective leave in every date picker of somebody who plans (5.1.1, CAL-4)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django import forms
from django.test import RequestFactory
from django.utils import timezone, translation

from trainingops.ui import days_off
from trainingops.ui.days_off import OffDay, one_page
from trainingops.ui.forms import PageForm, PlannedDayField, PlannedMomentField

SOON = timezone.localdate() + timedelta(days=10)
LATER = timezone.localdate() + timedelta(days=200)


class PlannedForm(PageForm):
    due_on = PlannedDayField(label="Batas", help_text="Hari kerja.")
    starts_at = PlannedMomentField(label="Mulai", required=False)
    told_on = forms.DateField(label="Diberitahu", required=False)


@pytest.fixture
def asked(monkeypatch):
    """The reader's calls; one day is off everywhere, one in Makassar alone."""
    calls = []

    def read(first: date, until: date) -> list[OffDay]:
        calls.append((first, until))
        return [OffDay(SOON, "Cuti Bersama Natal"), OffDay(SOON, "HUT kota", "Makassar"), OffDay(LATER, "Nyepi")]

    monkeypatch.setattr(days_off, "_reader", [read])
    with translation.override("id"):
        yield calls


@pytest.mark.point("CAL-4")
def test_one_list_a_page_names_the_days_off_of_the_next_two_months_by_one_reading(asked):
    with one_page():
        html = PlannedForm().as_p() + PlannedForm(prefix="b").as_p()
    assert len(asked) == 1
    assert html.count("<details") == 1
    listed = html.split("<details")[1].split("</details>")[0]
    assert "Cuti Bersama Natal; HUT kota (Makassar)" in listed
    assert "Nyepi" not in re.sub('data-days-off="[^"]*"', "", listed)
    assert "Nyepi" in listed
    assert len(re.findall(r'data-day-off="id_[^"]+_day_off"', html)) == 4


def test_a_form_without_a_planned_day_reads_nothing(asked):
    class Told(PageForm):
        told_on = forms.DateField()

    with one_page():
        assert "day-off" not in Told().as_p()
    assert asked == []


@pytest.mark.point("CAL-4")
def test_the_server_names_the_day_off_that_stands_in_a_field(asked):
    """Without JavaScript too: a form that comes back, or one that changes what is planned, says it beside the field."""
    with one_page():
        html = PlannedForm({"due_on": SOON.isoformat()}).as_p()
        plain = PlannedForm({"due_on": (SOON + timedelta(days=1)).isoformat()}).as_p()
    note = re.search(r'id="id_due_on_day_off" role="status">([^<]*)<', html)
    assert note and note[1].endswith("adalah Cuti Bersama Natal; HUT kota (Makassar).")
    assert re.search(r'id="id_due_on_day_off" role="status"></p>', plain)
    assert 'aria-describedby="id_due_on_helptext id_due_on_day_off"' in html


@pytest.mark.point("CAL-4")
def test_after_saving_each_chosen_day_off_is_said_once(asked, monkeypatch):
    said = []
    monkeypatch.setattr(days_off.messages, "warning", lambda _request, text: said.append(text))
    form = PlannedForm({"due_on": SOON.isoformat(), "starts_at_0": SOON.isoformat(), "starts_at_1": "09:00"})
    assert form.is_valid(), form.errors
    rows = forms.formset_factory(PlannedForm, can_delete=True)(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-due_on": LATER.isoformat(),
            "form-0-DELETE": "on",
            "form-1-due_on": (SOON + timedelta(days=1)).isoformat(),
        }
    )
    assert rows.is_valid(), rows.errors
    days_off.warn_of_days_off(RequestFactory().post("/"), form, rows)
    assert [sentence.split(" adalah ")[1] for sentence in said] == ["Cuti Bersama Natal; HUT kota (Makassar)."]


#: Dates that look back; everything else that takes a date is planned and names the days off.
ROOMS = {"trainingops", "planning", "sessions", "reporting", "evaluation"}
LOOKING_BACK = {
    "answered_on", "contacted_on", "dated_on", "issued_on", "occurred_on", "occurred_at", "valid_from",
    "since", "actual_starts_at", "actual_ends_at", "joined_on", "left_on", "told_on",
    "dated", "evidence_date", "before_from", "before_until", "seen_on",
}  # fmt: skip
#: Dates that bound a list of what was, when a report was handed over, the day that itself is made a day off, and when a
#: class that is filed afterwards was held.
ELSEWHERE = {
    "AgentsForm.until", "DayOffForm.day", "DefectChoiceForm.until", "DeliveryForm.delivered_at",
    "EvidenceFilterForm.end", "EvidenceFilterForm.start", "FiledClassForm.ends_at", "FiledClassForm.starts_at",
    "IndicatorForm.until", "NeedsForm.until",
    "ReviewForm.period_from", "ReviewForm.period_to",
}  # fmt: skip


def _all_forms(cls: type) -> set[type]:
    return {cls, *(each for sub in cls.__subclasses__() for each in _all_forms(sub))}


def test_every_date_of_every_form_is_planned_or_known_to_look_back():
    """Who adds a date somewhere decides which of the two it is."""
    import trainingops.urls  # noqa: F401 (every form is loaded by its view)
    from trainingops.ui.forms import MomentField

    found = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in _all_forms(forms.BaseForm)
        if ".tests." not in form.__module__ and form.__module__.partition(".")[0] in ROOMS
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DateField | MomentField)
        and not getattr(field, "is_planned", False)
        and name not in LOOKING_BACK
        and f"{form.__name__}.{name}" not in ELSEWHERE
    }
    assert not found


@pytest.mark.point("CAL-4")
def test_the_day_of_a_training_in_the_address_is_named_when_it_is_off(asked):
    """The page of traffic takes its day from the address: the day off stands beside the field."""
    from planning.forms.traffic import TrafficForm

    assert TrafficForm.base_fields["until"].is_planned
