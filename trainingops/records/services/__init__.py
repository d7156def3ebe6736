"""Order, make and keep evidence; hand it out as archives that can be checked without us."""

from trainingops.records.archive.inspection import check_archive, inspect_archive
from trainingops.records.services.archiving import expire_archives, finish_archive, request_archive
from trainingops.records.services.letting_go import let_go
from trainingops.records.services.production import fail_request, produce_record, retry_request
from trainingops.records.services.requesting import request_evidence

__all__ = [
    "check_archive",
    "expire_archives",
    "fail_request",
    "finish_archive",
    "inspect_archive",
    "let_go",
    "produce_record",
    "request_archive",
    "request_evidence",
    "retry_request",
]
