"""Pages of the Form Pembinaan SDM (clause 6)."""

from evaluation.views.coaching.following import (
    coaching_acknowledge,
    coaching_close,
    coaching_follow_up,
    coaching_follow_up_new,
)
from evaluation.views.coaching.reading import coaching_detail, coaching_list
from evaluation.views.coaching.writing import coaching_edit, coaching_new, coaching_withdraw

__all__ = [
    "coaching_acknowledge",
    "coaching_close",
    "coaching_detail",
    "coaching_edit",
    "coaching_follow_up",
    "coaching_follow_up_new",
    "coaching_list",
    "coaching_new",
    "coaching_withdraw",
]
