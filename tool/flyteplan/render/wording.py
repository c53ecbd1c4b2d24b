"""What every rendering of a plan says in the same words."""

from __future__ import annotations

from collections.abc import Mapping

from flyteplan.model import quantity
from flyteplan.model.effects import IDENTITY, RECOMPUTE
from flyteplan.model.plan import KEPT, Change, Note, Plan
from flyteplan.model.task import Trigger
from flyteplan.render.fields import place
from flyteplan.render.groups import LEFT_GIT, Group, live_kind
from flyteplan.render.tally import Tally

# Effects that do not show in the fields, and cost: work that was done is done again.
AGAIN = {
    RECOMPUTE: "cached results are not reused",
    IDENTITY: "a run that recovers does not find what it did before",
}
_TOTALS = {"cpu": False, "memory": True, "gpu": False}


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def scope(plan: Plan) -> str:
    return "/".join(filter(None, (plan.org, plan.project, plan.domain)))


def extent(tally: Tally) -> str:
    """`3 tasks, 4 manifests in 2 files`."""
    files = counted(len({position.path for _, position in tally.sources}), "file")
    return f"{counted(tally.tasks, 'task')}, {counted(len(tally.sources), 'manifest')} in {files}"


def version(group: Group) -> str:
    """The base, and how it was found: `@ latest -> v3`."""
    first = group[0]
    how = "pinned" if first.selector.version else first.selector.auto_version
    versions = {change.task.version for change in group}
    only = versions.pop() if len(versions) == 1 else ""
    if first.prune:
        return f"{LEFT_GIT}: back to {f'the base {only}' if only else 'their own bases'}"
    if first.deferred:
        return f"@ {how}  deferred: the version is known in a task only"
    if first.action == "resolve":
        told = f"{how}, lock" if first.locked else how
        return f"resolves to {only} ({told})" if only else f"resolve to their own versions ({told})"
    if first.selector.version:
        return f"@ {first.selector.version} (pinned)"
    lock = " (lock)" if first.locked else ""
    return f"@ {how} -> {only}{lock}" if only else f"@ {how}{lock}"


def asked_for(change: Change) -> str:
    """The lines of the manifests of a run."""
    return f"asked for in {', '.join(place(source.position) for source in change.manifests)}"


def live(group: Group) -> str:
    """What is live where it is not the base, else ""."""
    kind = live_kind(group[0])
    if not kind:
        return ""
    versions = {change.live_version for change in group}
    return f"live {versions.pop()}" if len(versions) == 1 else f"live: {kind} versions"


def trigger_count(change: Change) -> int:
    return len(change.triggers) + change.other_triggers if change.action == "update" else 0


def triggers(change: Change) -> str:
    """What becomes of the triggers of a task that gets a new version, "" where it has none."""
    count = trigger_count(change)
    if not count:
        return ""
    if change.submit.triggers == "retarget" and change.submit.state == "live":
        return _lagging(change)
    known = [*map(_trigger, change.triggers), *([f"{change.other_triggers} more"] if change.other_triggers else [])]
    names = f" ({', '.join(known)})" if change.triggers else ""
    if change.submit.triggers == "retarget":
        return f"triggers: {count} retargeted{names}"
    if change.prune:
        return f"triggers: {count} kept as they are{names}"
    return f"triggers: {count} kept on the old version{names}; see submit.triggers: retarget"


def _lagging(change: Change) -> str:
    """Of a version that is live already: only those move that are known to start another one."""
    behind = [trigger for trigger in change.triggers if trigger.version not in ("", change.submit.name)]
    rest = trigger_count(change) - len(behind)
    stay = f", {rest} as {'it is' if rest == 1 else 'they are'}" if rest else ""
    return f"triggers: {len(behind)} retargeted ({', '.join(map(_trigger, behind))}){stay}"


def _trigger(trigger: Trigger) -> str:
    return trigger.name if trigger.active else f"inactive {trigger.name}"


def warnings(change: Change) -> list[Note]:
    """The notes that need attention, but for the one that `triggers` says better."""
    told = bool(trigger_count(change))
    return [note for note in change.notes if note.attention and not (note.code == KEPT and told)]


def notes(tally: Tally) -> list[tuple[str, str]]:
    """What needs no attention, once each, and how many tasks it concerns: `(3 tasks)`."""
    return [(note.message, f"({counted(count, 'task')})") for note, (_, count) in tally.notes.items()]


def requests(tally: Tally, separator: str) -> str:
    """What the versions ask for in all, as far as it differs: `cpu +2 (4 -> 6)`, else ""."""
    told = _totals(tally.requests, separator)
    return f"{told}  (all replicas counted)" if told and tally.replicated else told


def worst_case(tally: Tally, separator: str) -> str:
    """The same when every attempt of every task fails but the last, "" where it is not another sum."""
    told = _totals(tally.worst_case, separator)
    return "" if told == _totals(tally.requests, separator) else told


def _totals(amounts: Mapping[str, tuple[int, int]], separator: str) -> str:
    parts = [_total(name, *amounts.get(name, (0, 0)), binary=binary) for name, binary in _TOTALS.items()]
    return separator.join(filter(None, parts))


def _total(name: str, live: int, desired: int, *, binary: bool) -> str:
    if live == desired:
        return ""
    sign = "+" if desired > live else "-"
    before, after, by = (quantity.show(amount, binary=binary) for amount in (live, desired, abs(desired - live)))
    return f"{name} {sign}{by} ({before} -> {after})"
