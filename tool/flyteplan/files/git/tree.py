"""What stands where in a commit, through the symbolic links in it, as a checkout would have it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from flyteplan.errors import FlyteplanError
from flyteplan.files.git.calling import run, text
from flyteplan.files.manifests import SUFFIXES
from flyteplan.files.paths import printable

_FOLDER, _LINK, _MODULE = "040000", "120000", "160000"
# As many links, one after the other, as Linux follows.
_MOST_LINKS = 40
_PUT = "put the files themselves here, or take it out of what is read"
_MEND = "mend the link, or remove it"


class LostError(Exception):
    """A path leads to where the commit has no files, though a checkout may: why, and what to do."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why, self.hint = why, hint


class Entry(NamedTuple):
    """A file or a folder, by its path from the root of the repository ("" for the root), which has no links in it."""

    mode: str
    object: str
    path: str

    @property
    def is_folder(self) -> bool:
        return self.mode == _FOLDER


class _Step(NamedTuple):
    """A folder by the path that led to it, with those that this one went through."""

    name: str
    folder: str
    above: tuple[str, ...]


class Tree:
    """Entries of one commit. Links are read when they are met, all of their folder in one call."""

    def __init__(self, root: str, commit: str, entries: Iterable[Entry]) -> None:
        self._root, self._commit = root, commit
        self._entries = {entry.path: entry for entry in entries}
        self._inside: dict[str, list[Entry]] = {}
        for entry in self._entries.values():
            self._inside.setdefault(posixpath.dirname(entry.path), []).append(entry)
        self._links: dict[str, str] = {}
        self._known: dict[str, Entry | LostError] = {}

    def find(self, path: str, via: tuple[str, ...] = ()) -> Entry | None:
        """What *path* leads to, *via* these links; None where nothing is. Raises LostError."""
        here = Entry(_FOLDER, "", "")
        for part in path.split("/"):
            found = here if part in ("", ".") else self._next(here, part, via)
            if found is None:
                return None
            here = self._behind(found, via) if found.mode == _LINK else found
        return here

    def _next(self, here: Entry, part: str, via: tuple[str, ...]) -> Entry | None:
        if not here.is_folder:
            return None
        if part == "..":
            return self._above(here, via)
        found = self._entries.get(posixpath.join(here.path, part))
        if found and found.mode == _MODULE:
            raise LostError(f"{found.path} is a submodule, whose files are not in this repository", _PUT)
        return found

    def _above(self, here: Entry, via: tuple[str, ...]) -> Entry:
        if not here.path:
            raise LostError(f"{self._said(via)} leads out of the repository", _PUT)
        path = posixpath.dirname(here.path)
        return self._entries[path] if path else Entry(_FOLDER, "", "")

    def _said(self, via: tuple[str, ...]) -> str:
        return f"a symbolic link to {printable(self._links[via[-1]])}, which" if via else "the path"

    def _behind(self, link: Entry, via: tuple[str, ...]) -> Entry:
        """Each link is followed once: a few that lead to each other can stand for any number of ways."""
        if link.path in via or len(via) == _MOST_LINKS:
            raise LostError("can not be read: its symbolic links lead in a circle", _MEND)
        if link.path not in self._known:
            try:
                self._known[link.path] = self._followed(link, (*via, link.path))
            except LostError as lost:
                self._known[link.path] = lost
        found = self._known[link.path]
        if isinstance(found, LostError):
            raise found
        return found

    def _followed(self, link: Entry, via: tuple[str, ...]) -> Entry:
        target = self._target(link)
        if target.startswith("/"):
            raise LostError(f"{self._said(via)} leads out of the repository", _PUT)
        found = self.find(posixpath.join(posixpath.dirname(link.path), target), via)
        if found is None:
            raise LostError(f"can not be read: it is a link to {printable(target)}, which is not there", _MEND)
        return found

    def _target(self, link: Entry) -> str:
        if link.path not in self._links:
            links = [one for one in self._inside[posixpath.dirname(link.path)] if one.mode == _LINK]
            found = contents(self._root, f"{self._commit}:", links)
            self._links.update((one.path, found[one.object].decode("utf-8", "surrogateescape")) for one in links)
        return self._links[link.path]

    def walk(self, name: str, folder: Entry) -> Iterator[tuple[str, Entry | LostError]]:
        """The manifests below *folder*, in the order and by the names of a walk of the checkout that began at *name*.

        No hidden files; nothing where a link has led back to a folder above.
        """
        waiting: list[_Step | tuple[str, Entry | LostError]] = [_Step(name, folder.path, ())]
        while waiting:
            step = waiting.pop()
            if isinstance(step, _Step):
                waiting.extend(reversed(list(self._steps(step))))
            else:
                yield step

    def _steps(self, step: _Step) -> Iterator[_Step | tuple[str, Entry | LostError]]:
        if step.folder in step.above:
            return
        for entry in sorted(self._inside.get(step.folder, ()), key=lambda entry: entry.path):
            name = posixpath.join(step.name, posixpath.basename(entry.path))
            if posixpath.basename(entry.path).startswith("."):
                continue
            found = self._reached(entry)
            if isinstance(found, LostError):
                yield name, found
            elif found.is_folder:
                yield _Step(name, found.path, (*step.above, step.folder))
            elif name.endswith(SUFFIXES):
                yield name, found

    def _reached(self, entry: Entry) -> Entry | LostError:
        if entry.mode not in (_LINK, _MODULE):
            return entry
        try:
            # It is there, so that what it leads to is there too, or lost.
            return self.find(entry.path) or entry
        except LostError as lost:
            return lost


