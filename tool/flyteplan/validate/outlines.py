"""What rules among manifests go by, in a few bytes a manifest: enough to tell which manifests may break one.

All manifests of an organisation are checked without keeping them. What an outline leaves in doubt is read again, and
judged by the rules themselves (`validate.among`, `resolve.compose`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

from flyteplan.model.manifest import Manifest, Selection
from flyteplan.model.settings import Path
from flyteplan.validate.written import Written

try:
    # What hashlib would give, without loading OpenSSL for it.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

# Digests of the name, the task, the reference and the file; layer, priority, and the bits below that are true of it.
_ROW = Struct(">8s8s8s8siiB")
_SELECTS, _REPLACES, _HAS_SELECTOR, _HAS_KIND, _IS_RUN, _FOR_RUNS = (1 << bit for bit in range(6))
_NAME, _TASK = itemgetter(slice(0, 8)), itemgetter(slice(8, 16))
_OF_RUNS = frozenset({("overrides", "queue"), ("submit", "inputs"), ("submit", "run")})


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


def outline(manifest: Manifest) -> bytes:
    """The outline of one manifest, of a fixed length, so that those of many are put together by `+`."""
    reference = manifest.reference
    selects = isinstance(reference, Selection)
    environment = reference.environment if isinstance(reference, Selection) else ""
    parts = (reference.name, environment, reference.project, reference.domain, "select" if selects else "task")
    return _ROW.pack(
        _digest(manifest.name),
        _digest(reference.name),
        _digest("\0".join(parts)),
        _digest(manifest.position.path),
        manifest.layer,
        manifest.priority,
        _says(manifest, selects=selects),
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _says(manifest: Manifest, *, selects: bool) -> int:
    says = (_SELECTS if selects else 0) | (_REPLACES if manifest.strategy == "replace" else 0)
    for path, value, _ in _puts(manifest):
        if path == ("selector",):
            says |= _HAS_SELECTOR
        elif path == ("submit", "as"):
            says |= _HAS_KIND | (_IS_RUN if value == "run" else 0)
        elif path[:2] in _OF_RUNS:
            says |= _FOR_RUNS
    return says


def _puts(manifest: Manifest) -> Iterable[tuple[Path, object, object]]:
    settings = manifest.settings
    return settings.puts() if isinstance(settings, Written) else ((one.path, one.value, None) for one in settings)


def doubtful(outlines: bytes, stacks: Iterable[Collection[int]]) -> frozenset[bytes]:
    """The digests of the files whose manifests may break a rule among those of a target. *stacks* has its layers each.

    With one that may, all are in doubt that have its name or its task, and whatever stands in their files, and so on:
    the rules see whole groups.
    """
    rows = [outlines[start : start + _ROW.size] for start in range(0, len(outlines), _ROW.size)]
    names, tasks = set[bytes](), set[bytes]()
    for layers in stacks:
        here = [row for row in rows if _row(row).layer in layers]
        for key, found, is_wrong in ((_NAME, names, _named_alike), (_TASK, tasks, _of_one_task)):
            here.sort(key=key)
            found |= {digest for digest, group in groupby(here, key) if is_wrong(list(map(_row, group)))}
    return _files(rows, names, tasks) if names or tasks else frozenset()


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


def _files(rows: list[bytes], names: set[bytes], tasks: set[bytes]) -> frozenset[bytes]:
    """Selections are in all of them: what a task lacks, one that matches it may have."""
    files, size = set[bytes](), -1
    while size < len(names) + len(tasks) + len(files):
        size = len(names) + len(tasks) + len(files)
        for row in map(_row, rows):
            selects = bool(row.says & _SELECTS)
            if selects or row.file in files or row.name in names or row.task in tasks:
                files.add(row.file)
                names.add(row.name)
                tasks |= set() if selects else {row.task}
    return frozenset(files)
