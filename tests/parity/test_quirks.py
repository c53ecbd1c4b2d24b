"""Every row of the quirk table, on the real SDK and on flyteplan: both must do what the row says."""

from __future__ import annotations

from typing import Any

import pytest
from flyte.remote import TaskDetails as Remote
from tests.parity import planned
from tests.parity.bases import base
from tests.parity.law import serialized
from tests.parity.quirk import SAME, Quirk, Raises, Refused, Result
from tests.parity.quirks import caching, environment, metadata, quantities, secrets, targets
from tests.parity.templates import UNKNOWN

QUIRKS: tuple[Quirk, ...] = (
    *metadata.QUIRKS,
    *quantities.QUIRKS,
    *environment.QUIRKS,
    *secrets.QUIRKS,
    *caching.QUIRKS,
    *targets.QUIRKS,
)
each_quirk = pytest.mark.parametrize("quirk", [pytest.param(quirk, id=quirk.line) for quirk in QUIRKS])


def test_no_line_stands_twice() -> None:
    assert len({quirk.line for quirk in QUIRKS}) == len(QUIRKS)


@each_quirk
def test_the_sdk_has_the_quirk(quirk: Quirk) -> None:
    if isinstance(quirk.does, Raises):
        with pytest.raises(quirk.does.error, match=quirk.does.match):
            _sdk(quirk)
    else:
        assert quirk.field(_sdk(quirk)) == quirk.does


@each_quirk
def test_flyteplan_works_or_refuses(quirk: Quirk) -> None:
    details = base(quirk.on)
    before = serialized(details.spec)
    outcome = planned.apply(details, quirk.manifest)
    assert serialized(details.spec) == before
    if isinstance(quirk.gives, Refused):
        assert outcome == planned.Refused(frozenset({quirk.gives.code}))
        return
    assert isinstance(outcome, planned.Accepted), outcome
    if quirk.gives is SAME:
        assert serialized(outcome.spec) == serialized(_sdk(quirk).spec)
    else:
        call: dict[str, Any] = dict(outcome.desired.call)
        assert quirk.field(Result(outcome.spec, **call)) == quirk.gives


def test_the_sdk_calls_everything_overridden_and_flyteplan_what_differs() -> None:
    remote = Remote(base("container")).override()
    assert remote.overridden
    outcome = planned.apply(base("container"), {})
    assert isinstance(outcome, planned.Accepted)
    assert outcome.change().action == "unchanged"


def test_a_second_override_drops_the_queue_of_the_first_and_a_manifest_has_one_of_all() -> None:
    remote = Remote(base("container")).override(queue="gpu", max_inline_io_bytes=1024).override(short_name="x")
    assert (remote.queue, remote.max_inline_io_bytes) == (None, 1024)
    outcome = planned.apply(base("container"), {"queue": "gpu", "max_inline_io_bytes": 1024, "short_name": "x"})
    assert isinstance(outcome, planned.Accepted)
    assert dict(outcome.desired.call) == {"queue": "gpu", "max_inline_io_bytes": 1024}


def test_a_queue_is_no_part_of_a_version() -> None:
    outcome = planned.apply(base("container"), {"queue": "gpu"}, kind="version")
    assert outcome == planned.Refused(frozenset({"FP1212"}))


def test_a_field_that_is_newer_than_the_sdk_is_lost_by_it_in_a_pod_and_kept() -> None:
    details = base("pod")
    details.spec.task_template.k8s_pod.pod_spec.MergeFromString(UNKNOWN)
    overrides: dict[str, Any] = {"env_vars": {"N": "1"}}
    theirs = Remote(details).override(**overrides).pb2.spec.task_template.k8s_pod
    outcome = planned.apply(details, overrides)
    assert isinstance(outcome, planned.Accepted)
    assert UNKNOWN not in theirs.SerializeToString()
    assert UNKNOWN in outcome.spec.task_template.k8s_pod.SerializeToString()


def _sdk(quirk: Quirk) -> Result:
    remote = Remote(base(quirk.on)).override(**quirk.sdk())
    return Result(remote.pb2.spec, remote.queue, remote.max_inline_io_bytes)
