"""Draws one sheet; runs as a process of its own (see :mod:`trainingops.records.outside`).

The page comes on stdin, the path of its stylesheet as the only argument; the PDF goes to stdout.
"""

from __future__ import annotations

import sys
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from trainingops.records.rendering import draw_sheet

    sys.stdout.buffer.write(draw_sheet(sys.stdin.buffer.read().decode(), stylesheet=Path(sys.argv[1])))


if __name__ == "__main__":
    main()
