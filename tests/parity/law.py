"""The law of parity, for one template and one set of overrides."""

from __future__ import annotations

import difflib

from flyte.remote import TaskDetails as Remote
from flyteidl2.task.task_definition_pb2 import TaskDetails, TaskSpec
from tests.parity import planned
from tests.parity.exceptions import EXCEPTIONS
from tests.parity.translation import Overrides, override


def judge(details: TaskDetails, overrides: Overrides) -> str:
    """Fails where flyteplan accepts and the SDK differs. Else tells: same, a listed exception, or refused and why."""
    before = serialized(details.spec)
    outcome = planned.apply(details, overrides)
    assert serialized(details.spec) == before
    if isinstance(outcome, planned.Refused):
        assert outcome.codes
        return f"refused: {' '.join(sorted(outcome.codes))}"
    for is_excepted in EXCEPTIONS:
        if is_excepted(details.spec.task_template, overrides):
            return f"excepted: {is_excepted.__name__}"
    theirs = override(Remote(details), overrides)
    assert serialized(outcome.spec) == serialized(theirs.pb2.spec), _differing_lines(outcome.spec, theirs.pb2.spec)
    _check_call(dict(outcome.desired.call), theirs)
    return "same"


def serialized(spec: TaskSpec) -> bytes:
    return spec.SerializeToString(deterministic=True)


def _differing_lines(ours: TaskSpec, theirs: TaskSpec) -> str:
    return "\n".join(difflib.unified_diff(str(ours).splitlines(), str(theirs).splitlines(), "flyteplan", "SDK"))


def _check_call(call: dict[str, object], theirs: Remote) -> None:
    """What is no part of a template."""
    assert call.get("queue") == theirs.queue
    assert call.get("max_inline_io_bytes", 10 * 1024 * 1024) == theirs.max_inline_io_bytes
