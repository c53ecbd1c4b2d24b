"""A controller in memory, for tests: `flyteplan.ports.Controller` over a `MemoryCatalog`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from flyteidl2.task.task_definition_pb2 import TaskSpec
from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails
from tests.memory_catalog import MemoryCatalog

from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment, Retarget
from flyteplan.model.derived import TAG_PREFIX
from flyteplan.model.run import Launch, Run, RunName
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.ports import Ahead

# What happens to a call, by its number from 1: "" it arrives and is answered, "lost" it does not arrive, "unanswered"
# it arrives and fails all the same, "gone" nothing can be sent any more.
Fate = Callable[[int], str]


class MemoryController:
    """Deploys as the server does: over a version of the same name, which stays as old as it was."""

    def __init__(self, templates: Iterable[Template], fate: Fate = lambda _: "") -> None:
        self.templates = {template.key: template for template in templates}
        self.runs: dict[RunName, Run] = {}
        self.sent: list[Deployment | Launch] = []
        self._fate = fate
        self._clock = max((template.deployed_at for template in self.templates.values()), default=0)

    executes = False

    def now(self) -> MemoryCatalog:
        return MemoryCatalog(self.templates.values(), self.runs.values())

    def ahead(self, questions: Ahead) -> MemoryCatalog:
        return self.now()

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[TriggerDetails]:
        raise CatalogError("there are no triggers here")

    def deploy(self, deployments: Sequence[Deployment]) -> Mapping[TaskVersion, str]:
        return {sent.key: trouble for sent in deployments if (trouble := self._suffered(sent))}

    def retarget(self, moves: Sequence[Retarget]) -> Mapping[TaskVersion, str]:
        assert not moves, "there are no triggers here"
        return {}

    def start(self, launches: Sequence[Launch]) -> Mapping[RunName, str]:
        return {sent.name: trouble for sent in launches if (trouble := self._suffered(sent))}

    def abort(self, run: RunName, reason: str) -> None:
        self.runs[run] = replace(self.runs[run], phase="aborted", error=reason)

    def _suffered(self, sent: Deployment | Launch) -> str:
        fate = self._fate(len(self.sent) + 1)
        self.sent.append(sent)
        if fate == "gone":
            raise CatalogError("the endpoint is gone")
        if fate != "lost":
            self._put(sent) if isinstance(sent, Deployment) else self._start(sent)
        return f"the call was {fate}" if fate else ""

    def _start(self, launch: Launch) -> None:
        """As the server does: a name that is taken keeps its run."""
        spec = launch.spec or self.templates[launch.task].spec
        found = tuple((key.removeprefix(TAG_PREFIX), value) for key, value in launch.settings.annotations)
        run = Run(name=launch.name, phase="queued", task=launch.task, spec=spec, provenance=found)
        self.runs.setdefault(launch.name, run)

    def _put(self, deployment: Deployment) -> None:
        self._clock += 1
        old = self.templates.get(deployment.key)
        spec = TaskSpec.FromString(deployment.spec.SerializeToString())
        time = old.deployed_at if old else self._clock
        self.templates[deployment.key] = Template(key=deployment.key, spec=spec, deployed_at=time)
