"""What is done with the plans of a month together: copied, changed, submitted (4.1)."""

from planning.services.month.changing import MOST, Change, Draft, change_drafts, drafts_of, times_of, try_change
from planning.services.month.copying import Copy, copies_of, copy_plans
from planning.services.month.submitting import submit_drafts, try_submission

__all__ = [
    "MOST",
    "Change",
    "Copy",
    "Draft",
    "change_drafts",
    "copies_of",
    "copy_plans",
    "drafts_of",
    "submit_drafts",
    "times_of",
    "try_change",
    "try_submission",
]
