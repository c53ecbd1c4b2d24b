"""Laws of the diff: nothing is missed, nothing is told that is not so, and a plan is enough to make desired."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from hypothesis import given
from hypothesis import strategies as st
from tests.property.manifests import applied, copied, without_own, written
from tests.property.patch import identity, patch
from tests.property.strategies import SHIPPED, edits_of, overrides_for, specs
from tests.property.tree import in_order

from flyteplan.diff import between, differences, digest, side, values
from flyteplan.diff.names import name_of
from flyteplan.diff.walk import in_alike, walk
from flyteplan.model.plan import Difference
from flyteplan.model.struct import plain

# Messages whose parts a plan tells one by one even where one side lacks the message.
OPEN = frozenset(
    {"Resources", "ExtendedResources", "GPUAccelerator", "RetryStrategy", "Backoff", "TimeoutStrategy"}
    | {"SecurityContext", "Identity", "K8sObjectMetadata", "TaskMetadata"}
)
NAMED = frozenset({"ResourceEntry", "KeyValuePair", "Secret", "VariableEntry", "NamedParameter"})

triples = specs().flatmap(lambda base: st.tuples(st.just(base), edits_of(base), edits_of(base)))


@given(st.data())
def test_the_fields_of_a_plan_make_live_into_desired(data: st.DataObject) -> None:
    base, live, desired = _base_live_desired(data)
    told = differences(base, live, desired)
    made, wanted = _comparable(patch(live, told), live), _comparable(desired, live)
    assert written(made) == written(wanted), _explained(told, made, wanted)


def _base_live_desired(data: st.DataObject) -> tuple[TaskSpec, TaskSpec, TaskSpec]:
    """Live: another version, the base as another override left it, or another template altogether."""
    base = data.draw(specs())
    kind = data.draw(st.sampled_from(("edited", "override", "other template", "shipped")))
    live = _other(data, base, kind)
    return base, live, _other(data, base, data.draw(st.sampled_from(("edited", "override", "override"))))


def _other(data: st.DataObject, base: TaskSpec, kind: str) -> TaskSpec:
    if kind == "override":
        strategy = data.draw(st.sampled_from(("merge", "replace")))
        return applied(base, data.draw(overrides_for(base, strategy=strategy)), strategy=strategy) or base
    if kind == "edited":
        return data.draw(edits_of(base))
    return data.draw(specs()) if kind == "other template" else data.draw(st.sampled_from(SHIPPED)).spec


@given(triples)
def test_no_fields_are_equal_digests_and_the_other_way_round(specs: tuple[TaskSpec, TaskSpec, TaskSpec]) -> None:
    digests = {digest(spec) for spec in specs}
    assert (differences(*specs) == ()) == (len(digests) == 1)


@given(triples, st.sampled_from(((0, 1, 2), (0, 0, 1), (0, 1, 1), (0, 1, 0), (0, 0, 0))))
def test_where_digests_tell_what_is_the_same_no_difference_is_another(
    specs: tuple[TaskSpec, TaskSpec, TaskSpec], which: tuple[int, int, int]
) -> None:
    base, live, desired = (copied(specs[number]) for number in which)
    assert repr(between(side(base), side(live), side(desired))) == repr(differences(base, live, desired))
    assert repr(differences(base, base, desired)) == repr(differences(base, copied(base), desired))


@given(triples, st.sampled_from((2, 3)), st.sampled_from(("metadata", "security_context", "extended_resources")))
def test_what_is_remembered_of_the_same_bytes_is_what_a_walk_finds(
    specs: tuple[TaskSpec, TaskSpec, TaskSpec], count: int, name: str
) -> None:
    templates = [spec.task_template for spec in specs[:count]]
    sides = [getattr(template, name) if template.HasField(name) else None for template in templates]
    own = f"{name_of(f'task_template.{name}')}.(present)"
    if any(sides):
        walked = walk(sides, f"task_template.{name}")
        for _ in range(2):
            told = in_alike(sides, f"task_template.{name}")
            assert repr([one for one in told if one.path != own]) == repr(walked)


@given(st.one_of(specs(), st.sampled_from([one.spec for one in SHIPPED])))
def test_a_message_is_told_in_the_words_of_json(spec: TaskSpec) -> None:
    for message in _messages(spec):
        try:
            wanted = MessageToDict(message, preserving_proto_field_name=True)
        except SerializeToJsonError:  # a number that JSON does not have
            continue
        assert json.dumps(values.plain(message)) == json.dumps(values.by_key(wanted))


def _messages(message: Any) -> Iterator[Any]:
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for inner in value if field.is_repeated else [value]:
                yield from _messages(inner)


@given(specs().flatmap(lambda base: st.tuples(st.just(base), edits_of(base, 0, 2))))
def test_a_digest_leaves_out_what_is_the_versions_own_and_nothing_else(pair: tuple[TaskSpec, TaskSpec]) -> None:
    left, right = pair
    assert (digest(left) == digest(right)) == (written(without_own(left)) == written(without_own(right)))


@given(specs(), st.sampled_from(("v2", "", "é")), st.sampled_from(("flyteplan/base", "flyteplan/")))
def test_a_version_and_its_tags_change_no_digest(spec: TaskSpec, version: str, tag: str) -> None:
    deployed, derived = _complete(spec), _complete(spec)
    derived.task_template.id.version = version
    derived.task_template.metadata.tags[tag] = "x"
    assert digest(derived) == digest(deployed)
    assert differences(deployed, derived, derived) == ()
    derived.task_template.metadata.tags["other"] = "x"
    assert digest(derived) != digest(deployed)


@given(triples)
def test_a_path_is_told_once_in_order_and_only_of_a_difference(specs: tuple[TaskSpec, TaskSpec, TaskSpec]) -> None:
    found = differences(*specs)
    paths = [difference.path for difference in found]
    assert paths == sorted(set(paths))
    assert all(len({json.dumps(value) for value in (one.base, one.live, one.desired)}) > 1 for one in found)


def _complete(spec: TaskSpec) -> TaskSpec:
    """With the messages that every deployed template has."""
    copy = copied(spec)
    copy.task_template.id.SetInParent()
    copy.task_template.metadata.tags.pop("other", None)
    copy.task_template.metadata.SetInParent()
    return copy


def _explained(told: tuple[Difference, ...], made: TaskSpec, wanted: TaskSpec) -> str:
    lines = difflib.unified_diff(str(wanted).splitlines(), str(made).splitlines(), "desired", "patched", lineterm="")
    return "\n".join([*map(str, told), *lines])


def _comparable(spec: TaskSpec, live: TaskSpec) -> TaskSpec:
    """Without what a plan leaves open: the order of what is new in a list, and open messages with nothing in them."""
    copy = without_own(spec)
    _order(copy, live)
    _order_struct(copy.task_template.custom, live.task_template.custom)
    if copy.task_template.HasField("k8s_pod"):
        _order_struct(copy.task_template.k8s_pod.pod_spec, live.task_template.k8s_pod.pod_spec)
    _drop_empty(copy)
    return copy


def _order_struct(struct: Any, live: Any) -> None:
    if struct.fields:
        ordered = in_order(plain(struct), plain(live))
        struct.Clear()
        struct.update(ordered)


def _order(message: Any, live: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        before = getattr(live, field.name) if live is not None else ()
        if not field.is_repeated:
            _order(value, before or None)
        elif field.message_type.name in NAMED:
            _order_items(value, {identity(item) for item in before})


def _order_items(items: Any, before: set[str]) -> None:
    for item in items:
        for part in ("value", "parameter"):
            if (field := item.DESCRIPTOR.fields_by_name.get(part)) is not None and field.message_type is not None:
                getattr(item, part).SetInParent()
    names = [identity(item) for item in items]
    if len(set(names)) == len(names):
        stays = [item for item in items if identity(item) in before]
        new = sorted((item for item in items if identity(item) not in before), key=identity)
        copies = [type(item).FromString(item.SerializeToString()) for item in stays + new]
        del items[:]
        items.extend(copies)


def _drop_empty(message: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is None or field.is_repeated:
            continue
        _drop_empty(value)
        if field.message_type.name in OPEN and not value.ByteSize():
            message.ClearField(field.name)
