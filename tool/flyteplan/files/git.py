"""Files of a revision, from Git's objects: nothing is checked out, and no file of the work tree is touched."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flyteplan.errors import FlyteplanError, InputError, Position, Problem, UsageError
from flyteplan.files.manifests import SUFFIXES
from flyteplan.files.paths import printable
from flyteplan.load import MAXIMUM_BYTES

_SECONDS = 120
_LINK, _FILES = "120000", ("100644", "100755")
_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit. `root` is the folder that paths are relative to, `prefix` its place in the repository.

    `label` stands in front of every path that is shown, so that nobody looks for the line in the work tree; "" where
    the files of two revisions are compared by their paths.
    """

    root: str
    prefix: str
    commit: str
    label: str

    def shown(self, path: str) -> str:
        return self.label + printable(path)

    def full(self, path: str) -> str:
        """*path* from the root of the repository, which it may lead out of."""
        return posixpath.normpath(posixpath.join(self.prefix, path))

    def has_room_for(self, path: str) -> bool:
        """Whether *path* is one of the repository's, there or not."""
        full = self.full(path)
        return not full.startswith(("../", "/")) and full != ".."


class _Entry(NamedTuple):
    """One file of a tree: its path from the root of the repository."""

    mode: str
    object: str
    path: str


def open_revision(root: str, name: str) -> Revision:
    """*name* is all that Git takes for a commit, or `A...B` for their merge base. Raises UsageError."""
    prefix = _run(root, "rev-parse", "--show-prefix")
    if prefix.returncode:
        why = _text(prefix.stderr).partition("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"revision {name} can not be read in {root}: {why}")
    left, two_dots, right = name.partition("..")
    if two_dots and not right.startswith("."):
        raise UsageError(f"{name}: a range has three dots here, {left}...{right}: what {right or 'HEAD'} changes")
    commit = _merge_base(root, name) if "..." in name else _commit(root, name)
    label = commit[:_SHOWN_DIGITS] if "..." in name or name == commit else name
    return Revision(root=root, prefix=_text(prefix.stdout), commit=commit, label=f"{label}:")


def _commit(root: str, name: str) -> str:
    found = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise UsageError(f"no revision {name} ({_advice(root, name)})")
    return _text(found.stdout)


def _merge_base(root: str, name: str) -> str:
    left, _, right = name.partition("...")
    ends = [_commit(root, end or "HEAD") for end in (left, right)]
    found = _run(root, "merge-base", *ends)
    if found.returncode:
        raise UsageError(f"{name}: the two have no common commit here ({_advice(root, left)})")
    return _text(found.stdout)


def _advice(root: str, name: str) -> str:
    if _text(_run(root, "rev-parse", "--is-shallow-repository").stdout) == "true":
        return "this clone is shallow, and may lack it: git fetch --unshallow, or fetch-depth: 0 of actions/checkout"
    remote, slash, branch = name.partition("/")
    return f"git fetch {remote} {branch} may bring it" if slash else "git branch -a and git tag list what there is"


def read_file(revision: Revision, path: str) -> bytes | None:
    """One file, None when the revision does not have it. Raises InputError for a link: its content is a path."""
    found = [entry for entry in _entries(revision, path) if entry.path == _full(revision, path)]
    if found and found[0].mode == _LINK:
        raise InputError([_link(revision.shown(path))])
    return _contents(revision, found)[found[0].object] if found else None


def read_files(revision: Revision, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    """`(shown path, bytes or what is wrong)` of files, and of all .yaml, .yml and .json files below folders.

    In the order in which the files of a checkout are read. A path that the revision does not have is a problem.
    """
    listed = {path: _wanted(revision, path) for path in paths}
    contents = _contents(revision, [entry for found in listed.values() for entry in found])
    seen: set[str] = set()
    for path, found in listed.items():
        if not found:
            yield revision.shown(path), _absent(revision, path)
        for entry in found:
            if entry.path not in seen:
                seen.add(entry.path)
                yield _content(revision, entry, contents)


def _wanted(revision: Revision, path: str) -> list[_Entry]:
    """What a walk would take: no hidden files, and of folders the suffixes of manifests."""
    full = _full(revision, path)
    found = []
    for entry in _entries(revision, path):
        below = entry.path.removeprefix(full).strip("/") if entry.path != full else ""
        visible = not any(part.startswith(".") for part in below.split("/"))
        if entry.mode in (_LINK, *_FILES) and visible and (not below or below.endswith(SUFFIXES)):
            found.append(entry)
    return sorted(found, key=lambda entry: entry.path.split("/"))


def _full(revision: Revision, path: str) -> str:
    """*path* from the root of the repository, "" for the root itself."""
    full = revision.full(path)
    if not revision.has_room_for(path):
        raise UsageError(f"{path} is outside of the repository, so {revision.label} does not have it")
    return "" if full == "." else full


def _entries(revision: Revision, path: str) -> list[_Entry]:
    full = _full(revision, path)
    listed = _run(revision.root, "ls-tree", "-r", "-z", "--full-tree", revision.commit, "--", *filter(None, [full]))
    if listed.returncode:
        raise FlyteplanError(f"{revision.shown(path)} can not be listed: {_text(listed.stderr)}")
    return [_entry(line) for line in listed.stdout.split(b"\0") if line]


def _entry(line: bytes) -> _Entry:
    facts, _, path = line.partition(b"\t")
    mode, _, name = facts.decode().split(" ")
    return _Entry(mode, name, path.decode("utf-8", "surrogateescape"))


def _contents(revision: Revision, entries: Iterable[_Entry]) -> Mapping[str, bytes]:
    """By the name of the object, all in one call. Raises FlyteplanError for one that this clone does not have."""
    names = list(dict.fromkeys(entry.object for entry in entries))
    if not names:
        return {}
    done = _run(revision.root, "cat-file", "--batch", data="".join(f"{name}\n" for name in names).encode())
    found, rest = {}, done.stdout
    for name in names:
        head, _, rest = rest.partition(b"\n")
        size = head.rpartition(b" ")[2]
        if done.returncode or not size.isdigit():
            raise FlyteplanError(f"{revision.label} is not all here: this clone is partial, and lacks object {name}")
        found[name], rest = rest[: int(size)], rest[int(size) + 1 :]
    return found


def _content(revision: Revision, entry: _Entry, contents: Mapping[str, bytes]) -> tuple[str, bytes | Problem]:
    name = revision.shown(entry.path.removeprefix(revision.prefix))
    data = contents[entry.object]
    if entry.mode == _LINK:
        return name, _link(name)
    if len(data) > MAXIMUM_BYTES:
        return name, _wrong("FP1011", name, f"the file has more than {MAXIMUM_BYTES:,} bytes", "split it")
    return name, data


def _link(name: str) -> Problem:
    return _wrong("FP1001", name, "a symbolic link, which is not followed in a revision", "put the file itself there")


def _absent(revision: Revision, path: str) -> Problem:
    hint = f"commit {revision.commit[:_SHOWN_DIGITS]} has no such folder with a .yaml, .yml or .json file in it"
    return _wrong("FP1001", revision.shown(path), "there is nothing to read", hint)


def _wrong(code: str, name: str, message: str, hint: str) -> Problem:
    return Problem(code=code, position=Position(name), message=message, hint=hint)


def _run(root: str, *arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    call = ["git", "-C", root, *arguments]
    try:
        return subprocess.run(call, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except FileNotFoundError:
        raise UsageError("git is not installed, and a revision is read with it") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise FlyteplanError(f"git {arguments[0]} failed: {error}") from None


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()
