"""Reads the pages of one untrusted scan; a process of its own (see :mod:`sessions.paper.reading`).

The bytes come on stdin. On stdout go lines of JSON: first the number of pages, then each page with the texts of its QR
codes and a JPEG of it. It knows nothing of Django and the database, and what it may use of memory and time is limited
before a parser sees the first byte. Exit code 3: the last line says why the file is refused.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 300
MOST_PAGES = 60
#: Pixels of a picture before it is unpacked; a phone of today makes 50 million.
MOST_PIXELS = 80_000_000
#: Pixels along the longer side: in which codes are looked for, and of the picture that is kept (A4 at 150 dpi).
LOOKED_AT, KEPT = 3600, 1754
JPEG_QUALITY = 72
REFUSED = 3


def refuse(code: str) -> NoReturn:
    """End with a code that the parent turns into a problem of the file."""
    write({"refused": code})
    sys.exit(REFUSED)


def write(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def count_of(content: bytes) -> int:
    """How many pages the file has; a picture is one."""
    if not content.startswith(b"%PDF-"):
        return 1
    import pypdfium2

    try:
        count = len(pypdfium2.PdfDocument(content))
    except pypdfium2.PdfiumError as error:
        refuse("encrypted" if "password" in str(error).lower() else "damaged")
    if count > MOST_PAGES:
        refuse("too_large")
    if not count:
        refuse("damaged")
    return count


def pages_of(content: bytes, first: int) -> Iterator[Image]:
    """The pages from ``first`` on (counted from 1), upright as the file says, no larger than is looked at."""
    from PIL import Image, ImageOps

    if content.startswith(b"%PDF-"):
        import pypdfium2

        document = pypdfium2.PdfDocument(content)
        for place in range(first - 1, len(document)):
            page = document[place]
            yield page.render(scale=min(200 / 72, LOOKED_AT / max(*page.get_size(), 1))).to_pil().convert("RGB")
            page.close()
        return
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "HEIF"))
        picture.draft("RGB", (LOOKED_AT, LOOKED_AT))  # a JPEG is unpacked no larger than needed
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((LOOKED_AT, LOOKED_AT))
        yield picture.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        refuse("too_large")


def codes_on(page: Image) -> list[str]:
    """The texts of the QR codes on a page, however it lies; harder ways of looking only where the first finds none."""
    import zxingcpp

    for looked_at in _ways_of_looking(page):
        found = zxingcpp.read_barcodes(looked_at, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
        if texts := sorted({each.text for each in found if each.text}):
            return texts[:10]
    return []


def _ways_of_looking(page: Image) -> Iterator[Image]:
    from PIL import Image, ImageFilter, ImageOps

    grey = page.convert("L")
    yield grey
    light = grey.filter(ImageFilter.GaussianBlur(max(grey.size) / 40))
    flat = _divided(grey, light)
    yield flat
    sharp = flat.filter(ImageFilter.UnsharpMask(radius=4, percent=300, threshold=2))
    yield sharp
    larger = ImageOps.scale(sharp, 2.0, resample=Image.Resampling.BICUBIC) if max(grey.size) < LOOKED_AT // 2 else sharp
    yield ImageOps.autocontrast(larger, cutoff=2)
    yield ImageOps.scale(flat, 0.5)


def _divided(grey: Image, light: Image) -> Image:
    """A page without its shadows: each pixel in proportion to the light around it."""
    import numpy
    from PIL import Image

    share = numpy.asarray(grey, dtype=numpy.float32) / numpy.maximum(numpy.asarray(light, dtype=numpy.float32), 1)
    return Image.fromarray(numpy.clip(share * 220, 0, 255).astype(numpy.uint8))


def kept(page: Image) -> bytes:
    """The page as it is kept: small, and without whatever else the file said, such as where it was taken."""
    small = page.copy()
    small.thumbnail((KEPT, KEPT))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def main() -> None:
    """Count the pages, or read them from the one that the first argument names."""
    first = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        write({"pages": count_of(content)})
        if first:
            for page in pages_of(content, first):
                write({"codes": codes_on(page), "jpeg": base64.b64encode(kept(page)).decode()})
    except MemoryError:
        refuse("too_large")
    except Exception:  # whatever a parser makes of bytes that are none of its kind
        refuse("damaged")


if __name__ == "__main__":
    main()
