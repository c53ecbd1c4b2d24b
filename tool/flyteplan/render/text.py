"""The plan for people: what becomes of each task, field by field, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from flyteplan.model.plan import Change, Order, Plan
from flyteplan.record import dataclass
from flyteplan.render.attention import lost_gpu
from flyteplan.render.fields import INDENT, paragraph, warning
from flyteplan.render.fieldtable import field_lines
from flyteplan.render.groups import Group, changing, full_name, groups, is_like_no_other, is_there, named
from flyteplan.render.style import Line, Span, text_of
from flyteplan.render.table import aligned
from flyteplan.render.tally import Tally, tally, together
from flyteplan.render.values import shortened, shown
from flyteplan.render.wording import (
    AGAIN,
    asked_for,
    counted,
    extent,
    live,
    notes,
    requests,
    scope,
    triggers,
    version,
    warnings,
    worst_case,
)

if TYPE_CHECKING:
    from flyteplan.model.decision import Judgement

DEFAULT_WIDTH = 100
# What writes lines: with colours, or without.
Written = Callable[[Iterable[Line]], str]
_SIGNS = {
    "update": Span("~ ", "change"),
    "run": Span("+ ", "add"),
    "resolve": Span("= ", "bold"),
    "unchanged": Span("= ", "bold"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The text of some of the tasks of a plan. `alike` are changes that others may be like, which are told together."""

    tally: Tally
    blocks: tuple[tuple[Order, str], ...]
    alike: tuple[Change, ...]


def text(plan: Plan, *, expand: bool = False, width: int = DEFAULT_WIDTH) -> Iterator[Line]:
    """Lines of about *width* columns; *expand* tells tasks that change alike one by one.

    They are made as they are asked for: those of many tasks take much more memory than their text.
    """
    every = tally(plan.changes)
    yield _header(plan, every)
    for group in groups(changing(plan), expand=expand):
        yield ()
        yield from block(group, plan, width)
    yield from _end(plan, every, width)


def part(plan: Plan, *, written: Written, expand: bool, width: int) -> Part:
    """What `joined` makes a text of: *plan* has some of the tasks, each with all of its changes."""
    shown = changing(plan)
    own = [change for change in shown if expand or is_like_no_other(change)]
    blocks = ((group[0].order, written(block(group, plan, width))) for group in groups(own, expand=expand))
    alike = () if expand else tuple(change for change in shown if not is_like_no_other(change))
    return Part(tally=tally(plan.changes), blocks=tuple(blocks), alike=alike)


def only_counts(plan: Plan) -> Part:
    """As `part`, for who wants no more than `quiet` says."""
    return Part(tally=tally(plan.changes), blocks=(), alike=())


def joined(plan: Plan, parts: Sequence[Part], *, written: Written, width: int) -> Iterator[str]:
    """The text of the whole plan, the same as that of `text`; *plan* itself needs no changes."""
    every = together([part.tally for part in parts])
    alike = sorted((change for part in parts for change in part.alike), key=attrgetter("order"))
    blocks = [(group[0].order, written(block(group, plan, width))) for group in groups(alike, expand=False)]
    blocks += [one for part in parts for one in part.blocks]
    yield written([_header(plan, every)])
    for _, lines in sorted(blocks, key=itemgetter(0)):
        yield written([()])
        yield lines
    yield written(_end(plan, every, width))


def _end(plan: Plan, every: Tally, width: int) -> Iterator[Line]:
    """Notes, totals, what policies say, and the counts."""
    ends = _notes(every, width), _requests(every), _policies(plan.judgement, width)
    for end in (*ends, [(Span(counts(every.actions), "bold"),)]):
        if end:
            yield ()
            yield from end


def summary(plan: Plan) -> str:
    """The last line, which scripts may look for: `Plan: 3 to update, 1 to run, 39 unchanged.`"""
    return counts(actions(plan))


def actions(plan: Plan) -> Counter[str]:
    """How many changes there are of each."""
    return Counter(change.action for change in plan.changes)


def counts(actions: Mapping[str, int]) -> str:
    """The same by how many changes there are of each action."""
    parts = [f"{actions.get('update', 0)} to update"]
    parts += [f"{actions[action]} to {action}" for action in ("run", "resolve") if actions.get(action)]
    parts.append(f"{actions.get('unchanged', 0)} unchanged")
    return f"Plan: {', '.join(parts)}."


def quiet(judgement: Judgement | None, actions: Mapping[str, int]) -> str:
    """The same with what policies and guards say: `Plan: 3 to update, 39 unchanged. (1 denied, 2 warned of)`"""
    if judgement is None:
        return counts(actions)
    from flyteplan.render.judged import said

    told = said(judgement)
    return f"{counts(actions)} ({told})" if told else counts(actions)


