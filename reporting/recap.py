"""What became of everybody on target of a training (4.3): the numbers of its recap."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Q
from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from sessions.enums import OutcomeResult, OutcomeState
from sessions.models import TargetOutcome
from sessions.queries.ledger import waived_remedials


@dataclass(frozen=True)
class Recap:
    """Always ``targeted = trained + waived + lapsed``, since nothing is outstanding.

    Attributes:
        lapsed_before: of those lapsed, who left or moved before their class began: not in indicator 4.3a.
        remedial_waived: of those trained, whom the manager excused from the remedial; recaps before it have none.
    """

    targeted: int
    on_schedule: int
    recovered: int
    waived: int
    lapsed: int
    lapsed_before: int
    passed: int
    not_passed: int
    remedial_waived: int = 0

    @property
    def trained(self) -> int:
        """On schedule or by recovery."""
        return self.on_schedule + self.recovered

    @property
    def due(self) -> int:
        """The targets that indicator 4.3a counts."""
        return self.targeted - self.lapsed_before

    @property
    def share(self) -> Decimal | None:
        """Indicator 4.3a of this training, unrounded, 0 to 1; None where nobody was left on target."""
        return Decimal(self.trained) / Decimal(self.due) if self.due else None

    @property
    def waived_words(self) -> str:
        """Targets waived, and remedials where there are any."""
        if not self.remedial_waived:
            return str(self.waived)
        return _("%(waived)d, remedial waived: %(remedials)d") % {
            "waived": self.waived,
            "remedials": self.remedial_waived,
        }

    def as_json(self) -> dict[str, int]:
        """What is stored."""
        return asdict(self)


def recap_of(plan: TrainingPlan) -> Recap:
    """The numbers of a training in which nothing is outstanding; one query."""

    def count(*conditions: Q, **where: Any) -> Count:
        return Count("pk", filter=Q(*conditions, **where))

    before = Q(settled_at__lt=F("enrolment__training_session__starts_at"))
    trained = Q(state=OutcomeState.TRAINED)
    outcomes = TargetOutcome.objects.filter(plan=plan).annotate(excused=Exists(waived_remedials()))
    counts = outcomes.aggregate(
        n_targeted=Count("pk"),
        n_on_schedule=count(trained, on_schedule=True),
        n_recovered=count(trained, ~Q(on_schedule=True)),
        n_waived=count(state=OutcomeState.WAIVED),
        n_lapsed=count(state=OutcomeState.LAPSED),
        n_lapsed_before=count(before, state=OutcomeState.LAPSED),
        n_passed=count(trained, result=OutcomeResult.PASSED),
        n_not_passed=count(trained, result=OutcomeResult.NOT_PASSED),
        n_remedial_waived=count(trained, excused=True),
    )
    return Recap(**{name.removeprefix("n_"): number for name, number in counts.items()})
