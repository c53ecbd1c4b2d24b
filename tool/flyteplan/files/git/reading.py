"""Files by their paths in a commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flyteplan.errors import InputError, Position, Problem, UsageError
from flyteplan.files.git.revisions import SHOWN_DIGITS, Revision
from flyteplan.files.git.tree import Entry, LostError, contents, tree_at
from flyteplan.load import MAXIMUM_BYTES

# What the problem says of a path that a revision does not have.
ABSENT = "there is nothing to read"


def read_file(revision: Revision, path: str) -> bytes | None:
    """One file, None when the revision does not have it. Raises InputError for a link to what it can not have."""
    _full(revision, path)
    try:
        found = tree_at(revision.root, revision.commit, revision.whole(path)).find(revision.whole(path))
    except LostError as lost:
        raise InputError([_lost(revision.shown(path), lost)]) from None
    if found is None or found.is_folder:
        return None
    return contents(revision.root, revision.label, [found])[found.object]


def read_files(revision: Revision, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    """`(shown path, bytes or what is wrong)` of files, and of all .yaml, .yml and .json files below folders.

    In the order in which the files of a checkout are read. A path that the revision does not have is a problem.
    """
    listed = {path: list(_wanted(revision, path)) for path in paths}
    entries = [entry for found in listed.values() for _, entry in found if isinstance(entry, Entry)]
    data = contents(revision.root, revision.label, entries)
    seen: set[str] = set()
    for path, found in listed.items():
        if not found:
            yield revision.shown(path), _absent(revision, path)
        for full, entry in found:
            if full not in seen:
                seen.add(full)
                yield _content(revision, full, entry, data)


def _wanted(revision: Revision, path: str) -> Iterator[tuple[str, Entry | LostError]]:
    """Every file that *path* stands for, with its path from the root of the repository."""
    full = _full(revision, path)
    tree = tree_at(revision.root, revision.commit, revision.whole(path))
    try:
        found = tree.find(revision.whole(path))
    except LostError as lost:
        yield full, lost
        return
    if found is not None:
        yield from tree.walk(full, found) if found.is_folder else [(full, found)]


def _full(revision: Revision, path: str) -> str:
    """*path* from the root of the repository, "" for the root itself."""
    full = revision.full(path)
    if not revision.has_room_for(path):
        raise UsageError(f"{path} is outside of the repository, so {revision.label} does not have it")
    return "" if full == "." else full


def _content(
    revision: Revision, full: str, entry: Entry | LostError, data: Mapping[str, bytes]
) -> tuple[str, bytes | Problem]:
    name = revision.shown(full.removeprefix(revision.prefix))
    if isinstance(entry, LostError):
        return name, _lost(name, entry)
    if len(data[entry.object]) > MAXIMUM_BYTES:
        return name, _wrong("FP1011", name, f"the file has more than {MAXIMUM_BYTES:,} bytes", "split it")
    return name, data[entry.object]


def _lost(name: str, lost: LostError) -> Problem:
    return _wrong("FP1001", name, lost.why, lost.hint)


def _absent(revision: Revision, path: str) -> Problem:
    hint = f"commit {revision.commit[:SHOWN_DIGITS]} has no such folder with a .yaml, .yml or .json file in it"
    return _wrong("FP1001", revision.shown(path), ABSENT, hint)


def _wrong(code: str, name: str, message: str, hint: str) -> Problem:
    return Problem(code=code, position=Position(name), message=message, hint=hint)
