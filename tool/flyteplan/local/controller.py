"""The embedded catalog as versions are deployed to it and runs are started."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.clock import Clock, now
from flyteplan.local.faults import Fault
from flyteplan.local.store import Store
from flyteplan.local.variant import OPEN_SOURCE
from flyteplan.model.deployment import Deployment, Retarget, fill, fill_trigger
from flyteplan.model.run import Launch, RunName, fill_run
from flyteplan.model.task import TaskName, TaskVersion
from flyteplan.ports import Ahead

if TYPE_CHECKING:
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails


class LocalController:
    """`ports.Controller` over a catalog database, by the same services that a server would answer with.

    Runs are written down and stay queued: nothing here executes them.
    """

    def __init__(self, path: str, root: str = ".", clock: Clock = now) -> None:
        self._path, self._catalog, self._clock = path, LocalCatalog(path, root), clock

    @property
    def executes(self) -> bool:
        return False

    def now(self) -> LocalCatalog:
        return self._catalog

    def ahead(self, questions: Ahead) -> LocalCatalog:  # noqa: ARG002 (the port's signature)
        return self._catalog

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[TriggerDetails]:
        from flyteidl2.common.identifier_pb2 import TriggerName
        from flyteidl2.trigger.trigger_service_pb2 import GetTriggerDetailsRequest

        from flyteplan.local.services.triggers import TriggerService

        keys = [TriggerName(project=task.project, domain=task.domain, task_name=task.name, name=name) for name in names]
        with self._opened("read") as store:
            service = TriggerService(store, self._clock)
            return [service.get_trigger_details(GetTriggerDetailsRequest(name=key)).trigger for key in keys]

    def deploy(self, deployments: Sequence[Deployment]) -> Mapping[TaskVersion, str]:
        return {sent.key: trouble for sent in deployments if (trouble := self._deploy(sent))}

    def retarget(self, moves: Sequence[Retarget]) -> Mapping[TaskVersion, str]:
        return {move.key: trouble for move in moves if (trouble := self._retarget(move))}

    def start(self, launches: Sequence[Launch]) -> Mapping[RunName, str]:
        return {sent.name: trouble for sent in launches if (trouble := self._start(sent))}

    def abort(self, run: RunName, reason: str) -> None:
        from flyteidl2.workflow.run_service_pb2 import AbortRunRequest

        from flyteplan.local.services.runs import RunService

        request = AbortRunRequest(reason=reason)
        request.run_id.project, request.run_id.domain, request.run_id.name = run.project, run.domain, run.name
        with self._opened("write") as store:
            RunService(store, self._clock, OPEN_SOURCE).abort_run(request)

    def _deploy(self, sent: Deployment) -> str:
        from flyteidl2.task.task_service_pb2 import DeployTaskRequest

        from flyteplan.local.services.tasks import TaskService

        request = fill(DeployTaskRequest(), sent, org="")
        return self._written(lambda store: TaskService(store, self._clock).deploy_task(request))

    def _retarget(self, move: Retarget) -> str:
        """All its triggers in one transaction."""
        from flyteidl2.trigger.trigger_service_pb2 import DeployTriggerRequest

        from flyteplan.local.services.triggers import TriggerService

        def write(store: Store) -> None:
            for trigger in move.triggers:
                request = fill_trigger(DeployTriggerRequest(), trigger, move.key.version, org="")
                TriggerService(store, self._clock).deploy_trigger(request)

        return self._written(write)

    def _start(self, sent: Launch) -> str:
        from flyteidl2.workflow.run_service_pb2 import CreateRunRequest

        from flyteplan.local.services.runs import RunService

        request = fill_run(CreateRunRequest(), sent, org="")
        return self._written(lambda store: RunService(store, self._clock, OPEN_SOURCE).create_run(request))

    def _written(self, write: Callable[[Store], object]) -> str:
        """What went wrong, "" when nothing."""
        try:
            with self._opened("write") as store:
                write(store)
        except CatalogError as error:
            return str(error)
        return ""

    @contextmanager
    def _opened(self, mode: str) -> Iterator[Store]:
        try:
            with Store(self._path, mode=mode, shown=self._catalog.address) as store:
                yield store
        except Fault as fault:
            raise CatalogError(f"{self._catalog.address}: {fault.message}") from None
