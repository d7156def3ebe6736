"""Prepares one machine: Debian packages, ``.venv``, fonts, translations, static files.

The Makefile runs it by path before the environment exists, so it uses the standard library only and imports nothing of
ours. Each step is done once: a stamp holds the hash of what it was made from.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def _library(name: str) -> Callable[[], bool]:
    def found() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return found


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


# Debian package → whether the machine already has what it brings, however it came there.
PACKAGES = {
    "python3-venv": lambda: importlib.util.find_spec("ensurepip") is not None,
    "libpango-1.0-0": _library("libpango-1.0.so.0"),
    "libpangoft2-1.0-0": _library("libpangoft2-1.0.so.0"),
    "libharfbuzz-subset0": _library("libharfbuzz-subset.so.0"),
    "fontconfig": _program("fc-match"),
}
TEST_PACKAGES = {"poppler-utils": _program("pdfsig"), "openssl": _program("openssl")}
BROWSER = "chromium"


def main(arguments: list[str]) -> None:
    """Prepare for running (``run``) or also for tests and checks (``test``)."""
    kind = arguments[0] if arguments else "run"
    if kind not in {"run", "test"}:
        raise SystemExit("usage: setup.py run|test")
    if sys.version_info < OLDEST or sys.platform != "linux":
        found = f"{sys.platform}, Python {sys.version_info.major}.{sys.version_info.minor}"
        raise SystemExit(
            f"Trainingops needs Linux and Python 3.11 or later; this is {found}. Try: make PYTHON=python3.11"
        )
    for folder in (LOCAL, VENV):
        if folder.exists() and folder.stat().st_uid != os.geteuid():
            raise SystemExit(
                f"{folder} belongs to {folder.owner()}. Start as that user, or start over: sudo make clean"
            )
    LOCAL.mkdir(exist_ok=True)
    install_packages(PACKAGES | (TEST_PACKAGES if kind == "test" else {}))
    if kind == "test":
        install_browser()
    make_environment("requirements-dev.txt" if kind == "test" else "requirements.txt")
    make_fonts()
    compile_translations()
    collect_static_files()


# --- Steps -------------------------------------------------------------------------------------------------


def install_packages(wanted: dict[str, Callable[[], bool]]) -> None:
    """Install the missing Debian packages as root; otherwise stop with the line that does it."""
    missing = [name for name, present in wanted.items() if not present()]
    if not missing:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"Packages are missing. Run this once, then start again:\n\n  sudo {line}\n")
    _apt_install(missing)
    absent = [name for name in missing if not wanted[name]()]
    if absent:
        raise SystemExit(f"After the installation these are still missing: {', '.join(absent)}. Run: {line}")


def install_browser() -> None:
    """Install Chromium for the browser tests if that is possible; its absence only skips them."""
    if shutil.which(BROWSER) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return  # the test run says in one line what is skipped
    try:
        _apt_install([BROWSER])
    except SystemExit as error:
        print(f"{error}\nThe browser tests are skipped.", flush=True)


def _apt_install(packages: list[str]) -> None:
    _apt_update()
    _apt(f"Installing {' '.join(packages)}", "install", "-y", "--no-install-recommends", *packages)


@functools.cache
def _apt_update() -> None:
    _apt("Reading the list of Debian packages", "update")


def _apt(title: str, *command: str) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(title, ["apt-get", "-o", "DPkg::Lock::Timeout=300", *command], "apt", environ)


def make_environment(requirements: str) -> None:
    """``.venv`` with the pinned packages; made anew when its Python is gone."""
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode:
        _run("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], "venv")
    files = [ROOT / "requirements.txt", *([ROOT / requirements] if requirements != "requirements.txt" else [])]
    version = subprocess.run([PYTHON, "-V"], check=True, capture_output=True).stdout
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-input",
        "--root-user-action=ignore",
    ]

    def install() -> None:
        _run(f"Installing {requirements}", [*pip, "--progress-bar=off", "-r", str(ROOT / requirements)], "pip")

    _once(VENV / f".{requirements}.stamp", [version, *(file.read_bytes() for file in files)], install)


def make_fonts() -> None:
    """The static fonts of the PDFs."""
    folder = LOCAL / "fonts"

    def make() -> None:
        _run("Making the fonts", [str(PYTHON), "-m", "trainingops.local.fonts", str(folder)], "fonts")

    source = [(ROOT / "requirements.txt").read_bytes(), (ROOT / "trainingops/local/fonts.py").read_bytes()]
    _once(folder / ".stamp", source, make)


def compile_translations() -> None:
    """Every ``.po`` becomes the ``.mo`` that Django reads."""

    def fresh(file: Path) -> bool:
        compiled = file.with_suffix(".mo")
        return compiled.exists() and compiled.stat().st_mtime >= file.stat().st_mtime

    if not all(fresh(file) for file in (ROOT / "locale").rglob("*.po")):
        _manage("Compiling the translations", "compile_messages")


def collect_static_files() -> None:
    """Style sheets, icons and scripts under hashed names, compressed, in ``staticfiles/``."""
    if not (ROOT / "staticfiles" / "staticfiles.json").exists():
        (LOCAL / "static.stamp").unlink(missing_ok=True)
    files = sorted(file for file in (ROOT / "static").rglob("*") if file.is_file())
    code = [ROOT / "requirements.txt", ROOT / "trainingops/settings.py", ROOT / "trainingops/ui/finders.py"]
    parts = [part for file in (*files, *code) for part in (str(file.relative_to(ROOT)).encode(), file.read_bytes())]
    _once(
        LOCAL / "static.stamp",
        parts,
        lambda: _manage("Collecting the static files", "collectstatic", "--noinput", "--clear"),
    )


# --- Tools -------------------------------------------------------------------------------------------------


def _manage(title: str, *command: str) -> None:
    environ = {**os.environ, "TRAININGOPS_MODE": "demo"}  # needs no secret key, and hashes the names of static files
    _run(title, [str(PYTHON), str(ROOT / "manage.py"), *command], command[0], environ)


def _once(stamp: Path, parts: Iterable[bytes], work: Callable[[], None]) -> None:
    """Do ``work`` unless ``stamp`` says that it was done for the same ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    work()
    stamp.write_text(digest.hexdigest())


def _run(title: str, command: list[str], log_name: str, environ: dict[str, str] | None = None) -> None:
    """Run a step with its output in a log, a line every ten seconds, and the end of the log when it fails."""
    log = LOCAL / "log" / f"setup-{log_name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"{title} …", flush=True)
    started = told = time.monotonic()
    with log.open("ab") as output:
        begin = output.tell()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, env=environ
        )
        while process.poll() is None:
            time.sleep(0.1)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                print(f"  {told - started:.0f} s: {_last_line(log)[:90]}", flush=True)
    if process.returncode:
        lines = log.read_bytes()[begin:].decode(errors="replace").splitlines()[-25:]
        text = "\n".join(f"  | {line}" for line in lines)
        raise SystemExit(f"{title} failed (exit code {process.returncode}). {log} ends:\n{text}")


def _last_line(log: Path) -> str:
    lines = log.read_bytes()[-2000:].decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


if __name__ == "__main__":
    main(sys.argv[1:])
