"""Parts of plans in files, and the plan of all of them as the text that one run would have saved.

A part is text of one form: its third line has the digest of all lines below, and each change stands there as it will
stand in the plan. So what was altered is seen, and changes are copied as they are, not written again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from flyteplan.errors import InputError, Position, Problem
from flyteplan.files.saved import read_bytes
from flyteplan.model.part import Part
from flyteplan.model.plan import FORMAT_VERSION, Plan
from flyteplan.plan.document import PlanDocument, document, for_readers
from flyteplan.plan.parts import read_part
from flyteplan.record import dataclass
from flyteplan.render.jsontext import jsontext
from flyteplan.workspace.plantext import CLOSING, OPENING, spliced
from flyteplan.workspace.savedplan import is_part

_DIGEST = '  "digest": "sha256:{}",\n'
# Where a text goes from one of its changes to the next.
_BETWEEN = ",\n    {\n"
_AGAIN = "make it again with flyteplan plan --shard I/N --out"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPart:
    """`texts` are its changes, in the order of those of its plan."""

    part: Part
    texts: tuple[str, ...]


def part_text(content: Mapping[str, Any]) -> str:
    """What is written of a `part_document`."""
    first, rest = _halves(jsontext(content))
    return first + _DIGEST.format(_digest(rest)) + rest


def read_saved_part(path: str) -> SavedPart:
    """Raises InputError for a file that is no part, or is not as it was made."""
    text = read_bytes(path).decode("utf-8", "replace")
    if not is_part(path):
        raise _wrong(path, "this is no part of a plan", "parts are what flyteplan plan --shard I/N --out FILE writes")
    first, rest = _halves(text)
    digest, _, below = rest.partition("\n")
    _check_format(path, first)
    if f"{digest}\n" != _DIGEST.format(_digest(below)):
        raise _wrong(path, "the part does not have the digest that it says", f"it was altered; {_AGAIN}")
    try:
        return SavedPart(part=read_part(json.loads(text)), texts=tuple(_texts(text)))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _wrong(path, "there is a value in it that no part has", f"it was altered; {_AGAIN}") from None


def joined_text(plan: Plan, parts: Iterable[SavedPart]) -> Iterator[bytes]:
    """*plan*, which has the changes of *parts*, as `plan --out` saves it, piece by piece."""
    texts = [text.encode() for text in _in_order(plan, parts)]
    return spliced({**document(plan, desired=None, settings=True), "changes": []}, texts)


def joined_document(plan: Plan, parts: Iterable[SavedPart]) -> PlanDocument:
    """*plan* as `plan -o json` writes it."""
    changes = [for_readers(json.loads(text)) for text in _in_order(plan, parts)]
    return {**document(plan), "changes": changes}


def _in_order(plan: Plan, parts: Iterable[SavedPart]) -> Iterator[str]:
    """The text of every change, in the order of the plan: within one task, which is one part's, that of its part."""
    texts: dict[Any, list[str]] = {}
    for one in parts:
        for change, text in zip(one.part.plan.changes if one.part.plan else (), one.texts, strict=True):
            texts.setdefault(change.task.task, []).append(text)
    for task in dict.fromkeys(change.task.task for change in plan.changes):
        yield from texts[task]


def _texts(text: str) -> Sequence[str]:
    """Those of the changes. A line break within a value is written as \\n, so that lines tell where each ends."""
    _, opening, rest = text.rpartition(OPENING)
    if not opening:
        return ()
    first, *others = rest.partition(CLOSING)[0].split(_BETWEEN)
    return [first, *(f"    {{\n{one}" for one in others)]


def _halves(text: str) -> tuple[str, str]:
    """The first two lines, and all others."""
    end = text.find("\n", text.find("\n") + 1) + 1
    return text[:end], text[end:]


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check_format(path: str, first: str) -> None:
    """What a part holds beside its changes is for one version of flyteplan; who reads it has the same."""
    if first != _halves(jsontext({"format_version": FORMAT_VERSION, "part": 1}))[0]:
        raise _wrong(path, "a part of another format", f"{_AGAIN}, with this flyteplan")


def _wrong(path: str, message: str, hint: str) -> InputError:
    return InputError([Problem(code="FP2304", position=Position(path), message=message, hint=hint)])
