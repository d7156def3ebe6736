"""People and imports, the pages of the dashboard, records, notices, jobs, health."""

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
    "account_code_short": public(),
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
    "person_leave": only(
        "administrator", "manager", "operations", "operation_support", "trainer", "team_leader", methods=WRITE
    ),
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
    "import_answers": only(*IMPORTS, methods=WRITE),
    "import_check": only(*IMPORTS, methods=WRITE),
    "import_apply": only(*IMPORTS, methods=WRITE),
    "import_errors": only(*IMPORTS),
}

# --- dashboard ---------------------------------------------------------------------------------------------
_ACROSS = tuple(role for role in Role if role not in (Role.CLIENT, Role.AGENT, Role.ADMINISTRATOR))
ACCESS |= {
    "home": signed_in(),
    "calendar": signed_in(),
    "calendar_feed": signed_in(WRITE),
    "calendar_file": public(),
    "search": only(*_ACROSS, Role.ADMINISTRATOR),
    "plan_timeline": only(*_ACROSS),
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
    "notice_read": signed_in(POST_ONLY),
    "notice_preferences": signed_in(WRITE),
    "unsubscribe": public(WRITE),
    "outbox_list": only("administrator"),
    "outbox_resend": only("administrator", methods=POST_ONLY),
    "outbox_resend_all": only("administrator", methods=POST_ONLY),
    "job_detail": signed_in(),
    "job_cancel": signed_in(POST_ONLY),
    "health_live": public(),
    "health_ready": public(),
}
