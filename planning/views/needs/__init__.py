"""Needs: what goes wrong in live service, how often, and who asked for what (2.3, 5.1.1 b, c, d)."""

from planning.views.needs.agents import need_agents
from planning.views.needs.changes import (
    product_change_detail,
    product_change_document,
    product_change_edit,
    product_change_list,
    product_change_new,
)
from planning.views.needs.defects import (
    defect_cause,
    defect_decide,
    defect_detail,
    defect_list,
    defect_new,
    parameter_edit,
    parameter_list,
    parameter_new,
)
from planning.views.needs.indicators import indicator_list, measure_new
from planning.views.needs.overview import need_overview
from planning.views.needs.samples import sample_annul, sample_correct, sample_detail, sample_list, sample_new
from planning.views.needs.sources import need_source_document, need_source_list, need_source_new

__all__ = [
    "defect_cause",
    "defect_decide",
    "defect_detail",
    "defect_list",
    "defect_new",
    "indicator_list",
    "measure_new",
    "need_agents",
    "need_overview",
    "need_source_document",
    "need_source_list",
    "need_source_new",
    "parameter_edit",
    "parameter_list",
    "parameter_new",
    "product_change_detail",
    "product_change_document",
    "product_change_edit",
    "product_change_list",
    "product_change_new",
    "sample_annul",
    "sample_correct",
    "sample_detail",
    "sample_list",
    "sample_new",
]
