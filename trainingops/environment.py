"""What the environment may say, as one typed table.

Every name that begins with ``TRAININGOPS_`` must stand here; a misspelt one stops the start with a suggestion,
because a setting that is silently ignored is worse than none.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from django.core.exceptions import ImproperlyConfigured

Mode = Literal["demo", "test", "production"]
_PLAIN_NAMES = {"database_url": "DATABASE_URL", "broker_url": "BROKER_URL", "email_url": "EMAIL_URL"}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Settings read from the environment; field ``x`` is ``TRAININGOPS_X`` unless it has a plain name.

    ``local_dir`` is where the embedded database, broker, files and keys of one machine live; an empty
    ``database_url`` or ``broker_url`` means the embedded one there. ``bind`` and ``port`` are the web server's,
    ``base_url`` the address that people and printed documents use, on this machine unless it is set.
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
    bind: str = "127.0.0.1"
    port: int = 8000
    database_url: str = ""
    broker_url: str = ""
    email_url: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Environment:
        """Read and convert ``environ``.

        Raises:
            ImproperlyConfigured: a name is unknown (with the nearest known one) or a value does not convert.
        """
        names = {_PLAIN_NAMES.get(f.name, f"TRAININGOPS_{f.name.upper()}"): f for f in fields(cls)}
        for name in environ:
            if name.startswith("TRAININGOPS_") and name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {near[0]}?" if near else f" Known names: {', '.join(sorted(names))}."
                raise ImproperlyConfigured(f"{name} is not a setting of Trainingops.{hint}")
        values: dict[str, object] = {}
        for name, field in names.items():
            if name in environ:
                values[field.name] = _convert(name, environ[name], str(field.type))
        return cls(**values)  # type: ignore[arg-type]


def _convert(name: str, raw: str, kind: str) -> object:
    """Turn one environment string into the field's type, or say which name holds what."""
    if kind == "bool":
        if raw.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ImproperlyConfigured(f"{name}={raw!r} is not a yes or no. Write 1 or 0.")
        return raw.lower() in {"1", "true", "yes"}
    if kind == "int":
        if not raw.isdecimal():
            raise ImproperlyConfigured(f"{name}={raw!r} is not a number. Write digits only, for example 8000.")
        return int(raw)
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if kind.startswith("Path"):
        return Path(raw)
    if kind == "Mode" and raw not in {"demo", "test", "production"}:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a mode. Write demo, test or production.")
    return raw
