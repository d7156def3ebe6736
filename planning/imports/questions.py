"""The question bank as a sheet: one question a row, its options beside it (5.1.1 e)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import QuestionKind
from planning.models import Question, QuestionVersion, Topic
from planning.policies.catalogue import QUESTION_AUTHORS
from planning.queries.questions import latest_versions
from planning.services.questions import (
    OPTION_KEYS,
    TRUE_FALSE,
    QuestionRow,
    QuestionText,
    check_content,
    save_questions,
)
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.imports.registry import Batch, Checked, Column, Importer, Row
from trainingops.imports.values import heading_key

if TYPE_CHECKING:
    from trainingops.people.models import User

#: What people call the kinds, as :func:`heading_key` reads it.
KINDS: dict[str, str] = {
    "single": QuestionKind.SINGLE,
    "singlechoice": QuestionKind.SINGLE,
    "pilihantunggal": QuestionKind.SINGLE,
    "pilihanganda": QuestionKind.SINGLE,
    "multiple": QuestionKind.MULTIPLE,
    "multiplechoice": QuestionKind.MULTIPLE,
    "pilihangandakompleks": QuestionKind.MULTIPLE,
    "truefalse": QuestionKind.TRUE_FALSE,
    "trueorfalse": QuestionKind.TRUE_FALSE,
    "benarsalah": QuestionKind.TRUE_FALSE,
    "benaratausalah": QuestionKind.TRUE_FALSE,
    "short": QuestionKind.SHORT,
    "shortanswer": QuestionKind.SHORT,
    "isian": QuestionKind.SHORT,
    "isiansingkat": QuestionKind.SHORT,
}
_WORDS = {"benar": "A", "true": "A", "a": "A", "salah": "B", "false": "B", "b": "B"}
CODE_LENGTH = 30
#: So many topics a remedy names.
NEAREST = 5

COLUMNS = (
    Column(name="code", label=gettext_lazy("Code"), required=True, headings=("Kode", "Kode Soal"), example="KCA-001"),
    Column(name="topic", label=gettext_lazy("Topic"), required=True, headings=("Topik", "Materi"), example="KCA"),
    Column(
        name="kind",
        label=gettext_lazy("Kind"),
        required=True,
        headings=("Jenis", "Jenis Soal", "Tipe"),
        example="Pilihan tunggal",
    ),
    Column(
        name="text",
        label=gettext_lazy("Question"),
        required=True,
        headings=("Pertanyaan", "Soal", "Butir Soal"),
        example="Berapa lama jangka waktu maksimal pinjaman KCA?",
    ),
    *(
        Column(
            name=f"option_{key.lower()}",
            label=gettext_lazy(f"Option {key}"),
            headings=(f"Opsi {key}", f"Pilihan {key}", key),
            example={"A": "120 hari", "B": "90 hari"}.get(key, ""),
        )
        for key in OPTION_KEYS
    ),
    Column(
        name="correct",
        label=gettext_lazy("Right answer"),
        required=True,
        headings=("Jawaban", "Jawaban Benar", "Kunci", "Kunci Jawaban"),
        example="A",
    ),
    Column(name="explanation", label=gettext_lazy("Explanation"), headings=("Penjelasan", "Pembahasan"), example=""),
)


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows."""

    topics: dict[str, Topic]
    questions: Mapping[str, Question]
    versions: Mapping[int, QuestionVersion]


def check_questions(batch: Batch) -> list[Checked]:
    """What each row would do; a changed question becomes a new version, papers keep the one they have."""
    known = _read(batch)
    found: list[Checked] = []
    seen: dict[str, int] = {}
    for row in batch.rows:
        checked = Checked(row, key=row.text("code"))
        found.append(checked)
        code = row.text("code").lower()
        if code and code in seen:
            words = _("Row %(row)d has this code already. Keep one of the two.") % {"row": seen[code]}
            checked.refuse("code", "code_twice", words)
            continue
        seen[code] = row.number
        _check_row(checked, known)
    return found


def _read(batch: Batch) -> _Known:
    codes = {row.text("code").lower() for row in batch.rows}
    questions = Question.objects.select_related("topic").annotate(lower=Lower("code")).filter(lower__in=codes)
    by_code = {each.code.lower(): each for each in questions}
    versions = latest_versions().filter(question__in=by_code.values())
    return _Known(
        topics={word.casefold(): each for each in Topic.objects.all() for word in (each.name, each.code)},
        questions=by_code,
        versions={each.question_id: each for each in versions},
    )


