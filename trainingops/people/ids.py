"""What ids of people and sign-in names of accounts are written with; blanks and brackets are a slip, or a formula."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

ID = re.compile(r"[\w./-]+")
NOT_AN_ID = _("May hold only letters, digits, dots, hyphens, slashes and underscores. Take the rest out.")
