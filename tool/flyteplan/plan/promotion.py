"""Two plans -> what the one wants otherwise than the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flyteplan.diff import differences
from flyteplan.errors import Position
from flyteplan.model.plan import Call, Change, Plan, differ
from flyteplan.model.promotion import Contrast, Pair, Promotion
from flyteplan.model.readable import readable
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.settings import Settings
from flyteplan.plan.changes import of_run
from flyteplan.plan.fields import cause_of

# Where a task is deployed is what two targets are for.
_PLACE = frozenset({"id.org", "id.project", "id.domain"})
# By what a task is known in both plans: its scope where it is not the target's, its name, how it is submitted, and for
# runs the manifests.
_Key = tuple[str, str, str, str, tuple[str, ...]]


def promotion(left: Plan, right: Plan) -> Promotion:
    """The desired states of two plans that were made now, so that their specs are known."""
    before, after = _by_key(left), _by_key(right)
    pairs = tuple(_pair(before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys()))
    return Promotion(left=left, right=right, pairs=pairs)


def _by_key(plan: Plan) -> dict[_Key, Change]:
    return {_key(change, plan): change for change in plan.changes}


def _key(change: Change, plan: Plan) -> _Key:
    task = change.task.task
    own = (task.project, task.domain) == (plan.project, plan.domain)
    scope = ("", "") if own else (task.project, task.domain)
    runs = tuple(sorted(source.name for source in change.manifests)) if change.submit.kind == "run" else ()
    return (task.name, *scope, change.submit.kind, runs)


def _pair(left: Change | None, right: Change | None) -> Pair:
    if left is None or right is None:
        return Pair(left=left, right=right)
    if left.deferred and right.deferred:
        return Pair(left=left, right=right, contrasts=tuple(_overrides(left, right)))
    if left.desired is None or right.desired is None:
        return Pair(left=left, right=right, known=False)
    return Pair(left=left, right=right, contrasts=tuple(_contrasts(left, right)))


def _contrasts(left: Change, right: Change) -> Iterator[Contrast]:
    """The base first, then what a call has, then the fields of the specs."""
    if left.task.version != right.task.version:
        yield Contrast(path="version", left=left.task.version, right=right.task.version)
    secrecy = _common(left.secrecy, right.secrecy)
    before, after = (dict(_call(change, secrecy)) for change in (left, right))
    for name in sorted(before.keys() | after.keys()):
        if differ(before.get(name), after.get(name)):
            yield Contrast(path=f"call.{name}", left=before.get(name), right=after.get(name))
    assert left.desired is not None
    assert right.desired is not None
    for one in differences(left.desired, left.desired, right.desired):
        if one.path not in _PLACE:
            yield Contrast(
                path=one.path,
                left=secrecy.value(one.path, one.live),
                right=secrecy.value(one.path, one.desired),
                left_set_by=_set_by(one.path, left, one.live),
                right_set_by=_set_by(one.path, right, one.desired),
            )


def _overrides(left: Change, right: Change) -> Iterator[Contrast]:
    """Of versions that are known in a task only there is no more than what the manifests say."""
    secrecy = _common(left.secrecy, right.secrecy)
    before, after = ({item.path: item for item in secrecy.settings(change.settings)} for change in (left, right))
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        values = [None if item is None else readable(item) for item in (one, other)]
        if differ(*values):
            places = [None if item is None else item.position for item in (one, other)]
            name = ".".join(path[1:]) or path[0]
            yield Contrast(path=name, left=values[0], right=values[1], left_set_by=places[0], right_set_by=places[1])


def _common(left: Secrecy, right: Secrecy) -> Secrecy:
    """One for both, so that a value that is the same has the same stand-in."""
    marked = left.marked | right.marked
    return Secrecy(key=left.key, marked=marked, open=(left.open | right.open) - marked)


def _call(change: Change, secrecy: Secrecy) -> Call:
    """What goes with it, keyed alike on both sides."""
    settings = secrecy.settings(change.settings)
    own = tuple((name, value) for name, value in change.submit.call if name not in ("inputs", "run"))
    return own + (of_run(settings) if change.submit.kind == "run" else ())


def _set_by(path: str, change: Change, value: Any) -> Position | None:
    replace = change.strategy == "replace"
    cause = cause_of(path, Settings(change.settings), replace=replace, gone=value is None)
    return cause.position if cause else None
