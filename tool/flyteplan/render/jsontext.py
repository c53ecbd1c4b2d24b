"""Documents as JSON text, byte for byte the same for the same document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# What json leaves as it is though a terminal acts on it, hides it, or UTF-8 can not hold it: DEL and C1 controls,
# marks of direction and of width zero, line separators, lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def jsontext(document: Mapping[str, Any]) -> str:
    """Keys in the order given."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
