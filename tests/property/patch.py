"""A plan's fields turned back into edits: live and the fields of a plan are all that it takes to make desired.

Written from the outside: it knows what the paths and the values of a plan mean, not how the plan was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Protocol

from flyteidl2.core.security_pb2 import Secret
from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import ParseDict
from tests.property.manifests import copied
from tests.property.tree import Tree

from flyteplan.diff.names import KNOWN
from flyteplan.model import duration
from flyteplan.model.itemname import unquoted
from flyteplan.model.primary import counts_gpus, primary_name
from flyteplan.model.struct import plain

PATHS = {name: path for path, name in KNOWN.items() if not path.endswith(".")}
PREFIXES = {name: path for path, name in KNOWN.items() if path.endswith(".")}
TEMPLATE_FIELDS = frozenset(TaskTemplate.DESCRIPTOR.fields_by_name)
STRUCTS = ("k8s_pod.pod_spec", "custom")
RESOURCES = {"cpu": 1, "gpu": 2, "memory": 3, "storage": 4, "disk": 5}
SUFFIX = re.compile(r"(?P<path>.*?)\.?\((?P<mark>order|present|unknown)\)")


class Told(Protocol):
    """A field or a difference of a plan."""

    @property
    def path(self) -> str: ...
    @property
    def live(self) -> Any: ...
    @property
    def desired(self) -> Any: ...


def patch(live: TaskSpec, fields: Iterable[Told]) -> TaskSpec:
    """*live* with what the fields say of desired."""
    spec = copied(live)
    told = [field for field in fields if not _same(field.live, field.desired)]
    trees: dict[str, list[tuple[str, Any]]] = {}
    last: list[tuple[str, Any]] = []
    for field in told:
        path = _pod_path(live, field.path)
        root = next((root for root in STRUCTS if _below(path, root)), None)
        if root is not None and not path.endswith(("(present)", "(unknown)")):
            trees.setdefault(root, []).append((path.removeprefix(root), field.desired))
        elif path.endswith(("(order)", "(unknown)", "(present)")):
            last.append((path, field.desired))
        else:
            _set(spec, _proto_path(path), field.desired)
    for root, leaves in trees.items():
        _set_tree(spec, root, leaves)
    for path, value in sorted(last, key=lambda item: item[0].endswith("(present)")):
        _set_mark(spec, path, value)
    return spec


def _same(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith((f"{root}.", f"{root}[", f"{root}("))


def _pod_path(live: TaskSpec, path: str) -> str:
    """The words of a manifest, where they speak of a pod's primary container, as the path in the pod."""
    name = primary_name(live.task_template)
    if not name:
        return path
    head, _, rest = path.partition(".")
    start = f"k8s_pod.pod_spec.containers[{_word(name)}]"
    if head == "env_vars":
        return f"{start}.env[{_word(unquoted(rest))}].value"
    if path.startswith(("resources.requests.", "resources.limits.")):
        side, _, key = rest.partition(".")
        return f"{start}.resources.{side}.{_word(_pod_key(live, side, key))}"
    if path == "image":
        return f"{start}.image"
    return start + path.removeprefix("primary_container") if path.startswith("primary_container") else path


def _pod_key(live: TaskSpec, side: str, key: str) -> str:
    if key != "gpu":
        return "ephemeral-storage" if key == "disk" else key
    pod = plain(live.task_template.k8s_pod.pod_spec)
    container = next(one for one in pod["containers"] if one.get("name") == primary_name(live.task_template))
    there = container.get("resources", {}).get(side, {})
    return next((name for name in sorted(there) if counts_gpus(name)), "gpu")


def _word(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_/-]+", key) else json.dumps(key)


def _proto_path(path: str) -> str:
    if path in PATHS:
        return PATHS[path]
    for name, prefix in PREFIXES.items():
        if path.startswith(name):
            return prefix + path[len(name) :]
    return f"task_template.{path}" if path.partition(".")[0] in TEMPLATE_FIELDS else path


def _set_tree(spec: TaskSpec, root: str, leaves: list[tuple[str, Any]]) -> None:
    holder: Any = spec.task_template.k8s_pod if root.startswith("k8s_pod") else spec.task_template
    struct = holder.pod_spec if root.startswith("k8s_pod") else holder.custom
    tree = Tree(plain(struct))
    tree.apply(leaves)
    struct.Clear()
    struct.update(tree.root)


def _set_mark(spec: TaskSpec, path: str, value: Any) -> None:
    match = SUFFIX.fullmatch(path)
    assert match is not None
    if match["mark"] == "order":
        _reorder(_list(spec, _proto_path(match["path"] + ".").rstrip(".")), value)
        return
    parent, name = _parent(spec, _proto_path(match["path"])) if match["path"] else (None, "")
    if match["mark"] == "present":
        assert parent is not None
        if value:
            getattr(parent, name).SetInParent()
        else:
            parent.ClearField(name)
    elif parent is None or value or parent.HasField(name):
        _set_unknown(spec if parent is None else getattr(parent, name), value)


