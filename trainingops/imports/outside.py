"""Has a large upload read by a process of its own, so that the web worker never holds its rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.imports.reading import Head
from trainingops.imports.registry import Importer

SECONDS = 90


def read_outside(content: bytes, importer: Importer) -> tuple[Head, bytes]:
    """The head and the packed cells of an upload, read by :mod:`trainingops.imports.reader`.

    Raises:
        Refused: what :func:`~trainingops.imports.reading.read_sheet` refuses.
    """
    language = get_language() or settings.LANGUAGE_CODE
    command = [sys.executable, "-m", "trainingops.imports.reader", importer.name, language]
    environ = {"DJANGO_SETTINGS_MODULE": "trainingops.settings", **os.environ}
    try:
        done = subprocess.run(  # noqa: S603 (our own module; the bytes go to its stdin)
            command,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd=settings.BASE_DIR,
            env=environ,
        )
    except subprocess.TimeoutExpired:
        words = _("Reading the file took longer than a minute. Split it.")
        raise Refused(words, field="file", code="too_slow") from None
    line, _separator, packed = done.stdout.partition(b"\n")
    if not line:
        # Killed by its limits.
        words = _("The file is too large once unpacked. Save only the needed rows as a new file.")
        raise Refused(words, field="file", code="too_large_unpacked")
    answer = json.loads(line)
    if "refused" in answer:
        raise Refused(answer["refused"], field="file", code=answer["code"])
    return Head(**answer), packed
