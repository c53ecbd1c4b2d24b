"""Where the places of a page lead, said once for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.record import replace
from flyteplan.render.html.view import Page


def addressed(page: Page) -> Page:
    """*page* with what stands before and within the addresses of its places."""
    for root, mark in _patterns(page):
        return replace(page, root=root, mark=mark)
    return page


def _patterns(page: Page) -> Iterator[tuple[str, str]]:
    """Of each address that has its path and its line as they are read: what stands before and between them."""
    for place in page.places:
        path, colon, line = place.text.rpartition(":")
        before, found, rest = place.href.rpartition(path) if path else ("", "", "")
        if colon and found and line and rest.endswith(line):
            yield before, rest[: -len(line)]
