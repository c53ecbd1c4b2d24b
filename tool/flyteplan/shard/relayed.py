"""A catalog that copies of this process ask through it: of a connection there can be no copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pickle import HIGHEST_PROTOCOL, dumps, loads
from select import select
from socket import socket, socketpair
from struct import Struct
from typing import TYPE_CHECKING, Any, TypeVar

from flyteplan.errors import Problem
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Triggers
from flyteplan.ports import Catalog, Waiting, idle
from flyteplan.shard import gathered, jobs
from flyteplan.shard.forked import MOMENT, Forked, LostError, can_fork
from flyteplan.shard.sharing import in_batches, share

if TYPE_CHECKING:
    from flyteplan.model.run import Run, RunName

_LENGTH = Struct(">Q")
_BATCH = 250
_ENDED = "a process that did a part of the work has ended (try FLYTEPLAN_JOBS=1)"
_Item = TypeVar("_Item")
_Part = TypeVar("_Part")


class Relayed:
    """A `ports.Catalog`: *catalog* itself in the process that has it; what its copies ask comes to that one.

    What is asked of tasks by their names is asked once for all of the tasks that the copies have together: an endpoint
    answers for hundreds of them in one call.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._original: socket | None = None

    @property
    def address(self) -> str:
        return self._catalog.address

    def listing(self, scope: Scope) -> Sequence[Listing]:
        return self._ask("listing", scope)  # type: ignore[no-any-return]

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        return self._ask("newest", tasks)  # type: ignore[no-any-return]

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        return self._ask("live", tasks)  # type: ignore[no-any-return]

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        return self._ask("versions", tasks)  # type: ignore[no-any-return]

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        return self._ask("templates", keys)  # type: ignore[no-any-return]

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        return self._ask("triggers", tasks)  # type: ignore[no-any-return]

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:
        return self._ask("runs", names)  # type: ignore[no-any-return]

    def newest_runs(self, scope: Scope) -> Iterator[Run]:
        return self._catalog.newest_runs(scope)

    def problems(self) -> Sequence[Problem]:
        return self._ask("problems")  # type: ignore[no-any-return]

    def _ask(self, question: str, *about: Any) -> Any:
        if self._original is None:
            return getattr(self._catalog, question)(*about)
        _send(self._original, (question, about))
        return _received(self._original)

    def copies(
        self,
        tasks: Callable[[Iterable[Any]], Collection[TaskName]],
        work: Callable[[Iterable[_Item]], _Part],
        items: Iterable[_Item],
        name: Callable[[_Item], str],
        waiting: Waiting = idle,
        /,
    ) -> Sequence[_Part]:
        """A `ports.Spread` of work that asks this catalog; *tasks* are those that items are about.

        What a question comes to is raised at once. Of other faults one process finds out, as `shard.copies` has it.
        """
        whole, wanted = list(items), jobs()
        if len(whole) < _BATCH or wanted == 1 or not can_fork():
            return [work(whole)]
        batches = partial(in_batches, work, name=name, size=_BATCH)
        parts = [partial(batches, share(whole, name, number, wanted)) for number in range(wanted)]
        starts = [partial(_Copy, partial(self._copied, part)) for part in parts]
        found = gathered(starts, partial(_served, _Answers(self._catalog, tasks(whole))), waiting)
        return [part for several in found for part in several] or [work(whole)]

    def _copied(self, work: Callable[[], _Part], original: socket) -> _Part:
        self._original = original
        return work()


class _Copy(Forked[_Part]):
    """A copy of this process that asks it."""

    def __init__(self, work: Callable[[socket], _Part], others: Iterable[_Copy[Any]]) -> None:
        self.questions, own = socketpair()
        # An end that a copy has of another one's socket would keep it open.
        ends = [self.questions, *(one.questions for one in others)]

        def alone() -> _Part:
            for end in ends:
                end.close()
            return work(own)

        super().__init__(alone)
        own.close()

    def end(self) -> None:
        self.questions.close()
        super().end()


class _Answers:
    """What copies are answered. `tasks` are all that they have."""

    def __init__(self, catalog: Catalog, tasks: Collection[TaskName]) -> None:
        self._catalog, self._tasks = catalog, tasks
        self._known: dict[str, Mapping[TaskName, Any]] = {}

    def answer(self, question: str, about: tuple[Any, ...]) -> Any:
        if question not in ("newest", "triggers"):
            return getattr(self._catalog, question)(*about)
        (asked,) = about
        if asked and question not in self._known:
            self._known[question] = getattr(self._catalog, question)(self._tasks)
        known = self._known.get(question, {})
        return {task: known[task] for task in asked if task in known}


def _served(answers: _Answers, copies: Iterable[_Copy[Any]]) -> Iterator[None]:
    """A None for every moment, until all copies have an answer of their own. Raises what a question comes to."""
    working = list(copies)
    while working:
        ends: list[_Copy[Any] | socket] = [*working, *(one.questions for one in working)]
        ready = select(ends, [], [], MOMENT)[0]
        if not ready:
            yield None
        for one in working[:]:
            if one in ready:
                working.remove(one)
            elif one.questions in ready:
                _answer(one, answers)


def _answer(copy: _Copy[Any], answers: _Answers) -> None:
    asked = _received(copy.questions)
    _send(copy.questions, answers.answer(*asked))


def _send(to: socket, what: object) -> None:
    data = dumps(what, HIGHEST_PROTOCOL)
    try:
        to.sendall(_LENGTH.pack(len(data)) + data)
    except ConnectionError:
        raise LostError(_ENDED) from None


def _received(of: socket) -> Any:
    (length,) = _LENGTH.unpack(_read(of, _LENGTH.size))
    return loads(_read(of, length))  # noqa: S301 (our own bytes, from a copy of ourselves)


def _read(of: socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        try:
            block = of.recv(min(length - len(found), 1 << 20))
        except ConnectionError:
            block = b""
        if not block:
            raise LostError(_ENDED)
        found += block
    return bytes(found)
