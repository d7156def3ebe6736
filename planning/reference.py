"""What the planning stage brings along: class types and forms of recovery (5.1.1 e, 5.3.1). Rows may be added."""

from __future__ import annotations

from typing import Any

from planning.models import ClassType, RecoveryForm
from planning.models.resources import CLASS_TYPES, RECOVERY_FORMS

#: Forms of recovery without a session of their own: the attempt belongs to the case.
WITHOUT_SESSION = {"self_study"}


def ensure_reference(**_: Any) -> None:
    """Make the rows that are missing; called after each migration, idempotent."""
    ClassType.objects.bulk_create(
        [ClassType(code=code, name=_untranslated(label)) for code, label in CLASS_TYPES.items()],
        ignore_conflicts=True,
    )
    RecoveryForm.objects.bulk_create(
        [
            RecoveryForm(code=code, name=_untranslated(label), has_session=code not in WITHOUT_SESSION)
            for code, label in RECOVERY_FORMS.items()
        ],
        ignore_conflicts=True,
    )


def _untranslated(label: Any) -> str:
    """The English name, whatever language the migration runs in."""
    from django.utils import translation

    with translation.override(None):
        return str(label)
