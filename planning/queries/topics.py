"""Topics as a tree, read by one query and walked in memory: they are few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planning.enums import ModuleKind
from planning.models import Topic


@dataclass(frozen=True)
class Branch:
    """A topic at its place in the tree; ``depth`` is 0 at the top, ``path`` names what it stands below."""

    topic: Topic
    depth: int
    path: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return " › ".join((*self.path, self.topic.name))


def tree(topics: Iterable[Topic] | None = None) -> list[Branch]:
    """Every topic below the one it belongs to, hard skills and soft skills apart, each level by name."""
    children: dict[int | None, list[Topic]] = {}
    for topic in sorted(Topic.objects.all() if topics is None else topics, key=lambda each: each.name.lower()):
        children.setdefault(topic.parent_id, []).append(topic)
    kinds = list(ModuleKind.values)
    tops = sorted(children.get(None, ()), key=lambda each: kinds.index(each.kind))
    return list(_walk(tops, children, ()))


def _walk(topics: Iterable[Topic], children: dict[int | None, list[Topic]], path: tuple[str, ...]) -> Iterator[Branch]:
    for topic in topics:
        yield Branch(topic, len(path), path)
        yield from _walk(children.get(topic.pk, ()), children, (*path, topic.name))


def below(topics: Iterable[Topic], top: Topic) -> set[int]:
    """The keys of ``top`` and of everything below it."""
    rows = list(topics)
    found = {top.pk}
    while more := {each.pk for each in rows if each.parent_id in found} - found:
        found |= more
    return found


def choices() -> list[tuple[int, str]]:
    """Key and name with its path, in the order of the tree, for a form."""
    return [(each.topic.pk, each.full_name) for each in tree()]
