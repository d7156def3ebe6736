"""A contact that was evaluated twice, in one file or in two, counts once: what is asked and said (2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planning.enums import SampleState
from planning.policies.catalogue import can_record_defect
from trainingops.imports.registry import Batch, Checked, Question, Row, RowStatus
from trainingops.imports.values import heading_key
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from planning.models import MonitoringSample
    from trainingops.imports.matching import PeopleMatches

#: How the file of the list names the states, whatever the reader's language.
STATE_WORDS = {SampleState.COUNTING: "Berlaku", SampleState.REPLACED: "Diganti", SampleState.ANNULLED: "Dianulir"}
STATES: dict[str, str] = {"": SampleState.COUNTING, **{heading_key(word): each for each, word in STATE_WORDS.items()}}
STANDING = "standing"


def counts(row: Row) -> bool:
    """Whether the row is about an evaluation that counts: a file that was downloaded here names the others, too."""
    return STATES.get(heading_key(row.text("state")), SampleState.COUNTING) == SampleState.COUNTING


def _twice(rows: Sequence[Row]) -> bool:
    contacts = [row.text("contact") for row in rows if row.text("contact") and counts(row)]
    return len(set(contacts)) < len(contacts)


WHICH_COUNTS = Question(
    name="which_counts",
    text=gettext_lazy("A contact was evaluated twice. Which evaluation counts?"),
    choices=(
        ("first", gettext_lazy("The first in the file")),
        ("last", gettext_lazy("The last in the file")),
    ),
    asked=_twice,
    each_time=True,
)


def standing_question(
    rows: Iterable[Row], people: PeopleMatches, standing: Mapping[str, MonitoringSample]
) -> list[Question]:
    """Asked where contacts of the file were evaluated before, for agents whom the file does not name for them."""
    here: dict[str, set[int]] = {}
    for row in rows:
        person = people.get(row.text("employee_no"))
        if counts(row) and person is not None:
            here.setdefault(row.text("contact"), set()).add(person.pk)
    count = sum(contact in standing and standing[contact].person_id not in them for contact, them in here.items())
    if not count:
        return []
    words = ngettext(
        "%(count)d contact of the file was evaluated for another agent before. Which evaluation counts?",
        "%(count)d contacts of the file were evaluated for other agents before. Which evaluations count?",
        count,
    )
    choices = (("stored", _("The one recorded before")), ("file", _("The one of this file; the other is kept apart")))
    return [
        Question(
            name=STANDING, text=words % {"count": count}, choices=choices, asked=lambda _rows: True, each_time=True
        )
    ]


def _groups(found: Sequence[Checked]) -> Iterable[list[Checked]]:
    """The rows that can be written and are about one contact each, together."""
    by_contact: dict[str, list[Checked]] = {}
    for checked in found:
        if not checked.is_bad and checked.data is not None and checked.data.sample.contact_reference:
            by_contact.setdefault(checked.data.sample.contact_reference, []).append(checked)
    return by_contact.values()


def mark_evaluated_twice(batch: Batch, found: Sequence[Checked], standing: Mapping[str, MonitoringSample]) -> None:
    """Say of each contact that has several evaluations, in the file or from before, which of them counts."""
    for group in _groups(found):
        rival = standing.get(group[0].data.sample.contact_reference)
        chosen_here = rival is not None and any(each.data.sample.pk == rival.pk for each in group)
        _mark_twice(batch, group)
        if len(group) == 1:
            _mark_standing(batch, group[0], rival, chosen_here=chosen_here)


def _mark_twice(batch: Batch, group: list[Checked]) -> None:
    """A contact counts once for each class: warn, and leave out the evaluation that was not chosen."""
    if len(group) < 2:
        return
    rows = ", ".join(str(each.row.number) for each in group)
    for checked in group:
        checked.warn(
            "contact", "contact_evaluated_twice", _("Evaluated in rows %(rows)s; one counts.") % {"rows": rows}
        )
    answer = batch.answer(WHICH_COUNTS.name)
    if answer:
        kept = group[0] if answer == "first" else group[-1]
        for checked in group:
            if checked is not kept:
                checked.status, checked.changes = RowStatus.SAME, []
        group[:] = [kept]


def _mark_standing(batch: Batch, checked: Checked, rival: MonitoringSample | None, *, chosen_here: bool) -> None:
    """Say which other evaluation of the contact was recorded before, and what becomes of the two.

    ``chosen_here``: the file holds that one too, so that the choice among its rows decides.
    """
    if rival is None or checked.data.sample.pk == rival.pk:
        _return(checked)
        return
    if not can_record_defect(batch.user, site_id=rival.site_id, line_id=rival.line_id, team_id=rival.team_id):
        checked.refuse(
            "contact",
            "contact_evaluated_elsewhere",
            _("This contact was evaluated outside your scope. Leave the row out, or ask their Quality Control."),
        )
        return
    whose = {"name": rival.person.name, "number": rival.person.employee_no, "day": day_words(rival.contacted_on)}
    checked.warn(
        "contact",
        "contact_evaluated_before",
        _("Evaluated before for %(name)s, %(number)s (contact of %(day)s); one counts.") % whose,
    )
    if chosen_here or batch.answer(STANDING) == "file":
        _return(checked)
        checked.said = _("Counts instead of the evaluation for %(name)s, which leaves the rates.") % whose
    else:
        checked.leave(_("The evaluation recorded before counts."))


def _return(checked: Checked) -> None:
    """A replaced evaluation counts again, also where its cells are as they were."""
    if checked.status == RowStatus.SAME and checked.data.sample.state == SampleState.REPLACED:
        checked.status, checked.said = RowStatus.CHANGED, _("This evaluation counts again.")
