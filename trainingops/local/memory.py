"""What a demo remembers between its commands, in ``.local/demo.json``: its mode, its port, where its records point.

Read by ``manage.py`` before the settings are; standard library only. Never for production: what is remembered stands in
only where the environment names no other mode, no key and no database, and nothing starts for production without a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = "demo.json"


@dataclass
class Memory:
    """Names and values of the environment, and the addresses that records printed so far name."""

    environ: dict[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, local: Path) -> Memory | None:
        """What the demo of this folder wrote; none where no demo ever ran."""
        try:
            found = json.loads((local / FILE).read_text())
        except FileNotFoundError:
            return None
        return cls(environ=found["environ"], printed=found["printed"])

    def write(self, local: Path) -> None:
        local.mkdir(parents=True, exist_ok=True)
        half = local / f"{FILE}.part"
        half.write_text(json.dumps({"environ": self.environ, "printed": self.printed}, indent=1) + "\n")
        half.replace(local / FILE)


def recall(environ: MutableMapping[str, str], arguments: Sequence[str]) -> None:
    """Fill ``environ`` from the demo's memory, for ``manage.py demo`` and for what runs beside a demo.

    Args:
        arguments: of the command line, without the program. ``--port`` decides as TRAININGOPS_PORT would, because
            the addresses in the settings carry the port.
    """
    command = next(iter(arguments), "")
    port = _port(arguments) if command in {"demo", "up"} else ""
    if port:
        environ["TRAININGOPS_PORT"] = port
    if command == "demo":
        environ.setdefault("TRAININGOPS_MODE", "demo")
    elif environ.get("TRAININGOPS_MODE", "demo") != "demo" or _names_production(environ):
        return
    memory = Memory.read(ROOT / environ.get("TRAININGOPS_LOCAL_DIR", ".local"))
    if memory is None:
        return
    remembered = dict(memory.environ)
    if environ.get("TRAININGOPS_PORT", remembered.get("TRAININGOPS_PORT")) != remembered.get("TRAININGOPS_PORT"):
        remembered.pop("TRAININGOPS_BASE_URL", None)  # it belongs to the other port
    for name, value in remembered.items():
        environ.setdefault(name, value)


def _names_production(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in ("TRAININGOPS_SECRET_KEY", "DATABASE_URL"))


def _port(arguments: Sequence[str]) -> str:
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--port":
            return value if equals else next(iter(arguments[place + 1 :]), "")
    return ""
