"""Saved plans, read back and checked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property, partial
from math import isfinite
from typing import Any, NoReturn

from flyteplan import pipeline
from flyteplan.errors import InputError, Position, Problem, StaleError
from flyteplan.files.config import NAME
from flyteplan.files.saved import read_bytes
from flyteplan.files.schema import read_schema
from flyteplan.load import MAXIMUM_BYTES, load
from flyteplan.model.config import Target
from flyteplan.model.document import Document, Locator, Pointer
from flyteplan.model.plan import FORMAT_VERSION, Plan
from flyteplan.plan.document import digest
from flyteplan.plan.saved import read
from flyteplan.validate import Validator
from flyteplan.validate.wording import problems
from flyteplan.workspace import MANIFEST_SCHEMA, Workspace

PLAN_SCHEMA = "plan.v1.schema.json"
_PROBE = 4096


_PART = re.compile(rb'\{\n  "format_version": "[^"]*",\n  "digest": "[^"]*",\n  "part": ')
_YAML = (".yaml", ".yml")
_JSON = ".json"
_BEGINNINGS = (b'"format_version"', b'"apiVersion"', b'"kind"', b'"spec"')
_NO_PLAN, _MAKE = "this is no saved plan", "make one with flyteplan plan --out FILE"
_AGAIN = "make it again with flyteplan plan --out"


def is_saved_plan(path: str) -> bool:
    """Whether a file looks like a plan: one that says so near its beginning, and has not the name of a manifest."""
    if path.endswith(_YAML) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return b'"format_version"' in file.read(_PROBE)


def is_neither(path: str) -> bool:
    """Whether a file looks like no plan and no manifest: flyteplan.yaml, or JSON without what either begins with."""
    if os.path.basename(path) == NAME:
        return os.path.isfile(path)
    if not path.endswith(_JSON) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        data = file.read(MAXIMUM_BYTES)
    return not any(key in data for key in _BEGINNINGS)


def not_plans(paths: Iterable[str]) -> InputError:
    """What to raise for files that stand where saved plans are meant."""
    return InputError(Problem(code="FP1106", position=Position(path), message=_NO_PLAN, hint=_MAKE) for path in paths)


def read_plan(path: str, *, to_apply: bool = False) -> Plan:
    """The plan that was saved. Raises InputError when the file is no plan, or was changed since.

    *to_apply*: also when it was written for readers, without the overrides from which it is applied.
    """
    if is_part(path):
        raise _of_part(path)
    saved = _document(path)
    value: Any = saved.value
    _check_format(saved, value)
    if "part" in value:
        raise _of_part(path)
    _check_shape(saved, value)
    plan = _read(saved, value)
    if digest(plan) != value["digest"]:
        hint = f"it was edited after it was saved; {_AGAIN}"
        raise _wrong(saved, "digest", "the plan does not have the digest that it says", hint)
    if to_apply and not all("overrides" in change for change in value["changes"]):
        raise InputError([_for_readers(path)])
    return plan


def _check_shape(saved: Document, value: Any) -> None:
    """By the fast library, and where that finds anything, or can not hold a value, in the words of the other one."""
    schema = read_schema(PLAN_SCHEMA)
    with suppress(OverflowError, TypeError, ValueError):
        if Validator(schema).is_valid(value):
            return
    validator = Validator(schema, "jsonschema")
    faults = validator.faults(value)
    if faults:
        raise InputError(problems(faults, saved.locator, validator))


def is_part(path: str) -> bool:
    """Whether a file is what plan --shard has written."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return bool(_PART.match(file.read(_PROBE)))


def _of_part(path: str) -> InputError:
    message, hint = "this is a part of a plan", "join all of its parts: flyteplan merge-plans PART... --out plan.json"
    return InputError([Problem(code="FP2304", position=Position(path), message=message, hint=hint)])


def _for_readers(path: str) -> Problem:
    message, hint = "this plan has no overrides, from which it would be applied", "save it with flyteplan plan --out"
    return Problem(code="FP1106", position=Position(path), message=message, hint=hint)


