"""Ends the process groups of a supervisor that was killed; started by it, standard library only.

It reads group numbers from standard input. The supervisor stops its children before it closes that pipe; when the pipe
closes because the supervisor was killed, the children have had their signal from the kernel, and after a grace time
what is left of their groups is killed.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 10.0


def alive(groups: set[int]) -> set[int]:
    """Those of ``groups`` in which a process is left."""
    left = set()
    for group in groups:
        try:
            os.killpg(group, 0)
        except PermissionError:
            left.add(group)
        except ProcessLookupError:
            continue
        else:
            left.add(group)
    return left


def main() -> None:
    """Read groups until the pipe closes, then see them end."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        groups = alive(groups) | {int(line)}
    deadline = time.monotonic() + GRACE_SECONDS
    while (groups := alive(groups)) and time.monotonic() < deadline:
        time.sleep(0.2)
    for group in groups:
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