def _check_row(checked: Checked, known: _Known) -> None:
    row = checked.row
    code = row.text("code")
    if not code or len(code) > CODE_LENGTH:
        words = _("Write a code of at most %(most)d characters, for example KCA-001.") % {"most": CODE_LENGTH}
        checked.refuse("code", "code_blank_or_long", words)
    topic = known.topics.get(row.text("topic").casefold())
    if topic is None:
        checked.refuse("topic", "topic_unknown", _unknown_topic(row.text("topic"), known.topics))
    content = _content(checked)
    if checked.is_bad or topic is None or content is None:
        return
    question = known.questions.get(code.lower())
    old = known.versions.get(question.pk) if question else None
    checked.compare(_values(old, question.topic) if question and old else None, _said(content, topic))
    if question and question.retired_at and checked.changes:
        checked.refuse("code", "question_retired", _("This question is retired. Take it back into use first."))
        return
    checked.data = QuestionRow(code=code, topic=topic, content=content)


def _unknown_topic(text: str, topics: Mapping[str, Topic]) -> str:
    """The remedy for a topic that is not kept: those whose name has the word, else those written nearly so."""
    typed = text.casefold()
    found = [word for word in topics if typed and typed in word] or get_close_matches(typed, topics)
    near = list(dict.fromkeys(topics[word].name for word in found))[:NEAREST]
    if not near:
        return _("This topic is not in the list. Write its name or code as it is.")
    return _("This topic is not in the list. Nearest: %(names)s. Write its name or code as it is.") % {
        "names": "; ".join(near)
    }


def _content(checked: Checked) -> QuestionText | None:
    row = checked.row
    kind = KINDS.get(heading_key(row.text("kind")))
    if kind is None:
        names = ", ".join(str(each.label) for each in QuestionKind)
        checked.refuse("kind", "kind_unknown", _("Write one of: %(names)s.") % {"names": names})
        return None
    if not row.text("text"):
        checked.refuse("text", "text_blank", _("Fill in this cell."))
        return None
    content = QuestionText(kind, row.text("text"), _options(row, kind), _correct(row, kind), row.text("explanation"))
    try:
        check_content(content)
    except Refused as refused:
        column = "correct" if refused.field == "accepted" else refused.field
        checked.refuse(column or "text", "question_unanswerable", str(refused))
        return None
    return content


def _options(row: Row, kind: str) -> dict[str, str]:
    if kind == QuestionKind.SHORT:
        return {}
    written = {key: text for key in OPTION_KEYS if (text := row.text(f"option_{key.lower()}"))}
    return written or (dict(TRUE_FALSE) if kind == QuestionKind.TRUE_FALSE else {})


def _correct(row: Row, kind: str) -> tuple[str, ...]:
    """``A``, ``A;C``, ``A, C``; Benar or Salah; the accepted answers of a short one between semicolons or lines."""
    text = row.text("correct")
    if kind == QuestionKind.SHORT:
        return tuple(part.strip() for part in re.split(r"[;\n]", text) if part.strip())
    if kind == QuestionKind.TRUE_FALSE and text:
        return (_WORDS.get(text.casefold(), text),)
    return tuple(sorted({part.upper() for part in re.split(r"[\s;,]+", text) if part}))


def _said(content: QuestionText, topic: Topic) -> dict[str, Any]:
    """A question as the cells of its row, for comparing and for the preview."""
    options = {f"option_{key.lower()}": content.options.get(key, "") for key in OPTION_KEYS}
    return {
        "topic": topic.name,
        "kind": str(QuestionKind(content.kind).label),
        "text": content.text,
        **options,
        "correct": "; ".join(content.correct),
        "explanation": content.explanation,
    }


def _values(version: QuestionVersion, topic: Topic) -> dict[str, Any]:
    options = {each["key"]: each["text"] for each in version.options}
    correct = tuple(str(each) for each in version.correct)
    return _said(QuestionText(version.kind, version.text, options, correct, version.explanation), topic)


def row_of(version: QuestionVersion) -> dict[str, Any]:
    """A question as a row of the sheet, by the name of the column (EXP-1)."""
    return {"code": version.question.code, **_values(version, version.question.topic)}


@service
def apply_questions(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the questions of the rows given."""
    save_questions(rows=[checked.data for checked in rows], actor=actor, now=now)


QUESTIONS = Importer(
    name="questions",
    label=gettext_lazy("Questions"),
    about=gettext_lazy("The question bank: one question a row. A changed question becomes a new version."),
    columns=COLUMNS,
    roles=frozenset(QUESTION_AUTHORS),
    check=check_questions,
    apply=apply_questions,
    result_url="question_list",
    max_rows=5_000,
)
