"""Templates: shipped ones, generated ones, and ones that are nearly the same as another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.struct_pb2 import Struct
from hypothesis import strategies as st
from tests.property.manifests import copied

from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.model.task import Scope, TaskVersion, Template

Draw = Callable[[st.SearchStrategy[Any]], Any]

_SNAPSHOT = SnapshotCatalog(str(Path(__file__).parents[2] / "examples" / "catalog"))
SCOPES = (Scope("flytesnacks", "development"), Scope("flytesnacks", "production"))


def _shipped() -> tuple[Template, ...]:
    rows = [row for scope in SCOPES for row in _SNAPSHOT.listing(scope)]
    keys = {TaskVersion(row.task, version) for row in rows for version in _SNAPSHOT.versions([row.task])[row.task]}
    found = _SNAPSHOT.templates(keys)
    return tuple(found[key] for key in sorted(found))


SHIPPED = _shipped()

_DEPTH = 7
_MAX_ITEMS = 4
_WORDS = ("", "a", "b", "main", "A", "LOG_LEVEL", "_F_X", "a.b", "a b", "é", "x", "seed")
_AMOUNTS = ("1", "2", "500m", "1Gi", "1024Mi", "1000m", "0.5", "4Gi", "100", "odd", "")
# What a plan could take for the order of the items among which it stands.
_LIKE_AN_ORDER = ("(order)", "a(order)", '"(order)"')
words = st.sampled_from((*_WORDS, *_LIKE_AN_ORDER))
amounts = st.sampled_from(_AMOUNTS)
# What a newer server may send: fields that this flyteidl2 does not know, of each wire type.
unknown_fields = st.sampled_from(
    (b"\xa8\x46\x07", b"\xaa\x46\x02hi", b"\xa8\x46\x07\xb0\x46\x01", b"\xad\x46\x01\x02\x03\x04")
)

_numbers = st.sampled_from((0, 1, 2, 3.0, 1.5, -1, 1e20))
_plain = st.one_of(st.none(), st.booleans(), _numbers, words)
_tree = st.recursive(
    _plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(words, inner, max_size=3),
        st.lists(st.fixed_dictionaries({"name": words}, optional={"value": inner, "b": inner}), max_size=3),
    ),
    max_leaves=8,
)
trees = st.dictionaries(words, _tree, max_size=4)


def edit(draw: Draw, message: Any, depth: int = 0) -> None:
    """One change anywhere in *message*: a value set or cleared, an item added, dropped or moved, or bytes unknown."""
    kind = message.DESCRIPTOR.full_name
    if kind == "google.protobuf.Struct":
        _edit_struct(draw, message)
    elif kind in ("google.protobuf.Duration", "google.protobuf.Timestamp"):
        message.seconds, message.nanos = draw(st.sampled_from(((0, 0), (5, 0), (90, 0), (3600, 500_000_000), (1, 1))))
    elif depth and draw(st.integers(0, 9)) == 9:
        message.MergeFromString(draw(unknown_fields))
    elif message.DESCRIPTOR.fields:
        _edit_field(draw, message, draw(st.sampled_from(tuple(message.DESCRIPTOR.fields))), depth)


def _edit_field(draw: Draw, message: Any, field: Any, depth: int) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        _edit_map(draw, getattr(message, field.name), field)
    elif field.is_repeated and field.message_type is not None:
        _edit_items(draw, getattr(message, field.name), depth)
    elif field.is_repeated:
        values = getattr(message, field.name)
        values[:] = draw(st.lists(_scalars(field), max_size=3))
    elif field.message_type is not None:
        _edit_message(draw, message, field.name, depth)
    elif field.has_presence and draw(st.booleans()):
        message.ClearField(field.name)
    else:
        setattr(message, field.name, draw(_scalars(field)))


def _edit_map(draw: Draw, entries: Any, field: Any) -> None:
    value = field.message_type.fields_by_name["value"]
    key = draw(words)
    if key in entries and draw(st.booleans()):
        del entries[key]
    elif value.message_type is not None:
        edit(draw, entries[key], _DEPTH)
    else:
        entries[key] = draw(_scalars(value))


def _edit_message(draw: Draw, message: Any, name: str, depth: int) -> None:
    # Most edits go on downwards: what lies deep would be reached too seldom otherwise.
    choice = draw(st.integers(0, 7))
    if choice == 0 and name != "task_template":
        message.ClearField(name)
    elif choice == 1 or depth >= _DEPTH:
        getattr(message, name).SetInParent()
    else:
        inner = getattr(message, name)
        inner.SetInParent()
        edit(draw, inner, depth + 1)


def _edit_items(draw: Draw, items: Any, depth: int) -> None:
    choice = draw(st.integers(0, 4))
    if not items or (choice == 0 and len(items) < _MAX_ITEMS):
        edit(draw, items.add(), depth + 1)
    elif choice == 1:
        del items[draw(st.integers(0, len(items) - 1))]
    elif choice == 2:
        items.add().CopyFrom(items[draw(st.integers(0, len(items) - 1))])
    elif choice == 3:
        items.reverse()
    elif depth < _DEPTH:
        edit(draw, items[draw(st.integers(0, len(items) - 1))], depth + 1)


def _scalars(field: Any) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        # An open enum: a newer server may know one more.
        return st.sampled_from((*(value.number for value in field.enum_type.values), 99))
    if field.cpp_type == field.CPPTYPE_STRING:
        return words if field.type == field.TYPE_STRING else st.binary(max_size=3)
    if field.cpp_type == field.CPPTYPE_BOOL:
        return st.booleans()
    if field.cpp_type in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return st.sampled_from((0.0, 1.0, 2.5))
    return st.sampled_from((0, 1, 2, 7))


def _edit_struct(draw: Draw, struct: Struct) -> None:
    if not struct.fields or draw(st.integers(0, 3)) == 0:
        struct.Clear()
        struct.update(draw(trees))
    elif (found := struct.fields[draw(st.sampled_from(sorted(struct.fields)))]).HasField("struct_value"):
        _edit_struct(draw, found.struct_value)
    elif found.HasField("list_value") and found.list_value.values:
        _edit_list(draw, found.list_value.values)
    else:
        struct.update({draw(st.sampled_from(sorted(struct.fields))): draw(_tree)})


def _edit_list(draw: Draw, values: Any) -> None:
    choice, index = draw(st.integers(0, 3)), draw(st.integers(0, len(values) - 1))
    if choice == 0:
        del values[index]
    elif choice == 1:
        values.add().CopyFrom(values[index])
    elif choice == 2:
        values.reverse()
    elif values[index].HasField("struct_value"):
        _edit_struct(draw, values[index].struct_value)


@st.composite
def edits_of(draw: Draw, spec: TaskSpec, least: int = 0, most: int = 5) -> TaskSpec:
    """*spec* with a few changes anywhere."""
    copy = copied(spec)
    for _ in range(draw(st.integers(least, most))):
        edit(draw, copy)
    return copy


@st.composite
def containers(draw: Draw, spec: TaskSpec) -> TaskSpec:
    """A container with resources, limits and variables, some of them twice; secrets, run_as and an accelerator."""
    copy = copied(spec)
    container = copy.task_template.container
    container.image = container.image or "acme/train:1"
    for side in (container.resources.requests, container.resources.limits):
        for number, amount in draw(st.lists(st.tuples(st.sampled_from((1, 2, 3, 4, 5)), amounts), max_size=3)):
            side.add(name=number, value=amount)
    for key, value in draw(st.lists(st.tuples(words, words), max_size=3)):
        container.env.add(key=key, value=value)
    _decorate(draw, copy)
    return copy


@st.composite
def pods(draw: Draw, spec: TaskSpec) -> TaskSpec:
    """A pod of one to three containers, and a primary one that is told in one of three ways or not at all."""
    copy = copied(spec)
    names = draw(st.lists(st.sampled_from(("main", "side", "a b")), min_size=1, max_size=3, unique=True))
    copy.task_template.k8s_pod.pod_spec.update({"containers": [{"name": name, **draw(_pod_parts)} for name in names]})
    copy.task_template.k8s_pod.primary_container_name = draw(st.sampled_from(("", *names)))
    if draw(st.booleans()):
        copy.task_template.config["primary_container_name"] = draw(st.sampled_from((*names, "gone")))
    _decorate(draw, copy)
    return copy


_pod_amounts = st.dictionaries(
    st.sampled_from(("cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "smarter-devices/fuse")),
    amounts,
    max_size=3,
)
_secret_variable = st.just({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}})
_variable = st.one_of(st.fixed_dictionaries({"name": words, "value": words}), _secret_variable)
_pod_parts = st.fixed_dictionaries(
    {"image": st.sampled_from(("acme/a:1", "acme/b:1"))},
    optional={
        "env": st.lists(_variable, max_size=3),
        "resources": st.fixed_dictionaries(
            {}, optional={"requests": _pod_amounts, "limits": _pod_amounts, "claims": st.just([{"name": "c"}])}
        ),
        "args": st.lists(words, max_size=2),
    },
)


def _decorate(draw: Draw, spec: TaskSpec) -> None:
    template = spec.task_template
    for key, group in draw(
        st.lists(st.tuples(st.sampled_from(("k", "hf-token")), st.sampled_from(("", "g"))), max_size=2)
    ):
        template.security_context.secrets.add(key=key, group=group, mount_requirement=1, env_var="X")
    if draw(st.booleans()):
        template.security_context.run_as.iam_role = draw(words)
        template.security_context.run_as.k8s_service_account = draw(words)
    if draw(st.booleans()):
        template.extended_resources.gpu_accelerator.device = draw(st.sampled_from(("nvidia-tesla-a100", "nvidia-l4")))
        template.extended_resources.gpu_accelerator.partition_size = "1g.5gb"
    if draw(st.booleans()):
        template.extended_resources.shared_memory.size_limit = draw(amounts)


def _bare(spec: TaskSpec, target: str) -> TaskSpec:
    copy = copied(spec)
    for name in ("container", "k8s_pod", "sql"):
        copy.task_template.ClearField(name)
    if target == "sql":
        copy.task_template.sql.statement = "select 1"
    return copy


@st.composite
def specs(draw: Draw, edits: int = 3) -> TaskSpec:
    """A template: one that is shipped, or one with a target of its own; and up to *edits* changes anywhere."""
    spec = draw(st.sampled_from(SHIPPED)).spec
    kind = draw(st.sampled_from(("shipped", "shipped", "container", "container", "pod", "pod", "sql", "none")))
    if kind == "container":
        spec = draw(containers(spec if spec.task_template.HasField("container") else _bare(spec, "none")))
    elif kind == "pod":
        spec = draw(pods(_bare(spec, "none")))
    elif kind != "shipped":
        spec = _bare(spec, kind)
    return draw(edits_of(spec, 0, edits))  # type: ignore[no-any-return]