def _header(plan: Plan, every: Tally) -> Line:
    target = (Span(plan.target, "bold"), Span("  ")) if plan.target else ()
    return (*target, Span(f"{scope(plan)}  "), Span(extent(every), "dim"))


def block(group: Group, plan: Plan, width: int) -> list[Line]:
    """What becomes of tasks that change alike. Of *plan* it takes org, project and domain."""
    first = group[0]
    lines = [_title(group, plan)]
    if is_there(first):
        return [*lines, *_asked_for(first, width), *_attention(first, width)]
    lines += _lost_gpu(first, width)
    lines += _asked_for(first, width)
    if len(group) > 1:
        lines += _names(group, plan, width)
    lines += _call(first, width)
    lines += field_lines(first, width)
    lines += _effects(first, width)
    lines += _attention(first, width)
    lines += _triggers(first, width)
    return lines + _hidden(group)


def _lost_gpu(change: Change, width: int) -> list[Line]:
    """Before all fields, where it is not one `also` among many."""
    return [line for alert in lost_gpu(change) for line in warning(text_of(alert.message), width)]


def _title(group: Group, plan: Plan) -> Line:
    first = group[0]
    name = full_name(first, plan) if len(group) == 1 else f"{len(group)} tasks"
    return (_SIGNS[first.action], Span(name, "bold"), *_run(first), Span(f"  {version(group)}"), *_live(group))


def _run(change: Change) -> tuple[Span, ...]:
    if is_there(change):
        hint = "  (--again starts another)" if change.submit.state == "exists" else ""
        return (Span(f"  run {change.submit.name} is there already"), Span(hint, "dim"))
    return (Span(f"  run {change.submit.name}", "add"),) if change.action == "run" else ()


def _live(group: Group) -> tuple[Span, ...]:
    told = live(group)
    return (Span(f"  {told}", "dim"),) if told else ()


def _names(group: Group, plan: Plan, width: int) -> list[Line]:
    lines = named([full_name(change, plan) for change in group], width - len(INDENT))
    hint = "(-v lists them)"
    if len(INDENT) + len(lines[-1]) + 2 + len(hint) <= width:
        lines[-1] += f"  {hint}"
    else:
        lines.append(hint)
    return [(Span(f"{INDENT}{line}", "dim"),) for line in lines]


def _asked_for(change: Change, width: int) -> list[Line]:
    """The manifests of a run: it may have no field that names one."""
    if change.submit.kind != "run":
        return []
    return [*paragraph(asked_for(change).split(), width, mark=INDENT, style="dim")]


def _call(change: Change, width: int) -> list[Line]:
    if not change.submit.call:
        return []
    labels = [f"call.{name}" for name, _ in change.submit.call]
    room = width - len(INDENT) - max(map(len, labels)) - 2
    rows = [
        (Span(label), Span(shortened(shown(value), room)))
        for label, (_, value) in zip(labels, change.submit.call, strict=True)
    ]
    return aligned(rows, gaps=(len(INDENT), 2))


def _effects(change: Change, width: int) -> list[Line]:
    effects = change.effects
    told = [f"{effect}: {words}" for effect, words in AGAIN.items() if effect in effects]
    return [line for words in told for line in warning(words, width)]


def _attention(change: Change, width: int) -> list[Line]:
    told = [f"{note.message} [{note.code}]" for note in warnings(change)]
    return [line for message in told for line in warning(message, width)]


def _triggers(change: Change, width: int) -> list[Line]:
    told = triggers(change)
    if not told or change.submit.triggers == "retarget" or change.prune:
        return [(Span(f"{INDENT}{told}"),)] if told else []
    return list(warning(told, width))


def _hidden(group: Group) -> list[Line]:
    count = sum(change.unchanged for change in group)
    made = len(group) == 1 and group[0].action == "update" and group[0].submit.state == "new"
    becomes = f"; becomes {group[0].submit.name}" if made else ""
    return [(Span(f"{INDENT}({counted(count, 'unchanged field')} hidden{becomes})", "dim"),)] if count else []


def _notes(every: Tally, width: int) -> list[Line]:
    told = notes(every)
    lines: list[Line] = [(Span("Notes", "bold"),)] if told else []
    for message, count in told:
        lines += paragraph([*message.split(), count], width, mark="  ", style="")
    return lines


def _policies(judgement: Judgement | None, width: int) -> list[Line]:
    if judgement is None:
        return []
    from flyteplan.render.judged import judged_lines

    return judged_lines(judgement, width)


def _requests(every: Tally) -> list[Line]:
    """What the versions ask for in all, as far as it differs."""
    told, retried = requests(every, "  "), worst_case(every, "  ")
    lines: list[Line] = [(Span("Requests", "bold"), Span(f"  {told}"))] if told else []
    worst = (Span("Worst case with retries", "bold"), Span(f"  {retried}"))
    return [*lines, worst] if retried else lines
