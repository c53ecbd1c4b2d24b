"""Who lost a field: each value that a later manifest beat, and a null above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.growth import grows_evenly
from tests.property.manifests import Overrides, settings
from tests.unit.test_render_difftext import change

from flyteplan.errors import Position
from flyteplan.model.plan import Difference, Field
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.settings import Path, Setting, Settings
from flyteplan.plan.fields import Credits, Ground, fields

ENV: Path = ("overrides", "env_vars")
FIELDS: dict[str, Overrides] = {
    "resources.requests.cpu": {"resources": {"cpu": 2}},
    "resources.requests.gpu": {"resources": {"gpu": 2}},
    "resources.gpu.device": {"resources": {"gpu": "A100:2"}},
    "resources.shm": {"resources": {"shm": "2Gi"}},
    "env_vars.A": {"env_vars": {"A": "2"}},
    "cache.version_override": {"cache": {"behavior": "override", "version_override": "2"}},
    "timeout.max_runtime": {"timeout": "2h"},
    "retries.count": {"retries": 2},
    "secrets.k": {"secrets": [{"key": "k", "as_env_var": "TWO"}]},
    "short_name": {"short_name": "two"},
}
SHOWN = {"resources.gpu.device": "nvidia-tesla-a100", "resources.shm": "2Gi", "timeout.max_runtime": "2h"} | {
    "retries.count": 2,
    "resources.requests.gpu": 2,
    "secrets.k": "TWO",
    "short_name": "two",
}
LATER: dict[str, Overrides] = {
    "resources.requests.cpu": {"resources": {"cpu": 3}},
    "resources.requests.gpu": {"resources": {"gpu": 3}},
    "resources.gpu.device": {"resources": {"gpu": "T4:1"}},
    "resources.shm": {"resources": {"shm": "3Gi"}},
    "env_vars.A": {"env_vars": {"A": "3"}},
    "cache.version_override": {"cache": {"behavior": "override", "version_override": "3"}},
    "timeout.max_runtime": {"timeout": "3h"},
    "retries.count": {"retries": 3},
    "secrets.k": {"secrets": [{"key": "k", "as_env_var": "THREE"}]},
    "short_name": {"short_name": "three"},
}


def field(path: str, *layers: Overrides, strategy: str = "merge", desired: Any = "x") -> Field:
    found = settings(*layers, strategy=strategy)
    assert found is not None
    return made(found, path, replace=strategy == "replace", desired=desired)[0]


def made(of: Settings, *paths: str, replace: bool = False, desired: Any = "x") -> tuple[Field, ...]:
    ground = Ground(settings=of, secrecy=Secrecy(), replace=replace, cached=False)
    return fields([Difference(path, "before", "before", desired) for path in paths], ground)


def told(one: Field) -> list[tuple[str, Any]]:
    """The layer of each loser, and its value."""
    return [(loser.position.path[0], loser.value) for loser in one.overridden]


@pytest.mark.parametrize("strategy", ["merge", "replace"])
@pytest.mark.parametrize("path", FIELDS)
def test_what_an_earlier_layer_sets_loses(path: str, strategy: str) -> None:
    found = field(path, FIELDS[path], LATER[path], strategy=strategy)
    assert found.set_by is not None
    assert (found.set_by.path[0], found.collateral) == ("1", False)
    assert told(found) == [("0", SHOWN.get(path, "2"))]


@pytest.mark.parametrize("path", [path for path in FIELDS if not path.startswith("cache")])
def test_a_null_of_the_whole_parameter_loses_and_so_does_what_it_beat(path: str) -> None:
    null: Overrides = {path.partition(".")[0]: None}
    both = [("0", SHOWN.get(path, "2")), ("1", None)]
    assert told(field(path, FIELDS[path], null, LATER[path])) == both
    assert told(field(path, FIELDS[path], null, LATER[path], LATER[path]))[:2] == both
    assert told(field(path, null, LATER[path])) == [("0", None)]


def test_a_null_between_the_parameter_and_the_field_loses() -> None:
    layers: list[Overrides] = [{"resources": {"cpu": 2}}, {"resources": None}, {"resources": {"cpu": None}}]
    found = field("resources.requests.cpu", *layers, {"resources": {"cpu": [3, 4]}})
    assert told(found) == [("0", "2"), ("1", None), ("2", None)]
    cleared = field("resources.requests.cpu", *layers, desired=None)
    assert told(cleared) == [("0", "2"), ("1", None)]


def test_a_null_of_another_parameter_and_a_later_one_are_no_losers() -> None:
    cpu: Overrides = {"resources": {"cpu": 2}}
    a_and_b: Overrides = {"env_vars": {"A": "2", "B": "9"}}
    assert told(field("resources.requests.cpu", {"env_vars": None}, {"resources": {"gpu": None}}, cpu)) == []
    assert told(field("env_vars.A", a_and_b, {"env_vars": None}, desired=None)) == [("0", "2")]


def test_what_replace_clears_by_itself_is_no_loser() -> None:
    """No manifest has the null; what stood below it has a line."""
    layers: list[Overrides] = [{"env_vars": {"A": "2"}}, {"env_vars": {"B": "1"}}, {"env_vars": {"A": "3"}}]
    assert told(field("env_vars.A", *layers, strategy="replace")) == [("0", "2")]
    gone = field("env_vars.C", *layers, strategy="replace", desired=None)
    assert (told(gone), gone.collateral) == ([], True)
    gone = field("env_vars.B", *layers, strategy="replace", desired=None)
    assert (told(gone), gone.collateral) == ([("1", "1")], True)


def test_what_is_written_empty_under_replace_is_a_null_that_a_manifest_has() -> None:
    layers: list[Overrides] = [{"env_vars": {"A": "2"}}, {"env_vars": {}}, {"env_vars": {"A": "3"}}]
    assert told(field("env_vars.A", *layers, strategy="replace")) == [("0", "2"), ("1", None)]
    assert told(field("timeout.deadline", {"timeout": {"deadline": 0}}, {"timeout": "3h"}, strategy="replace")) == [
        ("0", None)
    ]


def test_a_count_is_no_loser_of_a_device() -> None:
    layers: list[Overrides] = [{"resources": {"gpu": "A100:1"}}, {"resources": None}, {"resources": {"gpu": "T4:2"}}]
    assert told(field("resources.gpu.device", *layers)) == [("0", "nvidia-tesla-a100"), ("1", None)]
    assert told(field("resources.requests.gpu", *layers)) == [("0", 1), ("1", None)]


def test_they_are_told_where_a_plan_has_no_field_too() -> None:
    found = settings({"env_vars": {"A": "2"}}, {"env_vars": {"A": "3"}}, strategy="replace")
    assert found is not None
    by = Credits(change("a", settings=found.items, strategy="replace"))
    position, lost = by.of("env_vars.A", gone=False)
    assert position is not None
    assert (position.path[0], [(one.position.path[0], one.value) for one in lost]) == ("1", [("0", "2")])


def test_fields_below_one_null_that_many_lost_to_take_time_by_their_number() -> None:
    def cleared(number: int) -> Callable[[], object]:
        names = [f"V{one}_{number}" for one in range(number)]
        lost = tuple(Setting((*ENV, name), "1", Position("a.yaml", 7)) for name in names)
        null = Setting(ENV, None, Position("b.yaml", 7), lost)
        again = [Setting((*ENV, name), "2", Position("c.yaml", 7)) for name in names]
        of, paths = Settings((null, *again)), [f"env_vars.{name}" for name in names]
        assert all(map(told, made(of, *paths)))
        return lambda: made(of, *paths)

    assert grows_evenly(cleared)
