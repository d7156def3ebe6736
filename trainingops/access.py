"""Who may open which URL: one table, deny by default (DESIGN.md §1).

Coarse on purpose: scope is decided by ``visible_to`` and state by the policies. A URL that is missing here opens
for nobody, and a test fails.
"""

from trainingops.people.access import POST_ONLY, WRITE, Rule, public, signed_in

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
ACCESS |= {}

# --- evaluation --------------------------------------------------------------------------------------------
ACCESS |= {}

# --- records -----------------------------------------------------------------------------------------------
ACCESS |= {}

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

# --- ui ----------------------------------------------------------------------------------------------------
ACCESS |= {"set_language": public(POST_ONLY)}
