"""Has a sheet drawn by a process of its own: drawing would leave 60 MB of libraries in the web worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

_SECONDS = 60


def draw_outside(page: str, *, stylesheet: Path) -> bytes:
    """The PDF of :func:`trainingops.records.rendering.draw_sheet`; nothing of it is kept.

    Raises:
        subprocess.SubprocessError: the page could not be drawn.
    """
    done = subprocess.run(  # noqa: S603 (our own module; the page goes to its stdin)
        [sys.executable, "-m", "trainingops.records.press", str(stylesheet)],
        input=page.encode(),
        stdout=subprocess.PIPE,
        timeout=_SECONDS,
        check=True,
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "trainingops.settings", **os.environ},
    )
    return done.stdout
