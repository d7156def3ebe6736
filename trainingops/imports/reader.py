"""Reads one large upload; runs as a process of its own (see :mod:`trainingops.imports.outside`).

The bytes come on stdin. On stdout go a line of JSON (the head, or the refusal) and the packed cells as they are stored;
the cells of identity cards are thrown away here. The parsing of the untrusted bytes happens one process further
(:mod:`trainingops.imports.child`).
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

import django

#: Address space; Django and 50,000 findings take a third of it.
MEMORY = 1536 * 1024 * 1024


def main() -> None:
    """Read for the importer of the first argument, refuse in the language of the second."""
    django.setup()
    from django.utils.translation import override

    from trainingops.domain import Refused
    from trainingops.imports.reading import read_sheet
    from trainingops.imports.registry import get_importer

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    name, language = sys.argv[1:]
    answer: dict[str, Any]
    with override(language):
        try:
            sheet = read_sheet(sys.stdin.buffer.read(), get_importer(name))
        except Refused as refused:
            answer, packed = {"refused": str(refused), "code": refused.code}, b""
        else:
            answer, packed = asdict(sheet.head), sheet.pack()
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + packed)


if __name__ == "__main__":
    main()
