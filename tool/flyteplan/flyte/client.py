"""The platform that the SDK is connected to: in a task pod, with what the runtime has set up before user code runs.

The SDK has no public way to its client and its configuration. This is the one module that knows where they are.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from connectrpc.errors import ConnectError
from flyte._initialize import get_init_config, is_initialized
from flyte.syncify import syncify

from flyteplan.errors import UsageError
from flyteplan.remote.catalog import RemoteCatalog
from flyteplan.remote.connection import Connection
from flyteplan.remote.connection.endpoint import parse_endpoint
from flyteplan.remote.faults import Fault, remote_error

if TYPE_CHECKING:
    from flyteplan.remote.methods import Method

Key = TypeVar("Key")
_IN_FLIGHT = 100
_CLIENT = "the client of the Flyte SDK"


class Platform:
    """What the SDK was initialised with; `client` is None where it was not told an endpoint."""

    def __init__(self) -> None:
        config = get_init_config() if is_initialized() else None
        self.client: Any = config.client if config else None
        self.org, self.project, self.domain = (
            (config.org or "", config.project or "", config.domain or "") if config else ("", "", "")
        )

    def is_at(self, endpoint: str) -> bool:
        """Whether *endpoint* is the name of this platform too."""
        return parse_endpoint(endpoint, "endpoint").is_at(parse_endpoint(self.client.endpoint, _CLIENT))

    def catalog(self, org: str) -> RemoteCatalog:
        return RemoteCatalog(ClientCalls(self.client), address=self.client.endpoint, org=org)


class ClientCalls:
    """`remote.calls.Calls` with the SDK's client: its connection, its login and its retries."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._connection = Connection(
            endpoint=client.endpoint, host=client.endpoint, address=client.endpoint, origin=_CLIENT
        )

    def gather(
        self, method: Method, requests: Iterable[tuple[Key, Any]], tolerated: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Key, Any]]:
        """All of them at once. Raises RemoteError, and UsageError in the thread that the SDK's own calls run in."""
        asked = list(requests)
        answers = self._answers(method, [request for _, request in asked])
        for (key, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Fault) and answer.code not in tolerated:
                raise remote_error(answer, method.name, key, self._connection, answered=True)
            yield key, answer

    def _answers(self, method: Method, requests: list[Any]) -> list[Any]:
        try:
            answers: list[Any] = _all(self._call(method), requests)
        except AssertionError as error:
            message = "this would wait for itself (in a task that runs locally, await flyteplan.flyte.load.aio(...))"
            raise UsageError(message) from error
        return answers

    def _call(self, method: Method) -> Any:
        """/flyteidl2.task.TaskService/ListTasks is list_tasks of the client's task_service."""
        *_, service, name = re.split(r"[./]", method.path)
        return getattr(getattr(self._client, _snake(service)), _snake(name))


@syncify
async def _all(call: Any, requests: list[Any]) -> list[Any]:
    free = asyncio.Semaphore(_IN_FLIGHT)

    async def answer(request: Any) -> Any:
        async with free:
            try:
                return await call(request)
            except ConnectError as error:
                return Fault(error.code.name.replace("CANCELED", "CANCELLED"), error.message)

    return await asyncio.gather(*map(answer, requests))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
