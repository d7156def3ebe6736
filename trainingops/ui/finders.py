"""The three files of others that the pages load, taken from where pip put them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils import timezone

# name in our addresses → (package, file inside it)
VENDOR = {
    "vendor/bootstrap.min.css": ("bootstrap", "css/bootstrap.min.css"),
    "vendor/bootstrap.bundle.min.js": ("bootstrap", "js/bootstrap.bundle.min.js"),
    "vendor/htmx.min.js": ("django_htmx", "static/django_htmx/htmx-2.min.js"),
}
_SOURCE_MAP = re.compile(rb"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


def _package_folder(package: str) -> Path:
    """Where ``package`` lies; ``bootstrap`` is a namespace package and has no file of its own."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is missing. Run: pip install -r requirements.txt")
    return Path(next(iter(spec.submodule_search_locations)))


class VendorStorage(Storage):
    """Reads the vendor files without their last line: it names a source map that we do not ship."""

    def path(self, name: str) -> str:
        package, inside = VENDOR[name]
        return str(_package_folder(package) / inside)

    def exists(self, name: str) -> bool:
        return name in VENDOR and Path(self.path(name)).is_file()

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(Path(self.path(name)).stat().st_mtime, tz=timezone.get_default_timezone())

    def _open(self, name: str, mode: str = "rb") -> File[Any]:  # noqa: ARG002
        return ContentFile(_SOURCE_MAP.sub(b"", Path(self.path(name)).read_bytes()), name=name)


class VendorFinder(BaseFinder):
    """Finds exactly the files of :data:`VENDOR`, so that nothing else of those packages is shipped."""

    storage = VendorStorage()

    def check(self, **kwargs: Any) -> list[Any]:  # noqa: ARG002
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: ARG002
        if not self.storage.exists(path):
            return []
        return [self.storage.path(path)] if find_all else self.storage.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, VendorStorage]]:  # noqa: ARG002
        for name in VENDOR:
            yield name, self.storage
