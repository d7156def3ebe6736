"""What the environment may say, as one typed table.

Every name that begins with ``TRAININGOPS_`` must stand here; a misspelt one stops the start with a suggestion,
because a setting that is silently ignored is worse than none.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

Mode = Literal["demo", "test", "production"]
_PLAIN_NAMES = {"database_url": "DATABASE_URL", "broker_url": "BROKER_URL", "email_url": "EMAIL_URL"}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Settings read from the environment; field ``x`` is ``TRAININGOPS_X`` unless it has a plain name.

    ``local_dir`` is where the embedded database, broker, files and keys of one machine live; an empty
    ``database_url`` or ``broker_url`` means the embedded one there. ``bind`` and ``port`` are the web server's,
    ``base_url`` the address that people and printed documents use, on this machine unless it is set.
    ``correction_days`` are the working days after a meeting in which a correction of attendance is asked for (ATT-5).
    """

    mode: Mode = "production"
    secret_key: str = ""
    debug: bool = False
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    base_url: str = ""
    local_dir: Path = Path(".local")
    media_root: Path | None = None
    default_from_email: str = "trainingops@localhost"
    organisation: str = "Layanan Contact Center Pegadaian"
    unit: str = "Unit Training dan Quality"
    seal_key_dir: Path | None = None
    trust_proxy: bool = False
    web_workers: int = 2
    correction_days: int = 3
    bind: str = "127.0.0.1"
    port: int = 8000
    database_url: str = ""
    broker_url: str = ""
    email_url: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Environment:
        """Read and convert ``environ``. A blank value is as good as none.

        Raises:
            ImproperlyConfigured: a name is unknown (with the nearest known one), or a value cannot be what it should.
        """
        names = {_PLAIN_NAMES.get(f.name, f"TRAININGOPS_{f.name.upper()}"): f for f in fields(cls)}
        for name in environ:
            if name.startswith("TRAININGOPS_") and name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {near[0]}?" if near else f" Known names: {', '.join(sorted(names))}."
                raise ImproperlyConfigured(f"{name} is not a setting of Trainingops.{hint}")
        values: dict[str, object] = {}
        for name, field in names.items():
            raw = environ.get(name, "").strip()
            if raw:
                values[field.name] = _convert(name, raw, str(field.type))
                _check(name, raw, field.name)
        return cls(**values)  # type: ignore[arg-type]


def _convert(name: str, raw: str, kind: str) -> object:
    """Turn one environment string into the field's type, or say which name holds what."""
    if kind == "bool":
        if raw.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ImproperlyConfigured(f"{name}={raw!r} is not a yes or no. Write 1 or 0.")
        return raw.lower() in {"1", "true", "yes"}
    if kind == "int":
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 10):
            raise ImproperlyConfigured(f"{name}={raw!r} is not a number. Write digits only, for example 8000.")
        return int(raw)
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if kind.startswith("Path"):
        return Path(raw)
    if kind == "Mode" and raw not in {"demo", "test", "production"}:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a mode. Write demo, test or production.")
    return raw


class _Wrong(Exception):
    """What is wrong with a value, and the remedy."""


def _check(name: str, raw: str, field: str) -> None:
    """Refuse a value that would fail later, in words that name another culprit or none."""
    check = _CHECKS.get(field)
    if check is None:
        return
    try:
        check(raw)
    except _Wrong as wrong:
        raise ImproperlyConfigured(f"{name}={_without_password(raw)!r} {wrong}") from None
    except ValueError as error:  # how urlsplit says that a port or an address is none
        raise ImproperlyConfigured(f"{name}={_without_password(raw)!r} is no address: {error}. Correct it.") from None


def _without_password(raw: str) -> str:
    """An address as it may be shown: with *** where a password stands."""
    hidden = re.sub(r"(^|//)([^:/@]*):.*@", r"\1\2:***@", raw)
    return re.sub(r"(password=)[^&]*", r"\1***", hidden, flags=re.IGNORECASE)


