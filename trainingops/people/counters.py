"""The counters of log-ins: Django's cache in a table of the database, with one statement for each write."""

from __future__ import annotations

import base64
import pickle
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone

#: So many counters that are over go with each write; so the table stays small without counting its rows.
SWEPT = 20


class CounterCache(DatabaseCache):
    """As Django's, which takes five statements for a write: a log-in writes eight times.

    Every process reads the same rows, so a limit holds for all web workers together.
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Write a counter; ``add`` only where there is none that still counts. Whether it was written."""
        if mode == "touch":
            return bool(super()._base_set(mode, key, value, timeout))  # type: ignore[misc]
        until = self.get_backend_timeout(timeout)
        expires = datetime.max.replace(tzinfo=UTC) if until is None else datetime.fromtimestamp(until, tz=UTC)
        now = timezone.now().replace(microsecond=0)
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]  # of Django's base, untyped
        statement = f"""
            WITH gone AS (
                DELETE FROM {table} WHERE cache_key IN (
                    SELECT cache_key FROM {table} WHERE expires < %(now)s AND cache_key <> %(key)s
                    LIMIT {SWEPT} FOR UPDATE SKIP LOCKED))
            INSERT INTO {table} AS held (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
            ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
            WHERE %(mode)s = 'set' OR held.expires < %(now)s
        """  # noqa: S608 (the table's name is ours)
        packed = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        with connection.cursor() as cursor:
            cursor.execute(
                statement,
                {"key": key, "value": packed, "expires": expires.replace(microsecond=0), "now": now, "mode": mode},
            )
            return bool(cursor.rowcount > 0)
