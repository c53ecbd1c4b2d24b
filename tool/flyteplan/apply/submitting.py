"""Changes in batches: looked at again, sent all at once, and read back while the next one is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

from flyteplan.apply.derived import deployment
from flyteplan.apply.launch import launch
from flyteplan.apply.present import Present, look_again, questions
from flyteplan.apply.readback import Sent, back_questions, read, wrong
from flyteplan.apply.standing import is_done, moved
from flyteplan.apply.triggers import retarget, to_move
from flyteplan.errors import CatalogError
from flyteplan.model.deployment import Deployment, Provenance, Retarget
from flyteplan.model.event import ALREADY, FAILED, NOT_TRIED, SUBMITTED, Event
from flyteplan.model.plan import Change
from flyteplan.model.run import Launch, RunName
from flyteplan.model.task import TaskVersion
from flyteplan.ports import Catalog, Controller
from flyteplan.record import dataclass

Batch = Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many changes are on their way at once, and whether a failure ends it. `stopped` tells when to end early.

    Of one at a time, each is looked at when the one before has ended and was told.
    """

    parallelism: int = 1
    fail_fast: bool = False
    stopped: Callable[[], bool] = lambda: False


def apply(changes: Sequence[Change], controller: Controller, provenance: Provenance, pace: Pace) -> Iterator[Event]:
    """One event a change, in order, a batch at a time; of what needs nothing, none.

    A change that fails does not keep the others from being tried, unless the pace says so. What is on its way when it
    is to end comes to its end.
    """
    wanted = [change for change in changes if change.is_tried]
    batches = [wanted[start : start + pace.parallelism] for start in range(0, len(wanted), pace.parallelism)]
    coming = batches[1:] if pace.parallelism > 1 else ()
    work = _Work(controller, provenance)
    failed = False
    for batch, following in zip_longest(batches, coming, fillvalue=()):
        why_not = "interrupted" if pace.stopped() else "another one failed before" * (failed and pace.fail_fast)
        for event in _not_tried(batch, why_not) if why_not else work.submitted(batch, following):
            failed = failed or event.outcome == FAILED
            yield event


def _not_tried(batch: Batch, why: str) -> Iterator[Event]:
    return (Event(change=change, outcome=NOT_TRIED, message=why) for change in batch)


def _failed(change: Change, message: str, *, stale: bool = False) -> Event:
    return Event(change=change, outcome=FAILED, message=message, stale=stale)


class _Work:
    """One batch after another. `ahead` is the catalog that is being asked about the next one already."""

    def __init__(self, controller: Controller, provenance: Provenance) -> None:
        self._controller, self._provenance = controller, provenance
        self._ahead: Catalog | None = None

    def submitted(self, batch: Batch, following: Batch = ()) -> Iterator[Event]:
        """Where the catalog can not answer for all of them, one by one: the others do not fail with the one."""
        ahead, self._ahead = self._ahead, None
        try:
            present = look_again(ahead or self._controller.ahead(questions(batch)), batch)
        except CatalogError as error:
            if len(batch) == 1:
                yield _failed(batch[0], str(error))
                return
            for change in batch:
                yield from self.submitted([change])
            return
        sending = _Batch(batch, present, self._controller, self._provenance)
        events = sending.events(following)
        self._ahead = sending.ahead
        yield from events


def _name(sent: Sent) -> TaskVersion | RunName:
    return sent.name if isinstance(sent, Launch) else sent.key


class _Batch:
    """What is sent of some changes, and how that went. Both are kept by the number of the change."""

    def __init__(self, batch: Batch, present: Present, controller: Controller, provenance: Provenance) -> None:
        self._batch, self._present, self._controller, self._provenance = batch, present, controller, provenance
        self._events: dict[int, Event] = {}
        self._sent: dict[int, Sent] = {}
        # What is asked about the batch that follows, once this one was sent.
        self.ahead: Catalog | None = None

    def events(self, following: Batch) -> Iterator[Event]:
        for number, change in enumerate(self._batch):
            prepared = self._prepared(change)
            if isinstance(prepared, Event):
                self._events[number] = prepared
            else:
                self._sent[number] = prepared
        self._read_back(list(self._sent), self._troubles(), following)
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

    def _read_back(self, numbers: Sequence[int], troubles: Mapping[int, str], following: Batch = ()) -> None:
        """What counts is what is there afterwards. One that can not be read does not hide the others."""
        sent = [self._sent[number] for number in numbers]
        try:
            catalog = self._controller.ahead(back_questions(sent) | questions(following))
            back = read(sent, catalog, self._controller)
            self.ahead = catalog if following else None
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
