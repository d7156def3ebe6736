"""Rencana Training Bulanan: the plans of a month on one page, copied, changed and submitted together (4.1)."""

from planning.views.month.copying import plan_month_copy
from planning.views.month.page import plan_month
from planning.views.month.together import plan_month_change, plan_month_submit

__all__ = ["plan_month", "plan_month_change", "plan_month_copy", "plan_month_submit"]
