"""Static Inter fonts for PDFs, cut from the variable font of the package ``fontpkg-inter``.

A variable font makes rendering twice as slow and its bytes irreproducible, so each weight becomes a file of its own,
the same bytes on every machine. Run as ``python -m trainingops.local.fonts <folder>``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path

WEIGHTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}
FILES = tuple(f"Inter-{style}.ttf" for style in WEIGHTS)
_OPTICAL_SIZE = 14  # the text cut of Inter
_FS_BOLD, _FS_REGULAR, _MAC_BOLD = 1 << 5, 1 << 6, 1 << 0


def make_fonts(folder: Path) -> None:
    """Write the files :data:`FILES` and the licence into ``folder``; an interrupted run leaves no half file."""
    spec = find_spec("fontpkg_inter")
    if spec is None or spec.origin is None:
        raise SystemExit("The package fontpkg-inter is missing. Run: make demo (it installs requirements.txt).")
    package = Path(spec.origin).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "LICENSE").write_bytes((package / "LICENSE").read_bytes())
    source = package / "files" / "Inter[opsz,wght].ttf"
    with ProcessPoolExecutor() as processes:
        for made in [processes.submit(_make_one, source, folder, style) for style in WEIGHTS]:
            print(f"  {made.result()}", flush=True)


def _make_one(source: Path, folder: Path, style: str) -> str:
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    weight, target = WEIGHTS[style], folder / f"Inter-{style}.ttf"
    font = TTFont(source, recalcTimestamp=False)  # head.modified stays, so that the bytes do
    instancer.instantiateVariableFont(font, {"wght": weight, "opsz": _OPTICAL_SIZE}, inplace=True)
    _name(font["name"], style)
    bold = style == "Bold"
    font["OS/2"].usWeightClass = weight
    selection = font["OS/2"].fsSelection & ~(_FS_BOLD | _FS_REGULAR)
    font["OS/2"].fsSelection = selection | (_FS_BOLD if bold else _FS_REGULAR if style == "Regular" else 0)
    font["head"].macStyle = _MAC_BOLD if bold else 0
    half = target.with_suffix(".part")
    font.save(half)
    half.replace(target)
    return target.name


def _name(table: object, style: str) -> None:
    """Family "Inter" for programs that know weights; the old pair of names knows only regular and bold."""
    pair = ("Inter", style) if style in {"Regular", "Bold"} else (f"Inter {style}", "Regular")
    names = {1: pair[0], 2: pair[1], 3: f"Inter-{style}-static", 4: f"Inter {style}", 6: f"Inter-{style}"}
    names |= {16: "Inter", 17: style}
    for number in (*names, 21, 22, 25):
        table.removeNames(nameID=number)  # type: ignore[attr-defined]
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)  # type: ignore[attr-defined]


if __name__ == "__main__":
    make_fonts(Path(sys.argv[1]))
