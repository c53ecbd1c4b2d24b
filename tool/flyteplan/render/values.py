"""Values of fields as a reader reads them: `2`, `"a b"`, `[a, b]`, `(unset)`; long ones shortened in the middle."""

from __future__ import annotations

from typing import Any

from flyteplan.model.sensitive import HIDDEN, holds_stand_in, is_stand_in
from flyteplan.render.style import escaped

UNSET = "(unset)"
# What is sensitive looks like what it was.
_CHANGED = "(sensitive, changed)"
_GAP = "..."
_LISTS = (list, tuple)
_OPENERS = ('"', "(", "[", "{")
_RESERVED = frozenset({"true", "false", "null"})


def shown(value: Any) -> str:
    """*value* on one line, in full."""
    if value is None:
        return UNSET
    if isinstance(value, str):
        return value if _reads_alone(value) else _quoted(value)
    return _compact(value)


def _reads_alone(text: str) -> bool:
    return bool(text) and text.isprintable() and " " not in text and "\\" not in text and not text.startswith(_OPENERS)


def _quoted(text: str) -> str:
    return escaped('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def _compact(value: Any) -> str:
    if is_stand_in(value):
        return HIDDEN
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_compact(key)}: {_compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, _LISTS):
        return "[" + ", ".join(map(_compact, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value) if not _reads_alone(value) or _confuses(value) else value
    return "null" if value is None else str(value)


def _confuses(text: str) -> bool:
    return text in _RESERVED or text[0].isdigit() or any(character in ",:[]{}" for character in text)


def pair(old: Any, new: Any) -> tuple[str, str]:
    """Two values that differ, in full: 3 and "3" are told apart."""
    left, right = shown(old), shown(new)
    if left != right:
        return left, right
    if holds_stand_in(new):
        return left, _CHANGED if is_stand_in(new) else f"{right} {_CHANGED}"
    return tuple(_quoted(value) if isinstance(value, str) else shown(value) for value in (old, new))  # type: ignore[return-value]


def shortened(text: str, limit: int, *, tail: int | None = None) -> str:
    """At most *limit* characters: the middle gives way to `...`; *tail* are kept at the end, by default half."""
    if len(text) <= limit:
        return text
    room = limit - len(_GAP)
    tail = room // 2 if tail is None else tail
    return text[: room - tail] + _GAP + text[len(text) - tail :]


def shortened_pair(left: str, right: str, limits: tuple[int, int]) -> tuple[str, str]:
    """Both within their limits, and the first place where they differ still to be seen."""
    if len(left) <= limits[0] and len(right) <= limits[1]:
        return left, right
    limit = min(limits) if len(left) > limits[0] and len(right) > limits[1] else 0
    own = (limit or limits[0], limit or limits[1])
    start = _common(left, right)
    room = min(own) - len(_GAP)
    tail = room * 2 // 3 if start >= room // 2 else room // 2
    if start < room - tail or _common(left[::-1], right[::-1]) < tail:
        return shortened(left, own[0], tail=tail), shortened(right, own[1], tail=tail)
    return _around(left, start, own[0]), _around(right, start, own[1])


def _common(left: str, right: str) -> int:
    for place, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return place
    return min(len(left), len(right))


def _around(text: str, place: int, limit: int) -> str:
    """The part of *text* about *place*."""
    if len(text) <= limit:
        return text
    begin = place - limit // 3
    end = begin + limit - 2 * len(_GAP)
    return (_GAP if begin > 0 else "") + text[max(0, begin) : end] + (_GAP if end < len(text) else "")
