"""A Flyte 2 endpoint as versions are deployed to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from flyteplan.model.deployment import Deployment, fill
from flyteplan.model.task import TaskName
from flyteplan.remote.catalog import RemoteCatalog
from flyteplan.remote.channel import Channel
from flyteplan.remote.connection import Connection
from flyteplan.remote.faults import RemoteError
from flyteplan.remote.methods import DEPLOY_TASK, GET_TRIGGER_DETAILS
from flyteplan.remote.opening import opened
from flyteplan.remote.outgoing import check
from flyteplan.remote.questions import Questions
from flyteplan.remote.retry import Limits, may_repeat

if TYPE_CHECKING:
    from contextlib import ExitStack

_LIMITS = Limits()


class RemoteController:
    """`ports.Controller` over an endpoint. *writes* sends every call once: one that failed may have arrived."""

    def __init__(self, reads: Channel, writes: Channel, *, address: str, org: str) -> None:
        self._reads, self._writes, self._address, self._org = reads, writes, address, org

    def now(self) -> RemoteCatalog:
        return RemoteCatalog(self._reads, address=self._address, org=self._org)

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[Any]:
        questions = Questions(self._org)
        requests = ((name, questions.trigger(task, name)) for name in names)
        found = {name: answer.trigger for name, answer in self._reads.gather(GET_TRIGGER_DETAILS, requests)}
        return [found[name] for name in names]

    def deploy(self, deployment: Deployment) -> None:
        """Sends it again only after a trouble that may pass, and when it is not there.

        With triggers also when it is: a server may have stored the task and not all of them.
        """
        limits = self._reads.limits
        for attempt in count(1):
            try:
                self._send(deployment)
                return
            except RemoteError as error:
                if not may_repeat(error.fault) or attempt >= limits.attempts:
                    raise
            time.sleep(limits.delay(attempt))
            if not deployment.triggers and deployment.key in self.now().templates([deployment.key]):
                return

    def _send(self, deployment: Deployment) -> None:
        request = fill(DEPLOY_TASK.request(), deployment, self._org)
        check(request, f"{deployment.key.task} {deployment.key.version}")
        for _ in self._writes.gather(DEPLOY_TASK, [(deployment.key, request)]):
            return


def open_controller(
    connection: Connection,
    org: str,
    tell: Callable[[str], None],
    *,
    environ: Mapping[str, str],
    terminal: bool,
    closing: ExitStack,
    limits: Limits = _LIMITS,
) -> RemoteController:
    """The endpoint to deploy to; as `open_remote`, which opens one to read only."""
    wire, access = opened(connection, tell, environ=environ, terminal=terminal, closing=closing, limits=limits)
    reads = Channel(wire, connection, access, limits)
    writes = Channel(wire, connection, access, replace(limits, attempts=1))
    return RemoteController(reads, writes, address=connection.endpoint, org=org)
