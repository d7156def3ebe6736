"""Photos that people upload: drawn anew by a child process, so that nothing but the picture is kept (5.2, 6)."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.domain import Refused

#: The largest photo, in bytes.
MAX_BYTES = 20 * 1024 * 1024
SECONDS = 30
#: What a photo is once it is drawn.
JPEG = "image/jpeg"
ACCEPTED = "image/jpeg,image/png,image/heic,image/heif,.heic,.heif"
_CHILD = Path(__file__).with_name("picture_child.py")


@dataclass(frozen=True)
class Drawn:
    """A photo as it is kept: both are JPEG without place, device or time."""

    picture: bytes
    thumbnail: bytes


class PhotosInput(forms.FileInput):
    """A field for several photos at once."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True, "accept": ACCEPTED})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002 (Django's signature)
        """Every file chosen."""
        return files.getlist(name)


class PhotosField(forms.FileField):
    """Several photos; each is refused by its size before a byte is read."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(
            **{
                "max_length": 160,
                "help_text": gettext_lazy("JPEG, PNG or HEIC, at most 20 MB each. Place and device are taken out."),
                "error_messages": {"required": gettext_lazy("No photo is chosen. Choose at least one.")},
                "widget": PhotosInput(),
                **kwargs,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The files, none of them too large, and not too many of them."""
        chosen = list(data or [])
        if not chosen:
            return super().clean(None, initial)
        if len(chosen) > self.most:
            raise forms.ValidationError(
                _("%(count)d photos are chosen. Choose at most %(most)d at once.")
                % {"count": len(chosen), "most": self.most},
                code="too_many",
            )
        for file in chosen:
            super().clean(file, initial)
            if file.size > MAX_BYTES:
                raise forms.ValidationError(
                    _("“%(name)s” is larger than 20 MB. Choose a smaller photo.") % {"name": file.name},
                    code="too_large",
                )
        return chosen


def draw(content: bytes, *, name: str) -> Drawn:
    """Draw a photo anew, upright and at most 2,048 pixels wide or high, with a thumbnail.

    Args:
        name: what the file is called, for the refusal.

    Raises:
        Refused: it is no JPEG, PNG or HEIC, it is damaged, or it has too many pixels.
    """
    words = _("“%(name)s” cannot be read as JPEG, PNG or HEIC. Save it as a JPEG, then choose it again.")
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_CHILD)], input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(words % {"name": name}, field="photos", code="damaged") from None
    if done.stdout == b"too_many_pixels":
        words = _("“%(name)s” has more than 60 million pixels. Save it smaller, then choose it again.")
    if done.returncode != 0:
        raise Refused(words % {"name": name}, field="photos", code="damaged")
    size = int.from_bytes(done.stdout[:8], "big")
    return Drawn(picture=done.stdout[8 : 8 + size], thumbnail=done.stdout[8 + size :])


def name_of(file: Any) -> str:
    """What a photo is called from now on: the name it came with, as the JPEG that it has become."""
    return f"{PurePath(file.name).stem[:150] or 'foto'}.jpg"
