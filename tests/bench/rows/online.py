"""Rows 9, 10 and 16: over a connection whose answers take 20 ms."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import commands
from tests.bench.measuring import Counted, Finding
from tests.bench.rows.setting import Setting
from tests.bench.sides import Child, Command, child

from flyteplan.cli.apply import _PARALLELISM
from flyteplan.remote.channel import WINDOW
from flyteplan.remote.questions import PAGE

MILLISECONDS = 20
_CALLS_A_CHANGE = 3


@dataclass(slots=True)
class Online:
    """A server, and the calls that the last command made."""

    endpoint: str
    process: Child
    calls: Mapping[str, int]

    def seconds(self, command: Command) -> float:
        taken = command.seconds()
        self.calls = self.process.ask()
        return taken

    def planning(self, repository: Path) -> Callable[[], float]:
        return partial(self.seconds, commands.plan(repository, *commands.at(self.endpoint)))


@contextmanager
def online(catalog: Path) -> Iterator[Online]:
    with child("server", catalog, MILLISECONDS) as process:
        yield Online(process.hear()["endpoint"], process, {})


def budget(tasks: int, *, lists: int = 1, templates: int = 1) -> dict[str, int]:
    """So many lists of all names, and so many templates of each task."""
    return {"GetTaskDetails": templates * tasks, "ListTasks": lists * -(-tasks // PAGE), "ListTriggers": 1}


def of_pinned_tasks(setting: Setting) -> Iterator[Finding]:
    repository = setting.ground.pinned(setting.many)
    what = f"plan {setting.many:,} online, pinned"
    with online(repository.parent / "catalog.db") as server:
        loop = commands.reference("grpc_loop", "read", server.endpoint, setting.many, WINDOW)
        theirs = partial(server.seconds, loop)
        yield setting.compared(9, what, "bare gRPC loop", server.planning(repository), theirs, goal=1.4)
        server.planning(repository)()
        yield Counted(row=9, what=f"{what}: calls", found=server.calls, budget=budget(setting.many))


def of_latest_tasks(setting: Setting) -> Iterator[Finding]:
    pinned, latest = setting.ground.pinned(setting.many), setting.ground.latest(setting.many)
    what, against = f"plan {setting.many:,} online, latest", f"plan {setting.many:,} online, pinned"
    with online(latest.parent / "catalog.db") as server, online(setting.ground.applied(setting.many)) as applied:
        yield setting.compared(10, what, against, server.planning(latest), server.planning(pinned), goal=1.2)
        server.planning(latest)()
        yield Counted(row=10, what=f"{what}: calls", found=server.calls, budget=budget(setting.many))
        what = f"{what}, all applied"
        yield setting.compared(10, what, against, applied.planning(latest), server.planning(pinned), goal=2.2)
        twice = budget(setting.many, lists=2, templates=2)
        yield Counted(row=10, what=f"{what}: calls", found=applied.calls, budget=twice)


def of_an_apply(setting: Setting) -> Iterator[Finding]:
    repository, count = setting.ground.latest(setting.applied), setting.applied
    seen: dict[str, Mapping[str, int]] = {}

    def ours() -> float:
        """What was applied before would have nothing to do: every run has a server of its own."""
        with online(repository.parent / "catalog.db") as server:
            applying = ("apply", "--yes", *commands.at(server.endpoint))
            taken = server.seconds(commands.flyteplan(*applying, folder=repository))
            seen["apply"] = server.calls
        shutil.rmtree(repository / ".flyteplan")
        return taken

    def theirs() -> float:
        with online(repository.parent / "catalog.db") as server:
            return server.seconds(commands.reference("grpc_loop", "apply", server.endpoint, count, _PARALLELISM))

    what = f"apply {count:,} versions online"
    yield setting.compared(16, what, "bare gRPC loop, three calls a change", ours, theirs, goal=1.4)
    yield Counted(
        row=16,
        what=f"{what}: calls after its plan",
        found=_less(seen["apply"], budget(count)),
        budget={"any": _CALLS_A_CHANGE * count},
        exact=False,
    )


def _less(calls: Mapping[str, int], planned: Mapping[str, int]) -> dict[str, int]:
    return {name: number - planned.get(name, 0) for name, number in calls.items()}
