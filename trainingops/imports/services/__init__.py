"""Upload → columns → preview → apply (IMP-1 to IMP-7)."""

from trainingops.imports.services.applying import JOB_KIND, ROWS_IN_REQUEST, apply_import, finish_import, run_import_job
from trainingops.imports.services.cells import ROWS_CHECKED_IN_REQUEST, expire_uploads, head_of, stored_cells
from trainingops.imports.services.checking import CHECK_KIND, finish_check, run_check_job, subject_of
from trainingops.imports.services.steps import answer_import, check_again, confirm_columns, take_upload

__all__ = [
    "CHECK_KIND",
    "JOB_KIND",
    "ROWS_CHECKED_IN_REQUEST",
    "ROWS_IN_REQUEST",
    "answer_import",
    "apply_import",
    "check_again",
    "confirm_columns",
    "expire_uploads",
    "finish_check",
    "finish_import",
    "head_of",
    "run_check_job",
    "run_import_job",
    "stored_cells",
    "subject_of",
    "take_upload",
]
