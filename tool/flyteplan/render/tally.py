"""What is told of all changes of a plan together, which can be added up from some of them at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter

from flyteplan.errors import Position
from flyteplan.model.plan import Asked, Change, Note, Order, asked, totals
from flyteplan.record import dataclass
from flyteplan.render.groups import is_shown

_Amounts = Mapping[str, tuple[int, int]]
_Place = tuple[Order, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`sources` are the names and places of manifests, `actions` counts changes.

    `notes` are those that need no attention: where each stands first (the change, and which of its notes it is), and
    how many tasks it concerns. `alone` and `retried` are what versions without a pool ask for, as in
    `model.plan.totals`; those with one are in `pooled`.
    """

    tasks: int
    sources: frozenset[tuple[str, Position]]
    actions: Mapping[str, int]
    notes: Mapping[Note, tuple[_Place, int]]
    alone: _Amounts
    retried: _Amounts
    pooled: tuple[tuple[Order, Asked], ...]
    replicated: bool

    @property
    def requests(self) -> _Amounts:
        return _added([self.alone, totals(one for _, one in self.pooled)])

    @property
    def worst_case(self) -> _Amounts:
        return _added([self.retried, totals((one for _, one in self.pooled), retried=True)])


def tally(changes: Sequence[Change]) -> Tally:
    alone = [one for one in asked(changes) if not any(one.pools)]
    return Tally(
        tasks=len({change.task.task for change in changes}),
        sources=frozenset((source.name, source.position) for change in changes for source in change.manifests),
        actions=Counter(change.action for change in changes),
        notes=_notes(changes),
        alone=totals(alone),
        retried=totals(alone, retried=True),
        pooled=tuple((change.order, one) for change in changes for one in asked([change]) if any(one.pools)),
        replicated=any(change.replicas > 1 for change in changes),
    )


def together(parts: Sequence[Tally]) -> Tally:
    """That of all changes; a task is in one part with all of its changes."""
    return Tally(
        tasks=sum(part.tasks for part in parts),
        sources=frozenset().union(*(part.sources for part in parts)),
        actions=sum((Counter(part.actions) for part in parts), Counter[str]()),
        notes=_added_notes(parts),
        alone=_added(part.alone for part in parts),
        retried=_added(part.retried for part in parts),
        pooled=tuple(sorted(chain.from_iterable(part.pooled for part in parts), key=itemgetter(0))),
        replicated=any(part.replicated for part in parts),
    )


def _notes(changes: Iterable[Change]) -> dict[Note, tuple[_Place, int]]:
    concerned: dict[Note, list[Change]] = {}
    for change in changes:
        for note in change.notes:
            if not note.attention and is_shown(change):
                concerned.setdefault(note, []).append(change)
    return {
        note: ((found[0].order, found[0].notes.index(note)), len({change.task.task for change in found}))
        for note, found in concerned.items()
    }


def _added_notes(parts: Iterable[Tally]) -> dict[Note, tuple[_Place, int]]:
    found: dict[Note, tuple[_Place, int]] = {}
    for note, (place, count) in chain.from_iterable(part.notes.items() for part in parts):
        first, before = found.get(note, (place, 0))
        found[note] = (min(first, place), before + count)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _added(parts: Iterable[_Amounts]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for name, (live, desired) in chain.from_iterable(part.items() for part in parts):
        before, after = found.get(name, (0, 0))
        found[name] = (before + live, after + desired)
    return found
