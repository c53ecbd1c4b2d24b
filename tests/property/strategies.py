"""Strategies that the laws share: overrides that fit a template; the templates come from `templates`."""

from __future__ import annotations

from typing import Any

from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from flyteidl2.task.task_definition_pb2 import TaskSpec
from hypothesis import strategies as st
from tests.property.manifests import Overrides, read
from tests.property.manifests import document as written_document
from tests.property.templates import SHIPPED, Draw, edits_of, specs, words

from flyteplan.model.primary import primary

__all__ = ["SHIPPED", "edits_of", "inputs_of", "overrides_for", "parameters", "specs"]

_cpu = st.sampled_from((0, 1, 2, 0.5, "1", "500m", "1000m", "4"))
_memory = st.sampled_from(("1Gi", "1024Mi", "2G", "500Mi", "8Gi"))
_gpu = st.sampled_from(
    (
        0,
        1,
        2,
        "A100:1",
        "T4:2",
        "L4:1",
        {"device": "A100", "partition": "1g.5gb"},
        {"device": "mine", "device_class": "GPU"},
    )
)
_duration = st.sampled_from((0, 1, 90, "90s", "1h30m", "1.5s", "7d", "250ms"))
_env_names = st.sampled_from(("A", "B", "LOG_LEVEL", "Z9", "x"))
_label_names = st.sampled_from(("a", "b", "team", "acme.io/x"))
_label_values = st.sampled_from(("", "a", "b-1", "x.y"))
_secrets: st.SearchStrategy[Any] = st.lists(
    st.sampled_from(
        (
            "hf-token",
            {"key": "k"},
            {"key": "k", "group": "g", "as_env_var": "OTHER"},
            {"key": "hf-token", "group": "g", "mount": "/etc/flyte/secrets"},
        )
    ),
    max_size=3,
    unique_by=str,
)


def _or_null(inner: st.SearchStrategy[Any], *, nulls: bool) -> st.SearchStrategy[Any]:
    return st.one_of(inner, inner, inner, st.none()) if nulls else inner


def _pair(inner: st.SearchStrategy[Any], *, nulls: bool) -> st.SearchStrategy[Any]:
    return st.one_of(
        inner, st.lists(inner, min_size=2, max_size=2), *([st.tuples(inner, st.none()).map(list)] if nulls else [])
    )


def parameters(*, nulls: bool) -> dict[str, st.SearchStrategy[Any]]:
    """By parameter of `overrides`, what may be written there."""

    def maybe(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return _or_null(inner, nulls=nulls)

    def mapping(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({}, optional=optional)

    backoffs = st.fixed_dictionaries(
        {"base": _duration, "cap": _duration}, optional={"factor": st.sampled_from((1, 2, 1.5))}
    )
    single = maybe(_memory)
    resources = {
        "cpu": maybe(_pair(_cpu, nulls=nulls)),
        "memory": maybe(_pair(_memory, nulls=nulls)),
        "gpu": maybe(_gpu),
        "disk": single,
        "shm": st.one_of(single, st.just("auto")),
        "smarter-devices/fuse": maybe(st.sampled_from((0, 1, "2"))),
    }
    cache = {
        "behavior": st.sampled_from(("disable", "override")),
        "version_override": st.sampled_from(("v1", "v2")),
        "serialize": st.booleans(),
        "ignored_inputs": st.lists(words.filter(bool), max_size=2),
        "max_age": maybe(_duration),
    }
    bound = maybe(_duration)
    return {
        "short_name": maybe(st.sampled_from(("s", "train"))),
        "resources": maybe(mapping(**resources)),
        "retries": maybe(st.one_of(st.integers(0, 4), mapping(count=st.integers(0, 4), backoff=maybe(backoffs)))),
        "timeout": maybe(st.one_of(_duration, mapping(max_runtime=bound, max_queued_time=bound, deadline=bound))),
        "env_vars": maybe(st.dictionaries(_env_names, maybe(words), max_size=3)),
        "cache": st.one_of(st.just("disable"), mapping(**cache)),
        "secrets": maybe(_secrets),
        "service_account": maybe(st.sampled_from(("trainer", "x.y"))),
        "produces_artifacts": maybe(st.booleans()),
        "image": maybe(st.sampled_from(("acme/a:1", "acme/train:2"))),
        "interruptible": maybe(st.booleans()),
        "labels": maybe(st.dictionaries(_label_names, maybe(_label_values), max_size=3)),
        "annotations": maybe(st.dictionaries(_label_names, maybe(words), max_size=3)),
        "pod_template_name": maybe(st.just("big")),
    }


def inputs_of(spec: TaskSpec) -> Overrides | None:
    """A value for each input that has to be given, None where a manifest can give none."""
    given = {one.name for one in spec.default_inputs if one.parameter.HasField("default")}
    variables = [one for one in spec.task_template.interface.inputs.variables if one.key not in given]
    try:
        return {one.key: _fitting_value(one.value.type) for one in variables}
    except KeyError:
        return None


def _fitting_value(kind: LiteralType) -> Any:
    """Raises KeyError for a type that is not among the easy ones."""
    which = kind.WhichOneof("type")
    if which == "collection_type":
        return [_fitting_value(kind.collection_type)]
    if which == "map_value_type":
        return {"key": _fitting_value(kind.map_value_type)}
    if which == "simple":
        return _OF_SIMPLE[kind.simple]
    return {"blob": "s3://bucket/key"}[str(which)]


_OF_SIMPLE = {
    SimpleType.STRING: "text",
    SimpleType.INTEGER: 3,
    SimpleType.FLOAT: 0.5,
    SimpleType.BOOLEAN: True,
    SimpleType.DATETIME: "2026-01-31T12:00:00Z",
}


_CONTAINER_ONLY = ("resources", "env_vars", "image")


def _fit(spec: TaskSpec, overrides: Overrides) -> Overrides:
    """*overrides* without what can have no effect on *spec*, which the override stage would refuse."""
    template = spec.task_template
    fitting = {name: value for name, value in overrides.items() if primary(template) or name not in _CONTAINER_ONLY}
    resources, cache = fitting.get("resources"), fitting.get("cache")
    if isinstance(resources, dict) and not template.HasField("k8s_pod"):
        fitting["resources"] = {name: value for name, value in resources.items() if "/" not in name}
    if isinstance(cache, dict):
        inputs = {entry.key for entry in template.interface.inputs.variables}
        known = [name for name in cache.get("ignored_inputs", ()) if name in inputs]
        fitting["cache"] = cache | ({"ignored_inputs": known} if "ignored_inputs" in cache else {})
        if not template.metadata.discoverable:
            fitting["cache"] |= {"behavior": "override", "version_override": "v9"}
    return fitting


@st.composite
def overrides_for(
    draw: Draw, spec: TaskSpec, *, strategy: str = "merge", nulls: bool = True, only: tuple[str, ...] | None = None
) -> Overrides:
    """Overrides that are valid and mostly fit *spec*; *only* these parameters, if given."""
    known = parameters(nulls=nulls and strategy == "merge")
    wanted = {name: value for name, value in known.items() if only is None or name in only}
    names = draw(st.lists(st.sampled_from(sorted(wanted)), max_size=5, unique=True)) if wanted else []
    fitting = _fit(spec, {name: draw(wanted[name]) for name in names})
    return {name: value for name, value in fitting.items() if _valid(name, value, strategy)}


def _valid(name: str, value: Any, strategy: str) -> bool:
    return read(written_document({name: value}, strategy=strategy)) is not None
