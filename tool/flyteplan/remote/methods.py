"""The calls of a Flyte 2 backend that flyteplan makes, without the generated clients: those import much more."""

from __future__ import annotations

from typing import Any

from flyteidl2.auth import auth_service_pb2
from flyteidl2.task import task_service_pb2
from flyteidl2.trigger import trigger_service_pb2
from flyteidl2.workflow import run_service_pb2

from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One unary call: its path on the wire, and the types of its messages."""

    path: str
    request: Any
    response: Any

    @property
    def name(self) -> str:
        return self.path.rsplit("/", maxsplit=1)[-1]


def _method(service: Any, name: str) -> Method:
    descriptor = service.DESCRIPTOR.services_by_name
    for full in descriptor.values():
        if name in full.methods_by_name:
            found = full.methods_by_name[name]
            return Method(
                path=f"/{full.full_name}/{name}",
                request=getattr(service, found.input_type.name),
                response=getattr(service, found.output_type.name),
            )
    raise LookupError(name)


DEPLOY_TASK = _method(task_service_pb2, "DeployTask")
GET_TASK_DETAILS = _method(task_service_pb2, "GetTaskDetails")
LIST_TASKS = _method(task_service_pb2, "ListTasks")
LIST_VERSIONS = _method(task_service_pb2, "ListVersions")
DEPLOY_TRIGGER = _method(trigger_service_pb2, "DeployTrigger")
GET_TRIGGER_DETAILS = _method(trigger_service_pb2, "GetTriggerDetails")
LIST_TRIGGERS = _method(trigger_service_pb2, "ListTriggers")
CREATE_RUN = _method(run_service_pb2, "CreateRun")
GET_RUN_DETAILS = _method(run_service_pb2, "GetRunDetails")
LIST_RUNS = _method(run_service_pb2, "ListRuns")
ABORT_RUN = _method(run_service_pb2, "AbortRun")
GET_OAUTH2_METADATA = _method(auth_service_pb2, "GetOAuth2Metadata")
GET_PUBLIC_CLIENT_CONFIG = _method(auth_service_pb2, "GetPublicClientConfig")
