"""Rencana Training Bulanan: the plans of a month on one page, copied, changed and submitted together (4.1)."""

from planning.views.month.page import plan_month

__all__ = ["plan_month"]
