"""One plan template for each kind: the demo's first user plans a briefing in two minutes (4.1)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from planning.enums import Method, ParameterSource, TrainingKind
from planning.models import ClassType, RecoveryForm, TrainingApplication
from planning.services.schemes import ParameterText, add_scheme
from planning.services.templates import save_template
from trainingops.local.demo import school
from trainingops.local.demo.cast import Cast
from trainingops.people.enums import Role


def load_templates(cast: Cast, now: datetime) -> None:
    """A briefing of half an hour with a test of five questions, and a class with role play for improvements."""
    pre, post = school.papers()
    briefing = add_scheme(
        name="Briefing: post-test saja",
        decimals=2,
        pass_mark=Decimal(80),
        remedial_cap=Decimal(80),
        parameters=[ParameterText("Post-test", Decimal(100), Decimal(100), None, ParameterSource.POST_TEST)],
        actor=cast.pic,
        now=now,
    )
    common = {
        "line": cast.inbound,
        "module": school.module("PNM-HS-04").module,
        "method": Method.OFFLINE,
        "application": TrainingApplication.objects.get(name="Simulator SBG"),
        "meetings": 1,
        "pass_mark": Decimal(80),
        "pre_paper": pre,
        "post_paper": post,
        "tolerance_minutes": 5,
        "recovery_days": 7,
        "recovery_forms": RecoveryForm.objects.all(),
    }
    for values in (
        {
            "name": "Briefing 15–30 menit",
            "kind": TrainingKind.REFRESHMENT,
            "title": "Briefing KCA, jatuh tempo dan perpanjangan",
            "purpose": "Penyegaran singkat agar penjelasan kepada nasabah seragam.",
            "minutes": 30,
            "class_types": ClassType.objects.filter(code="presentation"),
            "scheme": briefing,
            "parties": [Role.TEAM_LEADER],
        },
        {
            "name": "Kelas perbaikan 120 menit dengan roleplay",
            "kind": TrainingKind.IMPROVEMENT,
            "title": "Perbaikan KCA, jatuh tempo dan perpanjangan",
            "purpose": "Temuan QC menunjukkan penjelasan yang belum tepat.",
            "minutes": 120,
            "class_types": ClassType.objects.filter(code__in=["role_play", "call_review"]),
            "scheme": school.scheme(),
            "tolerance_minutes": 15,
            "parties": [],
        },
    ):
        save_template(values={**common, **values}, actor=cast.pic, now=now)
