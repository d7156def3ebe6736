"""Filters as links: the values of each with the number of rows that the other filters leave (DLN-4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

#: A filter → its values, each with its ``word`` and ``count``.
Facets = Mapping[str, list[dict[str, Any]]]


def count_facets(
    rows: Iterable[tuple[tuple[str, ...], int]],
    words: Mapping[str, Mapping[str, Any]],
    chosen: Mapping[str, str],
) -> Facets:
    """The filters in the order of ``words``; a value without rows stands only while it is chosen.

    Args:
        rows: the value of each filter in that order, and how many rows of the list have these values.
        words: the filters, each with its values and their words.
        chosen: the value chosen in a filter.
    """
    names, counted = list(words), list(rows)
    facets = {}
    for index, name in enumerate(names):
        others = [(names.index(other), value) for other, value in chosen.items() if other != name]
        counts: Counter[str] = Counter()
        for values, count in counted:
            if all(values[place] == value for place, value in others):
                counts[values[index]] += count
        facets[name] = [
            {"value": value, "word": word, "count": counts[value]}
            for value, word in words[name].items()
            if counts[value] or chosen.get(name) == value
        ]
    return facets
