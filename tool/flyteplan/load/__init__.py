"""Bytes of a file -> its documents, read as YAML 1.2 (core schema), and what is wrong with them, where.

PyYAML's binding of libyaml parses; what the text means (null, numbers, strings) and what is refused is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator

from yaml.error import YAMLError

from flyteplan.errors import Problem, ordered
from flyteplan.load.build import Builder
from flyteplan.load.compose import DepthError, composed
from flyteplan.load.locate import NodeLocator, place
from flyteplan.load.source import MAXIMUM_BYTES, prepared, refusal
from flyteplan.model.document import Document

__all__ = ["MAXIMUM_BYTES", "load"]


def load(data: bytes, path: str) -> Iterator[Document | Problem]:
    """The documents of one file in order, or their problems in their place; *path* is shown to the user.

    A document with problems yields all of them and no `Document`. After a syntax error, and after nesting that is
    too deep, nothing more of the file is read. Empty documents are skipped: an empty file yields nothing. A `.json`
    file is read as the YAML that it is.
    """
    refused = refusal(data, path)
    if refused:
        yield refused
        return
    source = prepared(data, path)
    try:
        yield from _documents(source, path)
    except (DepthError, YAMLError) as error:
        yield _unparsed(error, source, path)


def _unparsed(error: DepthError | YAMLError, source: bytes, path: str) -> Problem:
    from flyteplan.load.syntax import syntax_problem, too_deep

    return too_deep(place(path, error.mark)) if isinstance(error, DepthError) else syntax_problem(error, source, path)


def _documents(source: bytes, path: str) -> Iterator[Document | Problem]:
    for root in composed(source):
        builder = Builder(path)
        value = builder.value(root, 0)
        if builder.problems:
            from flyteplan.load.veil import veiled

            yield from ordered(veiled(builder.problems, root, path))
        else:
            yield Document(path=path, value=value, locator=NodeLocator(path, root))
