"""The menu of the planning stage (chapter 5.1), by part; called when the app starts."""

from __future__ import annotations


def register_catalogue() -> None:
    """Needs, modules, questions, schemes, traffic, appointments, places."""


def register_plans() -> None:
    """Plans and the queue of approvals."""
