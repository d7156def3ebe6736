"""What the execution stage does, one function a verb; each part has its module."""

from sessions.services.amending import NewScore, amend_results
from sessions.services.assessors import ask_assessor, withdraw_assessor
from sessions.services.attempts import save_answer, start_attempt, submit_attempt, submit_due_attempts
from sessions.services.attendance import mark_rest_present, record_attendance, record_roll, undo_mark_rest
from sessions.services.batch_moves import propose_move
from sessions.services.beyond import Guest, add_guest, ask_to_join, decline_to_join, remove_guest
from sessions.services.check_in import CheckedIn, check_in, end_shared_pc, start_shared_pc
from sessions.services.common import Clash, GridConflict
from sessions.services.concluding import conclude_session
from sessions.services.correcting import (
    approve_correction,
    ask_correction,
    correct_attendance,
    reject_correction,
    withdraw_correction,
)
from sessions.services.deviations import Used, acknowledge_deviation, differences, report_deviation
from sessions.services.extra_time import give_extra_time
from sessions.services.filing import Came, file_class
from sessions.services.inheriting import inherit_cases, pass_on_cases
from sessions.services.lapsing import keep_target, lapse_case, lapse_target, propose_lapses
from sessions.services.marking import Mark, mark_answers
from sessions.services.moving import cancel_make_up, move_make_up
from sessions.services.notes import save_notes
from sessions.services.paper import print_sheet
from sessions.services.photos import add_photos, remove_photo
from sessions.services.recovery import (
    MakeUp,
    open_case_test,
    schedule_in_batch,
    schedule_make_up,
    settle_self_study,
)
from sessions.services.results import ScoreCell, compute_results, record_scores
from sessions.services.roll_checks import RollCell
from sessions.services.running import conclude_meeting, open_meeting, open_post_test, open_session
from sessions.services.scans import discard_page, file_pages, upload_scans
from sessions.services.scheduling import cancel_sessions_of, schedule_from_revision
from sessions.services.substituting import substitute_trainer
from sessions.services.survey import answer_survey, open_survey
from sessions.services.suspending import suspend_cases
from sessions.services.taking_back import take_back_case, take_back_test
from sessions.services.waivers import (
    case_waiver_hash,
    sign_and_waive_case,
    waive_case,
    waive_outcome,
    waiver_hash,
)
from sessions.services.withdrawing import withdraw_filed

__all__ = [
    "Came",
    "CheckedIn",
    "Clash",
    "GridConflict",
    "Guest",
    "MakeUp",
    "Mark",
    "NewScore",
    "RollCell",
    "ScoreCell",
    "Used",
    "acknowledge_deviation",
    "add_guest",
    "add_photos",
    "amend_results",
    "answer_survey",
    "approve_correction",
    "ask_assessor",
    "ask_correction",
    "ask_to_join",
    "cancel_make_up",
    "cancel_sessions_of",
    "case_waiver_hash",
    "check_in",
    "compute_results",
    "conclude_meeting",
    "conclude_session",
    "correct_attendance",
    "decline_to_join",
    "differences",
    "discard_page",
    "end_shared_pc",
    "file_class",
    "file_pages",
    "give_extra_time",
    "inherit_cases",
    "keep_target",
    "lapse_case",
    "lapse_target",
    "mark_answers",
    "mark_rest_present",
    "move_make_up",
    "open_case_test",
    "open_meeting",
    "open_post_test",
    "open_session",
    "open_survey",
    "pass_on_cases",
    "print_sheet",
    "propose_lapses",
    "propose_move",
    "record_attendance",
    "record_roll",
    "record_scores",
    "reject_correction",
    "remove_guest",
    "remove_photo",
    "report_deviation",
    "save_answer",
    "save_notes",
    "schedule_from_revision",
    "schedule_in_batch",
    "schedule_make_up",
    "settle_self_study",
    "sign_and_waive_case",
    "start_attempt",
    "start_shared_pc",
    "submit_attempt",
    "submit_due_attempts",
    "substitute_trainer",
    "suspend_cases",
    "take_back_case",
    "take_back_test",
    "undo_mark_rest",
    "upload_scans",
    "waive_case",
    "waive_outcome",
    "waiver_hash",
    "withdraw_assessor",
    "withdraw_correction",
    "withdraw_filed",
]
