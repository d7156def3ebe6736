"""The few words that every stage uses: public ids, refusals, guarded transitions."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any, NoReturn, Protocol, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _


class Identified(models.Model):
    """A row that is named outside the database, in addresses and journals, by ``uuid``; the key stays inside."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class _Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)


class Registry(dict[str, T]):
    """Things by their names, each made known once, when the application starts."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def add(self, thing: T) -> None:
        """Make ``thing`` known. Two under one name are an error."""
        if self.get(thing.name, thing) != thing:
            raise ValueError(f"{self.what} {thing.name} is registered twice")
        self[thing.name] = thing

    def find(self, name: str) -> T:
        """The thing of that name.

        Raises:
            LookupError: nobody registered it.
        """
        if name not in self:
            raise LookupError(f"{self.what} {name!r} is not registered; known: {', '.join(sorted(self))}")
        return self[name]


class Refused(ValidationError):
    """A service says no: the message names field, value and remedy, and nothing was written.

    Views show it in the error summary. ``field`` is the form field it belongs to, or empty; ``url`` the page where
    the remedy is, for a view that lets it pass.
    """

    def __init__(self, message: str, *, field: str = "", code: str = "refused", url: str = "") -> None:
        self.field, self.url = field, url
        super().__init__(message, code=code)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(PermissionDenied):
    """The policy of a service refused this actor (403)."""


class WrongState(Refused):
    """A transition that the table does not allow; the message names the state that was found (409)."""


class StaleVersion(Refused):
    """The row or revision changed since it was read (409); nothing was written."""


def require_transition(thing: Any, to: str, table: Mapping[str, Collection[str]], *, field: str = "state") -> None:
    """Raise :class:`WrongState` unless ``table`` lets ``thing`` go from its present state to ``to``.

    Args:
        thing: a locked model instance.
        to: the state wanted.
        table: present state → states allowed next; a state that is missing allows nothing.
    """
    if to not in table.get(getattr(thing, field), ()):
        _refuse_state(thing, field)


def require_state(thing: Any, *states: str) -> None:
    """Raise :class:`WrongState` unless ``thing``, a locked model instance, is in one of the states."""
    if thing.state not in states:
        _refuse_state(thing, "state")


def _refuse_state(thing: Any, field: str) -> NoReturn:
    found = getattr(thing, field)
    label = getattr(thing, f"get_{field}_display", lambda: found)()
    raise WrongState(
        _("This step is not possible: the state of %(thing)s is “%(state)s”. Reload the page.")
        % {"thing": str(thing), "state": label},
        code="wrong_state",
    )


def require(allowed: bool, message: str = "") -> None:
    """Raise :class:`NotAllowed` unless a policy said yes."""
    if not allowed:
        raise NotAllowed(message or _("You may not do this. Ask the manager or the administrator for the role."))
