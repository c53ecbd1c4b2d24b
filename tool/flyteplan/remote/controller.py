"""A Flyte 2 endpoint as versions are deployed to it and runs are started."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from flyteplan.model.deployment import Deployment, Retarget, fill, fill_trigger
from flyteplan.model.run import Launch, RunName, fill_run
from flyteplan.model.task import TaskName, TaskVersion, Template
from flyteplan.ports import Ahead
from flyteplan.record import replace
from flyteplan.remote.catalog import RemoteCatalog
from flyteplan.remote.channel import Channel
from flyteplan.remote.connection import Connection
from flyteplan.remote.faults import RemoteError
from flyteplan.remote.fresh import Recent
from flyteplan.remote.methods import ABORT_RUN, CREATE_RUN, DEPLOY_TASK, DEPLOY_TRIGGER, GET_TRIGGER_DETAILS, Method
from flyteplan.remote.opening import opened
from flyteplan.remote.outgoing import refusal
from flyteplan.remote.questions import Questions, name_run
from flyteplan.remote.retry import Limits, may_repeat

if TYPE_CHECKING:
    from contextlib import ExitStack

_LIMITS = Limits()
Key = TypeVar("Key")


class RemoteController:
    """`ports.Controller` over an endpoint. *writes* sends every call once: one that failed may have arrived."""

    def __init__(self, reads: Channel, writes: Channel, *, address: str, org: str) -> None:
        self._reads, self._writes, self._address, self._org = reads, writes, address, org
        self._recent: Recent[TaskVersion, Template] = Recent()

    @property
    def executes(self) -> bool:
        return True

    def now(self) -> RemoteCatalog:
        return RemoteCatalog(self._reads, address=self._address, org=self._org, recent=self._recent)

    def ahead(self, questions: Ahead) -> RemoteCatalog:
        catalog = self.now()
        catalog.expect(questions)
        return catalog

    def triggers(self, task: TaskName, names: Collection[str]) -> Sequence[Any]:
        questions = Questions(self._org)
        requests = ((name, questions.trigger(task, name)) for name in names)
        found = {name: answer.trigger for name, answer in self._reads.gather(GET_TRIGGER_DETAILS, requests)}
        return [found[name] for name in names]

    def _trigger(self, task: TaskName, name: str) -> Any:
        return Questions(self._org).trigger(task, name)

    def deploy(self, deployments: Sequence[Deployment]) -> Mapping[TaskVersion, str]:
        """Sends one again only after a trouble that may pass, and when it is not there.

        With triggers also when it is: a server may have stored the task and not all of them.
        """
        requests = {sent.key: fill(DEPLOY_TASK.request(), sent, self._org) for sent in deployments}
        moving = {sent.key for sent in deployments if sent.triggers}

        def missing(keys: Collection[TaskVersion]) -> Collection[TaskVersion]:
            there = self.now().templates([key for key in keys if key not in moving])
            return [key for key in keys if key not in there]

        try:
            return self._sent(DEPLOY_TASK, requests, missing)
        finally:
            # What was read of them between two attempts as well: any of those may have arrived since.
            self._recent.forget(requests)

    def retarget(self, moves: Sequence[Retarget]) -> Mapping[TaskVersion, str]:
        """One that arrived is refused the second time, since it has another revision: nothing is done twice."""
        requests = {
            (move.key, trigger.id.name.name): fill_trigger(
                DEPLOY_TRIGGER.request(), trigger, move.key.version, self._org
            )
            for move in moves
            for trigger in move.triggers
        }
        troubles = self._sent(DEPLOY_TRIGGER, requests, lambda keys: keys)
        return {key: trouble for (key, _), trouble in troubles.items()}

    def start(self, launches: Sequence[Launch]) -> Mapping[RunName, str]:
        """Sends one again only after a trouble that may pass, and when it is not there."""
        requests = {sent.name: fill_run(CREATE_RUN.request(), sent, self._org) for sent in launches}

        def missing(names: Collection[RunName]) -> Collection[RunName]:
            there = self.now().runs(names)
            return [name for name in names if name not in there]

        return self._sent(CREATE_RUN, requests, missing)

    def abort(self, run: RunName, reason: str) -> None:
        request = ABORT_RUN.request(reason=reason)
        name_run(request.run_id, run, self._org)
        # To abort what is aborted already is no change: the call may be made again.
        self._reads.call(ABORT_RUN, request)

    def _sent(
        self, method: Method, requests: Mapping[Key, Any], missing: Callable[[Collection[Key]], Collection[Key]]
    ) -> dict[Key, str]:
        """The troubles of those requests that failed for good."""
        limits, troubles = self._reads.limits, dict[Key, str]()
        waiting = _allowed(requests, troubles)
        for attempt in range(1, limits.attempts + 1):
            failed = {key: one for key, one in self._writes.tried(method, waiting) if isinstance(one, RemoteError)}
            troubles |= {key: str(error) for key, error in failed.items()}
            passing = [key for key, error in failed.items() if may_repeat(error.fault)]
            if not passing or attempt == limits.attempts:
                break
            time.sleep(limits.delay(attempt))
            for key in passing:
                del troubles[key]
            waiting = ((key, requests[key]) for key in missing(passing))
        return troubles


def _allowed(requests: Mapping[Key, Any], troubles: dict[Key, str]) -> Iterator[tuple[Key, Any]]:
    """Each is checked while those before it are on their way; what must not be sent is trouble."""
    for key, request in requests.items():
        if trouble := refusal(request, key):
            troubles[key] = trouble
        else:
            yield key, request


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
