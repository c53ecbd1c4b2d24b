"""Names that others gave, as the last part of a path in a plan."""

from __future__ import annotations

import json

# What tells of the items themselves stands beside them: only their order is another.
ORDER = "(order)"


def quoted(name: str) -> str:
    """*name* as it is, or in quotes where it would be taken for an order, or for quoted."""
    return json.dumps(name) if name.endswith(ORDER) or name.startswith('"') else name


def unquoted(word: str) -> str:
    """The name of `quoted`; what is quoted in no such way stays as it is."""
    try:
        return str(json.loads(word)) if word.startswith('"') else word
    except ValueError:
        return word
