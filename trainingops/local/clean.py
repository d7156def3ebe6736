"""``make clean``: removes the environment, the embedded services' data and everything built; standard library only."""

from __future__ import annotations

import fcntl
import runpy
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    """Remove what can be made again, and the demo's data; refuse while the site runs."""
    # By path: the package needs the environment, which may be gone.
    places = runpy.run_path(str(Path(__file__).with_name("places.py")))["Places"]
    local = ROOT / ".local"
    lock = local / "supervisor.lock"
    if lock.exists():
        with lock.open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SystemExit(
                    f"Trainingops runs here (process {lock.read_text().strip()}). Stop it first."
                ) from None
    if local.exists():
        for folder in (local / "test").glob("[0-9]*"):
            places(folder).remove()
        places(local).remove()
    environment = ROOT / ".venv"
    if environment.is_symlink():
        environment.unlink()
    for folder in (environment, ROOT / "staticfiles"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (ROOT / "locale").rglob("*.mo"):
        file.unlink()
    print("Removed .venv, .local, staticfiles and the compiled translations.")


if __name__ == "__main__":
    main()
