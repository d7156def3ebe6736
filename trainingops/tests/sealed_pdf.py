"""Looking at a record as whoever receives it would: with the tools of poppler."""

from __future__ import annotations

import subprocess
from pathlib import Path


def read_sealed(file: Path) -> str:
    """The words of a PDF on one line; its seal must hold over the whole file."""
    assert file.read_bytes().startswith(b"%PDF"), file
    signed = _said_by("pdfsig", str(file))
    assert "Signature is Valid" in signed and "Total document signed" in signed, signed
    return " ".join(_said_by("pdftotext", str(file), "-").split())


def _said_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