def _read(saved: Document, value: Any) -> Plan:
    """The schema leaves the overrides open: they have the values that settings have."""
    try:
        return read(value)
    except (AttributeError, KeyError, TypeError, ValueError):
        hint = f"it was edited after it was saved; {_AGAIN}"
        raise _wrong(saved, "changes", "there is a value among the changes that no plan has", hint) from None


def same_target(plan: Plan, target: Target, path: str) -> None:
    """Raises StaleError unless *plan*, saved at *path*, is about *target*.

    Where a target's templates are read may be written in many ways; what it is about may not.
    """
    pairs = {
        "target": (plan.target, target.name),
        "org": (plan.org, target.org),
        "project": (plan.project, target.project),
        "domain": (plan.domain, target.domain),
    }
    moved = [f"the {what} is {now!r}, and was {then!r}" for what, (then, now) in pairs.items() if then != now]
    if moved:
        hint = "apply it where it was planned, or plan again"
        raise StaleError([Problem(code="FP2301", position=Position(path), message="; ".join(moved), hint=hint)])


class _Places(Locator):
    """Where the values of a plan stand, which is asked for when one of them is wrong: the plan is read as YAML then."""

    def __init__(self, path: str, data: bytes) -> None:
        self._path, self._data = path, data

    def value(self, pointer: Pointer) -> Position:
        return self._found.value(pointer) if self._found else Position(self._path)

    def key(self, pointer: Pointer) -> Position:
        return self._found.key(pointer) if self._found else Position(self._path)

    def text(self, pointer: Pointer) -> str:
        return self._found.text(pointer) if self._found else ""

    @cached_property
    def _found(self) -> Locator | None:
        """None for a file that is too large for that."""
        found = next(load(self._data, self._path), None)
        return found.locator if isinstance(found, Document) else None


def _document(path: str) -> Document:
    """A plan may have any size, unlike a file that somebody writes: it is read as the JSON that it is."""
    data = read_bytes(path)
    with suppress(RecursionError, ValueError):
        return Document(path=path, value=_json(data), locator=_Places(path, data))
    return _yaml(data, path)


def _json(data: bytes) -> Any:
    """Raises ValueError for what is not JSON, and for what two readers may understand in two ways."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refused)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refused(text)


def _refused(name: str) -> NoReturn:
    raise ValueError(name)


def _yaml(data: bytes, path: str) -> Document:
    """Whatever else looks like a plan, with the place of what is wrong in it."""
    for item in load(data, path):
        if isinstance(item, Problem):
            raise InputError([item])
        return item
    message, hint = "the file is empty", "make it with flyteplan plan --out"
    raise InputError([Problem(code="FP1106", position=Position(path, 1, 1), message=message, hint=hint)])


def _check_format(saved: Document, value: Any) -> None:
    """Another minor version adds only what can be left alone; another major one is refused."""
    version = value.get("format_version") if isinstance(value, dict) else None
    major = FORMAT_VERSION.split(".", maxsplit=1)[0]
    if not isinstance(version, str):
        raise _wrong(saved, "format_version", _NO_PLAN, _MAKE)
    if version.split(".", maxsplit=1)[0] != major:
        hint = f"this flyteplan reads plans of format {major}.x"
        raise _wrong(saved, "format_version", f"a plan of format {version}", hint)


def _wrong(saved: Document, key: str, message: str, hint: str) -> InputError:
    position = saved.locator.value((key,))
    return InputError([Problem(code="FP1106", position=position, message=message, hint=hint)])


def with_values(plan: Plan, salt: str, workspace: Workspace) -> Plan:
    """*plan* with its sensitive values, read again in the manifests. Raises StaleError for those that changed."""
    return pipeline.recalled(plan, salt, partial(_manifest, workspace), Validator(read_schema(MANIFEST_SCHEMA)))


def _manifest(workspace: Workspace, path: str) -> bytes:
    """Paths outside of the repository are saved as they were given."""
    inside = os.path.join(workspace.root, path)
    return read_bytes(inside if os.path.exists(inside) else path, shown=path)
