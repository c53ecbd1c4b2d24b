"""Laws of layers: who wins depends on ranks alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.property.manifests import Overrides, composed, document, read, settings
from tests.property.strategies import SHIPPED, overrides_for

from flyteplan.model.manifest import Manifest
from flyteplan.model.plan import Difference
from flyteplan.model.secrecy import Secrecy
from flyteplan.plan.fields import Ground, fields

SPEC = SHIPPED[0].spec

overrides = overrides_for(SPEC)


@st.composite
def manifests(draw: Any) -> list[Manifest]:
    """Up to four manifests of one task, some at one rank."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        layer, priority = draw(st.integers(0, 1)), draw(st.sampled_from((0, 0, 5)))
        found.append(read(document(draw(overrides), name=f"m{number}", priority=priority), layer))
    return [one for one in found if one is not None]


@given(manifests(), st.randoms(use_true_random=False))
def test_the_order_of_manifests_does_not_matter(manifests: list[Manifest], random: Any) -> None:
    shuffled = list(manifests)
    random.shuffle(shuffled)
    (there, problems), (back, again) = composed(*manifests), composed(*shuffled)
    assert set(problems) == set(again)
    assert (there is None) == (back is None) == bool(problems)
    if there is not None and back is not None:
        assert (there.settings, there.strategy, there.selector) == (back.settings, back.strategy, back.selector)


@given(manifests())
def test_a_lower_layer_that_clears_what_nobody_sets_changes_nothing_else(manifests: list[Manifest]) -> None:
    """Where anything is cleared, every setting that follows is put in by the longer way."""
    queue = ("overrides", "queue")
    lowest = read(document({"queue": None}, name="lowest"), -1)
    assume(manifests and all(one.path != queue for manifest in manifests for one in manifest.settings))
    assert lowest is not None
    (there, problems), (here, same) = composed(*manifests), composed(lowest, *manifests)
    assert problems == same
    if there is not None and here is not None:
        apart = {queue, ("selector",)}
        own, longer = ([one for one in intent.settings if one.path not in apart] for intent in (there, here))
        assert own == longer


@given(overrides)
def test_one_manifest_comes_to_what_it_would_among_others(only: Overrides) -> None:
    """Alone it is not put together setting by setting, as it is where there are more."""
    manifest = read(document(only), 0)
    assume(manifest is not None)
    assert manifest is not None
    alone, twice = composed(manifest)[0], composed(manifest, replace(manifest, settings=()))[0]
    assert alone is not None
    assert twice is not None
    assert alone.settings.items == twice.settings.items
    assert (alone.strategy, alone.selector, alone.kind) == (twice.strategy, twice.selector, twice.kind)


@given(overrides, overrides)
def test_a_later_layer_wins(first: Overrides, second: Overrides) -> None:
    lower, upper = read(document(first), 0), read(document(second, name="two"), 1)
    assume(lower is not None and upper is not None)
    assert lower is not None
    assert upper is not None
    intent, problems = composed(lower, upper)
    assert problems == ()
    assert intent is not None
    for setting in upper.settings:
        won = intent.settings.get(*setting.path)
        assert won is not None
        assert (won.value, won.position) == (setting.value, setting.position)


@given(
    overrides,
    st.sampled_from(("short_name", "image", "service_account")),
    st.sampled_from(("a", "b")),
    st.integers(0, 1),
)
def test_one_rank_and_two_values_is_a_problem_that_names_both_places(
    other: Overrides, name: str, value: str, layer: int
) -> None:
    left = read(document({**other, name: "a"}), layer)
    right = read(document({name: value}, name="two"), layer)
    assume(left is not None and right is not None)
    assert left is not None
    assert right is not None
    intent, problems = composed(left, right)
    if value == "a":
        assert intent is not None
        assert problems == ()
        return
    assert intent is None
    assert [problem.code for problem in problems] == ["FP1302"]
    said = f"{problems[0].position} {problems[0].message}"
    assert f"{layer}-one.yaml" in said
    assert f"{layer}-two.yaml" in said


@given(overrides)
def test_the_same_manifest_twice_is_no_problem(written: Overrides) -> None:
    left, right = read(document(written)), read(document(json.loads(json.dumps(written)), name="two"))
    assume(left is not None and right is not None)
    assert left is not None
    assert right is not None
    once, _ = composed(left)
    twice, problems = composed(left, right)
    assert problems == ()
    assert once is not None
    assert twice is not None
    assert {(one.path, one.value) for one in twice.settings} == {(one.path, one.value) for one in once.settings}


_says = st.sampled_from(({}, {"env_vars": {}}, {"env_vars": {"A": "x"}}, {"env_vars": {"A": "y", "B": "z"}}))
_nulls = st.sampled_from(({"env_vars": None}, {"env_vars": {"A": None}}, {"env_vars": {"B": "x", "C": None}}))


@given(st.sampled_from(("merge", "replace")), st.data())
def test_who_spoke_of_a_field_before_the_last_who_did_lost_it(strategy: str, data: Any) -> None:
    """Under replace who is silent of a variable takes it away too, but wrote no null that could lose."""
    replacing = strategy == "replace"
    layers = data.draw(st.lists(_says if replacing else st.one_of(_says, _nulls), min_size=1, max_size=6))
    said = [(number, layer["env_vars"]) for number, layer in enumerate(layers) if "env_vars" in layer]
    spoken = [(number, env.get("A") if env else None) for number, env in said if _speaks(env, replacing=replacing)]
    ends = [number for number, env in said if replacing or _speaks(env, replacing=False)]
    found = settings(*layers, strategy=strategy)
    assert found is not None
    desired = "x" if found.value("overrides", "env_vars", "A") else None
    ground = Ground(settings=found, secrecy=Secrecy(), replace=replacing, cached=False)
    (field,) = fields([Difference("env_vars.A", "1", "1", desired)], ground)
    assert (field.set_by and field.set_by.path) == (f"{ends[-1]}-one.yaml" if ends else None)
    lost = [(f"{number}-one.yaml", value) for number, value in spoken if number != ends[-1]]
    assert [(one.position.path, one.value) for one in field.overridden] == lost


def _speaks(env: Any, *, replacing: bool) -> bool:
    """Whether it sets or clears A: all of the variables are cleared by null, and under replace by nothing in them."""
    return env is None or "A" in env or (replacing and not env)
