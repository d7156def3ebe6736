"""A small site under the supervisor, run by the tests as a process of its own: the services and a parent with a child.

Usage: ``python little_site.py <folder>``; prints ``up`` when everything runs.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from trainingops.local import postgres, valkey  # noqa: E402
from trainingops.local.places import Places  # noqa: E402
from trainingops.local.supervisor import Child, Supervisor  # noqa: E402

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(998)", *sys.argv[1:]])
time.sleep(999)
"""


def main(folder: str) -> None:
    places = Places(Path(folder))
    with Supervisor(places.logs, lambda line: print(line, flush=True)) as supervisor:
        postgres.start(supervisor, places)
        valkey.start(supervisor, places)
        supervisor.start(Child(name="web", command=[sys.executable, "-c", PARENT, folder]))
        print("up", flush=True)
        supervisor.watch()


if __name__ == "__main__":
    main(sys.argv[1])
