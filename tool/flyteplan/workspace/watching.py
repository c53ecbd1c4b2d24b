"""Somebody looks how far the reading of many files is, in whichever processes it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from functools import partial
from typing import TypeVar

from flyteplan.files.manifests import find_layers, is_read_once
from flyteplan.ports import Found, Reading, Total, Waiting, Watch, idle, unwatched
from flyteplan.workspace import Layers, Workspace

_Part = TypeVar("_Part")
READING = "Reading manifests"


def watched(spread: Reading, watch: Watch, total: Total | None = None) -> Reading:
    """As *spread* does it; each process tells *watch* of its own files, of *total* or of a list of them."""
    if watch is unwatched:
        return spread

    def spread_in_sight(
        work: Callable[[Iterable[Found]], _Part],
        found: Iterable[Found],
        name: Callable[[Found], str],
        _: Waiting = idle,
        /,
    ) -> Sequence[_Part]:
        count = len(found) if isinstance(found, Sized) else total
        return spread(partial(_work, work, watch, count), found, name, partial(watch, READING, total=count))

    return spread_in_sight


def counting(layers: Layers, workspace: Workspace) -> Total:
    """Counts the files of *layers*; what can be read only once is not looked at a second time."""
    return partial(_count, layers, workspace.root)


def _work(
    work: Callable[[Iterable[Found]], _Part], watch: Watch, total: int | Total | None, found: Iterable[Found]
) -> _Part:
    return work(watch(READING, found, total))


def _count(layers: Layers, root: str) -> int | None:
    if any(is_read_once(path) for layer in layers for path in layer):
        return None
    return sum(1 for _ in find_layers(layers, root=root))
