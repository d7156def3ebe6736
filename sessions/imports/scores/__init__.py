"""Scores from other applications (5.1.2)."""

from sessions.imports.scores.check import SCORES

__all__ = ["SCORES"]
