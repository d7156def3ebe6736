"""A monitoring sample that was recorded wrongly: corrected or annulled, with the reason (2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import SampleState
from planning.models import MonitoringSample, SampleCount
from planning.policies.catalogue import can_keep_sample
from planning.services.sample_decisions import take_out
from planning.services.samples import require_free, require_within, sample_reference, write_counts
from planning.services.sources import place_then
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def correct_sample(
    *,
    sample: MonitoringSample,
    contacted_on: date,
    kind: str,
    inspected: int,
    defective: Mapping[str, int],
    reason: str,
    actor: User,
    now: datetime,
) -> MonitoringSample:
    """Correct a sample of several contacts; the journal keeps what stood there before.

    Args:
        defective: class → contacts with at least one error of it.

    Raises:
        NotAllowed: not Quality Control of the place of then or of the new day.
        WrongState: the sample was annulled.
        Refused: it is one evaluated contact (its sheet corrects it), no reason, or as :func:`add_sample`.
    """
    locked = _locked(sample)
    require(can_keep_sample(actor, locked))
    if locked.state != SampleState.COUNTING:
        raise WrongState(_("This sample was annulled and is not corrected any more. Add the right one instead."))
    if locked.contact_reference:
        raise Refused(_("This is one evaluated contact. Correct its row in the monitoring sheet and import it again."))
    _require_reason(reason)
    place = place_then(person=locked.person, day=contacted_on, field="contacted_on", actor=actor, now=now)
    require_within(inspected, defective)
    reference = sample_reference(contact="", employee_no=locked.person.employee_no, day=contacted_on, kind=kind)
    require_free(reference, locked.person, but=locked)
    before = _figures(locked)
    locked.contacted_on, locked.kind = contacted_on, kind
    locked.inspected, locked.source_reference = inspected, reference
    locked.site_id, locked.line_id, locked.team_id = place.site_id, place.line_id, place.team_id
    locked.save()
    SampleCount.objects.filter(sample=locked).delete()
    write_counts({locked: defective})
    record(
        "sample.corrected",
        subject=locked,
        actor=actor,
        now=now,
        data={"from": before, "to": _figures(locked)},
        detail={"reason": reason},
    )
    return locked


@service
def annul_sample(*, sample: MonitoringSample, reason: str, actor: User, now: datetime) -> MonitoringSample:
    """Quality Control takes a sample back: it leaves the rates, and findings on its contact are annulled with it.

    Raises:
        NotAllowed: not Quality Control of the place of then.
        WrongState: it does not count any more.
        Refused: no reason.
    """
    locked = _locked(sample)
    require(can_keep_sample(actor, locked))
    _require_reason(reason)
    take_out([locked], to=SampleState.ANNULLED, reason=reason, actor=actor, now=now)
    record("sample.annulled", subject=locked, actor=actor, now=now, detail={"reason": reason})
    return locked


def _locked(sample: MonitoringSample) -> MonitoringSample:
    rows = MonitoringSample.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
    return rows.get(pk=sample.pk)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Write the reason."), field="reason")


def _figures(sample: MonitoringSample) -> dict[str, object]:
    """What a correction may change, for the journal."""
    counts = SampleCount.objects.filter(sample=sample).order_by("error_class")
    return {
        "contacted_on": sample.contacted_on.isoformat(),
        "kind": str(sample.kind),
        "inspected": sample.inspected,
        "defective": dict(counts.values_list("error_class", "defective")),
    }
