"""Making up for what was missed (clause 5.3.1): make-up class, one to one, another batch, self-study, remedial."""

from sessions.services.recovery.making_up import ANOTHER_BATCH, MakeUp, schedule_in_batch, schedule_make_up
from sessions.services.recovery.self_study import open_case_test, settle_self_study

__all__ = ["ANOTHER_BATCH", "MakeUp", "open_case_test", "schedule_in_batch", "schedule_make_up", "settle_self_study"]
