"""The lines of Quality Control's sheet (2.3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.models import Defect, QualityParameter
from planning.policies.catalogue import can_keep_parameters
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def save_parameter(
    *,
    parameter: QualityParameter | None,
    code: str,
    name: str,
    error_class: str,
    weight: Decimal,
    actor: User,
    now: datetime,
) -> QualityParameter:
    """Add a line of the sheet, or correct one. Findings of before keep the class of then.

    Raises:
        NotAllowed: not Quality Control.
        Refused: the code is another's, or findings name the code that would change.
    """
    require(can_keep_parameters(actor))
    code = code.strip().upper()
    others = QualityParameter.objects.filter(code__iexact=code)
    locked = None
    if parameter is not None:
        locked = QualityParameter.objects.select_for_update(no_key=True).get(pk=parameter.pk)
        others = others.exclude(pk=locked.pk)
        if locked.code != code and Defect.objects.filter(parameter=locked).exists():
            raise Refused(
                _("Findings name the code %(code)s already, so it stays. Add another parameter instead.")
                % {"code": locked.code},
                field="code",
            )
    if others.exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    saved = locked or QualityParameter()
    saved.code, saved.name, saved.error_class, saved.weight = code, name.strip(), error_class, weight
    saved.save()
    data = {"code": code, "error_class": error_class, "weight": weight}
    event = "quality_parameter.edited" if locked else "quality_parameter.added"
    record(event, subject=saved, actor=actor, now=now, data=data)
    return saved
