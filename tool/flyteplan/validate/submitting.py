"""`spec.submit` into settings, and what acts only with one kind of submit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.document import Pointer
from flyteplan.validate.draft import Draft
from flyteplan.validate.names import check_annotations, check_env_vars, check_labels
from flyteplan.validate.sensitive import marked, put_sensitive_inputs

_AT = ("spec", "submit")
_RUN = (*_AT, "run")
_OF_VERSIONS = ("triggers", "allow_older_base")
_OF_RUNS = ("inputs", "run", "sensitive_inputs")


def put_submit(draft: Draft, submit: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    """A kind that is not written may come from another layer: then only `between` can judge what goes with it."""
    kind = submit.get("as")
    if kind:
        _check_kind(draft, kind, submit)
    if kind == "version" and overrides.get("queue") is not None:
        message = "queue is no part of a version"
        draft.wrong_key("FP1212", ("spec", "overrides", "queue"), message, "use submit.as: run, or leave it out")
    for name, value in submit.items():
        if name == "run":
            _check_queues(draft, value, overrides)
            _put_run(draft, value)
        elif name == "inputs":
            for key, item in value.items():
                draft.put(("submit", "inputs", key), item)
        elif name == "sensitive_inputs":
            put_sensitive_inputs(draft, value, (*_AT, name))
        else:
            draft.put(("submit", name), value)


def _check_kind(draft: Draft, kind: str, submit: Mapping[str, Any]) -> None:
    for name in _OF_RUNS if kind != "run" else _OF_VERSIONS:
        if name in submit:
            message = f"submit.{name} has no effect with as: {kind}"
            hint = "use as: run" if kind != "run" else "leave it out"
            draft.wrong_key("FP1212", (*_AT, name), message, hint)


def _check_queues(draft: Draft, run: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    """One setting in two words. Where layers differ in it, the later one wins."""
    queue, other = run.get("queue"), overrides.get("queue")
    if queue is not None and other is not None and queue != other:
        message = f"submit.run.queue is {queue}, and queue is {other}: both are the queue of the run"
        draft.wrong("FP1212", (*_RUN, "queue"), message, "keep one of them")


def _put_run(draft: Draft, run: Mapping[str, Any]) -> None:
    for name, value in run.items():
        if name not in _MAPS:
            is_count = isinstance(value, float)
            draft.put(("submit", "run", name), int(value) if is_count else value)
            continue
        values = marked(draft, value, (*_RUN, name))
        _MAPS[name](draft, values, (*_RUN, name))
        for key, item in values.items():
            draft.put(("submit", "run", name, key), item)


def _check_annotations(draft: Draft, values: Mapping[str, str | None], pointer: Pointer) -> None:
    """A run is known again by its own: a value in their place would be dropped without a word."""
    check_annotations(draft, values, pointer)
    for name in values:
        if name.startswith(TAG_PREFIX):
            hint = f"names that begin with {TAG_PREFIX} say where a run comes from"
            draft.wrong_key("FP1209", (*pointer, name), f"{name} can not be set", hint)


_MAPS = {"labels": check_labels, "annotations": _check_annotations, "envs": check_env_vars}
