"""A quirk of the SDK's `override()`, and what flyteplan does instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec

Field = Callable[["Result"], Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A template that was overridden, and what the override says of the call."""

    spec: TaskSpec
    queue: str | None = None
    max_inline_io_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Raises:
    """What the SDK ends with."""

    error: type[Exception]
    match: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What flyteplan ends with."""

    code: str


class Same:
    """flyteplan gives the SDK's very bytes."""


SAME = Same()


def nothing(result: Result) -> None:
    """Where a row is about an error on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One row: on the base template *on*, the SDK does *does* when called with *sdk*; flyteplan does *gives*.

    *does* is an error, or the value of *field* after the call. *gives* is a code, the SDK's bytes, or a value of
    *field*. *sdk* makes its arguments, which may already be what fails.
    """

    line: str
    on: str = "container"
    sdk: Callable[[], Mapping[str, Any]]
    does: Any
    manifest: Mapping[str, Any]
    gives: Any
    field: Field = nothing
