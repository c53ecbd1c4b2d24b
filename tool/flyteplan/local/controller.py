"""The embedded catalog as versions are deployed to it."""

from __future__ import annotations

from flyteplan.errors import CatalogError
from flyteplan.local.catalog import LocalCatalog
from flyteplan.local.clock import Clock, now
from flyteplan.local.faults import Fault
from flyteplan.local.store import Store
from flyteplan.model.deployment import Deployment


class LocalController:
    """`ports.Controller` over a catalog database, by the same service that a server would answer with."""

    def __init__(self, path: str, root: str = ".", clock: Clock = now) -> None:
        self._path, self._catalog, self._clock = path, LocalCatalog(path, root), clock

    def now(self) -> LocalCatalog:
        return self._catalog

    def deploy(self, deployment: Deployment) -> None:
        from flyteidl2.task.task_service_pb2 import DeployTaskRequest

        from flyteplan.local.services.tasks import TaskService

        task = deployment.key.task
        request = DeployTaskRequest(spec=deployment.spec, triggers=deployment.triggers)
        request.task_id.project, request.task_id.domain, request.task_id.name = task.project, task.domain, task.name
        request.task_id.version = deployment.key.version
        try:
            with Store(self._path, shown=self._catalog.address) as store:
                TaskService(store, self._clock).deploy_task(request)
        except Fault as fault:
            raise CatalogError(f"{self._catalog.address}: {fault.message}") from None
