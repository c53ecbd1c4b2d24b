"""What stands in `TaskTemplate.metadata`, and the short name: retries, timeout, flags, labels and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flyteplan.model.duration import SECOND
from flyteplan.model.settings import WHOLE, Parts
from flyteplan.override.edit import Edit, clears

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Backoff, RetryStrategy
    from flyteidl2.core.tasks_pb2 import TaskMetadata
    from google.protobuf.duration_pb2 import Duration

_COUNT, _BACKOFF, _FACTOR = "count", "backoff", "backoff.factor"
_BASE, _CAP = "backoff.base", "backoff.cap"
_RUNTIME, _QUEUED, _DEADLINE = "max_runtime", "max_queued_time", "deadline"
# The bounds in `metadata.timeouts`, by their names there.
_BOUNDS: tuple[tuple[str, Literal["queued_timeout", "deadline"]], ...] = (
    (_QUEUED, "queued_timeout"),
    (_DEADLINE, "deadline"),
)


def short_name(edit: Edit, wanted: Parts) -> None:
    edit.spec.short_name = wanted[WHOLE] or ""


def produces_artifacts(edit: Edit, wanted: Parts) -> None:
    edit.metadata.produces_artifacts = bool(wanted[WHOLE])


def pod_template_name(edit: Edit, wanted: Parts) -> None:
    edit.metadata.pod_template_name = wanted[WHOLE] or ""


def interruptible(edit: Edit, wanted: Parts) -> None:
    if wanted[WHOLE] is None:
        edit.metadata.ClearField("interruptible")
    else:
        edit.metadata.interruptible = wanted[WHOLE]


def retries(edit: Edit, wanted: Parts) -> None:
    """Present even when it is empty after `0`, as every deployed template has it."""
    strategy, count = edit.metadata.retries, wanted.get(_COUNT)
    if edit.replace:
        strategy.Clear()
        if count is None:
            strategy.SetInParent()
    elif "retries" in edit.cleared and edit.metadata.HasField("retries"):
        _clear_retries(strategy, wanted)
    if count is not None:
        strategy.retries = count
    if _BASE in wanted or _CAP in wanted or _FACTOR in wanted:
        _backoff(edit, strategy, wanted)


def _clear_retries(strategy: RetryStrategy, wanted: Parts) -> None:
    if clears(wanted, _COUNT):
        strategy.ClearField("retries")
    if clears(wanted, _BACKOFF):
        strategy.ClearField("backoff")


def _backoff(edit: Edit, strategy: RetryStrategy, wanted: Parts) -> None:
    # The SDK always writes the factor; its default is 1, the same delay every time.
    default = 1.0 if edit.replace or not strategy.HasField("backoff") else None
    backoff, factor = strategy.backoff, wanted.get(_FACTOR, default)
    if factor is not None:
        backoff.factor = float(factor)
    elif _FACTOR in wanted:
        backoff.ClearField("factor")
    base, cap = wanted.get(_BASE), wanted.get(_CAP)
    if base is not None:
        delay = backoff.base
        delay.seconds, delay.nanos = divmod(base, SECOND)
    elif _BASE in wanted:
        backoff.ClearField("base")
    if cap is not None:
        delay = backoff.cap
        delay.seconds, delay.nanos = divmod(cap, SECOND)
    elif _CAP in wanted:
        backoff.ClearField("cap")
    if base is None or cap is None:
        _check_backoff(edit, backoff)


def _check_backoff(edit: Edit, backoff: Backoff) -> None:
    if not backoff.HasField("base"):
        message, hint = "the backoff has no base: neither the manifest nor the template sets one", "add base: 10s"
    elif not backoff.HasField("cap") and backoff.factor > 1:
        message, hint = f"a backoff that grows (factor {backoff.factor:g}) needs a cap", "add cap: 5m"
    else:
        return
    edit.problem("FP1206", ("retries", "backoff"), message, hint)


def timeout(edit: Edit, wanted: Parts) -> None:
    """`max_runtime` is `metadata.timeout`, the other two are `metadata.timeouts`; no bound is no field.

    The SDK's replacement keeps `metadata.timeout` when `max_runtime` is not given, and always replaces the other two.
    """
    metadata = edit.metadata
    if edit.replace:
        metadata.ClearField("timeouts")
        if _RUNTIME in wanted and (WHOLE in wanted or clears(wanted, _RUNTIME)):
            metadata.ClearField("timeout")
    elif "timeout" in edit.cleared:
        _clear_bounds(metadata, wanted)
    runtime, queued, deadline = wanted.get(_RUNTIME), wanted.get(_QUEUED), wanted.get(_DEADLINE)
    if runtime is not None:
        set_duration(metadata.timeout, runtime)
    if queued is not None:
        set_duration(metadata.timeouts.queued_timeout, queued)
    if deadline is not None:
        set_duration(metadata.timeouts.deadline, deadline)


def _clear_bounds(metadata: TaskMetadata, wanted: Parts) -> None:
    if clears(wanted, _RUNTIME):
        metadata.ClearField("timeout")
    cleared = [name for part, name in _BOUNDS if clears(wanted, part)] if metadata.HasField("timeouts") else []
    for name in cleared:
        metadata.timeouts.ClearField(name)
    if cleared and not metadata.timeouts.ByteSize():
        metadata.ClearField("timeouts")


def set_duration(duration: Duration, nanoseconds: int) -> None:
    """To set is to be there: a duration of nothing too."""
    duration.seconds, duration.nanos = divmod(nanoseconds, SECOND)


def pod_labels(edit: Edit, wanted: Parts) -> None:
    _names(edit, "labels", wanted)


def pod_annotations(edit: Edit, wanted: Parts) -> None:
    _names(edit, "annotations", wanted)


def _names(edit: Edit, parameter: str, wanted: Parts) -> None:
    """By name, in `metadata.metadata`; the message goes when nothing is left in it."""
    names = getattr(edit.metadata.metadata, parameter)
    if WHOLE in wanted:
        names.clear()
    for name, value in wanted.items():
        if value is not None:
            names[name] = value
        else:
            names.pop(name, None)
    if edit.metadata.HasField("metadata") and not edit.metadata.metadata.ByteSize():
        edit.metadata.ClearField("metadata")
