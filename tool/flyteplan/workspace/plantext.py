"""A plan as JSON text, of what several processes wrote of some of its changes each: the bytes that one writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from flyteplan.model.plan import Order, Plan
from flyteplan.plan.document import approved, around, change_document, digest_of, effects_of, for_readers, summary_of
from flyteplan.record import dataclass
from flyteplan.render.jsontext import jsontext, jsontexts
from flyteplan.render.tally import Tally, tally, together

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# Where the changes stand in a text of `jsontext`, each as deep.
_NO_CHANGES = '\n  "changes": []'
OPENING, _BETWEEN, CLOSING = '\n  "changes": [\n', ",\n", "\n  ]"
_DEPTH = "\n    "


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of the changes of a plan. `rows` have of each where it stands, what a reviewer approves, and its text."""

    tally: Tally
    effects: Mapping[str, int]
    rows: tuple[tuple[Order, str, bytes], ...]


def written(
    plan: Plan, desired: Callable[[TaskSpec], Any], *, readers: bool, saved: bool
) -> tuple[Part | None, Part | None]:
    """Of a *plan* that has some of the tasks, each with all of its changes: for readers, and as it is saved.

    None what nobody asks for. See `plan.document.document`.
    """
    documents = [change_document(change, desired, settings=saved) for change in plan.changes]
    orders, approvals = [change.order for change in plan.changes], list(map(approved, plan.changes))
    tallied, effects = tally(plan.changes), effects_of(plan.changes)

    def part(documents: Collection[Mapping[str, Any]]) -> Part:
        texts = (_indented(text).encode() for text in jsontexts(documents))
        return Part(tally=tallied, effects=effects, rows=tuple(zip(orders, approvals, texts, strict=True)))

    return part(list(map(for_readers, documents))) if readers else None, part(documents) if saved else None


def joined(plan: Plan, parts: Sequence[Part]) -> Iterator[bytes]:
    """The text of the whole plan, piece by piece; *plan* itself needs no changes."""
    rows = sorted((row for part in parts for row in part.rows), key=itemgetter(0))
    digest = digest_of(plan, [row[1] for row in rows])
    yield from spliced(around(plan, [], digest, _summary(plan, parts)), [row[2] for row in rows])


def spliced(whole: Mapping[str, Any], changes: Sequence[bytes]) -> Iterator[bytes]:
    """The text of *whole*, whose changes are these."""
    before, _, after = jsontext(whole).partition(_NO_CHANGES)
    yield before.encode()
    yield (OPENING if changes else _NO_CHANGES).encode()
    for number, text in enumerate(changes):
        yield _BETWEEN.encode() + text if number else text
    yield ((CLOSING if changes else "") + after).encode()


def _indented(text: str) -> str:
    """A line break within a value is written as \\n."""
    return _DEPTH[1:] + text.rstrip("\n").replace("\n", _DEPTH)


def _summary(plan: Plan, parts: Iterable[Part]) -> Mapping[str, Any]:
    parts = list(parts)
    every = together([part.tally for part in parts])
    return summary_of(
        tasks=every.tasks,
        left_out=plan.left_out,
        actions=every.actions,
        effects=sum((Counter(part.effects) for part in parts), Counter[str]()),
        requests=every.requests,
        worst_case=every.worst_case,
    )
