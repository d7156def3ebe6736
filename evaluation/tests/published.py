"""Published data sets that are too large to stand here: read where they lie beside the project, else the test skips.

The figures that were published on them stand in the tests.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

PLACE = Path(os.environ.get("PUBLISHED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def published_rows(name: str) -> list[dict[str, str]]:
    """The rows of a file such as ``items/lsat6.csv``; the folder is named by ``PUBLISHED_DATA``."""
    file = PLACE / name
    if not file.exists():
        pytest.skip(f"{name} is not in {PLACE}; PUBLISHED_DATA names the folder that has it")
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))
