"""The form of an access rule. The table stands in :mod:`trainingops.access`; the middleware finds it by setting."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

READ = frozenset({"GET", "HEAD"})
WRITE = frozenset({"GET", "HEAD", "POST"})
POST_ONLY = frozenset({"POST"})


@dataclass(frozen=True)
class Rule:
    """Who may open a URL with which methods.

    ``roles`` is ``None`` for pages open to the public, empty for everybody who is signed in.
    """

    roles: frozenset[str] | None
    methods: frozenset[str]

    def allows_roles(self, role_names: Collection[str]) -> bool:
        """Whether somebody signed in with these roles may open the page at all."""
        return not self.roles or not self.roles.isdisjoint(role_names)

    def allows(self, role_names: Collection[str], method: str) -> bool:
        """Whether somebody signed in with these roles may use this method: what the menu asks."""
        return method in self.methods and self.allows_roles(role_names)


def public(methods: frozenset[str] = READ) -> Rule:
    """Open without signing in."""
    return Rule(roles=None, methods=methods)


def signed_in(methods: frozenset[str] = READ) -> Rule:
    """Open to everybody who is signed in."""
    return Rule(roles=frozenset(), methods=methods)


def only(*roles: str, methods: frozenset[str] = READ) -> Rule:
    """Open to holders of one of the roles."""
    if not roles:
        raise ValueError("only() needs a role; use signed_in() for everybody")
    return Rule(roles=frozenset(roles), methods=methods)
