"""A string as YAML text that every reader takes for that string: YAML 1.2's, and YAML 1.1's too."""

from __future__ import annotations

import json
import re

# What no version of YAML reads as anything but a string. All else is quoted: numbers, `1:30`, dates, `a: b`, `# a`.
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[KMGTP]i?|[mk])|(?:[0-9]+(?:d|h|ms|us|ns|m|s))+")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def scalar(text: str) -> str:
    """*text* as a scalar for any place: a key, a value, an item of a flow sequence."""
    plain = _WORD.fullmatch(text) and text.lower() not in _RESERVED
    return text if plain or _AMOUNT.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """In double quotes, what can not be seen escaped. JSON's escapes are YAML's, but for its pairs of surrogates."""
    escaped = json.dumps(text, ensure_ascii=False)
    return escaped if escaped.isprintable() else "".join(map(_visible, escaped))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