def _address(raw: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of an address with one of ``schemes``, in lower case as the settings compare them, and a port that is
    one."""
    address = urlsplit(raw)
    if not raw.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise _Wrong(f"does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}. Write {example}.")
    if address.port == 0:
        raise _Wrong(f"has the port 0. Write {example}.")
    return address


def _database(raw: str) -> None:
    example = "for example postgres://user:password@db.example:5432/trainingops"
    if not raw.startswith(("postgres://", "postgresql://")):
        raise _Wrong(f"names no PostgreSQL, and only PostgreSQL serves. Write {example}.")
    if not _address(raw, ("postgres", "postgresql"), example).path.strip("/"):
        raise _Wrong(f"names no database. Write {example}.")


def _broker(raw: str) -> None:
    example = "for example redis://broker.example:6379/0"
    address = _address(raw, ("redis", "rediss", "redis+socket"), example)
    if address.scheme == "redis+socket":
        if not address.path.strip("/"):
            raise _Wrong("names no socket. Write for example redis+socket:///run/valkey/valkey.sock.")
    elif not address.hostname:
        raise _Wrong(f"names no host. Write {example}.")
    elif not re.fullmatch(r"/?\d*", address.path):
        raise _Wrong(f"ends in something else than the number of a database. Write {example}.")


def _mail(raw: str) -> None:
    example = "for example smtp+tls://user:password@mail.example:587"
    if not _address(raw, ("smtp", "smtps", "smtp+tls"), example).hostname:
        raise _Wrong(f"names no host. Write {example}.")


def _base(raw: str) -> None:
    example = "for example https://training.example"
    address = _address(raw, ("http", "https"), example)
    if not address.hostname or re.search(r"[\s\\]", raw):
        raise _Wrong(f"names no host. Write {example}.")
    if address.path.strip("/") or address.query or address.fragment or "@" in address.netloc:
        raise _Wrong(
            "says more than scheme, host and port, and every mail and printed code would carry it. "
            f"Write http://{address.hostname} or https://{address.hostname}, with the port where it is another."
        )


def _hosts(raw: str) -> None:
    if re.search(r"[/\s@]", re.sub(r"\s*,\s*", ",", raw)):
        raise _Wrong("holds more than names of hosts. Write them with commas, for example training.example,10.0.0.5.")


def _bind(raw: str) -> None:
    try:
        ipaddress.ip_address(raw)
    except ValueError:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", raw):
            raise _Wrong("is no address of this machine. Write 127.0.0.1, or 0.0.0.0 for all networks.") from None


def _port(raw: str) -> None:
    if not 1 <= int(raw) <= 65_535:
        raise _Wrong("is no port. Write a number from 1 to 65535, for example 8000.")


def _workers(raw: str) -> None:
    if not 1 <= int(raw) <= 256:
        raise _Wrong("is no number of processes. Write a number from 1 to 256, for example 2.")


def _sender(raw: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(raw)[1]):
        raise _Wrong("is no mail address. Write for example Pelatihan <pelatihan@example.com>.")


def _folder(raw: str) -> None:
    if Path(raw).exists() and not Path(raw).is_dir():
        raise _Wrong("is a file. Write the path of a folder; it is made when it is missing.")


def _days(raw: str) -> None:
    if not 1 <= int(raw) <= 60:
        raise _Wrong("is no number of working days here. Write 1 to 60, for example 3.")


_CHECKS: dict[str, Callable[[str], None]] = {
    "database_url": _database,
    "broker_url": _broker,
    "email_url": _mail,
    "base_url": _base,
    "allowed_hosts": _hosts,
    "bind": _bind,
    "port": _port,
    "web_workers": _workers,
    "correction_days": _days,
    "default_from_email": _sender,
    "local_dir": _folder,
    "media_root": _folder,
    "seal_key_dir": _folder,
}
