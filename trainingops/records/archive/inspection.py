"""Check an archive as its ``VERIFY.txt`` says: with the tools of others, not with ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trainingops.records.archive.bag import MANIFEST, SIGNATURE, TAG_MANIFEST

_PATIENCE = 600  # seconds a tool


@dataclass
class Inspection:
    """What was checked, what is wrong, and which tools were not at hand."""

    passed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unavailable: list[str] = field(default_factory=list)


def check_archive(path: Path | str) -> list[str]:
    """The problems that the tools find in an archive; empty when all is well. See :func:`inspect_archive`."""
    return inspect_archive(path).problems


def inspect_archive(path: Path | str) -> Inspection:
    """Unpack the archive and run sha256sum, bagit.py, pdfsig and openssl over it, each if it is installed."""
    found = Inspection()
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(place)
        folders = [each for each in Path(place).iterdir() if each.is_dir()]
        if len(folders) != 1:
            found.problems.append(f"{path}: one folder expected, {len(folders)} found")
            return found
        (bag,) = folders
        _run_checks(bag, found)
    return found


def _run_checks(bag: Path, found: Inspection) -> None:
    beside = Path(sys.executable).with_name("bagit.py")
    bagit = str(beside) if beside.exists() else shutil.which("bagit.py")
    checks: list[tuple[str, str | None, Callable[[str, Path], list[str]]]] = [
        ("sha256sum -c", shutil.which("sha256sum"), _check_sums),
        ("bagit.py --validate", bagit, _check_bag),
        ("openssl cms -verify", shutil.which("openssl"), _check_signature),
        ("pdfsig", shutil.which("pdfsig"), _check_seals),
    ]
    for name, tool, check in checks:
        if tool is None:
            found.unavailable.append(name)
        elif problems := check(tool, bag):
            found.problems += [f"{name}: {problem}" for problem in problems]
        else:
            found.passed.append(name)


def _run(bag: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(  # noqa: S603 (fixed commands over our own files)
        command, cwd=bag, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False
    )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1] if said else f"exit {done.returncode}"


def _check_sums(tool: str, bag: Path) -> list[str]:
    problems = []
    for manifest in (MANIFEST, TAG_MANIFEST):
        if not (bag / manifest).read_text():
            continue  # sha256sum takes an empty manifest for an error
        done = _run(bag, tool, "-c", "--quiet", manifest)
        if done.returncode:
            problems.append(f"{manifest}: {(done.stdout.strip().splitlines() or [_last_line(done)])[0]}")
    return problems


def _check_bag(tool: str, bag: Path) -> list[str]:
    done = _run(bag, sys.executable, tool, "--validate", str(bag))
    return [_last_line(done)] if done.returncode else []


def _check_signature(tool: str, bag: Path) -> list[str]:
    done = _run(
        bag,
        *(tool, "cms", "-verify", "-binary", "-inform", "DER", "-in", SIGNATURE, "-content", TAG_MANIFEST),
        *("-CAfile", "certificate.pem", "-out", "/dev/null"),
    )
    return [_last_line(done)] if done.returncode else []


def _check_seals(tool: str, bag: Path) -> list[str]:
    """pdfsig exits with 0 either way, so that its words decide."""
    problems = []
    for file in sorted((bag / "data").rglob("*.pdf")):
        said = _run(bag, tool, str(file)).stdout
        name = file.relative_to(bag)
        if "Signature is Valid" not in said:
            problems.append(f"{name}: no valid seal")
        elif "Total document signed" not in said:
            problems.append(f"{name}: something was appended after the seal")
    return problems
