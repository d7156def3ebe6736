"""Forms: the error summary, the fields' shapes, refusals, moments."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format

from trainingops.domain import Refused, WrongState
from trainingops.ui import errors, views
from trainingops.ui.forms import LONGEST_TEXT, FigureField, MomentField, PageForm, WholeField


class PlanForm(PageForm):
    title = forms.CharField(label="Judul", help_text="Singkat saja.")
    minutes = WholeField(label="Durasi", min_value=10, max_value=720)
    method = forms.ChoiceField(label="Metode", widget=forms.RadioSelect, choices=[("on", "Online"), ("off", "Offline")])
    due_on = forms.DateField(label="Batas", required=False)
    mark = FigureField(label="Nilai lulus", max_digits=5, decimal_places=2, required=False)
    starts_at = MomentField(label="Mulai", required=False)
    agreed = forms.BooleanField(label="Sudah diperiksa", required=False)


GOOD = {"title": "KCA", "minutes": "120", "method": "on"}


def show(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.fixture(autouse=True)
def indonesian():
    with translation.override("id"):
        yield


def test_the_summary_links_to_the_first_field_of_each_error_in_its_own_words():
    html = show("{% error_summary form %}", form=PlanForm({"minutes": "dua jam"}))
    assert "Ada masalah" in html
    assert 'tabindex="-1"' in html
    assert '<a href="#id_title">Judul: ' in html
    assert '<a href="#id_minutes">Durasi: “dua jam”: Isi bilangan bulat' in html
    assert '<a href="#id_method_0">Metode: ' in html


def test_no_summary_where_nothing_is_wrong_or_nothing_was_sent():
    assert show("{% error_summary form missing %}", form=PlanForm(), missing="").strip() == ""
    assert show("{% error_summary form %}", form=PlanForm(GOOD)).strip() == ""


def test_the_title_is_prefixed_while_the_form_has_errors():
    assert show("{% error_prefix %}", form=PlanForm({})) == "Kesalahan: "
    assert show("{% error_prefix %}", form=PlanForm()) == ""


def test_a_field_with_an_error_is_marked_and_described_once():
    html = show("{% field form.title %}", form=PlanForm({}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert html.count('id="id_title_error"') == 1
    assert html.count('id="id_title_helptext"') == 1
    assert "Kesalahan:" in html


def test_radios_stand_in_a_fieldset_with_the_error_at_the_legend():
    html = show("{% field form.method %}", form=PlanForm({}))
    assert html.index("<legend") < html.index('id="id_method_error"') < html.index('type="radio"')
    assert '<fieldset class="field" aria-describedby="id_method_error">' in html
    assert 'for="id_method_0"' in html


def test_the_body_says_what_the_star_means_and_draws_every_field_by_crispy():
    html = show("{% form_body form %}", form=PlanForm())
    assert "wajib diisi" in html
    assert "<form" not in html and "csrfmiddlewaretoken" not in html
    for name in PlanForm.base_fields:
        assert f'name="{name}' in html


def test_a_refusal_stands_at_its_field_or_on_top():
    form = PlanForm(GOOD)
    form.add_refusal(Refused("Durasi 120 melebihi 90.", field="minutes"))
    form.add_refusal(Refused("Ruang sudah dipakai.", field="room"))
    assert [(line.message, line.target) for line in errors.lines(form)] == [
        ("Ruang sudah dipakai.", ""),
        ("Durasi 120 melebihi 90.", "id_minutes"),
    ]


def test_refusals_and_texts_can_stand_in_the_summary_without_a_form():
    assert [line.message for line in errors.lines([Refused("Tidak bisa.")], "Juga tidak.")] == [
        "Tidak bisa.",
        "Juga tidak.",
    ]


@pytest.mark.point("SCR-7")
@pytest.mark.parametrize(("typed", "value"), [("87,5", Decimal("87.5")), ("87.5", Decimal("87.5")), ("", None)])
def test_a_decimal_field_takes_comma_and_point(typed, value):
    form = PlanForm({**GOOD, "mark": typed})
    assert form.is_valid()
    assert form.cleaned_data["mark"] == value


@pytest.mark.point("SCR-7")
@pytest.mark.parametrize(
    ("name", "typed"), [("mark", "87.125"), ("mark", "1.087,5"), ("minutes", "1.000"), ("minutes", "12,0")]
)
def test_what_looks_like_a_thousands_separator_is_refused_and_kept(name, typed):
    form = PlanForm({**GOOD, name: typed})
    assert name in form.errors
    assert f'value="{typed}"' in show("{% field form.f %}".replace(".f ", f".{name} "), form=form)


def test_figures_and_dates_stand_in_fields_as_they_can_be_sent_again():
    form = PlanForm(initial={"mark": Decimal("87.50"), "due_on": datetime(2026, 11, 24, tzinfo=UTC).date()})
    assert 'value="87,5"' in str(form["mark"])
    assert 'value="2026-11-24"' in str(form["due_on"])
    assert 'type="date"' in str(form["due_on"])


def test_a_moment_is_read_and_shown_in_its_zone():
    form = PlanForm({**GOOD, "starts_at_day": "2026-11-24", "starts_at_time": "10:05"})
    form.fields["starts_at"].zone = "Asia/Makassar"
    assert form.is_valid()
    assert form.cleaned_data["starts_at"] == datetime(2026, 11, 24, 2, 5, tzinfo=UTC)
    again = PlanForm(initial={"starts_at": datetime(2026, 11, 24, 2, 5, tzinfo=UTC)})
    again.fields["starts_at"].zone = "Asia/Makassar"
    html = show("{% field form.starts_at %}", form=again)
    assert 'value="2026-11-24"' in html and 'value="10:05"' in html and "WITA" in html


def test_half_a_moment_asks_for_the_other_half():
    form = PlanForm({**GOOD, "starts_at_day": "2026-11-24", "starts_at_time": ""})
    assert form.errors["starts_at"] == [
        "“24 November 2026” belum lengkap. Isi tanggal dan jamnya, misalnya 2026-11-24 dan 13:30."
    ]


def test_two_forms_do_not_share_a_zone():
    first, second = PlanForm(), PlanForm()
    first.fields["starts_at"].zone = "Asia/Jayapura"
    assert second.fields["starts_at"].zone is None


@pytest.mark.parametrize("field", [forms.IntegerField, forms.DecimalField, forms.DateTimeField])
def test_fields_that_read_figures_in_two_ways_do_not_slip_in(field):
    form = type("Loose", (PageForm,), {"value": field()})
    with pytest.raises(TypeError, match="use "):
        form()


@pytest.mark.parametrize("field", [FigureField, WholeField])
def test_a_figure_without_a_limit_does_not_slip_in(field):
    with pytest.raises(TypeError, match="say the most"):
        type("Boundless", (PageForm,), {"value": field(min_value=0)})()
    assert type("Bound", (PageForm,), {"value": field(max_value=9)})({"value": "10"}).errors["value"]


def test_a_figure_far_outside_its_bounds_is_told_once():
    field = FigureField(max_value=1000, max_digits=6, decimal_places=2)
    form = type("Points", (PageForm,), {"points": field})({"points": "99999"})
    assert [each.code for each in form.errors.as_data()["points"]] == ["max_value"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_us_dates_are_not_read(language):
    with translation.override(language):
        assert "due_on" in PlanForm({**GOOD, "due_on": "11/24/2026"}).errors
        form = PlanForm({**GOOD, "due_on": "05/11/2026"})
        assert form.is_valid()
        assert form.cleaned_data["due_on"] == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("language", "words"), [("id", ("5 Agustus 2026", "14.05")), ("en", ("5 August 2026", "14.05"))]
)
def test_dates_and_times_are_written_the_same_way_in_both_languages(language, words):
    with translation.override(language):
        moment = datetime(2026, 8, 5, 14, 5, tzinfo=UTC)
        assert (date_format(moment, "DATE_FORMAT"), date_format(moment, "TIME_FORMAT")) == words


def test_the_empty_line_of_a_select_says_what_it_means():
    dashes = [("", "---------"), ("a", "A")]
    form = type(
        "Picks",
        (PageForm,),
        {"must": forms.ChoiceField(choices=dashes), "may": forms.ChoiceField(choices=dashes, required=False)},
    )()
    assert '<option value="" selected>Pilih</option>' in str(form["must"])
    assert '<option value="" selected>Tidak dipilih</option>' in str(form["may"])


class NamedForm(PageForm):
    day = forms.DateField(label="Tanggal")
    kind = forms.ChoiceField(label="Jenis", choices=[("a", "A")])
    secret = forms.CharField(label="Sandi", widget=forms.PasswordInput)


def test_errors_name_the_value_and_what_to_write_instead():
    """Issue 2, bad input: field, value, remedy; a password is never repeated."""
    with translation.override("en"):
        blank, wrong = NamedForm({}), NamedForm({"day": "31/11", "kind": "zzz", "secret": ""})
        assert blank.errors["day"] == ["Fill this in."]
        assert wrong.errors["day"] == ["“31/11” is not a date. Write it like 2026-11-24."]
        assert wrong.errors["kind"] == ["“zzz” is not one of the choices. Choose one from the list."]
        assert "Sandi" not in wrong.errors["secret"][0]


def test_a_text_without_a_limit_of_its_own_takes_ten_thousand_characters_and_says_so():
    """EMP-1: a novel in a remark is refused with its length; the control does not cut what is pasted."""

    class Remark(PageForm):
        text = forms.CharField(label="Catatan", widget=forms.Textarea)

    form = Remark({"text": "a" * (LONGEST_TEXT + 1)})
    assert "10001 karakter" in str(form.errors["text"]) and "10000" in str(form.errors["text"])
    assert Remark({"text": "a" * LONGEST_TEXT}).is_valid()
    assert "maxlength" not in str(Remark()["text"])


def test_a_moment_whose_date_and_time_are_both_wrong_says_so_once():
    form = PlanForm({**GOOD, "starts_at_day": "x", "starts_at_time": "y"})
    assert len(form.errors["starts_at"]) == 1


def test_a_link_that_is_none_is_named_with_a_link_to_copy():
    class Link(PageForm):
        link = forms.URLField(label="Tautan", assume_scheme="https")

    (text,) = Link({"link": "bukan tautan"}).errors["link"]
    assert "bukan tautan" in text and "https://" in text


def test_a_refusal_for_its_own_reason_is_not_headed_as_a_change_in_between(rf, monkeypatch):
    """EMP-1: reloading would change nothing; only a state or version that moved says so."""
    monkeypatch.setattr(views, "render", lambda _request, _template, context, **_: context)
    assert not views.conflict(rf.post("/"), Refused("Alasan sendiri."))["changed"]
    assert views.conflict(rf.post("/"), WrongState("Sudah ditutup."))["changed"]
