"""The paths of a plan in the free-form parts of a template, applied to plain values."""

from __future__ import annotations

import json
import re
from typing import Any

NULL = {"null_value": "NULL_VALUE"}
_WORD = r'[A-Za-z0-9_/-]+|"(?:[^"\\]|\\.)*"'
_STEP = re.compile(rf"\.(?P<key>{_WORD})|\[(?P<item>{_WORD})\]")

# ("key", name) of a mapping, or ("item", name) of a list whose items have names.
Step = tuple[str, str]


def steps_of(path: str) -> tuple[Step, ...]:
    found, end = [], 0
    while end < len(path):
        match = _STEP.match(path, end)
        assert match is not None, path
        kind = "key" if match["key"] is not None else "item"
        word = match[kind]
        found.append((kind, json.loads(word) if word.startswith('"') else word))
        end = match.end()
    return tuple(found)


class Tree:
    """A mapping that leaves are set in and taken from, as a plan tells them."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root: Any = root

    def apply(self, leaves: list[tuple[str, Any]]) -> None:
        """What is taken away goes first, so that what takes its place stays; the order comes last."""
        plain = [(steps_of(path), value) for path, value in leaves if not path.endswith("(order)")]
        gone = [steps for steps, value in plain if value is None]
        there = [(steps, value) for steps, value in plain if value is not None]
        for steps in gone:
            self._drop(steps)
        for steps, value in there:
            self._set(steps, None if value == NULL else value)
        self._prune([steps for steps in gone if not any(steps[: len(whole)] == whole for whole, _ in there)])
        for path, names in leaves:
            if path.endswith("(order)") and names:
                items = self._find(steps_of(path.removesuffix("(order)")))
                items.sort(key=lambda item: names.index(item["name"]))

    def _find(self, steps: tuple[Step, ...]) -> Any:
        value = self.root
        for kind, name in steps:
            if kind == "key":
                value = value.get(name) if isinstance(value, dict) else None
            else:
                items = value if isinstance(value, list) else []
                value = next((one for one in items if isinstance(one, dict) and one.get("name") == name), None)
        return value

    def _drop(self, steps: tuple[Step, ...]) -> None:
        if not steps:
            return
        *above, (kind, name) = steps
        parent = self._find(tuple(above))
        if kind == "key" and isinstance(parent, dict):
            parent.pop(name, None)

    def _set(self, steps: tuple[Step, ...], value: Any) -> None:
        if not steps:
            self.root = {}
            return
        *above, (kind, name) = steps
        parent = self._make(tuple(above), [] if kind == "item" else {})
        if kind == "key":
            parent[name] = value
        elif self._find(steps) is None:
            parent.append({"name": name, **value})

    def _make(self, steps: tuple[Step, ...], empty: Any) -> Any:
        """The value at *steps*, made of *empty* where there is none of that kind."""
        found = self._find(steps)
        if type(found) is type(empty):
            return found
        if not steps:
            return self.root
        *above, (kind, name) = steps
        if kind == "key":
            self._make(tuple(above), {})[name] = empty
            return empty
        items = self._make(tuple(above), [])
        items.append({"name": name})
        return items[-1]

    def _prune(self, paths: list[tuple[Step, ...]]) -> None:
        """A mapping or a list that lost all it had is gone too; one that stays empty is told so."""
        for path in sorted(paths, key=len, reverse=True):
            for end in range(len(path), 0, -1):
                self._prune_one(path[:end])

    def _prune_one(self, steps: tuple[Step, ...]) -> None:
        *above, (kind, name) = steps
        value, parent = self._find(steps), self._find(tuple(above))
        if kind == "item" and value == {"name": name}:
            parent.remove(value)
        elif kind == "key" and value in ({}, []):
            del parent[name]


def in_order(value: Any, live: Any) -> Any:
    """*value* with what is new in its lists of names at the end and sorted, as a plan leaves it open."""
    if isinstance(value, dict):
        before = live if isinstance(live, dict) else {}
        return {key: in_order(item, before.get(key)) for key, item in value.items()}
    if not named(value):
        return value
    known = {item["name"]: item for item in live} if named(live) else {}
    items = [in_order(item, known.get(item["name"])) for item in value]
    new = sorted((item for item in items if item["name"] not in known), key=lambda item: str(item["name"]))
    return [item for item in items if item["name"] in known] + new


def named(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    names = [item.get("name") if isinstance(item, dict) else None for item in value]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
