"""Starts the processes of one machine, starts killed ones again, and leaves none behind; no Django.

Each child leads its own session, so a Ctrl-C reaches only us and we stop the children in order. Three nets keep
processes from outliving us: stopping signals whole process groups, the kernel signals each child when we are killed
(``PR_SET_PDEATHSIG``), and a small guard process ends every group that is then still there.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from trainingops.local.places import StartFailed

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LOG_LIMIT = 20_000_000  # bytes; a longer log is copied to .1 and emptied
_STEADY_SECONDS = 60  # a child that lived this long starts again without waiting


@dataclass(frozen=True)
class Child:
    """One process to keep running.

    ``layer`` orders stopping: higher layers first (web and workers before broker and database). ``prepare`` runs before
    every start and clears what a killed predecessor left. ``account`` is whom root runs it as.
    """

    name: str
    command: Sequence[str]
    layer: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    environ: Mapping[str, str] | None = None
    account: pwd.struct_passwd | None = None
    prepare: Callable[[], None] | None = None
    folder: Path | None = None


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    again_at: float | None = None


def process_start_options(stop_signal: signal.Signals, account: pwd.struct_passwd | None = None) -> dict[str, Any]:
    """Arguments for :class:`subprocess.Popen`: own session, dropped privileges, and the signal for our own death."""
    parent = os.getpid()

    def tie_to_parent() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    options: dict[str, Any] = {"start_new_session": True, "stdin": subprocess.DEVNULL, "preexec_fn": tie_to_parent}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def tail(file: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, for an error message."""
    if not file.exists():
        return f"  ({file} is empty)"
    text = file.read_bytes()[-8000:].decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"  | {line}" for line in text) or f"  ({file} is empty)"


class Supervisor:
    """Owns a set of children; used as a context manager that stops them all.

    Args:
        logs: folder of ``<name>.log``.
        say: where the few lines for the person at the terminal go.
    """

    def __init__(self, logs: Path, say: Callable[[str], None] = print) -> None:
        self.logs = logs
        self._say = say
        self._running: dict[str, _Running] = {}
        self._stop_requests = 0
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self._start_guard()
        for name in (signal.SIGINT, signal.SIGTERM):  # a shell's background job begins with SIGINT ignored
            signal.signal(name, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._on_signal_while_stopping)
        self.stop()
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait()

    def _on_signal(self, *_: object) -> None:
        raise KeyboardInterrupt

    def _on_signal_while_stopping(self, *_: object) -> None:
        self._stop_requests += 1

    def say(self, line: str) -> None:
        """Tell the person at the terminal; one that has been closed stops nothing."""
        with contextlib.suppress(OSError):
            self._say(line)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    # --- starting ------------------------------------------------------------------------------------------

    def start(self, child: Child, *, ready: Callable[[], bool] | None = None, seconds: float = 60.0) -> None:
        """Start ``child`` and, if ``ready`` is given, wait until it says yes.

        Raises:
            StartFailed: the process ended, or was not ready within ``seconds``.
        """
        running = self._running[child.name] = self._spawn(child)
        deadline = time.monotonic() + seconds
        while ready is not None and not ready():
            ended = running.process.poll() is not None
            if ended or time.monotonic() > deadline:
                why = (
                    f"ended with code {running.process.returncode}" if ended else f"is not ready after {seconds:.0f} s"
                )
                raise StartFailed(
                    f"{child.name} {why}. Its log {self.log(child.name)} ends:\n{tail(self.log(child.name))}"
                )
            time.sleep(0.1)

    def _spawn(self, child: Child) -> _Running:
        if child.prepare is not None:
            child.prepare()
        with self.log(child.name).open("ab") as log:
            process = subprocess.Popen(
                list(child.command),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(child.environ) if child.environ is not None else None,
                cwd=child.folder,
                **process_start_options(child.stop_signal, child.account),
            )
        self._tell_guard(process.pid)
        return _Running(child, process, time.monotonic())

    def _start_guard(self) -> None:
        guard = Path(__file__).with_name("guard.py")
        self._guard = subprocess.Popen(
            [sys.executable, "-I", str(guard)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )
        for running in self._running.values():
            self._tell_guard(running.process.pid)

    def _tell_guard(self, group: int) -> None:
        pipe: IO[bytes] | None = self._guard.stdin if self._guard else None
        if pipe is not None:
            try:
                pipe.write(b"%d\n" % group)
                pipe.flush()
            except BrokenPipeError:
                self._start_guard()

    # --- watching ------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Keep every child running; returns at Ctrl-C, SIGTERM or SIGHUP, and leaving the context stops them."""
        try:
            while True:
                time.sleep(0.25)
                self.look()
        except KeyboardInterrupt:
            return

    def look(self) -> None:
        """Start again what has ended; :meth:`watch` does it all the time."""
        if self._guard is not None and self._guard.poll() is not None:
            self._start_guard()
        now = time.monotonic()
        for name, running in list(self._running.items()):
            if running.process.poll() is None:
                continue
            if running.again_at is None:
                _signal_group(running.process.pid, signal.SIGKILL)  # what the dead child left of its own children
                running.failures = 0 if now - running.since > _STEADY_SECONDS else running.failures + 1
                wait = 0.5 if running.failures <= 1 else min(30.0, 2.0 ** (running.failures - 1))
                running.again_at = now + wait
                self.say(f"{name} ended ({_how(running.process.returncode)}); it starts again in {wait:g} s.")
            elif now >= running.again_at:
                self._again(running)
        self._trim_logs()

    def _again(self, running: _Running) -> None:
        try:
            fresh = self._spawn(running.child)
        except (OSError, StartFailed) as error:
            running.failures += 1
            running.again_at = time.monotonic() + min(30.0, 2.0**running.failures)
            self.say(f"{running.child.name} could not start: {error}")
            return
        fresh.failures = running.failures
        self._running[running.child.name] = fresh
        self.say(f"{running.child.name} runs again (process {fresh.process.pid}).")

    def _trim_logs(self) -> None:
        for name in self._running:
            log = self.log(name)
            if log.exists() and log.stat().st_size > _LOG_LIMIT:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)  # children append, so they go on at the new end

    # --- stopping ------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop all children, the highest layer first; a group that does not end in its time is killed.

        A second Ctrl-C while stopping kills at once.
        """
        for layer in sorted({r.child.layer for r in self._running.values()}, reverse=True):
            members = [r for r in self._running.values() if r.child.layer == layer]
            for running in members:
                if running.process.poll() is None:
                    running.process.send_signal(running.child.stop_signal)
            started = time.monotonic()
            for running in members:
                self._wait_or_kill(running, started)
        self._running.clear()

    def _wait_or_kill(self, running: _Running, started: float) -> None:
        asked = self._stop_requests
        while running.process.poll() is None:
            if time.monotonic() - started > running.child.stop_seconds or self._stop_requests > asked:
                self.say(f"{running.child.name} does not stop by itself; it is killed.")
                _signal_group(running.process.pid, signal.SIGKILL)
                running.process.wait()
            time.sleep(0.05)
        _signal_group(running.process.pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@dataclass
class Lock:
    """One supervisor per ``.local``: a lock of the kernel's, so that a killed holder leaves nothing stale."""

    file: Path
    _handle: IO[str] | None = field(default=None, repr=False)

    def take(self) -> bool:
        """Take the lock and write our process number into it; ``False`` when another process holds it."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = self.file.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._handle = handle
        return True

    def holder(self) -> str:
        """The process number of the present holder, for messages."""
        return self.file.read_text().strip() or "unknown"

    def release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
