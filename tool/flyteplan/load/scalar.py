"""What a scalar means in the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Every number, the empty scalar and the merge key sort before this; of other texts, few do.
ODD = "="

_TAGS = "tag:yaml.org,2002:"
_TYPES: dict[str, type] = {
    _TAGS + "null": type(None),
    _TAGS + "bool": bool,
    _TAGS + "int": int,
    _TAGS + "float": float,
    _TAGS + "str": str,
    _TAGS + "seq": list,
    _TAGS + "map": dict,
}
_NUMBER = re.compile(
    r"(?P<decimal>[-+]?[0-9]+)"
    r"|(?P<based>0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<endless>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_INTEGERS = range(-(2**63), 2**64)
_LONGEST_INTEGER = 100
# In characters: what is remembered of each text that is no longer takes next to nothing.
_SHORT = 24
_QUOTE = "quote it if it is a text"


class ScalarError(Exception):
    """A scalar that is refused."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def plain(text: str) -> Scalar:
    """The value of a scalar without quotes and tag; the text itself when it is a string."""
    return _short(text) if len(text) <= _SHORT else _meant(text)


def _meant(text: str) -> Scalar:
    if text in WORDS:
        return WORDS[text]
    match = _NUMBER.fullmatch(text)
    return _number(text, match.lastgroup) if match else text


# Most manifests have the same numbers and quantities as others.
_short = lru_cache(maxsize=1024)(_meant)


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar under an explicit tag: it must have the type that the tag names."""
    wanted = _TYPES.get(tag)
    if wanted is str:
        return text
    value = plain(text) if wanted else text
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise _misfit(tag, cut(text))
    return value


def check_collection(tag: str, kind: str) -> None:
    """*kind* is `map` or `seq`."""
    if tag != _TAGS + kind:
        raise _misfit(tag, "a mapping" if kind == "map" else "a list")


def _misfit(tag: str, value: str) -> ScalarError:
    if tag in _TYPES:
        return ScalarError("FP1008", f"the tag {_shown(tag)} does not fit {value}", "remove it")
    return ScalarError("FP1008", f"the tag {_shown(tag)} is not of the YAML 1.2 core schema", "remove it")


def _shown(tag: str) -> str:
    """As it was most likely written: `!!set`, `!local`, `!<tag:example.com,2000:x>`."""
    if tag.startswith(_TAGS):
        return f"!!{tag.removeprefix(_TAGS)}"
    return tag if tag.startswith("!") else f"!<{tag}>"


def cut(text: str) -> str:
    """In quotes, on one line, and not too long for a message."""
    return f'"{text}"' if len(text) <= 60 and text.isprintable() else f"{text[:60]!r}..."


def _number(text: str, kind: str | None) -> int | float:
    if kind == "endless":
        raise ScalarError("FP1007", f"{text} is not a finite number", _QUOTE)
    if kind == "based":
        return _integer(int(text, 0), text)
    if _LEADING_ZERO.match(text):
        hint = "drop the zeros, or quote it to keep them; octal is written 0o17"
        raise ScalarError("FP1007", f"the number {cut(text)} has leading zeros", hint)
    if kind == "decimal":
        # int() is quadratic in the digits, and refuses thousands of them.
        return _integer(int(text[:_LONGEST_INTEGER]), text)
    return _float(text)


def _integer(value: int, text: str) -> int:
    if value not in _INTEGERS:
        raise ScalarError("FP1007", f"the number {cut(text)} does not fit into 64 bits", _QUOTE)
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ScalarError("FP1007", f"the number {cut(text)} is too large", _QUOTE)
    return value
