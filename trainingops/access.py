"""Who may open which URL: one table, deny by default (DESIGN.md §1).

Coarse on purpose: scope is decided by ``visible_to`` and state by the policies. A URL that is missing here opens
for nobody, and a test fails.
"""

from trainingops.people.access import POST_ONLY, WRITE, Rule, only, public, signed_in
from trainingops.people.enums import Role
from trainingops.people.policies import ROSTER_KEEPERS
from trainingops.people.queries import SEES_PEOPLE

ACCESS: dict[str, Rule] = {}

# --- people, imports ---------------------------------------------------------------------------------------
#: Each importer names its own roles; these are all that any of them has.
IMPORTS = ("administrator", "manager", "trainer", "sso_training", "qc", "operations", "operation_support")
ACCESS |= {
    "account_login": public(WRITE),
    "account_code": public(WRITE),
    "account_reauthenticate": signed_in(WRITE),
    "account_inactive": public(),
    "account_logout": public(WRITE),
    "set_language": public(POST_ONLY),
    "account": signed_in(WRITE),
    "account_password": signed_in(WRITE),
    "account_pin": signed_in(WRITE),
    "delegation_list": only("manager", "administrator", "auditor"),
    "delegation_new": only("manager", "administrator", methods=WRITE),
    "delegation_end": only("manager", "administrator", methods=POST_ONLY),
    "people_list": only(*SEES_PEOPLE),
    "people_download": only(*SEES_PEOPLE),
    "roster": only(*SEES_PEOPLE),
    "roster_download": only(*SEES_PEOPLE),
    "shift_code_list": only(*SEES_PEOPLE),
    "shift_code_new": only(*ROSTER_KEEPERS, methods=WRITE),
    "shift_code_edit": only(*ROSTER_KEEPERS, methods=WRITE),
    "shift_code_hours": only(*ROSTER_KEEPERS, methods=WRITE),
    "shift_code_remove": only(*ROSTER_KEEPERS, methods=POST_ONLY),
    "people_codes": only("administrator", "trainer", "team_leader", methods=WRITE),
    "person_detail": signed_in(),
    "person_account": only("administrator", methods=POST_ONLY),
    "account_list": only("administrator"),
    "account_new": only("administrator", methods=WRITE),
    "account_detail": only("administrator"),
    "role_new": only("administrator", methods=WRITE),
    "account_close": only("administrator", methods=POST_ONLY),
    "account_issue_code": only("administrator", methods=POST_ONLY),
    "role_end": only("administrator", methods=POST_ONLY),
    "team_list": only(*SEES_PEOPLE),
    "place_new": only("administrator", methods=WRITE),
    "import_list": only(*IMPORTS),
    "import_new": only(*IMPORTS, methods=WRITE),
    "import_template": only(*IMPORTS),
    "import_detail": only(*IMPORTS),
    "import_columns": only(*IMPORTS, methods=WRITE),
    "import_answers": only(*IMPORTS, methods=POST_ONLY),
    "import_check": only(*IMPORTS, methods=POST_ONLY),
    "import_apply": only(*IMPORTS, methods=POST_ONLY),
    "import_errors": only(*IMPORTS),
}

# --- dashboard ---------------------------------------------------------------------------------------------
_ACROSS = tuple(role for role in Role if role not in (Role.CLIENT, Role.AGENT, Role.ADMINISTRATOR))
ACCESS |= {
    "home": signed_in(),
    "search": only(*_ACROSS, Role.ADMINISTRATOR),
    "plan_timeline": only(*_ACROSS),
}

