"""``make fresh``: proves the two commands on a clone of HEAD in an empty folder; standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main(test_arguments: list[str]) -> int:
    """Clone, run both commands, print their times; 0 when both end with 0."""
    commands = (["make", "demo", "ARGS=--no-serve"], ["make", "test", f"ARGS={' '.join(test_arguments)}"])
    folder = Path(tempfile.mkdtemp(prefix="trainingops-fresh-"))
    clone = folder / "trainingops"
    # Nothing of this checkout's environment may reach the clone.
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRAININGOPS_", "VIRTUAL_ENV"))
    }
    for name in ("DATABASE_URL", "BROKER_URL", "EMAIL_URL", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environ.pop(name, None)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    shared = ROOT.parent / "shared"  # the tests read the sample data there
    if shared.exists():
        (folder / "shared").symlink_to(shared.resolve())
    failed = False
    try:
        for command in commands:
            started = time.monotonic()
            code = subprocess.run(command, cwd=clone, env=environ, check=False).returncode
            failed = failed or code != 0
            print(f"fresh: {' '.join(command)}: exit {code} after {time.monotonic() - started:.0f} s", flush=True)
    finally:
        subprocess.run(["make", "clean"], cwd=clone, env=environ, check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
