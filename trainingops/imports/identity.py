"""The column by which files name a person: the same words in every import (IMP-7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from trainingops.imports.registry import Column

HEADINGS = ("No. Karyawan", "Nomor Karyawan", "NIP", "Nomor Induk Karyawan", "ID Karyawan", "Employee No")
EMPLOYEE_NO = Column(name="employee_no", label=gettext_lazy("Employee number"), headings=HEADINGS, example="CC0101")
