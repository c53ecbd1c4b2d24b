"""Every manifest file of every layer, in an order that does not depend on the machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import BinaryIO, NamedTuple, TypeAlias

from flyteplan.errors import Position, Problem
from flyteplan.files.paths import inside, printable, shown
from flyteplan.files.reading import TooLargeError, read, read_descriptor, reason
from flyteplan.load import MAXIMUM_BYTES
from flyteplan.ports import Content, Found

STDIN = "-"
# How standard input is shown.
PIPED = "<stdin>"
SUFFIXES = (".yaml", ".yml", ".json")

# What a file turned out to be, or what reads it, after the path that leads to it and the one it is shown by.
_Found: TypeAlias = "tuple[str, str, Content | Callable[[], Content]]"
_Identity: TypeAlias = tuple[int, int]


class _Step(NamedTuple):
    """A folder with the identities of those above it, or (None) a file."""

    path: str
    name: str
    above: tuple[_Identity, ...] | None


def read_layers(
    layers: Sequence[Sequence[str]], *, root: str = ".", stdin: BinaryIO | None = None
) -> Iterator[tuple[int, str, Content]]:
    """Yields `(layer, shown path, bytes or what is wrong)` for every manifest file of `find_layers`."""
    for layer, name, content in find_layers(layers, root=root, stdin=stdin):
        yield layer, name, content() if callable(content) else content


def find_layers(layers: Sequence[Sequence[str]], *, root: str = ".", stdin: BinaryIO | None = None) -> Iterator[Found]:
    """Yields `(layer, shown path, what reads it)` for every manifest file. What can be read only once is read.

    A layer is a sequence of folders (walked; `.yaml`, `.yml` and `.json`, nothing hidden), files, and `-` for `stdin`
    (None: the standard input of the process). A file that two paths of one layer lead to is read once. Paths are shown
    relative to `root` when they are inside it.
    """
    # Before anything else: whoever goes on with this walk in a copy of the process would read the rest of a pipe.
    named = dict.fromkeys(path for paths in layers for path in paths)
    pipes = {path: _piped(path, root, stdin) for path in named if is_read_once(path)}
    for layer, paths in enumerate(layers):
        walks = [[pipes[path]] if path in pipes else _find_path(path, root) for path in paths]
        for _, name, content in _each_once(walks) if len(walks) > 1 else chain(*walks):
            yield layer, name, content


def _each_once(walks: Iterable[Iterable[_Found]]) -> Iterator[_Found]:
    """One walk leads to nothing twice; what several have led to is kept only where there are several.

    Files whose names are not UTF-8 may be shown alike, so it is the path itself that tells which one it is.
    """
    seen: set[str] = set()
    for path, name, content in chain.from_iterable(walks):
        identity = os.path.abspath(path)
        if identity not in seen:
            seen.add(identity)
            yield path, name, content


def is_read_once(path: str) -> bool:
    """Whether *path* is standard input or another pipe: what was read of it is gone."""
    return path == STDIN or (os.path.exists(path) and not os.path.isdir(path) and not os.path.isfile(path))


def _piped(path: str, root: str, stdin: BinaryIO | None) -> _Found:
    if path == STDIN:
        return PIPED, PIPED, _content(PIPED, stdin or 0)
    name = shown(path, root)
    return path, name, _content(name, path)


def _find_path(path: str, root: str) -> Iterator[_Found]:
    for file, name, wrong in _files(path, shown(path, root)):
        yield file, name, wrong or partial(_content, name, file)


def _files(path: str, name: str) -> Iterator[tuple[str, str, Problem | None]]:
    """The files that *path* stands for, each with the path it is shown by, and what is wrong with a folder."""
    waiting = [iter([_Step(path, name, () if os.path.isdir(path) else None)])]
    while waiting:
        step = next(waiting[-1], None)
        if step is None:
            waiting.pop()
        elif step.above is None:
            yield step.path, step.name, None
        else:
            try:
                waiting.append(_inside(step.path, step.name, step.above))
            except OSError as error:
                yield step.path, step.name, _unreadable(step.name, step.path, error)


def _inside(folder: str, name: str, above: tuple[_Identity, ...]) -> Iterator[_Step]:
    """What is in *folder*, by name; nothing when a link has led back to a folder above.

    Of a folder with many files only their names are there at once.
    """
    identity = _identity(folder)
    if identity in above:
        return iter(())
    folders: set[str] = set()
    with os.scandir(folder) as entries:
        names = sorted([entry.name for entry in entries if _counts(entry, folders)])
    # Once for the folder: to join a path takes a third of the time in which a file is found.
    path, shown_path, around = os.path.join(folder, ""), inside(name, ""), (*above, identity)
    return (_Step(path + one, shown_path + printable(one), around if one in folders else None) for one in names)


def _counts(entry: os.DirEntry[str], folders: set[str]) -> bool:
    """Whether *entry* may be a manifest file, or is a folder, which is noted then."""
    if entry.name.startswith("."):
        return False
    kind = _kind(entry)
    if kind == "folder":
        folders.add(entry.name)
    return kind == "folder" or (kind == "file" and entry.name.endswith(SUFFIXES))


def _kind(entry: os.DirEntry[str]) -> str:
    """Pipes and devices are `other`: they would block the reader. What is broken is a file: reading it says why."""
    try:
        if entry.is_dir():
            return "folder"
        return "file" if entry.is_file() or not os.path.exists(entry.path) else "other"
    except OSError:
        return "file"


def _identity(folder: str) -> _Identity:
    status = os.stat(folder)
    return status.st_dev, status.st_ino


def _content(name: str, source: str | int | BinaryIO) -> Content:
    try:
        return _read(source)
    except TooLargeError:
        hint = "a manifest is a few lines; move this file out of the manifests, or split it"
        message = f"the file has more than {MAXIMUM_BYTES:,} bytes"
        return Problem(code="FP1011", position=Position(name), message=message, hint=hint)
    except OSError as error:
        return _unreadable(name, source if isinstance(source, str) else name, error)


def _read(source: str | int | BinaryIO) -> bytes:
    if isinstance(source, str):
        return read(source, MAXIMUM_BYTES)
    if isinstance(source, int):
        return read_descriptor(source, MAXIMUM_BYTES)
    data = source.read(MAXIMUM_BYTES + 1)
    if len(data) > MAXIMUM_BYTES:
        raise TooLargeError
    return data


def _unreadable(name: str, path: str, error: OSError) -> Problem:
    why, hint = reason(path, error)
    return Problem(code="FP1001", position=Position(name), message=f"can not be read: {why}", hint=hint)
