"""Who may open which URL: one table, deny by default (DESIGN.md §1).

Coarse on purpose: scope is decided by ``visible_to`` and state by the policies. A URL that is missing here opens
for nobody, and a test fails.
"""

from trainingops.people.access import POST_ONLY, WRITE, Rule, only, public, signed_in
from trainingops.people.enums import Role

ACCESS: dict[str, Rule] = {}

# --- people, imports ---------------------------------------------------------------------------------------
ACCESS |= {
    "account_login": public(WRITE),
    "account_code": public(WRITE),
    "account_reauthenticate": signed_in(WRITE),
    "account_inactive": public(),
    "account_logout": public(WRITE),
    "set_language": public(POST_ONLY),
    "account": signed_in(WRITE),
    "account_password": signed_in(WRITE),
}

# --- dashboard ---------------------------------------------------------------------------------------------
ACCESS |= {}

# --- planning: catalogue -----------------------------------------------------------------------------------
ACCESS |= {}

# --- planning: plans ---------------------------------------------------------------------------------------
ACCESS |= {}

# --- sessions ----------------------------------------------------------------------------------------------
ACCESS |= {}

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
ACCESS |= {
    "obligation_list": only(*_BOARD),
    "obligation_export": only(*_BOARD),
    "obligation_detail": only(*_BOARD),
    "obligation_remind": only("manager", "trainer", methods=POST_ONLY),
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
    "job_detail": signed_in(),
    "job_cancel": signed_in(POST_ONLY),
    "health_live": public(),
    "health_ready": public(),
}
