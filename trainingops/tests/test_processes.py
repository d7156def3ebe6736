"""What a web process carries: the libraries that draw, seal and calculate stay in the workers (a worker ≤ 120 MB)."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

_ASK = """
import sys, django
django.setup()
import trainingops.urls, trainingops.wsgi
from allauth.account.adapter import get_adapter
from django.utils.module_loading import import_string
[import_string(stage) for stage in get_adapter().get_login_stages()]  # what the first sign-in loads
heavy = {"weasyprint", "pyhanko", "cryptography", "scipy", "numpy", "holidays", "fontTools", "python_calamine"}
heavy |= {"icalendar", "xlsxwriter", "segno", "pypdfium2", "zxingcpp", "PIL"}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_web_process_loads_nothing_that_draws_seals_or_calculates():
    environ = {**os.environ, "TRAININGOPS_MODE": "test", "DJANGO_SETTINGS_MODULE": "trainingops.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _ASK], env=environ, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
