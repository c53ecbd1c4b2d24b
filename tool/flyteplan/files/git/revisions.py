"""A commit by any of its names, and where it is read from."""

from __future__ import annotations

import posixpath

from flyteplan.errors import UsageError
from flyteplan.files.git.calling import run, text
from flyteplan.files.paths import printable
from flyteplan.record import dataclass

SHOWN_DIGITS = 12


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

    def whole(self, path: str) -> str:
        """*path* from the root of the repository, part by part: what stands before a `..` may be a link."""
        return posixpath.join(self.prefix, path)

    def full(self, path: str) -> str:
        """*path* from the root of the repository, which it may lead out of."""
        return posixpath.normpath(self.whole(path))

    def has_room_for(self, path: str) -> bool:
        """Whether *path* is one of the repository's, there or not."""
        full = self.full(path)
        return not full.startswith(("../", "/")) and full != ".."


def open_revision(root: str, name: str) -> Revision:
    """*name* is all that Git takes for a commit, or `A...B` for their merge base. Raises UsageError."""
    prefix = run(root, "rev-parse", "--show-prefix")
    if prefix.returncode:
        why = text(prefix.stderr).partition("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"revision {name} can not be read in {root}: {why}")
    left, two_dots, right = name.partition("..")
    if two_dots and not right.startswith("."):
        raise UsageError(f"{name}: a range has three dots here, {left}...{right}: what {right or 'HEAD'} changes")
    commit = _merge_base(root, name) if "..." in name else _commit(root, name)
    label = commit[:SHOWN_DIGITS] if "..." in name or name == commit else name
    return Revision(root=root, prefix=text(prefix.stdout), commit=commit, label=f"{label}:")


def _commit(root: str, name: str) -> str:
    found = run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise UsageError(f"no revision {name} ({_advice(root, name)})")
    return text(found.stdout)


def _merge_base(root: str, name: str) -> str:
    left, _, right = name.partition("...")
    ends = [_commit(root, end or "HEAD") for end in (left, right)]
    found = run(root, "merge-base", *ends)
    if found.returncode:
        raise UsageError(f"{name}: the two have no common commit here ({_advice(root, left)})")
    return text(found.stdout)


def _advice(root: str, name: str) -> str:
    if text(run(root, "rev-parse", "--is-shallow-repository").stdout) == "true":
        return "this clone is shallow, and may lack it: git fetch --unshallow, or fetch-depth: 0 of actions/checkout"
    remote, slash, branch = name.partition("/")
    return f"git fetch {remote} {branch} may bring it" if slash else "git branch -a and git tag list what there is"
