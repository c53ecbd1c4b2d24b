"""`.flyteplan`, where a workspace keeps what is its own: nothing of it is for Git."""

from __future__ import annotations

import os
from contextlib import suppress

ROOT = ".flyteplan"
_ALL = "*\n"


def own_folder(root: str, name: str = "") -> str:
    """`.flyteplan`, or the folder *name* in it, below *root*. Raises OSError.

    Whenever one is made, Git is told to leave all of it alone. A .gitignore that is there, or was removed later, is the
    user's.
    """
    folder = os.path.join(root, ROOT, name)
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(root, ROOT, ".gitignore")
        with suppress(FileExistsError), open(path, "x", encoding="ascii") as file:
            file.write(_ALL)
    return folder