def tree_at(root: str, commit: str, path: str) -> Tree:
    """What is needed of *commit* to tell what *path* leads to and what is below: most often there are no links."""
    if ".." in path.split("/"):
        return _whole(root, commit)
    entries = _around(root, commit, posixpath.normpath(path))
    linked = any(entry.mode in (_LINK, _MODULE) for entry in entries)
    return _whole(root, commit) if linked else Tree(root, commit, entries)


def _around(root: str, commit: str, path: str) -> list[Entry]:
    """The folders on the way to *path* and all below it; where it ends before, what stands in its way."""
    entries = _listed(root, commit, "" if path == "." else path, "-r", "-t")
    known = {entry.path for entry in entries}
    parts = path.split("/")
    ends = next((end for end in range(1, len(parts)) if "/".join(parts[:end]) not in known), 0)
    return entries + (_listed(root, commit, "/".join(parts[:ends])) if ends else [])


@lru_cache(maxsize=2)
def _whole(root: str, commit: str) -> Tree:
    return Tree(root, commit, _listed(root, commit, "", "-r", "-t"))


def _listed(root: str, commit: str, path: str, *flags: str) -> list[Entry]:
    listed = run(root, "ls-tree", "-z", "--full-tree", *flags, commit, "--", *filter(None, [path]))
    if listed.returncode:
        raise FlyteplanError(f"{commit} can not be listed: {text(listed.stderr)}")
    return [_entry(line) for line in listed.stdout.split(b"\0") if line]


def _entry(line: bytes) -> Entry:
    facts, _, path = line.partition(b"\t")
    mode, _, name = facts.decode().split(" ")
    return Entry(mode, name, path.decode("utf-8", "surrogateescape"))


def contents(root: str, label: str, entries: Iterable[Entry]) -> Mapping[str, bytes]:
    """By the name of the object, all in one call. Raises FlyteplanError for one that this clone does not have."""
    names = list(dict.fromkeys(entry.object for entry in entries))
    if not names:
        return {}
    done = run(root, "cat-file", "--batch", data="".join(f"{name}\n" for name in names).encode())
    found, data, start = {}, done.stdout, 0
    for name in names:
        end = data.find(b"\n", start)
        size = data[start:end].rpartition(b" ")[2]
        if done.returncode or not size.isdigit():
            raise FlyteplanError(f"{label} is not all here: this clone is partial, and lacks object {name}")
        found[name] = data[end + 1 : end + 1 + int(size)]
        start = end + 1 + int(size) + 1
    return found
