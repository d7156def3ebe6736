"""How the fields of a plan are called on its pages (APR-5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

LABELS: dict[str, Any] = {
    "title": gettext_lazy("Title"),
    "purpose": gettext_lazy("Why this training"),
    "needs": gettext_lazy("Sources of the need"),
    "module": gettext_lazy("Module"),
    "method": gettext_lazy("Method"),
    "application": gettext_lazy("Application"),
    "class_types": gettext_lazy("Class types"),
    "scheme": gettext_lazy("Scoring scheme"),
    "parameter": gettext_lazy("Parameter"),
    "pass_mark": gettext_lazy("Pass mark"),
    "pre_paper": "Pre-test",
    "post_paper": "Post-test",
    "tolerance_minutes": gettext_lazy("Tolerated lateness"),
    "recovery_days": gettext_lazy("Days for recovery"),
    "recovery_forms": gettext_lazy("Forms of recovery"),
    "busy_reason": gettext_lazy("Reason for a busy interval"),
    "trainer_reason": gettext_lazy("Reason for a trainer without qualification"),
    "seats_reason": gettext_lazy("Reason for more people than seats"),
    "effect": gettext_lazy("Measuring the effect"),
    "session": gettext_lazy("Batch"),
    "label": gettext_lazy("Name of the batch"),
    "host_site": gettext_lazy("Site"),
    "trainers": "Trainer",
    "room": gettext_lazy("Room"),
    "link": gettext_lazy("Link"),
    "meeting": gettext_lazy("Date and time"),
    "duration": gettext_lazy("Duration"),
    "target": gettext_lazy("Targets"),
    "batch": gettext_lazy("Batch of the targets"),
    "reason": gettext_lazy("Reason of the targets"),
    "recipient": gettext_lazy("Recipients of the report"),
}
