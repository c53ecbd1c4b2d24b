"""Bare asyncio gRPC loops: the calls alone, so many at once, and nothing done with the answers.

    python -m tests.bench.references.grpc_loop read ENDPOINT TASKS WINDOW
    python -m tests.bench.references.grpc_loop apply ENDPOINT TASKS WINDOW

`read` gets the template of every task. `apply` makes three calls a task, one after another: it looks, deploys what it
has seen under another version, and reads that back.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc.aio
from flyteidl2.task import task_service_pb2 as service
from flyteidl2.task.task_definition_pb2 import TaskIdentifier
from tests.bench.data.manifests import DOMAIN, PROJECT, VERSION, task_name

_PACKAGE = "/flyteidl2.task.TaskService/"
_SECONDS = 60
Call: TypeAlias = Callable[..., Awaitable[Any]]


async def main(what: str, endpoint: str, tasks: str, window: str) -> None:
    async with grpc.aio.insecure_channel(endpoint) as channel:
        get = _call(channel, "GetTaskDetails", service.GetTaskDetailsResponse)
        deploy = _call(channel, "DeployTask", service.DeployTaskResponse)
        numbers = iter(range(int(tasks)))

        async def one_after_another() -> None:
            for number in numbers:
                await (_read(get, number) if what == "read" else _apply(get, deploy, number))

        await asyncio.gather(*(one_after_another() for _ in range(int(window))))


def _call(channel: Any, name: str, response: Any) -> Call:
    path, serialize = f"{_PACKAGE}{name}", lambda request: request.SerializeToString()
    found: Call = channel.unary_unary(path, request_serializer=serialize, response_deserializer=response.FromString)
    return found


async def _read(get: Call, number: int, version: str = VERSION) -> Any:
    identifier = TaskIdentifier(project=PROJECT, domain=DOMAIN, name=task_name(number), version=version)
    return await get(service.GetTaskDetailsRequest(task_id=identifier), timeout=_SECONDS)


async def _apply(get: Call, deploy: Call, number: int) -> None:
    version = f"{VERSION}.0123456789.flyteplan"
    seen = (await _read(get, number)).details
    seen.task_id.version = seen.spec.task_template.id.version = version
    await deploy(service.DeployTaskRequest(task_id=seen.task_id, spec=seen.spec), timeout=_SECONDS)
    await _read(get, number, version)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
