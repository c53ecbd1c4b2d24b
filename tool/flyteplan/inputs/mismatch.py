"""Why a value can not be an input, in the words of the interface."""

from __future__ import annotations

import json
from typing import Any

from flyteplan.model.nearest import nearest

_LONGEST = 60


class MismatchError(Exception):
    """One value that does not fit; its text is the message. `code` is one of `errors.CODES`."""

    def __init__(self, message: str, hint: str = "", code: str = "FP2203") -> None:
        super().__init__(message)
        self.hint, self.code = hint, code


def not_a(at: str, wanted: str, value: Any, hint: str = "") -> MismatchError:
    """*wanted* with its article: `epochs must be an int, not "three"`."""
    return MismatchError(f"{at} must be {wanted}, not {shown(value)}", hint)


def out_of_range(at: str, wanted: str, value: Any) -> MismatchError:
    return MismatchError(f"{at} must be {wanted}, not {shown(value)}", code="FP2204")


def not_among(at: str, choices: list[Any], value: Any) -> MismatchError:
    near = nearest(value, [one for one in choices if isinstance(one, str)]) if isinstance(value, str) else []
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    return MismatchError(f"{at} must be {listed(list(map(shown, choices)))}, not {shown(value)}", hint, "FP2204")


def shown(value: Any) -> str:
    """A value of a manifest as JSON, cut where it gets long."""
    if value is None:
        return "null"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def listed(names: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def articled(name: str) -> str:
    """A type's name with its article; None needs none."""
    if name == "None":
        return name
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"
