"""Changes in batches: looked at again, sent all at once, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flyteplan.apply.derived import deployment
from flyteplan.apply.launch import launch
from flyteplan.apply.present import Present, look
from flyteplan.apply.readback import Sent, read, wrong
from flyteplan.apply.standing import is_done, moved
from flyteplan.apply.triggers import retarget, to_move
from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment, Provenance, Retarget
from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED, Event
from flyteplan.model.plan import Change
from flyteplan.model.run import Launch, RunName
from flyteplan.model.task import TaskVersion
from flyteplan.ports import Controller

Batch = Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many changes are on their way at once, and whether a failure ends it. `stopped` tells when to end early."""

    parallelism: int = 1
    fail_fast: bool = False
    stopped: Callable[[], bool] = lambda: False


def apply(changes: Sequence[Change], controller: Controller, provenance: Provenance, pace: Pace) -> Iterator[Event]:
    """One event a change, in order, a batch at a time; of what needs nothing, none.

    A change that fails does not keep the others from being tried, unless the pace says so. What is on its way when it
    is to end comes to its end.
    """
    wanted = [change for change in changes if change.is_tried]
    failed = False
    for start in range(0, len(wanted), pace.parallelism):
        batch = wanted[start : start + pace.parallelism]
        why_not = "interrupted" if pace.stopped() else "another one failed before" * (failed and pace.fail_fast)
        for event in _not_tried(batch, why_not) if why_not else _submitted(batch, controller, provenance):
            failed = failed or event.outcome == FAILED
            yield event


def _not_tried(batch: Batch, why: str) -> Iterator[Event]:
    return (Event(change=change, outcome=NOT_TRIED, message=why) for change in batch)


def _submitted(batch: Batch, controller: Controller, provenance: Provenance) -> Iterator[Event]:
    """Where the catalog can not answer for all of them, one by one: the others do not fail with the one."""
    try:
        present = look(controller.now(), batch)
    except CatalogError as error:
        if len(batch) == 1:
            yield _failed(batch[0], str(error))
            return
        for change in batch:
            yield from _submitted([change], controller, provenance)
        return
    yield from _Batch(batch, present, controller, provenance).events()


def _failed(change: Change, message: str, *, stale: bool = False) -> Event:
    return Event(change=change, outcome=FAILED, message=message, stale=stale)


def _name(sent: Sent) -> TaskVersion | RunName:
    return sent.name if isinstance(sent, Launch) else sent.key


class _Batch:
    """What is sent of some changes, and how that went. Both are kept by the number of the change."""

    def __init__(self, batch: Batch, present: Present, controller: Controller, provenance: Provenance) -> None:
        self._batch, self._present, self._controller, self._provenance = batch, present, controller, provenance
        self._events: dict[int, Event] = {}
        self._sent: dict[int, Sent] = {}

    def events(self) -> Iterator[Event]:
        for number, change in enumerate(self._batch):
            prepared = self._prepared(change)
            if isinstance(prepared, Event):
                self._events[number] = prepared
            else:
                self._sent[number] = prepared
        self._read_back(list(self._sent), self._troubles())
        return (self._events[number] for number in range(len(self._batch)))

    def _prepared(self, change: Change) -> Event | Sent:
        if change.submit.state == "taken":
            return _failed(change, f"there already is a run {change.submit.name}, started for something else")
        if is_done(change, self._present):
            return Event(change=change, outcome=ALREADY)
        move = moved(change, self._present)
        if move or change.desired is None:
            return _failed(change, move or "its desired spec is not known", stale=True)
        if change.action == "run":
            if change.inputs is None:
                return _failed(change, "its inputs are not known", stale=True)
            return launch(change, change.desired, change.inputs, self._provenance)
        try:
            if change.submit.state == "live":
                return retarget(change, self._present, self._controller)
            triggers = to_move(change, self._present, self._controller)
        except CatalogError as error:
            return _failed(change, str(error))
        return deployment(change, change.desired, self._provenance, triggers)

    def _troubles(self) -> dict[int, str]:
        """What went wrong with what was sent. A call that failed may have arrived."""
        numbers = {_name(sent): number for number, sent in self._sent.items()}
        sent = list(self._sent.values())
        try:
            deployed = self._controller.deploy([one for one in sent if isinstance(one, Deployment)])
            moved = self._controller.retarget([one for one in sent if isinstance(one, Retarget)])
            started = self._controller.start([one for one in sent if isinstance(one, Launch)])
        except CatalogError as error:
            return dict.fromkeys(self._sent, str(error))
        versions = {numbers[key]: trouble for key, trouble in (*deployed.items(), *moved.items())}
        return versions | {numbers[name]: trouble for name, trouble in started.items()}

    def _read_back(self, numbers: Sequence[int], troubles: Mapping[int, str]) -> None:
        """What counts is what is there afterwards. One that can not be read does not hide the others."""
        try:
            back = read([self._sent[number] for number in numbers], self._controller)
        except CatalogError as error:
            if len(numbers) == 1:
                self._end(numbers[0], troubles, f"it was sent, and can not be read back: {error}")
                return
            for number in numbers:
                self._read_back([number], troubles)
            return
        for number in numbers:
            self._end(number, troubles, wrong(self._sent[number], self._batch[number], back))

    def _end(self, number: int, troubles: Mapping[int, str], found: str) -> None:
        change = self._batch[number]
        failed = _failed(change, troubles.get(number, "") or found)
        self._events[number] = failed if found else Event(change=change, outcome=SUBMITTED)
