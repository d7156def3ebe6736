"""What the planning stage does, one function a verb; each part has its module."""

from planning.services.amending import amend_plan
from planning.services.approval import (
    Incomplete,
    approve_revision,
    reject_revision,
    return_revision,
    sign_and_approve,
    submit_revision,
    withdraw_revision,
)
from planning.services.batches import ProposedBatch, take_batches
from planning.services.bookings import DoubleBooking, book_guests, book_planned_session, book_substitute, release
from planning.services.consultations import (
    answer_consultation,
    ask_consultation,
    enter_answer,
    make_sheet,
    remind_teams,
)
from planning.services.drafting import (
    MeetingTimes,
    Recipient,
    remove_session,
    save_part,
    save_recipients,
    save_session,
)
from planning.services.first_batch import plan_first_batch
from planning.services.floor import mark_day, set_line_target, unmark_day
from planning.services.groups import choose_group
from planning.services.handing_over import hand_over_plan
from planning.services.history import Shown, record_competences
from planning.services.improvement import plan_improvement
from planning.services.overtime import answer_overtime, order_overtime
from planning.services.plans import (
    advance_plan,
    cancel_plan,
    create_plan,
)
from planning.services.remarks import comment_on_revision, reopen_comment, resolve_comment
from planning.services.targets import (
    add_targets,
    choose_targets_from_defects,
    place_targets,
    remove_targets,
)

__all__ = [
    "DoubleBooking",
    "Incomplete",
    "MeetingTimes",
    "ProposedBatch",
    "Recipient",
    "Shown",
    "add_targets",
    "advance_plan",
    "amend_plan",
    "answer_consultation",
    "answer_overtime",
    "approve_revision",
    "ask_consultation",
    "book_guests",
    "book_planned_session",
    "book_substitute",
    "cancel_plan",
    "choose_group",
    "choose_targets_from_defects",
    "comment_on_revision",
    "create_plan",
    "enter_answer",
    "hand_over_plan",
    "make_sheet",
    "mark_day",
    "order_overtime",
    "place_targets",
    "plan_first_batch",
    "plan_improvement",
    "record_competences",
    "reject_revision",
    "release",
    "remind_teams",
    "remove_session",
    "remove_targets",
    "reopen_comment",
    "resolve_comment",
    "return_revision",
    "save_part",
    "save_recipients",
    "save_session",
    "set_line_target",
    "sign_and_approve",
    "submit_revision",
    "take_batches",
    "unmark_day",
    "withdraw_revision",
]
