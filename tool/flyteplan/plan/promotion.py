"""Two plans -> what the one wants otherwise than the other, whatever is live."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.diff import differences
from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, TARGETS, UNKNOWN, Comparison, Entry, Row
from flyteplan.model.plan import Call, Change, Plan
from flyteplan.model.secrecy import Secrecy, common
from flyteplan.plan.calls import call_rows
from flyteplan.plan.changes import of_run
from flyteplan.plan.comparison import first_step, made
from flyteplan.plan.deferred import override_rows
from flyteplan.plan.fields import Credits

# Where a task is deployed is what two targets are for.
_PLACE = frozenset({"id.org", "id.project", "id.domain"})
# By what a task is known in both plans: its scope where it is not the target's, its name, how it is submitted, and for
# runs the manifests.
_Key = tuple[str, str, str, str, tuple[str, ...]]


def promotion(left: Plan, right: Plan) -> Comparison:
    """The desired states of two plans that were made now, so that their specs are known."""
    before, after = _by_key(left), _by_key(right)
    pairs = [(before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
    found = [entry for pair in pairs if (entry := _entry(*pair)) is not None]
    return Comparison(kind=TARGETS, before=left, after=right, entries=tuple(found), same=len(pairs) - len(found))


def _by_key(plan: Plan) -> dict[_Key, Change]:
    return {_key(change, plan): change for change in plan.changes}


def _key(change: Change, plan: Plan) -> _Key:
    task = change.task.task
    own = (task.project, task.domain) == (plan.project, plan.domain)
    scope = ("", "") if own else (task.project, task.domain)
    return (task.name, *scope, change.submit.kind, change.run_by)


def _entry(left: Change | None, right: Change | None) -> Entry | None:
    if left is None or right is None:
        return _alone(left, right)
    if left.deferred and right.deferred:
        rows = tuple(override_rows(left, right))
    elif left.desired is None or right.desired is None:
        return Entry(kind=UNKNOWN, before=left, after=right)
    else:
        rows = tuple(_contrasts(left, right))
    return Entry(kind=CHANGED, before=left, after=right, rows=rows) if rows else None


def _alone(left: Change | None, right: Change | None) -> Entry:
    """What only one of them has, from its base to what it wants, as if it were new."""
    own = left or right
    assert own is not None, "one of the plans has it"
    rows = (*call_rows(None, own), *made(own))
    return Entry(kind=ADDED if left is None else REMOVED, before=left, after=right, rows=rows, step=first_step(own))


def _contrasts(left: Change, right: Change) -> Iterator[Row]:
    """The base first, then what a call has, then the fields of the specs."""
    if left.task.version != right.task.version:
        yield Row(path="version", was=left.task.version, now=right.task.version)
    secrecy = common(left.secrecy, right.secrecy)
    yield from call_rows(left, right, (_call(left, secrecy), _call(right, secrecy)))
    assert left.desired is not None
    assert right.desired is not None
    was_by, now_by = Credits(left), Credits(right)
    for one in differences(left.desired, left.desired, right.desired):
        if one.path not in _PLACE:
            yield Row(
                path=one.path,
                was=secrecy.value(one.path, one.live),
                now=secrecy.value(one.path, one.desired),
                was_set_by=was_by.of(one.path, gone=one.live is None)[0],
                set_by=now_by.of(one.path, gone=one.desired is None)[0],
            )


def _call(change: Change, secrecy: Secrecy) -> Call:
    """What goes with it, keyed alike on both sides."""
    settings = secrecy.settings(change.settings)
    own = tuple((name, value) for name, value in change.submit.call if name not in ("inputs", "run"))
    return own + (of_run(settings) if change.submit.kind == "run" else ())
