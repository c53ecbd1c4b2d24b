"""Where the files of a plan are in their repository, and on the web."""

from __future__ import annotations

import posixpath

from flyteplan.errors import Position
from flyteplan.record import dataclass

_OUTSIDE = ("/", "<", "-", "..")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """`folder`: the one of flyteplan.yaml, from the repository's root; paths of positions are relative to it.

    `url` is the page of the root at one revision (`https://github.com/acme/ml/blob/51ef0b7`), "" where it is not
    known; `anchor` leads to a line of a file there. What begins with `elsewhere` (`origin/main:`) is a file of another
    revision, and has no line here.
    """

    folder: str = ""
    url: str = ""
    anchor: str = "#L{line}"
    elsewhere: str = ""

    def path(self, position: Position) -> str:
        """From the root of the repository; as it is shown for what is not in it."""
        inside = _inside(position) and self.has(position)
        return posixpath.normpath(posixpath.join(self.folder, position.path)) if inside else position.path

    def has(self, position: Position) -> bool:
        """Whether it is a place in the files of the checkout."""
        return not (self.elsewhere and position.path.startswith(self.elsewhere))

    def link(self, position: Position) -> str:
        """The page of this line, "" where there is none."""
        from urllib.parse import quote

        if not self.url or not _inside(position) or not self.has(position):
            return ""
        path = quote(self.path(position), errors="replace")
        return f"{self.url}/{path}" + (self.anchor.format(line=position.line) if position.line else "")


def _inside(position: Position) -> bool:
    return bool(position.path) and not position.path.startswith(_OUTSIDE)
