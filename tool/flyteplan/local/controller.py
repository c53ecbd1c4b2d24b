"""The embedded catalog as versions are deployed to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flyteplan.errors import CatalogError
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.clock import Clock, now
from flyteplan.local.faults import Fault
from flyteplan.local.store import Store
from flyteplan.model.deployment import Deployment, fill
from flyteplan.model.task import TaskName

if TYPE_CHECKING:
    from flyteidl2.trigger.trigger_definition_pb2 import TriggerDetails


class LocalController:
    """`ports.Controller` over a catalog database, by the same service that a server would answer with."""

    def __init__(self, path: str, root: str = ".", clock: Clock = now) -> None:
        self._path, self._catalog, self._clock = path, LocalCatalog(path, root), clock

    def now(self) -> LocalCatalog:
        return self._catalog

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[TriggerDetails]:
        from flyteidl2.common.identifier_pb2 import TriggerName
        from flyteidl2.trigger.trigger_service_pb2 import GetTriggerDetailsRequest

        from flyteplan.local.services.triggers import TriggerService

        keys = [TriggerName(project=task.project, domain=task.domain, task_name=task.name, name=name) for name in names]
        with self._opened("read") as store:
            service = TriggerService(store, self._clock)
            return [service.get_trigger_details(GetTriggerDetailsRequest(name=key)).trigger for key in keys]

    def deploy(self, deployment: Deployment) -> None:
        from flyteidl2.task.task_service_pb2 import DeployTaskRequest

        from flyteplan.local.services.tasks import TaskService

        with self._opened("write") as store:
            TaskService(store, self._clock).deploy_task(fill(DeployTaskRequest(), deployment, org=""))

    @contextmanager
    def _opened(self, mode: str) -> Iterator[Store]:
        try:
            with Store(self._path, mode=mode, shown=self._catalog.address) as store:
                yield store
        except Fault as fault:
            raise CatalogError(f"{self._catalog.address}: {fault.message}") from None
