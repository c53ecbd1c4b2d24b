"""HTML as elements, read by the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

_VOID = {"meta", "link", "input", "br", "hr", "wbr", "img"}
# What ends by itself where the next of its kind or its parent ends.
_IMPLIED = {"tr": {"tr", "th", "td"}, "th": {"th", "td"}, "td": {"th", "td"}, "tbody": {"thead", "tr", "th", "td"}}


class Element(NamedTuple):
    """`within`: the names of the elements around it, the outermost first."""

    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[Element] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open and self.open[-1] in _IMPLIED.get(tag, ()):
            self.open.pop()
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


def elements(text: str) -> list[Element]:
    """In the order of the document."""
    return read(text).elements


def texts(text: str) -> str:
    """All that is no markup, style and script too."""
    return "".join(read(text).texts)


def shape(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The same without the attribute that a link of ours has only where its text does not say where it leads."""
    return [(name, tuple(one for one in names if one != "data-at"), within) for name, names, within in structure(text)]


def structure(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Every element with the names of its attributes and where it stands, whatever it says."""
    return [(one.name, tuple(one.attributes), one.within) for one in elements(text)]
