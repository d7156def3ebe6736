"""Reports of attendance in online meetings (ATT-8)."""

from sessions.imports.attendance.check import ATTENDANCE

__all__ = ["ATTENDANCE"]