# --- planning: catalogue -----------------------------------------------------------------------------------
_NEEDS = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader", "auditor")
_NEED_WRITERS = ("manager", "trainer", "qc", "operations", "operation_support", "sso_training")
_CHANGES = (*_NEEDS, "sso_training", "client")
_CATALOGUE = (*_NEEDS, "sso_training", "administrator")
_QUESTION_WRITERS = ("manager", "trainer", "qc", "sso_training")
_MODULE_WRITERS = ("manager", "trainer", "sso_training")
_KEEPERS = ("manager", "administrator")
_SEES_TRAINERS = ("manager", "trainer", "auditor", "administrator")
_SEES_REQUESTS = ("manager", "trainer", "auditor", "sso_training")
ACCESS |= {
    "need_overview": only(*_NEEDS),
    "need_agents": only(*_NEEDS, methods=WRITE),
    "defect_list": only(*_NEEDS),
    "defect_new": only("qc", methods=WRITE),
    "defect_detail": only(*_NEEDS),
    "defect_cause": only("qc", methods=WRITE),
    "defect_decide": only("manager", "qc", "operations", "team_leader", methods=WRITE),
    "parameter_list": only(*_NEEDS),
    "parameter_new": only("qc", methods=WRITE),
    "parameter_edit": only("qc", methods=WRITE),
    "sample_list": only(*_NEEDS),
    "sample_new": only("qc", methods=WRITE),
    "sample_detail": only(*_NEEDS),
    "sample_correct": only("qc", methods=WRITE),
    "sample_annul": only("qc", methods=WRITE),
    "indicator_list": only(*_NEEDS),
    "measure_new": only("manager", "qc", methods=WRITE),
    "product_change_list": only(*_CHANGES),
    "product_change_new": only(*_NEED_WRITERS, methods=WRITE),
    "product_change_detail": only(*_CHANGES),
    "product_change_edit": only(*_NEED_WRITERS, methods=WRITE),
    "product_change_document": only(*_CHANGES),
    "need_source_list": only(*_NEEDS, "sso_training"),
    "need_source_new": only(*_NEED_WRITERS, methods=WRITE),
    "need_source_document": only(*_NEEDS, "sso_training"),
    "traffic": only(*_NEEDS),
    "traffic_csv": only(*_NEEDS),
    "traffic_target": only("manager", methods=WRITE),
    "traffic_days": only(*_NEEDS, methods=WRITE),
    "traffic_day_remove": only("manager", "trainer", "operations", "operation_support", methods=POST_ONLY),
    "module_list": only(*_CATALOGUE),
    "module_standard": only(*_CATALOGUE),
    "module_new": only(*_MODULE_WRITERS, methods=WRITE),
    "module_detail": only(*_CATALOGUE),
    "module_version_new": only(*_MODULE_WRITERS, methods=WRITE),
    "module_version_edit": only(*_MODULE_WRITERS, methods=WRITE),
    "module_version_submit": only(*_MODULE_WRITERS, methods=POST_ONLY),
    "module_version_decide": only("manager", methods=WRITE),
    "module_version_retire": only("manager", methods=WRITE),
    "module_standard_record": only(*_MODULE_WRITERS, methods=POST_ONLY),
    "module_edit": only(*_MODULE_WRITERS, methods=WRITE),
    "module_answers": only(*_MODULE_WRITERS, methods=WRITE),
    "topic_list": only(*_CATALOGUE),
    "topic_new": only(*_MODULE_WRITERS, methods=WRITE),
    "topic_edit": only(*_MODULE_WRITERS, methods=WRITE),
    "material_file": only(*_CATALOGUE),
    "material_new": only(*_MODULE_WRITERS, methods=WRITE),
    "material_detail": only(*_CATALOGUE),
    "material_remove": only(*_MODULE_WRITERS, methods=POST_ONLY),
    "question_list": only(*_QUESTION_WRITERS),
    "question_new": only(*_QUESTION_WRITERS, methods=WRITE),
    "question_detail": only(*_QUESTION_WRITERS),
    "question_edit": only(*_QUESTION_WRITERS, methods=WRITE),
    "question_retire": only(*_QUESTION_WRITERS, methods=POST_ONLY),
    "question_restore": only(*_QUESTION_WRITERS, methods=POST_ONLY),
    "paper_list": only(*_QUESTION_WRITERS),
    "paper_new": only(*_QUESTION_WRITERS, methods=WRITE),
    "paper_detail": only(*_QUESTION_WRITERS),
    "paper_pair": only(*_QUESTION_WRITERS, methods=WRITE),
    "paper_preview": only(*_QUESTION_WRITERS),
    "scheme_list": only(*_CATALOGUE),
    "scheme_new": only("manager", "trainer", methods=WRITE),
    "scheme_detail": only(*_CATALOGUE),
    "scheme_copy": only("manager", "trainer", methods=WRITE),
    "scheme_retire": only("manager", "trainer", methods=POST_ONLY),
    "appointment_list": only("manager", "trainer", "auditor"),
    "appointment_new": only("manager", methods=WRITE),
    "appointment_detail": only("manager", "trainer", "auditor"),
    "appointment_revoke": only("manager", methods=WRITE),
    "place_list": only("manager", "trainer", "auditor", "administrator"),
    "room_new": only(*_KEEPERS, methods=WRITE),
    "application_new": only(*_KEEPERS, methods=WRITE),
    "class_type_list": only(*_SEES_TRAINERS),
    "class_type_new": only(*_KEEPERS, methods=WRITE),
    "class_type_edit": only(*_KEEPERS, methods=WRITE),
    "class_type_retire": only(*_KEEPERS, methods=POST_ONLY),
    "class_type_restore": only(*_KEEPERS, methods=POST_ONLY),
    "trainer_new": only(*_KEEPERS, methods=WRITE),
    "trainer_edit": only(*_KEEPERS, methods=WRITE),
    "trainer_detail": only(*_SEES_TRAINERS),
    "trainer_account": only(*_KEEPERS, methods=WRITE),
    "trainer_permit": only(*_KEEPERS, methods=WRITE),
    "qualification_new": only(*_KEEPERS, methods=WRITE),
    "qualification_document": only(*_SEES_TRAINERS),
    "trainer_request_list": only(*_SEES_REQUESTS),
    "trainer_request_new": only("manager", "trainer", methods=WRITE),
    "trainer_request_detail": only(*_SEES_REQUESTS),
    "trainer_request_answer": only("manager", "trainer", "sso_training", methods=WRITE),
    "trainer_request_document": only(*_SEES_REQUESTS),
}

