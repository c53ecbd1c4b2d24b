"""Documents as JSON text, byte for byte the same for the same document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

# What json leaves as it is though a terminal acts on it, hides it, or UTF-8 can not hold it: DEL and C1 controls,
# marks of direction and of width zero, line separators, lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
# In the time that it takes to import orjson, json writes so many changes.
_MANY = 50
# Numbers that orjson spells otherwise, with an exponent or instead of one: no string ends a line without its quote.
_SPELT_OTHERWISE = re.compile(rb"(?:e[-+]?[0-9]+|\b0\.0000[0-9]+),?\n")
_Text = Callable[[Mapping[str, Any]], str]


def jsontext(document: Mapping[str, Any]) -> str:
    """Keys in the order given."""
    return _safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def jsontexts(documents: Collection[Mapping[str, Any]]) -> Iterator[str]:
    """`jsontext` of each."""
    text = _fast() if len(documents) >= _MANY else jsontext
    return map(text, documents)


def _fast() -> _Text:
    """The same text in a twentieth of the time, where there is an orjson for the machine."""
    try:
        from orjson import OPT_INDENT_2, dumps
    except ImportError:
        return jsontext

    def fast(document: Mapping[str, Any]) -> str:
        try:
            data = dumps(document, option=OPT_INDENT_2)
        except TypeError:  # what is no JSON to orjson: lone surrogates, integers of more than 64 bits
            return jsontext(document)
        return jsontext(document) if _SPELT_OTHERWISE.search(data) else f"{_safe(data.decode())}\n"

    return fast


def _safe(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
