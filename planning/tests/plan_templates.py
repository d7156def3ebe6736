"""A plan template that says all of 4.1 but who, when and where, and plans made from it."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from planning.enums import Method, TrainingKind
from planning.models import ClassType, RecoveryForm
from planning.services import create_plan
from planning.services.templates import save_template


def content(world, **values):
    """A briefing with all of 4.1 but who, when and where."""
    return {
        "name": "Briefing 15–30 menit",
        "kind": TrainingKind.REFRESHMENT,
        "line": world.line,
        "title": "Briefing KCA",
        "purpose": "Penyegaran singkat.",
        "module": world.module_version.module,
        "method": Method.OFFLINE,
        "application": world.application,
        "class_types": [ClassType.objects.get(code="presentation")],
        "minutes": 30,
        "meetings": 1,
        "scheme": world.scheme,
        "pass_mark": Decimal(80),
        "pre_paper": world.pre_paper,
        "post_paper": world.post_paper,
        "tolerance_minutes": 5,
        "recovery_days": 3,
        "recovery_forms": [RecoveryForm.objects.get(code="make_up")],
        "parties": ["team_leader"],
        **values,
    }


def make(world, template=None, **values):
    return save_template(template=template, values=content(world, **values), actor=world.pic, now=timezone.now())


def begin(world, template, **values):
    return create_plan(
        **{"kind": template.kind, "title": "KCA", "site": world.site, "line": world.line} | values,
        template=template,
        actor=world.pic,
        now=timezone.now(),
    )
