"""Draws one untrusted picture anew; runs as a process of its own (see :mod:`trainingops.records.pictures`).

Reads the bytes on stdin; writes the length of the picture (8 bytes) and then picture and thumbnail, both JPEG, on
stdout. It knows nothing of Django, and what it may use of memory and time is limited before the first byte is parsed.
Only pixels are carried over: place, device and time of the photo stay behind. Exit code 3: a refusal is on stdout.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import NoReturn

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20
#: No camera of a phone takes more; a bomb declares more.
PIXELS = 60_000_000
#: The longest edges in pixels of what is kept.
EDGE, THUMBNAIL_EDGE = 2048, 320
QUALITY = 82
REFUSED = 3


def refuse(code: str) -> NoReturn:
    """End with a code that the parent turns into a message."""
    sys.stdout.write(code)
    sys.stdout.flush()
    sys.exit(REFUSED)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    from PIL import Image, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "HEIF"))
        if picture.width * picture.height > PIXELS:
            refuse("too_many_pixels")
        picture.draft("RGB", (EDGE, EDGE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((EDGE, EDGE))
        whole = _jpeg(upright)
        upright.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        thumbnail = _jpeg(upright)
    except Image.DecompressionBombError:
        refuse("too_many_pixels")
    except Exception:
        refuse("damaged")
    sys.stdout.buffer.write(len(whole).to_bytes(8, "big") + whole + thumbnail)


def _jpeg(picture: object) -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    bare = Image.new("RGB", picture.size)  # a new picture carries no metadata along
    bare.paste(picture)
    drawn = io.BytesIO()
    bare.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()


if __name__ == "__main__":
    main()