# --- planning: plans ---------------------------------------------------------------------------------------
SEES_PLANS = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "sso_training",
    "team_leader",
    "auditor",
)
CONSULTED = ("qc", "operations", "operation_support")
_SEES_TEMPLATES = ("trainer", "manager", "auditor")
ACCESS |= {
    "plan_list": only(*SEES_PLANS),
    "plan_month": only(*SEES_PLANS),
    "plan_month_copy": only("trainer", methods=WRITE),
    "plan_month_change": only("trainer", methods=WRITE),
    "plan_month_submit": only("trainer", methods=WRITE),
    "plan_detail": only(*SEES_PLANS),
    "plan_revision": only(*SEES_PLANS),
    "plan_new": only("trainer", methods=WRITE),
    # A template proposes and the approval decides: who plans and who approves keep them, within their lines.
    "plan_template_list": only(*_SEES_TEMPLATES),
    "plan_template_detail": only(*_SEES_TEMPLATES),
    "plan_template_new": only("trainer", "manager", methods=WRITE),
    "plan_template_edit": only("trainer", "manager", methods=WRITE),
    "plan_template_retire": only("trainer", "manager", methods=POST_ONLY),
    "plan_template_restore": only("trainer", "manager", methods=POST_ONLY),
    "plan_part": only("trainer", methods=WRITE),
    "plan_when": only("trainer", methods=WRITE),
    "plan_sessions": only("trainer", methods=WRITE),
    "plan_session": only("trainer", methods=WRITE),
    "plan_session_new": only("trainer", methods=WRITE),
    "plan_session_remove": only("trainer", methods=POST_ONLY),
    "plan_roster": only(*SEES_PLANS, methods=WRITE),
    "plan_windows": only("trainer"),
    "plan_batches": only("trainer", methods=POST_ONLY),
    "overtime_answer": signed_in(WRITE),
    "plan_targets": only("trainer", methods=WRITE),
    "plan_targets_group": only("trainer", methods=WRITE),
    "plan_targets_defects": only("trainer", methods=WRITE),
    "plan_targets_add": only("trainer", methods=WRITE),
    "plan_recipients": only("trainer", methods=WRITE),
    "plan_submit": only("trainer", methods=WRITE),
    "plan_withdraw": only("trainer", methods=POST_ONLY),
    "plan_amend": only("trainer", methods=POST_ONLY),
    "plan_adjust": only("trainer"),
    "plan_adjust_place": only("trainer", methods=WRITE),
    "plan_adjust_target": only("trainer", methods=WRITE),
    "plan_adjust_recipient": only("trainer", methods=WRITE),
    "plan_cancel": only("trainer", "manager", methods=WRITE),
    "plan_consult": only("trainer", "manager", methods=WRITE),
    "plan_sheet": only("trainer", "manager", methods=POST_ONLY),
    "consultation_enter": only("trainer", methods=WRITE),
    "consultation_document": only(*SEES_PLANS),
    "release_list": only(*SEES_PLANS),
    "release_detail": only(*SEES_PLANS, methods=WRITE),
    "plan_indicator": only(*SEES_PLANS),
    "plan_approvals": only("manager"),
    "plan_approval": only("manager", methods=WRITE),
    "consultation_answer": only(*CONSULTED, methods=WRITE),
    "revision_comment": only("manager", "trainer", *CONSULTED, methods=POST_ONLY),
    "comment_settle": only("manager", "trainer", *CONSULTED, methods=POST_ONLY),
}

