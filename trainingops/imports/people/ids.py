"""Ids of people: what they may be written with, and that nobody is matched by somebody else's (IMP-7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from trainingops.imports.registry import Checked, Row
from trainingops.people.ids import ID, NOT_AN_ID
from trainingops.people.models import Person, User

#: What belongs to one person only; a file may name its owner by any of them, or by the employee number.
OWN_IDS = ("acd_id", "login_id", "email")
#: Ids that are no mail address.
_CODES = ("employee_no", "login_id", "acd_id")


@dataclass(frozen=True)
class Owners:
    """Who is known by an id, in the database or in the file; ids in capitals."""

    #: Sign-in names of accounts of nobody who is employed here: the administrator, a client.
    accounts: frozenset[str]
    #: Id → employee number; all ids share one room, since a file may name somebody by any of them.
    people: dict[str, str] = field(default_factory=dict)

    def take(self, number: str, ids: Iterable[str]) -> None:
        """Note whose the ids are; the first owner stays."""
        for key in ids:
            if key:
                self.people.setdefault(key.upper(), number)


def read_owners(rows: Sequence[Row]) -> Owners:
    """The ids of all people and accounts, not only those of the file, and the employee numbers of the file."""
    owners = Owners(
        frozenset(login.upper() for login in User.objects.filter(person=None).values_list("login", flat=True))
    )
    stored = [(number.upper(), ids) for number, *ids in Person.objects.values_list("employee_no", *OWN_IDS)]
    owners.people.update((number, number) for number, _ids in stored)
    for number, ids in stored:
        owners.take(number, ids)
    for row in rows:
        owners.take(row.text("employee_no").upper(), [row.text("employee_no")])
    return owners


def check_ids(checked: Checked, number: str, owners: Owners) -> None:
    """Refuse an id that cannot be one, or that another person or account is known by."""
    for name in _CODES:
        text = checked.row.text(name)
        if text and not ID.fullmatch(text):
            checked.refuse(name, "not_an_id", str(NOT_AN_ID))
    for name in ("employee_no", *OWN_IDS):
        key = checked.row.text(name).upper()
        owner = owners.people.get(key) if key else None
        if owner and owner != number:
            checked.refuse(name, f"{name}_used_by_another", _used(name, owner))
        elif owner is None and key in owners.accounts:
            words = _("This is the sign-in name of an account without an employee. Write the person's own id.")
            checked.refuse(name, f"{name}_used_by_account", words)


def _used(column: str, owner: str) -> str:
    if column == "email":
        return _("%(owner)s has this mail address already. Correct one of the two.") % {"owner": owner}
    return _("%(owner)s has this id already. Correct one of the two.") % {"owner": owner}
