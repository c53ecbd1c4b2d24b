"""What is gathered while one document is read: the settings it makes, and its problems."""

from __future__ import annotations

from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.model.document import Locator, Pointer
from flyteplan.model.sensitive import without_value
from flyteplan.model.settings import Path
from flyteplan.validate.written import Put, Written

_SHORTENED = (("spec", "overrides", "resources"), ("spec", "overrides"), ("spec",))


class Draft:
    """A manifest in the making."""

    __slots__ = ("_locator", "_puts", "problems", "replacing")

    def __init__(self, locator: Locator, *, replacing: bool = False) -> None:
        self.replacing = replacing
        self.problems: list[Problem] = []
        self._puts: list[Put] = []
        self._locator = locator

    def settings(self) -> Written:
        """All that was put, in order. All places are looked up at once: that takes as long as to judge the document."""
        pointers = [("spec", *path) if pointer is None else pointer for path, _, pointer in self._puts]
        return Written(self._puts, self._locator.keys(pointers))

    def put(self, path: Path, value: Any, pointer: Pointer | None = None) -> None:
        """Sets *value* at *path*; it stands at *pointer*, which is the path below `spec` when left out."""
        self._puts.append((path, value, pointer))

    def wrong(self, code: str, pointer: Pointer, message: str, hint: str = "") -> None:
        """An error about the value at *pointer*."""
        self._add(code, self._locator.value(pointer), message, hint)

    def wrong_key(self, code: str, pointer: Pointer, message: str, hint: str = "") -> None:
        """An error about the key that *pointer* ends with."""
        self._add(code, self._locator.key(pointer), message, hint)

    def warn(self, code: str, pointer: Pointer, message: str, hint: str = "") -> None:
        place = self._locator.value(pointer)
        self.problems.append(Problem(code=code, position=place, message=message, hint=hint, severity="warning"))

    def _add(self, code: str, place: Position, message: str, hint: str) -> None:
        self.problems.append(Problem(code=code, position=place, message=message, hint=hint))


def shown(pointer: Pointer) -> str:
    """How a place is named in a message: `memory`, `env_vars.LOG_LEVEL`, `secrets[0].key`, `metadata.name`."""
    for prefix in _SHORTENED:
        if pointer[: len(prefix)] == prefix and len(pointer) > len(prefix):
            pointer = pointer[len(prefix) :]
            break
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{without_value(step)}" for step in pointer)
    return text.removeprefix(".") or "the document"