def _set_unknown(message: Any, value: str | None) -> None:
    _drop_unknown(message)
    message.MergeFromString(bytes.fromhex(value or ""))


def _drop_unknown(message: Any) -> None:
    """Of this message alone: what lies below keeps its own."""
    copy = type(message)()
    for field, value in message.ListFields():
        if field.is_repeated:
            getattr(copy, field.name).MergeFrom(value)
        elif field.message_type is not None:
            getattr(copy, field.name).CopyFrom(value)
        else:
            setattr(copy, field.name, value)
    message.CopyFrom(copy)


def _parent(spec: TaskSpec, path: str) -> tuple[Any, str]:
    *parents, name = path.split(".")
    message: Any = spec
    for parent in parents:
        message = getattr(message, parent)
    return message, name


def _list(spec: TaskSpec, path: str) -> Any:
    parent, name = _parent(spec, path)
    return getattr(parent, name)


def _reorder(items: Any, names: list[str]) -> None:
    by_name = {identity(item): item for item in items}
    copies = [_copy(by_name[name]) for name in names]
    del items[:]
    items.extend(copies)


def _copy(message: Any) -> Any:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def _set(spec: TaskSpec, path: str, value: Any) -> None:
    message: Any = spec
    rest = path
    while True:
        name, _, rest = rest.partition(".")
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.is_repeated or not rest:
            break
        if value is None and not message.HasField(name):
            return
        message = getattr(message, name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        _set_entry(getattr(message, name), unquoted(rest), value)
    elif field.is_repeated:
        _set_items(message, field, unquoted(rest), value)
    else:
        _set_value(message, field, value)


def _set_entry(entries: Any, key: str, value: Any) -> None:
    if value is None:
        entries.pop(key, None)
    else:
        entries[key] = value


def _set_items(message: Any, field: Any, name: str, value: Any) -> None:
    items = getattr(message, field.name)
    if name or (field.message_type is not None and not isinstance(value, list)):
        _set_item(items, name, value)
        return
    del items[:]
    for one in value:
        if field.message_type is None:
            items.append(one)
        else:
            items.append(_message(field.message_type._concrete_class, one))


def _set_item(items: Any, name: str, value: Any) -> None:
    index = next((index for index, item in enumerate(items) if identity(item) == name), None)
    if value is None:
        if index is not None:
            del items[index]
        return
    item = items.add() if index is None else items[index]
    _fill(item, name, value)


def _fill(item: Any, name: str, value: Any) -> None:
    if isinstance(value, dict) and "serialized" in value:
        item.ParseFromString(bytes.fromhex(value["serialized"]))
    elif item.DESCRIPTOR.name == "ResourceEntry":
        item.name, item.value = RESOURCES.get(name) if name in RESOURCES else int(name), value
    elif item.DESCRIPTOR.name == "KeyValuePair":
        item.key, item.value = name, value
    elif isinstance(item, Secret):
        group, _, key = name.rpartition("/")
        item.Clear()
        ParseDict({**value, "key": key, "group": group}, item)
    elif item.DESCRIPTOR.name == "VariableEntry":
        item.Clear()
        item.key = name
        ParseDict(value, item.value)
    else:
        item.Clear()
        item.name = name
        ParseDict(value, item.parameter)


def _message(make: Any, value: Any) -> Any:
    fresh = make()
    if isinstance(value, dict) and "serialized" in value:
        fresh.ParseFromString(bytes.fromhex(value["serialized"]))
    elif isinstance(fresh, Duration):
        amount = duration.parse(value)
        assert amount is not None
        fresh.seconds, fresh.nanos = divmod(amount, duration.SECOND)
    elif fresh.DESCRIPTOR.name == "SharedMemory" and isinstance(value, str):
        fresh.mount_path, fresh.mount_name = "/dev/shm", "flyte-shm"
        fresh.size_limit = "" if value == "auto" else value
    else:
        ParseDict(value, fresh)
    return fresh


def _set_value(message: Any, field: Any, value: Any) -> None:
    if value is None:
        message.ClearField(field.name)
    elif field.message_type is not None:
        made = _message(type(getattr(message, field.name)), value)
        getattr(message, field.name).CopyFrom(made)
    elif field.name == "discoverable":
        message.discoverable = value == "override"
    elif field.enum_type is not None and isinstance(value, str):
        setattr(message, field.name, field.enum_type.values_by_name[value].number)
    else:
        setattr(message, field.name, value)


def identity(item: Any) -> str:
    """What an item of a list is called in a plan."""
    kind = item.DESCRIPTOR.name
    if kind == "ResourceEntry":
        return next((name for name, number in RESOURCES.items() if number == item.name), str(item.name))
    if kind == "Secret":
        return f"{item.group}/{item.key}" if item.group else str(item.key)
    return str(item.name if kind == "NamedParameter" else item.key)
