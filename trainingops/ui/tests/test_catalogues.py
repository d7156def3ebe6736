"""Translations: extraction, rooms, merging, checking, compiling."""

import gettext

import pytest

from trainingops.ui import catalogues

VIEWS = """
from django.utils.translation import gettext as _, ngettext, pgettext
def view(n):
    return _("Plans") + ngettext("%(n)d plan", "%(n)d plans", n) + pgettext("month", "May") + _(
        "Two lines "
        "of text")
"""
PAGE = """{% extends "ui/page.html" %}
{% crumbs plans _("Plans") "" x %}
      {% translate "Sign in" %}
  {% blocktranslate trimmed count counter=n %}
    {{ counter }} row is
    wrong
  {% plural %}
    {{ counter }} rows are wrong
  {% endblocktranslate %}
{{ value|default:_("none") }} it's 100% {# a comment _("not this") #}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "planning").mkdir()
    (tmp_path / "planning/views.py").write_text(VIEWS)
    (tmp_path / "planning/tests").mkdir()
    (tmp_path / "planning/tests/test_x.py").write_text('_("never")')
    (tmp_path / "templates/planning").mkdir(parents=True)
    (tmp_path / "templates/planning/list.html").write_text(PAGE)
    (tmp_path / "trainingops/people").mkdir(parents=True)
    (tmp_path / "trainingops/people/models.py").write_text('_("Plans")')
    return tmp_path


def test_texts_inside_f_strings_are_found_too(project):
    """The tokenizer takes an f-string for one string; what is called in it is shown all the same."""
    source = """said = f"{x}: {_('Nothing was saved.')} {ngettext('%(n)d row', '%(n)d rows', n)}"\n"""
    (project / "planning/views.py").write_text(source)
    texts = catalogues.extract_texts(project)["planning"]
    assert ("", "Nothing was saved.") in texts and texts["", "%(n)d row"][0].plural == "%(n)d rows"


def test_texts_are_found_in_python_and_templates(project):
    texts = catalogues.extract_texts(project)["planning"]
    assert set(texts) == {
        ("", "Plans"),
        ("", "%(n)d plan"),
        ("month", "May"),
        ("", "Two lines of text"),
        ("", "Sign in"),
        ("", "%(counter)s row is wrong"),
        ("", "none"),
    }
    assert texts["", "%(counter)s row is wrong"][0].plural == "%(counter)s rows are wrong"


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("trainingops/people/models.py", "people"),
        ("trainingops/imports/services/steps.py", "people"),
        ("templates/account/login.html", "people"),
        ("trainingops/records/pdf.py", "records"),
        ("templates/sessions/grid.html", "sessions"),
        ("sessions/views.py", "sessions"),
        ("trainingops/ui/forms.py", "trainingops"),
        ("trainingops/peopleish.py", "trainingops"),
        ("templates/403.html", "trainingops"),
    ],
)
def test_a_room_carries_the_texts_of_its_folders(path, room):
    assert catalogues.room_of(path) == room


def merged(project, room="planning", known=None):
    texts = catalogues.extract_texts(project)[room]
    return catalogues.merge(catalogues.read_catalogue(project, room), texts, known or {})


def save(project, catalogue, room="planning", **options):
    path = catalogues.po_path(project, room)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(catalogues.written(catalogue, room, **options))
    return path.read_text()


def translate(project, words, room="planning"):
    catalogue = merged(project, room)
    for message in catalogue:
        word = words.get(catalogues.key_of(message)[1])
        if word:
            message.string = (word,) if message.pluralizable else word
    return save(project, catalogue, room)


ALL = {
    "Plans": "Rencana",
    "%(n)d plan": "%(n)d rencana",
    "May": "Mei",
    "Two lines of text": "Dua baris",
    "Sign in": "Masuk",
    "%(counter)s row is wrong": "%(counter)s baris salah",
    "none": "tidak ada",
}


def test_writing_again_gives_the_same_bytes_without_dates_or_lines(project):
    first = translate(project, ALL)
    assert save(project, merged(project)) == first
    assert "2026" not in first and "views.py:" not in first
    assert "msgstr[1]" not in first


def test_translations_survive_and_what_is_gone_is_kept_aside_until_pruned(project):
    translate(project, ALL)
    (project / "planning/views.py").write_text('_("New")')
    text = save(project, merged(project))
    assert '#~ msgid "Two lines of text"' in text and 'msgid "New"\nmsgstr ""' in text
    assert 'msgid "Sign in"\nmsgstr "Masuk"' in text
    assert [line for line in catalogues.problems(merged(project), "planning") if "obsolete" in line]
    (project / "planning/views.py").write_text(VIEWS)
    assert catalogues.problems(merged(project), "planning") == []  # taken up again
    (project / "planning/views.py").write_text('_("New")')
    assert "#~" not in save(project, merged(project), prune=True)


def test_what_is_missing_or_fuzzy_or_has_other_placeholders_is_listed(project):
    translate(project, {**ALL, "%(counter)s row is wrong": "%(count)s baris salah", "May": ""})
    path = catalogues.po_path(project, "planning")
    path.write_text(path.read_text().replace('msgid "none"', '#, fuzzy\nmsgid "none"'))
    found = catalogues.problems(catalogues.read_catalogue(project, "planning"), "planning")
    assert sorted(line.split(":")[1].strip() for line in found) == ["fuzzy", "not translated", "placeholders differ"]


def test_a_new_text_takes_the_translation_of_another_room(project):
    translate(project, {"Plans": "Rencana"}, room="people")
    known = {catalogues.key_of(m): m for m in catalogues.read_catalogue(project, "people") if m.id}
    assert merged(project, known=known).get("Plans").string == "Rencana"


def test_two_rooms_may_not_disagree(project):
    translate(project, ALL)
    translate(project, {"Plans": "Denah"}, room="people")
    rooms = {room: catalogues.read_catalogue(project, room) for room in ("planning", "people")}
    assert len(catalogues.disagreements(rooms)) == 1


def test_compiled_catalogues_are_read_by_gettext(project):
    translate(project, ALL)
    assert catalogues.compile_catalogues(project, ["planning", "records"]) == len(ALL)
    with catalogues.po_path(project, "planning").with_suffix(".mo").open("rb") as stream:
        words = gettext.GNUTranslations(stream)
    assert words.gettext("Sign in") == "Masuk"
    assert words.ngettext("%(n)d plan", "%(n)d plans", 5) == "%(n)d rencana"
    assert words.pgettext("month", "May") == "Mei"
