"""What a path that leads nowhere may have meant."""

from __future__ import annotations

import os

from flyteplan.model.nearest import nearest


def nearby(path: str) -> str:
    """A path that is there, and that one wrong name in *path* keeps it from; "" where there is none."""
    above, name = os.path.split(os.path.abspath(path))
    rest = ""
    while not os.path.isdir(above):
        above, name, rest = *os.path.split(above), os.path.join(name, rest)
    try:
        names = os.listdir(above)
    except OSError:
        return ""
    found = (os.path.join(above, near, rest).rstrip(os.sep) for near in nearest(name, names))
    return next(filter(os.path.exists, found), "")
