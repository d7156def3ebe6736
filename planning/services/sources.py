"""How a finding of Quality Control is named, whether it was typed or came with a sheet."""

from __future__ import annotations

#: Findings of Quality Control, typed or from its sheets: one name, so that a list and a sheet meet in one defect.
QC_SOURCE = "QC"


def finding_reference(*, contact: str, employee_no: str, parameter: str) -> str:
    """What names a finding in the register: the contact, the agent and the parameter."""
    return f"{contact}/{employee_no.upper()}/{parameter}"[:80]
