"""Laws of the override stage: what it does, and above all what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.unknown_fields import UnknownFieldSet
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.property.manifests import (
    Overrides,
    applied,
    copied,
    desired,
    nulled,
    one_after_the_other,
    settings,
    written,
)
from tests.property.strategies import SHIPPED, overrides_for, parameters, specs

from flyteplan.model.task import TaskVersion

STRATEGIES = st.sampled_from(("merge", "replace"))
NEW = b"\xa8\x46\x07"


@given(specs(), STRATEGIES)
def test_no_overrides_change_nothing(spec: TaskSpec, strategy: str) -> None:
    result = desired(spec, {}, strategy=strategy)
    assert result is not None
    assert (written(result.spec), result.problems, result.notes) == (written(spec), (), ())


@given(st.data(), specs(), STRATEGIES)
def test_twice_is_once(data: st.DataObject, spec: TaskSpec, strategy: str) -> None:
    overrides = data.draw(overrides_for(spec, strategy=strategy))
    once = applied(spec, overrides, strategy=strategy)
    assume(once is not None)
    assert once is not None
    twice = applied(once, overrides, strategy=strategy)
    assert twice is not None
    assert written(twice) == written(once)


@given(st.data(), specs(), STRATEGIES)
def test_the_base_is_never_changed(data: st.DataObject, spec: TaskSpec, strategy: str) -> None:
    before = spec.SerializeToString()
    desired(spec, data.draw(overrides_for(spec, strategy=strategy)), strategy=strategy)
    assert spec.SerializeToString() == before


@given(st.data(), specs())
def test_disjoint_parameters_commute(data: st.DataObject, spec: TaskSpec) -> None:
    assume(_has_a_known_pool(spec))
    overrides = data.draw(overrides_for(spec))
    first = set(data.draw(st.lists(st.sampled_from(sorted(parameters(nulls=True))), max_size=7)))
    left = {name: value for name, value in overrides.items() if name in first}
    right = {name: value for name, value in overrides.items() if name not in first}
    there, back = one_after_the_other(spec, left, right), one_after_the_other(spec, right, left)
    assume(there is not None and back is not None)
    assert there is not None
    assert back is not None
    assert written(there) == written(back) == _bytes(applied(spec, overrides))


@given(st.data(), specs(), st.sampled_from(("env_vars", "labels", "annotations", "secrets")))
def test_disjoint_names_commute(data: st.DataObject, spec: TaskSpec, parameter: str) -> None:
    """But for the order in which names come that are new: each step appends its own."""
    assume(_has_a_known_pool(spec))
    values = data.draw(parameters(nulls=True)[parameter].filter(bool))
    assume(settings({parameter: values}) is not None)
    names = data.draw(st.sets(st.sampled_from(("A", "B", "LOG_LEVEL", "a", "team", "hf-token"))))
    left, right = ({parameter: part} for part in _split(values, names))
    there, back = one_after_the_other(spec, left, right), one_after_the_other(spec, right, left)
    assume(there is not None and back is not None)
    layered = applied(spec, left, right), applied(spec, right, left)
    assert _sorted_lists(layered[0]) == _sorted_lists(layered[1])
    assert parameter == "secrets" or _bytes(layered[0]) == _bytes(layered[1])
    assert _sorted_lists(there) == _sorted_lists(back) == _sorted_lists(applied(spec, {parameter: values}))


def _split(values: Any, names: set[str]) -> tuple[Any, Any]:
    if isinstance(values, dict):
        parts = [{name: value for name, value in values.items() if (name in names) == first} for first in (True, False)]
        return parts[0], parts[1]
    return [item for item in values if _key(item) in names], [item for item in values if _key(item) not in names]


def _key(item: Any) -> str:
    return str(item["key"] if isinstance(item, dict) else item)


@given(st.data(), specs())
def test_a_value_that_a_later_layer_clears_was_never_set(data: st.DataObject, spec: TaskSpec) -> None:
    overrides, null = _set_and_null(data, spec)
    alone = settings(null)
    assert alone is not None
    both = settings({name: overrides[name] for name in null if _is_whole(null[name], overrides[name])}, null)
    assert both is not None
    assert {(item.path, item.value) for item in both} == {(item.path, item.value) for item in alone}


@given(st.data(), specs())
def test_set_and_then_null_is_null_alone(data: st.DataObject, spec: TaskSpec) -> None:
    overrides, null = _set_and_null(data, spec)
    own = {name: _part(overrides[name], null[name]) for name in null}
    layered, alone = applied(spec, own, null), applied(spec, null)
    assert _bytes(layered) == _bytes(alone)
    # No task is without an image: null stands for the deployed one, whichever that is.
    assume(_has_a_known_pool(spec) and "image" not in null)
    after = one_after_the_other(spec, own, null)
    if after is not None and alone is not None:
        assert written(_without_empty(after)) == written(_without_empty(alone))


def _set_and_null(data: st.DataObject, spec: TaskSpec) -> tuple[Overrides, Overrides]:
    overrides = data.draw(overrides_for(spec, nulls=False))
    nulls = nulled(overrides)
    assume(nulls)
    return overrides, data.draw(st.sampled_from(nulls))


def _is_whole(null: Any, value: Any) -> bool:
    return null is None or set(null) == set(value)


def _part(value: Any, null: Any) -> Any:
    """What *null* takes away of *value*."""
    return value if null is None else {name: value[name] for name in null}


@given(st.data(), specs(edits=0), STRATEGIES)
def test_fields_of_a_newer_server_survive(data: st.DataObject, spec: TaskSpec, strategy: str) -> None:
    """Everywhere under merge but in what is cleared; under replace in all that the SDK does not make anew."""
    strewn = copied(spec)
    for message in _messages(strewn):
        message.MergeFromString(NEW)
    overrides = data.draw(overrides_for(spec, strategy=strategy, nulls=False))
    result = applied(strewn, overrides, strategy=strategy)
    assume(result is not None)
    assert result is not None
    template = result.task_template
    kept: list[Any] = [result, template, template.metadata, template.interface, *_target(template)]
    assert all(len(UnknownFieldSet(message)) == 1 for message in kept)
    if strategy == "merge" and _keeps_all(overrides):
        assert [name for name, message in _named(result) if name in dict(_named(strewn)) and not _strewn(message)] == []


def _strewn(message: Any) -> bool:
    return len(UnknownFieldSet(message)) == 1


def _keeps_all(overrides: Overrides) -> bool:
    """Whether nothing is taken away: a zero clears, and another device has nothing of the one before."""
    resources, retries = overrides.get("resources") or {}, overrides.get("retries")
    backoff = retries.get("backoff") if isinstance(retries, dict) else None
    timeout = overrides.get("timeout")
    bounds = timeout.values() if isinstance(timeout, dict) else [timeout]
    return "gpu" not in resources and 0 not in bounds and not backoff


def _target(template: Any) -> list[Any]:
    name = template.WhichOneof("target")
    return [getattr(template, name)] if name else []


def _messages(message: Any) -> Iterator[Any]:
    return (found for _, found in _named(message))


def _named(message: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every message of ours inside *message*, by its path; a Struct has no server of its own."""
    yield path, message
    for field, value in message.ListFields():
        kind = field.message_type
        if kind is None or kind.GetOptions().map_entry or kind.full_name.startswith("google."):
            continue
        for index, item in enumerate(value) if field.is_repeated else [(0, value)]:
            yield from _named(item, f"{path}.{field.name}{index}")


