"""One `PolicyTest` into its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.model.decision import OUTCOMES
from flyteplan.model.document import Document, Locator, Pointer
from flyteplan.model.moment import first_minute, is_moment
from flyteplan.model.policytest import Case, Said
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass
from flyteplan.validate.draft import shown
from flyteplan.validate.schema import Validator
from flyteplan.validate.wording import problems as worded

_HEAD = {"apiVersion": "flyteplan/v1", "kind": "TaskOverride"}
_NAME = "case"


def cases(document: Document, validator: Validator) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases; or none, with all that is wrong."""
    value: Any = document.value
    faults = () if validator.is_valid(value) else validator.faults(value)
    if faults:
        return (), tuple(worded(faults, document.locator, validator))
    wrong = tuple(_wrong(value["spec"], document.locator))
    found = [_case(value, number, document) for number in range(len(value["spec"]["cases"]))]
    return (() if wrong else tuple(found)), wrong


def _wrong(spec: Mapping[str, Any], locator: Locator) -> Iterator[Problem]:
    places: list[tuple[Mapping[str, Any], Pointer]] = [(spec, ("spec",))]
    places += [(case, ("spec", "cases", number)) for number, case in enumerate(spec["cases"])]
    for written, pointer in places:
        if not is_moment(written.get("now", "2026-01-01")):
            place = (*pointer, "now")
            message = f"{shown(place)}: {written['now']} is no day, and no minute in UTC"
            hint = "write 2026-11-01, or 2026-11-01T08:30Z"
            yield Problem(code="FP1215", position=locator.value(place), message=message, hint=hint)
        yield from _two_ways(written, pointer, locator)


def _two_ways(written: Mapping[str, Any], pointer: Pointer, locator: Locator) -> Iterator[Problem]:
    """A case is told in itself, or by files."""
    told = [key for key in ("labels", "deployed", "strategy", "overrides", "submit") if key in written]
    if "catalog" in written and told:
        message = f"catalog and {told[0]} exclude each other in {shown(pointer)}"
        yield Problem(
            code="FP1105", position=locator.key((*pointer, told[0])), message=message, hint="keep one of them"
        )
    if "cases" not in written and ("catalog" in written) != ("manifests" in written):
        message = f"{shown(pointer)} needs both catalog and manifests, or neither"
        yield Problem(code="FP1102", position=locator.value(pointer), message=message)


def _case(value: Mapping[str, Any], number: int, document: Document) -> Case:
    spec, pointer = value["spec"], ("spec", "cases", number)
    written = spec["cases"][number]
    task = {"name": "task", "project": "", "domain": "", **spec.get("task", {}), **written.get("task", {})}
    now = written.get("now", spec["now"])
    return Case(
        test=value["metadata"]["name"],
        name=written["name"],
        position=document.locator.value((*pointer, "name")),
        now=first_minute(now),
        target=written.get("target", spec.get("target", "")),
        task=TaskName(task["project"], task["domain"], task["name"]),
        deployed=_override(document, pointer, task["name"], {"overrides": written.get("deployed", {})}, "deployed"),
        manifest=_override(document, pointer, task["name"], written, "overrides"),
        expected=_said(written["expect"]),
        policies=tuple(spec.get("policies", (".",))),
        catalog=written.get("catalog", ""),
        manifests=tuple(written.get("manifests", ())),
    )


def _said(written: Mapping[str, Any]) -> Said:
    return tuple((effect, tuple(sorted(set(written.get(effect, ()))))) for effect in OUTCOMES)


def _override(document: Document, pointer: Pointer, task: str, written: Mapping[str, Any], key: str) -> Document:
    """A part of a case as the manifest that it stands for."""
    parts = {name: written[name] for name in ("strategy", "overrides", "submit") if name in written}
    labels = {"labels": written["labels"]} if "labels" in written else {}
    spec = {"task": {"name": task, "auto_version": "latest"}, **parts}
    content: Any = {**_HEAD, "metadata": {"name": _NAME, **labels}, "spec": spec}
    locator = _Within(locator=document.locator, pointer=pointer, overrides=key)
    return Document(path=document.path, value=content, locator=locator)


@dataclass(frozen=True, slots=True)
class _Within(Locator):
    """The places of a manifest that stands in a case."""

    locator: Locator
    pointer: Pointer
    overrides: str

    def value(self, pointer: Pointer) -> Position:
        return self.locator.value(self._inside(pointer))

    def key(self, pointer: Pointer) -> Position:
        return self.locator.key(self._inside(pointer))

    def text(self, pointer: Pointer) -> str:
        return self.locator.text(self._inside(pointer))

    def _inside(self, pointer: Pointer) -> Pointer:
        if pointer[:2] == ("spec", "overrides"):
            return (*self.pointer, self.overrides, *pointer[2:])
        if pointer[:2] in (("spec", "strategy"), ("spec", "submit"), ("metadata", "labels")):
            return (*self.pointer, *pointer[1:])
        return (*self.pointer, "name")
