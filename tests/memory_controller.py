"""A controller in memory, for tests: `flyteplan.ports.Controller` over a `MemoryCatalog`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from flyteidl2.task.task_definition_pb2 import TaskSpec
from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails
from tests.memory_catalog import MemoryCatalog

from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment
from flyteplan.model.task import TaskName, Template

# What happens to a call, by its number from 1: "" it arrives and is answered, "lost" it does not arrive, "unanswered"
# it arrives and fails all the same.
Fate = Callable[[int], str]


class MemoryController:
    """Deploys as the server does: over a version of the same name, which stays as old as it was."""

    def __init__(self, templates: Iterable[Template], fate: Fate = lambda _: "") -> None:
        self.templates = {template.key: template for template in templates}
        self.deployed: list[Deployment] = []
        self._fate = fate
        self._clock = max((template.deployed_at for template in self.templates.values()), default=0)

    def now(self) -> MemoryCatalog:
        return MemoryCatalog(self.templates.values())

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[TriggerDetails]:
        raise CatalogError("there are no triggers here")

    def deploy(self, deployment: Deployment) -> None:
        fate = self._fate(len(self.deployed) + 1)
        self.deployed.append(deployment)
        if fate != "lost":
            self._put(deployment)
        if fate:
            raise CatalogError(f"the call was {fate}")

    def _put(self, deployment: Deployment) -> None:
        self._clock += 1
        old = self.templates.get(deployment.key)
        spec = TaskSpec.FromString(deployment.spec.SerializeToString())
        time = old.deployed_at if old else self._clock
        self.templates[deployment.key] = Template(key=deployment.key, spec=spec, deployed_at=time)
