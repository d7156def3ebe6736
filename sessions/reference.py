"""Rows that every installation has: the reasons of absence of ATT-5, the standard reaction survey."""

from __future__ import annotations

from typing import Any

from sessions.models import AbsenceReason, SurveyForm

#: code, name as the procedure's people say it, charged to Operation, needs the name of who decided
REASONS = (
    ("sick", "Sakit", False, False),
    ("permit", "Izin", False, False),
    ("leave", "Cuti", False, False),
    ("day_off", "Libur", False, False),
    ("duty", "Dinas", False, False),
    ("not_released", "Tidak dilepas (traffic tinggi)", True, True),
    ("technical", "Kendala teknis", False, False),
    ("unexcused", "Alpa", False, False),
)

#: The standard reaction survey (Kirkpatrick 1), version 1. Another wording is another version: never change one that
#: was answered.
STATEMENTS = (
    (
        "useful",
        "Materi training ini berguna untuk pekerjaan saya",
        "What this training covered is useful for my work",
    ),
    (
        "clear",
        "Trainer menjelaskan dengan jelas dan menjawab pertanyaan peserta",
        "The trainer explained clearly and answered questions",
    ),
    (
        "practice",
        "Latihan dan contoh kasusnya cukup",
        "There was enough practice with real cases",
    ),
    (
        "setting",
        "Waktu, tempat, dan aplikasinya mendukung training",
        "Time, place and application suited the training",
    ),
    (
        "ready",
        "Saya siap menerapkan materi ini saat melayani nasabah",
        "I am ready to use this when I serve customers",
    ),
)
QUESTION = {
    "id": "Apa yang paling membantu, dan apa yang perlu diperbaiki?",
    "en": "What helped most, and what should be better?",
}


def ensure_reference(**_: Any) -> None:
    """Make the rows that are missing; what an administrator changed stays."""
    _ensure_reasons()
    SurveyForm.objects.get_or_create(
        version=1,
        defaults={
            "statements": [{"code": code, "id": words, "en": english} for code, words, english in STATEMENTS],
            "question": QUESTION,
        },
    )


def _ensure_reasons() -> None:
    known = set(AbsenceReason.objects.values_list("code", flat=True))
    AbsenceReason.objects.bulk_create(
        AbsenceReason(code=code, name=name, charged_to_operation=charged, needs_decider=decider, order=order)
        for order, (code, name, charged, decider) in enumerate(REASONS)
        if code not in known
    )
