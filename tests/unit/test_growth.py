"""What grows with the number of things grows no faster than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import pytest
from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.growth import grows_evenly, lines
from tests.memory_catalog import MemoryCatalog

from flyteplan.errors import Position
from flyteplan.model.config import Target
from flyteplan.model.manifest import Manifest, Selection, TaskReference
from flyteplan.model.resolution import Group
from flyteplan.model.settings import Path, Secret, Setting, Settings
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template
from flyteplan.override import override
from flyteplan.record import replace
from flyteplan.resolve import compose
from flyteplan.resolve import group as grouped

ENV: Path = ("overrides", "env_vars")
A: Path = (*ENV, "A")


def manifest(number: int, settings: Iterable[tuple[Path, object]], layer: int = 0) -> Manifest:
    path = f"{number:04}.yaml"
    return Manifest(
        name=f"m-{number:04}",
        layer=layer,
        position=Position(path, 3, 18),
        reference=TaskReference(project="p", domain="d", name="t"),
        reference_at=Position(path, 4, 10),
        settings=tuple(Setting(at, value, Position(path, line, 1)) for line, (at, value) in enumerate(settings, 5)),
    )


def group(manifests: Iterable[Manifest]) -> Group:
    return Group(task=TaskName("p", "d", "t"), run="", manifests=tuple(manifests))


def composing(manifests: Iterable[Manifest]) -> Callable[[], object]:
    one = group(manifests)
    return lambda: compose(one)


def test_lines_are_counted() -> None:
    assert lines(composing([manifest(0, [])])) > 10
    assert not grows_evenly(composing_each_with_each)


def composing_each_with_each(number: int) -> Callable[[], object]:
    each = composing(manifest(one, [(A, "x")], layer=one) for one in range(number))
    return lambda: [each() for _ in range(number)]


def test_manifests_of_one_task_that_all_disagree() -> None:
    def disagreeing(number: int) -> Callable[[], object]:
        return composing(manifest(one, [(A, str(one))]) for one in range(number))

    assert grows_evenly(disagreeing)


@pytest.mark.parametrize("settings", [[(A, "1")], [(ENV, None), (A, "1")]])
def test_what_loses_to_many_layers_is_put_together_once(
    settings: list[tuple[Path, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths, over = list[int](), Setting.over

    def counted(self: Setting, lost: tuple[Setting, ...]) -> Setting:
        lengths.append(len(lost))
        return over(self, lost)

    monkeypatch.setattr(Setting, "over", counted)
    composing(manifest(one, settings, layer=one) for one in range(50))()
    assert sum(lengths) == 49 * len(settings)


def test_many_that_are_cleared() -> None:
    def clearing(number: int) -> Callable[[], object]:
        names = [((*ENV, f"V{one}"), None) for one in range(number)]
        return composing([manifest(0, names), manifest(1, names, layer=1)])

    assert grows_evenly(clearing)


class Asked(MemoryCatalog):
    """A catalog that remembers what it is asked."""

    def __init__(self, templates: Iterable[Template]) -> None:
        super().__init__(templates)
        self.asked = Counter[str]()

    def listing(self, scope: Scope) -> Sequence[Listing]:
        self.asked["listing"] += 1
        return super().listing(scope)

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        self.asked["newest"] += len(tasks)
        return super().newest(tasks)

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        self.asked["templates"] += len(keys)
        return super().templates(keys)


def template(name: str) -> Template:
    spec = TaskSpec()
    spec.task_template.metadata.is_entrypoint = True
    return Template(key=TaskVersion(TaskName("p", "d", name), "v1"), spec=spec, deployed_at=0)


def test_the_catalog_is_asked_once_for_what_many_manifests_select() -> None:
    catalog = Asked(map(template, "ab"))
    entries = [
        replace(manifest(one, []), reference=Selection(name="?", entrypoint=bool(one % 2), optional=True))
        for one in range(10)
    ]
    groups, problems = grouped(entries, Target(name="t", project="p", domain="d"), catalog)
    assert [(one.task.name, len(one.manifests)) for one in groups] == [("a", 5), ("b", 5)]
    assert problems == ()
    assert catalog.asked == {"listing": 1, "newest": 2, "templates": 2}


def overriding(settings: Iterable[tuple[Path, object]], there: TaskTemplate | None = None) -> Callable[[], object]:
    base = Template(key=TaskVersion(TaskName("p", "d", "t"), "v1"), spec=TaskSpec(task_template=there), deployed_at=0)
    wanted = Settings(tuple(manifest(0, settings).settings))
    return lambda: override(base, wanted, "merge")


def with_a_pod(variables: int) -> TaskTemplate:
    found = TaskTemplate()
    env = [{"name": f"V{one}", "value": "x"} for one in range(variables)]
    found.k8s_pod.pod_spec.update({"containers": [{"name": "main", "env": env}]})
    return found


def test_many_variables_of_a_pod() -> None:
    def variables(number: int) -> Callable[[], object]:
        return overriding([((*ENV, f"V{one}"), "y") for one in range(number)], with_a_pod(number))

    assert grows_evenly(variables)


def test_many_variables_of_a_container() -> None:
    compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str(self) == str(other)

    there = TaskTemplate()
    there.container.image = "x"
    overriding([((*ENV, Name(f"V{one}")), "y") for one in range(100)], there)()
    assert compared < 1000


def test_many_secrets() -> None:
    def secrets(number: int) -> Callable[[], object]:
        there = TaskTemplate()
        for one in range(0, number, 2):
            there.security_context.secrets.add(key=f"k{one}", env_var="V")
        named = (Secret(key=f"k{one}", env_var="W") for one in range(number))
        return overriding([(("overrides", "secrets", one.name), one) for one in named], there)

    assert grows_evenly(secrets)


def test_many_secrets_that_are_cleared() -> None:
    def secrets(number: int) -> Callable[[], object]:
        there = TaskTemplate()
        for one in range(number):
            there.security_context.secrets.add(key=f"k{one}", env_var="V")
        return overriding([(("overrides", "secrets", f"k{one}"), None) for one in range(number)], there)

    assert grows_evenly(secrets)


def test_many_overrides_that_can_not_take_effect() -> None:
    def resources(number: int) -> Callable[[], object]:
        there = TaskTemplate()
        there.container.image = "x"
        return overriding([(("overrides", "resources", f"x.com/r{one}"), "1") for one in range(number)], there)

    assert grows_evenly(resources)