# --- sessions ----------------------------------------------------------------------------------------------
_SESSION_STAFF = (
    Role.MANAGER,
    Role.TRAINER,
    Role.QC,
    Role.OPERATIONS,
    Role.OPERATION_SUPPORT,
    Role.SSO_TRAINING,
    Role.TEAM_LEADER,
    Role.AUDITOR,
)
_WHO_RUN = (Role.TRAINER, Role.SSO_TRAINING)
_WHO_RECOVER = (Role.TRAINER, Role.SSO_TRAINING, Role.MANAGER)
ACCESS |= {
    "session_list": only(*_SESSION_STAFF),
    "session_detail": only(*_SESSION_STAFF),
    "session_open": only(*_WHO_RUN, methods=POST_ONLY),
    "session_post_test": only(*_WHO_RUN, methods=POST_ONLY),
    "session_conclude": only(*_WHO_RUN, methods=WRITE),
    "session_move": only(*_WHO_RECOVER, methods=WRITE),
    "session_cancel": only(*_WHO_RECOVER, methods=WRITE),
    "session_results": only(*_SESSION_STAFF),
    "session_scores": only(*_SESSION_STAFF, methods=WRITE),
    "session_file": only(*_SESSION_STAFF),
    "session_marking": only(*_SESSION_STAFF, methods=WRITE),
    "session_score_cell": only(*_WHO_RUN, methods=POST_ONLY),
    "meeting_roll": only(*_SESSION_STAFF, methods=WRITE),
    "meeting_cell": only(*_WHO_RUN, methods=POST_ONLY),
    "meeting_rest": only(*_WHO_RUN, methods=POST_ONLY),
    "meeting_rest_undo": only(*_WHO_RUN, methods=POST_ONLY),
    "meeting_open": only(*_WHO_RUN, methods=POST_ONLY),
    "meeting_conclude": only(*_WHO_RUN, methods=WRITE),
    "meeting_kiosk": only(*_WHO_RUN),
    "check_in": public(WRITE),
    "check_in_scan": public(),
    "check_in_confirm": signed_in(WRITE),
    "check_in_done": signed_in(),
    "shared_pc_start": only(*_WHO_RUN, methods=WRITE),
    "shared_pc_end": only(*_WHO_RUN, methods=WRITE),
    "shared_pc": public(WRITE),
    "shared_pc_choice": signed_in(WRITE),
    "deviation_new": only(*_WHO_RUN, methods=WRITE),
    "deviation_list": only(*_SESSION_STAFF),
    "deviation_acknowledge": only(Role.MANAGER, methods=POST_ONLY),
    "recovery_list": only(*_SESSION_STAFF),
    "recovery_schedule": only(*_WHO_RECOVER, methods=WRITE),
    "case_detail": only(*_SESSION_STAFF),
    "case_test": only(*_WHO_RECOVER, methods=WRITE),
    "case_waive": only(Role.MANAGER, methods=WRITE),
    "case_lapse": only(Role.MANAGER, methods=WRITE),
    "my_trainings": signed_in(),
    "test_start": signed_in(WRITE),
    "test_question": signed_in(WRITE),
    "test_summary": signed_in(),
    "test_submit": signed_in(POST_ONLY),
    "test_done": signed_in(),
}

