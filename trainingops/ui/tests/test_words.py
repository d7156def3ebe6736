"""Words, times and figures as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from trainingops.ui import figures, moments
from trainingops.ui.icons import drawings, icon

NOW = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)


def show(source: str, **context: object) -> str:
    return Template(source).render(Context({"now": NOW, **context}))


@pytest.fixture(autouse=True)
def indonesian():
    with translation.override("id"):
        yield


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Jakarta", "24 November 2026 10.05 WIB"),
        ("Asia/Makassar", "24 November 2026 11.05 WITA"),
        ("Asia/Jayapura", "24 November 2026 12.05 WIT"),
        ("Asia/Singapore", "24 November 2026 11.05 UTC+8"),
    ],
)
def test_every_time_names_its_zone(zone, words):
    assert words in show("{% when moment zone %}", moment=NOW, zone=zone)


def test_a_time_in_other_styles():
    assert moments.moment_words(NOW, "Asia/Makassar", "short") == "24 Nov 11.05 WITA"
    assert moments.moment_words(NOW, "Asia/Jakarta", "weekday") == "Selasa, 24 November 2026 10.05 WIB"
    assert moments.moment_words(NOW, "Asia/Jakarta", "time") == "10.05 WIB"


def test_a_span_within_a_day_names_the_day_and_the_zone_once():
    html = show("{% span a b 'Asia/Jakarta' %}", a=NOW, b=NOW + timedelta(hours=2))
    assert "24 November 2026 10.05</time>–" in html
    assert ">12.05 WIB</time>" in html


def test_a_day_is_a_date_and_a_time_is_refused():
    assert "1 Agustus 2026" in show("{% day d %}", d=date(2026, 8, 1))
    with pytest.raises(TemplateSyntaxError, match="its zone"):
        show("{% day d %}", d=NOW)


def test_nothing_known_reads_not_recorded_and_never_zero():
    for source in (
        "{% when none %}",
        "{% day none %}",
        "{% deadline none %}",
        "{{ none|figure:2 }}",
        "{{ none|percent }}",
    ):
        assert "belum dicatat" in show(source, none=None)


@pytest.mark.point("DLN-1")
@pytest.mark.parametrize(
    ("due_in", "kind", "word"),
    [
        (timedelta(hours=-3), "late", "Terlambat 3 jam"),
        (timedelta(), "late", "Terlambat kurang dari 1 menit"),
        (timedelta(minutes=-20), "late", "Terlambat 20 menit"),
        (timedelta(days=-3), "late", "Terlambat 3 hari"),
        (timedelta(hours=2), "warn", "Hari ini"),
        (timedelta(hours=20), "idle", "Besok"),
        (timedelta(days=2), "idle", "2 hari lagi"),
    ],
)
def test_a_deadline_is_a_relative_word_above_the_exact_time(due_in, kind, word):
    html = show("{% deadline due 'Asia/Jakarta' %}", due=NOW + due_in)
    assert f'class="deadline is-{kind}"' in html
    assert word in html
    assert "WIB</time>" in html
    assert "aria-live" not in html  # DLN-6


def test_today_is_counted_by_the_calendar_of_the_site():
    due = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 22.30 WIB, 00.30 WIT on the next day
    assert moments.due_word(due, NOW, "Asia/Jakarta").kind == "warn"
    assert moments.due_word(due, NOW, "Asia/Jayapura").kind == "idle"


def test_a_stopped_clock_says_what_came_of_it():
    assert "Tepat waktu" in show("{% deadline due zone 'ok' 'Tepat waktu' %}", due=NOW, zone="Asia/Jakarta")


def test_status_is_icon_and_word_and_colour():
    html = show("{% status 'ok' 'Disetujui' %}")
    assert "is-ok" in html and "<svg" in html and "Disetujui" in html
    with pytest.raises(TemplateSyntaxError, match="There are: ok, info"):
        show("{% status 'green' 'Disetujui' %}")


def test_words_from_people_are_escaped():
    assert "<b>" not in show(
        "{% status 'ok' w %}{% person w w %}{% empty_state 'none' w w %}{% crumbs '' w %}", w="<b>x"
    )


def test_an_unknown_icon_lists_those_there_are():
    assert 'aria-label="Cari"' in icon("search", "Cari")
    with pytest.raises(LookupError, match="archive"):
        icon("sun")
    assert len(drawings()) > 40


@pytest.mark.point("EMP-1")
def test_the_three_empty_states_are_three_texts(rf):
    texts = [
        show("{% empty_state 'none' 'Belum ada rencana' %}"),
        show("{% empty_state 'filtered' %}", request=rf.get("/rencana/?site=1")),
        show("{% empty_state 'denied' %}"),
    ]
    assert "Belum ada rencana" in texts[0]
    assert "Tidak ada hasil untuk filter ini" in texts[1]
    assert 'href="/rencana/"' in texts[1]
    assert "Anda tidak memiliki akses" in texts[2]


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (Decimal("87.5"), 2, "87,50"),
        (Decimal("1234567.005"), 2, "1.234.567,01"),
        (-3, None, "−3"),
        (Decimal("87.5"), None, "87,5"),
        (0, 0, "0"),
    ],
)
def test_figures_have_a_comma_and_a_real_minus(value, places, words):
    assert figures.format_figure(value, places) == words


def test_figures_in_english():
    with translation.override("en"):
        assert figures.format_figure(Decimal("1234.5"), 1) == "1,234.5"


@pytest.mark.point("SCR-7")
@pytest.mark.parametrize(
    ("typed", "value"), [("87,5", "87.5"), ("87.5", "87.5"), (" 87 ", "87"), ("87.125", "87.125"), ("−2", "-2")]
)
def test_a_comma_and_a_point_are_the_same(typed, value):
    assert figures.parse_figure(typed) == Decimal(value)


@pytest.mark.point("SCR-7")
@pytest.mark.parametrize("typed", ["1.087,5", "1,087.5", "1.000.000", "87,", ",5", "1e5", "NaN", "8 7", "٣", "", "12%"])
def test_what_could_be_read_two_ways_is_refused(typed):
    with pytest.raises(ValueError, match="tanpa pemisah ribuan"):
        figures.parse_figure(typed)


@pytest.mark.point("SCR-7")
@given(st.decimals(min_value=-(10**6), max_value=10**6, places=3), st.sampled_from(",."))
def test_any_figure_is_read_as_written_with_either_separator(value, separator):
    assert figures.parse_figure(f"{value:f}".replace(".", separator)) == value


@given(st.text(alphabet="0123456789.,-+ e", max_size=12))
def test_no_text_is_ever_read_as_a_larger_number_by_dropping_a_separator(typed):
    try:
        value = figures.parse_figure(typed)
    except ValueError:
        return
    assert abs(value) <= Decimal(typed.strip().lstrip("+-").replace(",", "."))


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=2))
def test_what_stands_in_a_field_is_read_back_as_the_same_figure(value):
    for language in ("id", "en"):
        with translation.override(language):
            assert figures.parse_figure(figures.input_figure(value)) == value
