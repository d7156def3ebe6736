"""What the planning stage brings along: class types, forms of recovery, measures (5.1.1 e, 5.3.1, 2.3).

Rows may be added.
"""

from __future__ import annotations

from typing import Any

from planning.enums import Better
from planning.models import ClassType, RecoveryForm, ServiceMeasure
from planning.models.indicators import MEASURES
from planning.models.resources import CLASS_TYPES, RECOVERY_FORMS, untranslated

#: Forms of recovery without a session of their own: the attempt belongs to the case.
WITHOUT_SESSION = {"self_study"}
#: Unit, decimals, direction, lowest and highest figure of each measure.
_MEASURED = {
    "csat": ("%", 2, Better.HIGHER, 0, 100),
    "fcr": ("%", 2, Better.HIGHER, 0, 100),
    "aht": ("s", 0, Better.LOWER, 1, 86_400),  # nobody is handled in no time, nor for longer than a day
    "complaints": ("", 0, Better.LOWER, 0, None),
}


def ensure_reference(**_: Any) -> None:
    """Make the rows that are missing; called after each migration, idempotent."""
    ClassType.objects.bulk_create(
        [ClassType(code=code, name=untranslated(label)) for code, label in CLASS_TYPES.items()],
        ignore_conflicts=True,
    )
    RecoveryForm.objects.bulk_create(
        [
            RecoveryForm(code=code, name=untranslated(label), has_session=code not in WITHOUT_SESSION)
            for code, label in RECOVERY_FORMS.items()
        ],
        ignore_conflicts=True,
    )
    ServiceMeasure.objects.bulk_create(
        [
            ServiceMeasure(
                code=code,
                name=untranslated(label),
                unit=_MEASURED[code][0],
                decimals=_MEASURED[code][1],
                better=_MEASURED[code][2],
                lowest=_MEASURED[code][3],
                highest=_MEASURED[code][4],
            )
            for code, label in MEASURES.items()
        ],
        ignore_conflicts=True,
    )
