"""Who a file means: by employee number, log-in id, ACD id or mail address, never by name (IMP-7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Upper

from trainingops.people.models import Person

_TOKEN = re.compile(r"[0-9A-Za-z.@+-]+")
_MANY = 5_000  # texts in one look-up


@dataclass
class PeopleMatches:
    """People by the texts that a file names them with."""

    by_text: dict[str, Person] = field(default_factory=dict)

    def get(self, text: str) -> Person | None:
        """The person meant by ``text``, or ``None`` when nobody, or not surely one, is."""
        return self.by_text.get(text.strip().upper())


def tokens_of(text: str) -> set[str]:
    """The words of a text that may be an employee number, in capitals: ``CC0068-Mulyanto`` and ``@CC0034`` hold one."""
    whole = [token.upper() for token in _TOKEN.findall(text)]
    return {part for token in whole for part in (token, *(each.strip("@+.-") for each in token.split("-")))} - {""}


def match_people(texts: Iterable[str], *, picked: Mapping[str, str] | None = None) -> PeopleMatches:
    """Find whom each of ``texts`` means.

    A text that is no id itself may carry an employee number as a token (``CC0024_Sidiq``). ``picked`` maps texts to
    the employee numbers that somebody chose in the preview; they win.

    Returns:
        matches for those who are surely meant; two people for one text count as nobody.
    """
    choices = {text.strip().upper(): number.strip().upper() for text, number in (picked or {}).items()}
    wanted = {text.strip().upper() for text in texts if text.strip()}
    tokens = {text: tokens_of(text) for text in wanted}
    ids = sorted(wanted.union(*tokens.values(), choices.values()) if tokens else wanted | set(choices.values()))
    found: dict[str, set[Person]] = {}
    numbers: dict[str, Person] = {}
    for person in _known_by(ids):
        numbers[person.employee_no.upper()] = person
        for key in {person.employee_no, person.login_id, person.acd_id, person.email} - {""}:
            found.setdefault(key.upper(), set()).add(person)
    matches = PeopleMatches()
    for text in wanted:
        if (chosen := numbers.get(choices.get(text, ""))) is not None:
            matches.by_text[text] = chosen
            continue
        exact = {numbers[text]} if text in numbers else found.get(text, set())
        inside = {numbers[token] for token in tokens[text] if token in numbers}
        candidates = exact or inside
        if len(candidates) == 1:
            matches.by_text[text] = next(iter(candidates))
    return matches


def _known_by(ids: Sequence[str]) -> Iterator[Person]:
    """People with any of these ids; one query for each 5,000 ids, so that a whole house fits."""
    keyed = Person.objects.annotate(
        number_key=Upper("employee_no"), login_key=Upper("login_id"), acd_key=Upper("acd_id"), mail_key=Upper("email")
    )
    for start in range(0, len(ids), _MANY):
        part = ids[start : start + _MANY]
        yield from keyed.filter(
            Q(number_key__in=part) | Q(login_key__in=part) | Q(acd_key__in=part) | Q(mail_key__in=part)
        )
