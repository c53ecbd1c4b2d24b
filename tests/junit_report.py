"""JUnit XML has no official schema; this is what its readers (Jenkins, GitLab, Azure Pipelines) agree on, strictly."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

_COUNTS = ("tests", "failures", "errors")
# By element: the attributes it needs, those it may have, and the children it may have in this order.
_SHAPE = {
    "testsuites": (_COUNTS, (), ("testsuite",)),
    "testsuite": (("name", *_COUNTS, "skipped"), (), ("testcase",)),
    "testcase": (("classname", "name"), ("file",), ("failure", "system-out")),
    "failure": (("type", "message"), (), ()),
    "system-out": ((), (), ()),
}


def complaints(text: str) -> list[str]:
    root = ET.fromstring(text)
    found = [] if root.tag == "testsuites" else [f"begins with {root.tag}"]
    return [*found, *(complaint for element in root.iter() for complaint in _of(element))]


def _of(element: ET.Element) -> Iterator[str]:
    if element.tag not in _SHAPE:
        yield f"{element.tag} is not known"
        return
    needed, possible, children = _SHAPE[element.tag]
    yield from (f"{element.tag} lacks {name}" for name in needed if name not in element.attrib)
    yield from (f"{element.tag} has {name}" for name in element.attrib if name not in (*needed, *possible))
    tags = [child.tag for child in element]
    yield from (f"{element.tag} has a child {tag}" for tag in tags if tag not in children)
    if tags != sorted(tags, key=lambda tag: children.index(tag) if tag in children else 0):
        yield f"the children of {element.tag} are out of order"
    if element.tag == "testcase" and tags.count("failure") > 1:
        yield "a test case fails more than once"
    if "tests" in element.attrib:
        yield from _counts(element)


def _counts(element: ET.Element) -> Iterator[str]:
    cases = [*element.iter("testcase")]
    failures = sum(case.find("failure") is not None for case in cases)
    for name, count in (("tests", len(cases)), ("failures", failures), ("errors", 0)):
        if element.get(name) != str(count):
            yield f"{element.tag} counts {element.get(name)} {name}, there are {count}"
