"""What stands in `TaskTemplate.metadata`, and the short name: retries, timeout, flags, labels and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteplan.model.duration import SECOND
from flyteplan.override.edit import Edit

if TYPE_CHECKING:
    from google.protobuf.duration_pb2 import Duration


def short_name(edit: Edit) -> None:
    edit.spec.short_name = edit.value("short_name") or ""


def produces_artifacts(edit: Edit) -> None:
    edit.metadata.produces_artifacts = bool(edit.value("produces_artifacts"))


def pod_template_name(edit: Edit) -> None:
    edit.metadata.pod_template_name = edit.value("pod_template_name") or ""


def interruptible(edit: Edit) -> None:
    value = edit.value("interruptible")
    if value is None:
        edit.metadata.ClearField("interruptible")
    else:
        edit.metadata.interruptible = value


def retries(edit: Edit) -> None:
    """Present even when it is empty after `0`, as every deployed template has it."""
    if edit.replace:
        edit.metadata.retries.Clear()
        edit.metadata.retries.SetInParent()
    if edit.metadata.HasField("retries") and edit.clears("retries", "count"):
        edit.metadata.retries.ClearField("retries")
    if edit.value("retries", "count") is not None:
        edit.metadata.retries.SetInParent()
        edit.metadata.retries.retries = edit.value("retries", "count")
    _backoff(edit)


def _backoff(edit: Edit) -> None:
    if edit.metadata.HasField("retries") and edit.clears("retries", "backoff"):
        edit.metadata.retries.ClearField("backoff")
    given = {path[0]: item.value for path, item in edit.leaves("retries", "backoff")}
    if not given:
        return
    if not edit.metadata.retries.HasField("backoff"):
        # The SDK always writes the factor; its default is 1, the same delay every time.
        given = {"factor": 1.0, **given}
    backoff = edit.metadata.retries.backoff
    for name, value in given.items():
        _set_backoff(backoff, name, value)
    _check_backoff(edit)


def _set_backoff(backoff: Any, name: str, value: Any) -> None:
    if value is None:
        backoff.ClearField(name)
    elif name == "factor":
        backoff.factor = float(value)
    else:
        set_duration(getattr(backoff, name), value)


def _check_backoff(edit: Edit) -> None:
    backoff = edit.metadata.retries.backoff
    if not backoff.HasField("base"):
        message, hint = "the backoff has no base: neither the manifest nor the template sets one", "add base: 10s"
    elif backoff.factor > 1 and not backoff.HasField("cap"):
        message, hint = f"a backoff that grows (factor {backoff.factor:g}) needs a cap", "add cap: 5m"
    else:
        return
    edit.problem("FP1206", ("retries", "backoff"), message, hint)


def timeout(edit: Edit) -> None:
    """`max_runtime` is `metadata.timeout`, the other two are `metadata.timeouts`; no bound is no field.

    The SDK's replacement keeps `metadata.timeout` when `max_runtime` is not given, and always replaces the other two.
    """
    if edit.replace:
        edit.metadata.ClearField("timeouts")
    keeps_runtime = edit.replace and edit.setting("timeout", "max_runtime") is None
    if edit.clears("timeout", "max_runtime") and not keeps_runtime:
        edit.metadata.ClearField("timeout")
    if edit.value("timeout", "max_runtime") is not None:
        set_duration(edit.metadata.timeout, edit.value("timeout", "max_runtime"))
    _bound(edit, "max_queued_time", "queued_timeout")
    _bound(edit, "deadline", "deadline")


def _bound(edit: Edit, name: str, proto_name: str) -> None:
    if edit.clears("timeout", name) and edit.metadata.HasField("timeouts"):
        edit.metadata.timeouts.ClearField(proto_name)
        if not edit.metadata.timeouts.ByteSize():
            edit.metadata.ClearField("timeouts")
    if edit.value("timeout", name) is not None:
        set_duration(getattr(edit.metadata.timeouts, proto_name), edit.value("timeout", name))


def set_duration(duration: Duration, nanoseconds: int) -> None:
    duration.SetInParent()
    duration.seconds, duration.nanos = divmod(nanoseconds, SECOND)


def pod_labels(edit: Edit) -> None:
    _names(edit, "labels")


def pod_annotations(edit: Edit) -> None:
    _names(edit, "annotations")


def _names(edit: Edit, parameter: str) -> None:
    """By name, in `metadata.metadata`; the message goes when nothing is left in it."""
    names = getattr(edit.metadata.metadata, parameter)
    if edit.clears(parameter):
        names.clear()
    for path, item in edit.leaves(parameter):
        if item.clears:
            names.pop(path[0], None)
        else:
            getattr(edit.metadata.metadata, parameter)[path[0]] = item.value
    if edit.metadata.HasField("metadata") and not edit.metadata.metadata.ByteSize():
        edit.metadata.ClearField("metadata")
