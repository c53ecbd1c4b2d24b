"""What rules among manifests go by, in a few bytes a manifest: enough to tell which manifests may break one.

All manifests of an organisation are checked without keeping them. What an outline leaves in doubt is read again, and
judged by the rules themselves (`validate.among`, `resolve.compose`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

try:
    # What hashlib would give, without loading OpenSSL for it.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

# Digests of the name, the task, the reference and the file; layer, priority, and the bits below that are true of it.
_ROW, _LAYER_ROW = Struct(">8s8s8s8siiB"), Struct(">i")
SIZE = _ROW.size
# Outlines of manifests, one after the other, in parts that are not put together: there may be very many.
Outlines: TypeAlias = Sequence[bytes]
_SELECTS, _REPLACES, _HAS_SELECTOR, _HAS_KIND, _IS_RUN, _FOR_RUNS = (1 << bit for bit in range(6))
_NAME, _TASK, _LAYER = slice(0, 8), slice(8, 16), slice(32, 36)


class _Row(NamedTuple):
    name: bytes
    task: bytes
    reference: bytes
    file: bytes
    layer: int
    priority: int
    says: int


def file_digest(path: str) -> bytes:
    """By which outlines know their files."""
    return _digest(path)


def outline(value: Mapping[str, Any], layer: int, path: str) -> bytes:
    """The outline of a valid document, `SIZE` bytes, so that those of many are put together by `+`."""
    metadata, spec = value["metadata"], value["spec"]
    kind = "select" if "select" in spec else "task"
    get = spec[kind].get
    name = get("name", "")
    parts = (name, get("environment", ""), get("project", ""), get("domain", ""), kind)
    return _ROW.pack(
        _digest(metadata["name"]),
        _digest(name),
        _digest("\0".join(parts)),
        _digest(path),
        layer,
        int(spec.get("priority", 0)),
        _says(spec, spec[kind]),
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _says(spec: Mapping[str, Any], reference: Mapping[str, Any]) -> int:
    """What is written counts, also where it comes to nothing: the rules find out."""
    says = (_SELECTS if "select" in spec else 0) | (_REPLACES if spec.get("strategy") == "replace" else 0)
    if "auto_version" in reference or "version" in reference:
        says |= _HAS_SELECTOR
    if "queue" in spec.get("overrides", ()):
        says |= _FOR_RUNS
    return says | _submits(spec["submit"]) if "submit" in spec else says


def _submits(submit: Mapping[str, Any]) -> int:
    kind = submit.get("as")
    says = (_HAS_KIND if kind else 0) | (_IS_RUN if kind == "run" else 0)
    return says | (_FOR_RUNS if "inputs" in submit or "run" in submit else 0)


def doubtful(outlines: Outlines, stacks: Iterable[Collection[int]]) -> frozenset[bytes]:
    """The digests of the files whose manifests may break a rule among those of a target. *stacks* has its layers each.

    With one that may, all are in doubt that have its name or its task, and whatever stands in their files, and so on:
    the rules see whole groups.
    """
    names, tasks = set[bytes](), set[bytes]()
    for layers in stacks:
        here = _within(outlines, {_LAYER_ROW.pack(layer) for layer in layers})
        names.update(_wrong(here, _NAME, _named_alike))
        tasks.update(_wrong(here, _TASK, _of_one_task))
    return _files(outlines, names, tasks) if names or tasks else frozenset()


def _within(outlines: Outlines, layers: set[bytes]) -> Outlines:
    if layers.issuperset(_each(outlines, _LAYER)):
        return outlines
    return [b"".join([row for row in _rows(outlines) if row[_LAYER] in layers])]


def _rows(outlines: Outlines) -> Iterator[bytes]:
    """One after the other: all at once take several times the memory of the outlines."""
    return (part[start : start + SIZE] for part in outlines for start in range(0, len(part), SIZE))


def _each(outlines: Outlines, key: slice) -> Iterator[bytes]:
    """What every row has at *key*."""
    length = key.stop - key.start
    return (part[start : start + length] for part in outlines for start in range(key.start, len(part), SIZE))


def _wrong(outlines: Outlines, key: slice, is_wrong: Callable[[list[_Row]], bool]) -> Iterator[bytes]:
    """The digests at *key* whose rows are wrong together."""
    together: dict[bytes, list[bytes]] = {digest: [] for digest in _doubled(outlines, key)}
    # What most rows say is right alone: where no row says anything else, only the doubled ones are looked at.
    said = set(chain.from_iterable(part[SIZE - 1 :: SIZE] for part in outlines))
    suspect = any(_is_wrong_alone(says, is_wrong) for says in said)
    for row in _rows(outlines) if together or suspect else ():
        digest = row[key]
        if digest in together:
            together[digest].append(row)
        elif suspect and _is_wrong_alone(row[-1], is_wrong):
            yield digest
    yield from (digest for digest, group in together.items() if is_wrong([*map(_row, group)]))


def _doubled(outlines: Outlines, key: slice) -> set[bytes]:
    """What more than one row has at *key*."""
    digests = sorted(_each(outlines, key))
    return {one for one, next_one in pairwise(digests) if one == next_one}


@cache
def _is_wrong_alone(says: int, is_wrong: Callable[[list[_Row]], bool]) -> bool:
    """Of a row that is the only one, as most are, nothing counts but what it says."""
    return is_wrong([_Row(name=b"", task=b"", reference=b"", file=b"", layer=0, priority=0, says=says)])


def _row(packed: bytes) -> _Row:
    return _Row._make(_ROW.unpack(packed))


def _named_alike(group: list[_Row]) -> bool:
    """One name twice in a layer, for two references, or with what only acts on runs where none is one."""
    if len({row.layer for row in group}) < len(group) or len({row.reference for row in group}) > 1:
        return True
    return _any(group, _FOR_RUNS) and not _any(group, _HAS_KIND)


def _of_one_task(rows: list[_Row]) -> bool:
    """Two strategies, no selector, or two of one rank, of which a run is none when no other layer has its name."""
    group = [row for row in rows if not row.says & _SELECTS]
    if len({row.says & _REPLACES for row in group}) > 1:
        return True
    chosen = {row.reference for row in group if row.says & _HAS_SELECTOR}
    if any(row.reference not in chosen for row in group):
        return True
    count = Counter(row.name for row in group)
    alone = {row.name for row in group if row.says & _IS_RUN and count[row.name] == 1}
    ranked = [(row.reference, row.layer, row.priority) for row in group if row.name not in alone]
    return len(set(ranked)) < len(ranked)


def _any(group: Iterable[_Row], bit: int) -> bool:
    return any(row.says & bit for row in group)


def _files(outlines: Outlines, names: set[bytes], tasks: set[bytes]) -> frozenset[bytes]:
    """Selections are in all of them: what a task lacks, one that matches it may have."""
    files, size = set[bytes](), -1
    while size < len(names) + len(tasks) + len(files):
        size = len(names) + len(tasks) + len(files)
        for row in map(_row, _rows(outlines)):
            selects = bool(row.says & _SELECTS)
            if selects or row.file in files or row.name in names or row.task in tasks:
                files.add(row.file)
                names.add(row.name)
                tasks |= set() if selects else {row.task}
    return frozenset(files)