@given(st.data(), specs())
def test_quantities_that_are_equal_keep_their_spelling(data: st.DataObject, spec: TaskSpec) -> None:
    container = spec.task_template.container
    assume(spec.task_template.HasField("container"))
    del container.resources.requests[:], container.resources.limits[:]
    container.resources.requests.add(name=1, value="1000m")
    container.resources.requests.add(name=3, value="1024Mi")
    overrides = data.draw(st.sampled_from(({"cpu": 1}, {"memory": "1Gi"}, {"cpu": "1", "memory": "1Gi"})))
    assume(_has_a_known_pool(spec))
    assert _bytes(applied(spec, {"resources": overrides})) == written(spec)


@given(st.data(), specs(), STRATEGIES)
def test_parameters_are_the_settings_by_their_names(data: st.DataObject, spec: TaskSpec, strategy: str) -> None:
    given_ = settings(data.draw(overrides_for(spec, strategy=strategy)), strategy=strategy)
    assume(given_ is not None)
    assert given_ is not None
    parameters_, cleared = given_.parameters()
    flat = {("overrides", name, part): value for name, parts in parameters_.items() for part, value in parts.items()}
    ours = [item for item in given_ if item.path[0] == "overrides"]
    assert flat == {("overrides", item.path[1], ".".join(item.path[2:])): item.value for item in ours}
    assert cleared == {name for name, parts in parameters_.items() if None in parts.values()}


