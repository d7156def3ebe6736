"""What an answer to an aspect may say together; the form and the service ask the same."""

from __future__ import annotations

from django.utils.translation import gettext as _


def contradiction(*, nothing_found: bool, text: str, no_action_reason: str, has_defects: bool) -> tuple[str, str]:
    """Field and words of what speaks against itself or is missing; two blanks where the answer can be (5.4)."""
    if not nothing_found:
        return ("", "") if text.strip() else ("text", _("Describe the finding, or choose “nothing found”."))
    if text.strip() or no_action_reason.strip() or has_defects:
        words = _(
            "“Nothing found” stands alone. Untick it, or empty the finding, its training defects and the reason "
            "why no action is needed."
        )
        return "nothing_found", words
    return "", ""