# --- reporting ---------------------------------------------------------------------------------------------
_BOARD = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "team_leader",
    "auditor",
    "administrator",
)
_REPORT_READERS = (*_BOARD, "sso_training", "client")
ACCESS |= {
    "obligation_list": only(*_BOARD),
    "obligation_export": only(*_BOARD),
    "obligation_detail": only(*_BOARD),
    "obligation_remind": only("manager", "trainer", methods=POST_ONLY),
    "deadline_rules": only(*_BOARD),
    "day_off_new": only("manager", "administrator", methods=WRITE),
    "day_off_edit": only("manager", "administrator", methods=WRITE),
    "day_off_remove": only("manager", "administrator", methods=POST_ONLY),
    "policy_new": only("manager", "administrator", methods=WRITE),
    "policy_remove": only("manager", "administrator", methods=POST_ONLY),
    "report_list": only(*_REPORT_READERS),
    "report_detail": only(*_REPORT_READERS),
    "report_version": only(*_REPORT_READERS),
    "report_write": only("trainer", methods=WRITE),
    "report_submit": only("trainer", methods=WRITE),
    "report_acknowledge": only(*_REPORT_READERS, methods=POST_ONLY),
    "report_opened": only(*_REPORT_READERS, methods=POST_ONLY),
    "report_share": only("manager", "trainer", methods=POST_ONLY),
    "recipient_new": only("manager", "trainer", methods=WRITE),
    "recipient_remind": only("manager", "trainer", methods=POST_ONLY),
}

# --- evaluation --------------------------------------------------------------------------------------------
_REVIEWERS = (Role.MANAGER, Role.TRAINER, Role.QC, Role.OPERATIONS, Role.AUDITOR)
_WORKERS = (*_REVIEWERS, Role.OPERATION_SUPPORT, Role.TEAM_LEADER)
_COACHES = (Role.MANAGER, Role.TRAINER, Role.TEAM_LEADER)
ACCESS |= {
    "training_defect_list": only(*_REVIEWERS, Role.OPERATION_SUPPORT),
    "training_defect_new": only(*_REVIEWERS, Role.OPERATION_SUPPORT, methods=WRITE),
    "review_list": only(*_REVIEWERS),
    "review_new": only(Role.MANAGER, methods=WRITE),
    "review_detail": only(*_REVIEWERS),
    "review_presence": only(*_REVIEWERS, methods=POST_ONLY),
    "review_minutes": only(*_REVIEWERS, methods=WRITE),
    "finding_new": only(*_REVIEWERS, methods=WRITE),
    "review_approve": only(Role.MANAGER, methods=WRITE),
    "review_close": only(Role.MANAGER, methods=POST_ONLY),
    "review_cancel": only(Role.MANAGER, methods=POST_ONLY),
    "action_new": only(*_REVIEWERS, methods=WRITE),
    "action_list": only(*_WORKERS),
    "action_detail": only(*_WORKERS),
    "action_start": only(*_WORKERS, methods=POST_ONLY),
    "action_finish": only(*_WORKERS, methods=WRITE),
    "action_check": only(Role.MANAGER, Role.QC, methods=WRITE),
    "coaching_list": only(*_COACHES, Role.AUDITOR, Role.AGENT),
    "coaching_new": only(*_COACHES, methods=WRITE),
    "coaching_detail": only(*_COACHES, Role.AUDITOR, Role.AGENT),
    "coaching_comment": only(Role.AGENT, methods=POST_ONLY),
}

# --- records -----------------------------------------------------------------------------------------------
_READERS = ("auditor", "manager", "trainer", "qc", "operations", "operation_support", "administrator")
_ARCHIVERS = ("auditor", "manager", "administrator")
ACCESS |= {
    "evidence_list": only(*_READERS),
    "evidence_export": only(*_READERS),
    "evidence_detail": only(*_READERS),
    "evidence_pdf": only(*_READERS),
    "evidence_data": only(*_READERS),
    "evidence_retry": only("manager", "administrator", methods=POST_ONLY),
    "archive_create": only(*_ARCHIVERS, methods=POST_ONLY),
    "archive_detail": only(*_ARCHIVERS),
    "archive_download": only(*_ARCHIVERS),
    "verify": public(),
    "verify_record": public(WRITE),
}

# --- notifications, jobs, health ---------------------------------------------------------------------------
ACCESS |= {
    "inbox": signed_in(),
    "notices_read": signed_in(POST_ONLY),
    "notice_open": signed_in(POST_ONLY),
    "outbox_list": only("administrator"),
    "outbox_resend": only("administrator", methods=POST_ONLY),
    "job_detail": signed_in(),
    "job_cancel": signed_in(POST_ONLY),
    "health_live": public(),
    "health_ready": public(),
}
