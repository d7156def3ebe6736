"""What payloads of several kinds hold alike."""

from __future__ import annotations

from datetime import tzinfo

from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Signature
from trainingops.ui.moments import moment_words


def signed(name: str, signature: Signature, zone: tzinfo) -> dict[str, str]:
    """One of ``signatures``: who signed, as what, in which sense and when, in the language that is active."""
    return {
        "name": name,
        "role": str(Role(signature.role).label),
        "meaning": str(SignatureMeaning(signature.meaning).label),
        "at": moment_words(signature.signed_at, zone),
    }