def test_shipped_templates_are_enough_for_these_laws() -> None:
    targets = {template.spec.task_template.WhichOneof("target") for template in SHIPPED}
    assert {"container", "k8s_pod"} <= targets
    assert all(isinstance(template.key, TaskVersion) for template in SHIPPED)


def _has_a_known_pool(spec: TaskSpec) -> bool:
    """A pool whose deployed key can not be derived gets one that depends on the steps that led to it."""
    return not spec.task_template.HasField("reuse_policy")


def _bytes(spec: TaskSpec | None) -> bytes | None:
    return None if spec is None else written(spec)


def _sorted_lists(spec: TaskSpec | None) -> bytes | None:
    if spec is None:
        return None
    copy = copied(spec)
    template = copy.task_template
    for items in (template.container.env, template.security_context.secrets):
        ordered = sorted(items, key=lambda item: item.SerializeToString(deterministic=True))
        copies = [type(item).FromString(item.SerializeToString()) for item in ordered]
        del items[:]
        items.extend(copies)  # type: ignore[arg-type]
    for container in _pod_containers(template):
        if "env" in container.fields:
            values = container.fields["env"].list_value.values
            ordered_values = sorted(value.SerializeToString(deterministic=True) for value in values)
            kind = type(container.fields["env"])
            del values[:]
            values.extend(kind.FromString(value) for value in ordered_values)
    return written(copy)


def _pod_containers(template: Any) -> list[Any]:
    if not template.HasField("k8s_pod"):
        return []
    return [value.struct_value for value in template.k8s_pod.pod_spec.fields["containers"].list_value.values]


def _without_empty(spec: TaskSpec) -> TaskSpec:
    """Without messages that are there and hold nothing, and empty mappings and lists of a pod."""
    copy = copied(spec)
    _drop_empty(copy)
    return copy


def _drop_empty(message: Any) -> None:
    for field, value in message.ListFields():
        kind = field.message_type
        if kind is None or field.is_repeated or kind.full_name == "google.protobuf.Value":
            continue
        if kind.full_name == "google.protobuf.Struct":
            _drop_empty_values(value)
        else:
            _drop_empty(value)
        if not value.ByteSize():
            message.ClearField(field.name)


def _drop_empty_values(struct: Any) -> None:
    for key in list(struct.fields):
        value = struct.fields[key]
        if value.HasField("struct_value"):
            _drop_empty_values(value.struct_value)
        for item in value.list_value.values if value.HasField("list_value") else ():
            if item.HasField("struct_value"):
                _drop_empty_values(item.struct_value)
        empty_struct = value.HasField("struct_value") and not value.struct_value.fields
        empty_list = value.HasField("list_value") and not value.list_value.values
        if empty_struct or empty_list:
            del struct.fields[key]
