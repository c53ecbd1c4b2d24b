"""How a path is shown: the same on every machine, whoever checked the repository out and where."""

from __future__ import annotations

import os


def shown(path: str, root: str = ".") -> str:
    """*path* relative to *root* with `/` when it is inside, else as given."""
    absolute, base = os.path.abspath(path), os.path.abspath(root)
    below = absolute == base or absolute.startswith(os.path.join(base, ""))
    return printable((os.path.relpath(absolute, base) if below else path).replace(os.sep, "/"))


def inside(folder: str, name: str) -> str:
    """How the entry *name* of a folder is shown that itself is shown as *folder*."""
    return printable(name) if folder == "." else f"{folder.rstrip('/')}/{printable(name)}"


def printable(name: str) -> str:
    """*name* with the bytes that are not UTF-8 replaced, so that it can be written anywhere."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "replace")
