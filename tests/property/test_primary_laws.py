"""Laws of the primary container: to set many at once is to set one after another."""

from __future__ import annotations

from collections.abc import Sequence

from flyteidl2.core.tasks_pb2 import TaskTemplate
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from flyteplan.model import quantity
from flyteplan.model.primary import SIDES, Primary, Side, primary, quantity_name

NUMBERS = {"cpu": 1, "gpu": 2, "memory": 3, "storage": 4, "disk": 5}
AMOUNTS = st.sampled_from(("1", "1000m", "2", "1Gi", "1024Mi", "2Gi"))
SIDE = st.sampled_from(SIDES)
# As no server makes them, but as a template can have them: names of a later version, and one name twice.
ENTRIES = st.lists(st.tuples(st.sampled_from((*NUMBERS.values(), 9)), AMOUNTS), max_size=5)
WANTED = st.dictionaries(st.sampled_from(sorted(NUMBERS)), AMOUNTS, max_size=5)
NAMES = st.sampled_from(("A", "B", "C", "D", "LOG_LEVEL"))
PAIRS = st.lists(st.tuples(NAMES, st.sampled_from(("", "1", "2"))), max_size=5)


def _set_both_ways(many: TaskTemplate, single: TaskTemplate, wanted: dict[str, str], side: Side) -> dict[str, str]:
    """What is there after all at once, which is what one after another comes to."""
    found = _primary(many).set_quantities(side, wanted)
    for name, value in wanted.items():
        _primary(single).set_quantities(side, {name: value})
    assert _bytes(many) == _bytes(single)
    assert found == _primary(many).quantities(side)
    return found


@given(ENTRIES, WANTED, SIDE)
def test_quantities_of_a_container(entries: Sequence[tuple[int, str]], wanted: dict[str, str], side: Side) -> None:
    found = _set_both_ways(_container(entries, side), _container(entries, side), wanted, side)
    assert all(quantity.same(found[name], value) for name, value in wanted.items())


@given(ENTRIES, WANTED, SIDE)
def test_equal_quantities_stay_as_they_are(
    entries: Sequence[tuple[int, str]], wanted: dict[str, str], side: Side
) -> None:
    template = _container(entries, side)
    before = _primary(template).quantities(side)
    same = {name: value for name, value in wanted.items() if quantity.same(value, before.get(name, ""))}
    _primary(template).set_quantities(side, same)
    assert _bytes(template) == _bytes(_container(entries, side))


@given(st.dictionaries(st.sampled_from(("cpu", "memory", "nvidia.com/gpu", "amd.com/gpu")), AMOUNTS), WANTED, SIDE)
def test_quantities_of_a_pod(there: dict[str, str], wanted: dict[str, str], side: Side) -> None:
    _set_both_ways(_pod(there, side), _pod(there, side), wanted, side)


@given(ENTRIES, WANTED, WANTED, st.booleans())
def test_both_sides_are_one_after_the_other(
    entries: Sequence[tuple[int, str]], requests: dict[str, str], limits: dict[str, str], in_a_pod: bool
) -> None:
    there = {quantity_name(number): value for number, value in entries}
    at_once, apart = (
        _pod(there, "limits") if in_a_pod else _container(entries, "limits"),
        _pod(there, "limits") if in_a_pod else _container(entries, "limits"),
    )
    found = _primary(at_once).set_both(requests, limits)
    single = _primary(apart)
    assert found == (single.set_quantities("requests", requests), single.set_quantities("limits", limits))
    assert _bytes(at_once) == _bytes(apart)


@given(st.booleans(), PAIRS, st.dictionaries(NAMES, st.sampled_from((None, "", "1", "3"))))
def test_variables_by_name_and_without_a_value(
    in_a_pod: bool, pairs: Sequence[tuple[str, str]], wanted: dict[str, str | None]
) -> None:
    """To set by name is to set in the order of the names, and what has no value is not set."""
    by_name, in_order = (_pod({}, "limits") if in_a_pod else _container((), "limits") for _ in range(2))
    valued = {name: value for name, value in sorted(wanted.items()) if value is not None}
    for template in (by_name, in_order):
        _primary(template).set_env(dict(pairs))
    names = _primary(by_name).set_env(wanted, by_name=True)
    assert names == _primary(in_order).set_env(valued)
    assert _bytes(by_name) == _bytes(in_order)


@given(PAIRS, st.dictionaries(NAMES, st.sampled_from(("", "1", "3"))))
def test_variables_of_a_container(pairs: Sequence[tuple[str, str]], wanted: dict[str, str]) -> None:
    many, single = TaskTemplate(), TaskTemplate()
    for template in (many, single):
        template.container.image = "image"
        for key, value in pairs:
            template.container.env.add(key=key, value=value)
    names = _primary(many).set_env(wanted)
    for name, value in wanted.items():
        _primary(single).set_env({name: value})
    expected = [(name, wanted.get(name, value)) for name, value in pairs]
    expected += [(name, value) for name, value in wanted.items() if name not in dict(pairs)]
    assert _primary(many).env() == _primary(single).env() == expected
    assert names == [name for name, _ in expected]


def _container(entries: Sequence[tuple[int, str]], side: Side) -> TaskTemplate:
    template = TaskTemplate()
    template.container.image = "image"
    for number, value in entries:
        getattr(template.container.resources, side).add(name=number, value=value)
    return template


def _pod(quantities: dict[str, str], side: Side) -> TaskTemplate:
    template, spec = TaskTemplate(), Struct()
    spec.update({"containers": [{"name": "main", "resources": {side: quantities}}]})
    template.k8s_pod.pod_spec.CopyFrom(spec)
    return template


def _primary(template: TaskTemplate) -> Primary:
    found = primary(template)
    assert found is not None
    return found


def _bytes(template: TaskTemplate) -> bytes:
    return template.SerializeToString(deterministic=True)
