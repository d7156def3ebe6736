"""Where the embedded services of one machine keep data, programs and sockets; standard library only.

Everything lies under ``.local/``. Two things force exceptions, both for users who start the project as root: PostgreSQL
refuses to run as root, and the unprivileged account that runs it instead may be unable to enter the folders above the
project (a home of mode 700). Permissions of those folders are never changed: what the account must reach moves to a
cache folder of its own.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

CACHE_ROOT = Path("/var/cache")
_SOCKET_FOLDER_LIMIT = 85  # characters; sun_path holds 107 bytes and PostgreSQL adds its own file name
DATABASE_NAME = "trainingops"


class StartFailed(RuntimeError):
    """An embedded service cannot start; the message says why, and the remedy or the tail of the log."""


def database_account() -> pwd.struct_passwd | None:
    """The system account that runs PostgreSQL when we are root, otherwise ``None`` (we run it ourselves).

    Raises:
        StartFailed: we are root and the machine has no unprivileged system account.
    """
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StartFailed("PostgreSQL does not run as root and there is no account nobody or daemon: create one of them.")


def others_can_enter(folder: Path) -> bool:
    """Whether every folder from ``/`` to ``folder`` may be entered by everybody; missing ones do not count."""
    folder = folder.resolve()
    return all(bool(step.stat().st_mode & stat.S_IXOTH) for step in (folder, *folder.parents) if step.exists())


@dataclass(frozen=True)
class Places:
    """The folders of one set of embedded services; ``local`` is its ``.local`` folder."""

    local: Path

    @cached_property
    def token(self) -> str:
        """Eight characters for this folder at this path: a copy or a new clone never meets another one's data."""
        self.local.mkdir(parents=True, exist_ok=True)
        file = self.local / "id"
        try:
            with file.open("x") as new:
                new.write(secrets.token_hex(8))
        except FileExistsError:
            pass
        return hashlib.sha256(f"{self.local.resolve()} {file.read_text()}".encode()).hexdigest()[:8]

    @cached_property
    def cache(self) -> Path:
        """The folder for what the database's account cannot reach under ``local``; used only by root."""
        return CACHE_ROOT / f"trainingops-{self.token}"

    @cached_property
    def postgres(self) -> Path:
        """Parent of the database's data; once chosen it stays, whatever permissions become later."""
        here, there = self.local / "postgres", self.cache / "postgres"
        if database_account() is None or here.exists():
            return here
        return here if others_can_enter(self.local) and not there.exists() else there

    @property
    def postgres_data(self) -> Path:
        return self.postgres / "data"

    @property
    def valkey_data(self) -> Path:
        return self.local / "valkey"

    @property
    def logs(self) -> Path:
        return self.local / "log"

    @cached_property
    def postgres_socket_folder(self) -> Path:
        return self._socket_folder(self.postgres / "run", "pg")

    @cached_property
    def valkey_socket(self) -> Path:
        return self._socket_folder(self.local / "run", "vk") / "valkey.sock"

    def _socket_folder(self, wanted: Path, kind: str) -> Path:
        """``wanted``, or a short folder under ``/tmp`` that :func:`own_folder` guards against squatters."""
        resolved = wanted.resolve()
        if len(str(resolved)) <= _SOCKET_FOLDER_LIMIT:
            return resolved
        return Path(f"/tmp/trainingops-{os.geteuid()}-{self.token}-{kind}")  # noqa: S108

    @property
    def database_url(self) -> str:
        return f"postgres://{DATABASE_NAME}@{quote(str(self.postgres_socket_folder), safe='')}/{DATABASE_NAME}"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.valkey_socket}"

    def remove(self) -> None:
        """Delete everything of these services, the cache folder included. They must not be running."""
        folders = [self.postgres_socket_folder, self.valkey_socket.parent, self.cache, self.local]
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def own_folder(folder: Path, account: pwd.struct_passwd | None = None) -> Path:
    """Make ``folder`` (mode 700) for ``account`` or ourselves, and refuse one that somebody else made.

    Raises:
        StartFailed: the folder belongs to another user or is a link.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.pw_uid if account else -1}:
        raise StartFailed(f"{folder} belongs to somebody else. Start as that user, or remove it.")
    if account and found.st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    return folder
