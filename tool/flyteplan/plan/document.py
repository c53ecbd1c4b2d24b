"""The plan as JSON: the truth that every other rendering is drawn from. Schema: `schema/plan.v1.schema.json`."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from flyteplan.diff.values import by_key
from flyteplan.errors import Position
from flyteplan.model import quantity
from flyteplan.model.effects import EFFECTS
from flyteplan.model.plan import FORMAT_VERSION, Change, Field, Loser, Note, Plan, Source, Submit, asked, totals
from flyteplan.model.sensitive import is_stand_in, stand_in
from flyteplan.model.settings import Selector
from flyteplan.model.task import Trigger
from flyteplan.plan.judged import judged
from flyteplan.plan.saved import saved_setting

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

PlanDocument = Mapping[str, Any]
# What only a saved plan has of a change.
_SAVED = ("overrides", "strategy_at")
# Whether a total is of bytes, and so shown in Ki, Mi, Gi.
_BINARY = {"cpu": False, "memory": True, "gpu": False}


def document(plan: Plan, *, desired: Callable[[TaskSpec], Any] | None = None, settings: bool = False) -> PlanDocument:
    """*plan* in the order and the words of the schema.

    *desired* turns a spec into JSON for readers (None: left out); *settings* adds the effective overrides, from which
    a saved plan is applied. Neither is part of the digest.
    """
    changes = [change_document(change, desired, settings=settings) for change in plan.changes]
    return around(plan, changes, digest(plan), summary(plan.changes, plan.left_out))


def around(plan: Plan, changes: Sequence[Any], digest: str, summary: Mapping[str, Any]) -> PlanDocument:
    """*changes* with what stands before and after them."""
    return {
        "format_version": FORMAT_VERSION,
        "digest": digest,
        "target": _target(plan),
        "changes": changes,
        "summary": summary,
        **judged(plan.judgement),
    }


def digest(plan: Plan) -> str:
    """sha256 over what a reviewer approves: target, tasks, actions, fields and spec digests.

    Over how many tasks are left out too, since guards count them. Not over the catalog's path, the lines of files,
    notes, or the wording of anything. Of sensitive values only over which are the same: the digests of the specs and
    of the run bind them, and so no salt changes the plan's.
    """
    return digest_of(plan, map(approved, plan.changes))


def digest_of(plan: Plan, approved: Iterable[str]) -> str:
    """As `digest`, of what `approved` says of each change in its order; *plan* itself needs none."""
    target = {name: value for name, value in _target(plan).items() if name != "catalog"}
    frame = {"format_version": FORMAT_VERSION, "target": target, "changes": [], **_left_out(plan.left_out)}
    before, _, after = _canonical(frame).partition("[]")
    whole = f"{before}[{','.join(approved)}]{after}"
    return "sha256:" + hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def approved(change: Change) -> str:
    """What a reviewer approves of one change."""
    return _canonical(_approved(change))


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _target(plan: Plan) -> dict[str, str]:
    return {
        "name": plan.target,
        "catalog": plan.catalog,
        "org": plan.org,
        "project": plan.project,
        "domain": plan.domain,
    }


def _approved(change: Change) -> dict[str, Any]:
    return {
        "task": _task(change),
        "action": change.action,
        "selector": _selector(change.selector),
        "strategy": change.strategy,
        "manifests": sorted({source.name for source in change.manifests}),
        **_labelled(change),
        "fields": [[field.path, *_unsalted([field.base, field.live, field.desired])] for field in change.fields],
        "digests": [change.base_digest, change.live_digest, change.desired_digest],
        "submit": _unsalted(_submit(change.submit)),
        "triggers": [_trigger(trigger, change) for trigger in change.triggers],
        **({"prune": True} if change.prune else {}),
    }


def _unsalted(value: Any) -> Any:
    """*value* with a number in each stand-in: the same one where the values are the same."""
    numbers: dict[str, str] = {}

    def numbered(part: Any) -> Any:
        if is_stand_in(part):
            (digest,) = part.values()
            return stand_in(numbers.setdefault(digest, str(len(numbers))))
        if isinstance(part, dict):
            return {key: numbered(part[key]) for key in sorted(part)}
        return [numbered(item) for item in part] if isinstance(part, list) else part

    return numbered(value)


def _labelled(change: Change) -> dict[str, Any]:
    """Labels decide which rules hold, so who approves a plan approves them; nothing where there are none."""
    labels = sorted({(source.name, source.labels) for source in change.manifests if source.labels})
    return {"labels": labels} if labels else {}


def change_document(change: Change, desired: Callable[[TaskSpec], Any] | None, *, settings: bool) -> dict[str, Any]:
    """One change, as `document` has it."""
    found: dict[str, Any] = {
        "task": _task(change),
        "live_version": change.live_version,
        "selector": _selector(change.selector),
        "strategy": change.strategy,
        "action": change.action,
        "manifests": [_source(source) for source in change.manifests],
        "fields": [_field(field) for field in change.fields],
        "effects": list(change.effects),
        "unchanged_fields": change.unchanged,
        "base_digest": change.base_digest,
        "live_digest": change.live_digest,
        "desired_digest": change.desired_digest,
        "submit": _submit(change.submit),
        "requests": _requests(change.requests),
        "notes": [_note(note) for note in change.notes],
    }
    found |= {"attempts": _sides(change.attempts)} if change.attempts != (1, 1) else {}
    found |= {"replicas": change.replicas} if change.replicas > 1 else {}
    found |= {"pools": _sides(change.pools)} if any(change.pools) else {}
    found |= {"deferred": True} if change.deferred else {}
    found |= {"locked": True} if change.locked else {}
    found |= {"prune": True} if change.prune else {}
    found |= {"triggers": [_trigger(trigger, change) for trigger in change.triggers]} if change.triggers else {}
    found |= {"other_triggers": change.other_triggers} if change.other_triggers else {}
    hidden = change.secrecy
    found |= {"overrides": [saved_setting(hidden.setting(setting)) for setting in change.settings]} if settings else {}
    found |= {"strategy_at": place(change.strategy_at)} if settings and change.strategy_at else {}
    if desired and change.desired is not None:
        found |= {"desired": hidden.spec(by_key(desired(change.desired)))}
    return found


def for_readers(change: Mapping[str, Any]) -> dict[str, Any]:
    """One change as `change_document` has it without its settings, from one with them."""
    return {name: value for name, value in change.items() if name not in _SAVED}


def _sides(pair: tuple[Any, Any]) -> dict[str, Any]:
    return dict(zip(("live", "desired"), pair, strict=True))


def _task(change: Change) -> dict[str, str]:
    task = change.task.task
    return {
        "org": change.org,
        "project": task.project,
        "domain": task.domain,
        "name": task.name,
        "version": change.task.version,
    }


def _selector(selector: Selector) -> dict[str, str]:
    if selector.version:
        return {"version": selector.version}
    return {"auto_version": selector.auto_version}


def place(position: Position) -> dict[str, Any]:
    return {"path": position.path, "line": position.line}


def _source(source: Source) -> dict[str, Any]:
    labels = {"labels": dict(source.labels)} if source.labels else {}
    return {"name": source.name, **place(source.position), **labels}


def _field(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"path": field.path, "base": field.base, "live": field.live, "desired": field.desired}
    found |= {"set_by": place(field.set_by)} if field.set_by else {}
    found |= {"overridden": [_loser(loser) for loser in field.overridden]} if field.overridden else {}
    found |= {"effects": list(field.effects)} if field.effects else {}
    return found | ({"collateral": True} if field.collateral else {})


def _loser(loser: Loser) -> dict[str, Any]:
    return {**place(loser.position), "value": loser.value}


def _submit(submit: Submit) -> dict[str, Any]:
    found: dict[str, Any] = {"as": submit.kind}
    if submit.kind == "version":
        found |= {"version": submit.name, "state": submit.state, "triggers": submit.triggers}
        found |= {"allow_older_base": True} if submit.allow_older_base else {}
    if submit.kind == "run":
        found |= {"run": submit.name, "state": submit.state, "digest": submit.digest}
    return found | ({"call": dict(submit.call)} if submit.call else {})


def _trigger(trigger: Trigger, change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {"name": trigger.name, "active": trigger.active}
    found |= {"revision": trigger.revision} if trigger.revision else {}
    found |= {"version": trigger.version} if trigger.version else {}
    return {**found, "action": change.submit.triggers}


def _note(note: Note) -> dict[str, Any]:
    return {"code": note.code, "message": note.message, **({"attention": True} if note.attention else {})}


def summary(changes: Iterable[Change], left_out: int = 0) -> dict[str, Any]:
    """How many tasks become what, and what their versions ask for in all."""
    changes = list(changes)
    versions = asked(changes)
    return summary_of(
        tasks=len({change.task.task for change in changes}),
        left_out=left_out,
        actions=Counter(change.action for change in changes),
        effects=effects_of(changes),
        requests=totals(versions),
        worst_case=totals(versions, retried=True),
    )


def effects_of(changes: Iterable[Change]) -> Counter[str]:
    """How many changes have each."""
    return Counter(chain.from_iterable(change.effects for change in changes))


def summary_of(
    *,
    tasks: int,
    left_out: int,
    actions: Mapping[str, int],
    effects: Mapping[str, int],
    requests: Mapping[str, tuple[int, int]],
    worst_case: Mapping[str, tuple[int, int]],
) -> dict[str, Any]:
    """`summary` by its counts; *requests* and *worst_case* as `model.plan.totals` gives them."""
    return {
        "tasks": tasks,
        **_left_out(left_out),
        **{action: actions.get(action, 0) for action in ("update", "run", "resolve", "unchanged")},
        "effects": {effect: effects.get(effect, 0) for effect in EFFECTS},
        "requests": _requests({**dict.fromkeys(_BINARY, (0, 0)), **requests}),
        "worst_case": _requests({**dict.fromkeys(_BINARY, (0, 0)), **worst_case}),
    }


def _left_out(tasks: int) -> dict[str, int]:
    return {"left_out": tasks} if tasks else {}


def _requests(totals: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, str]]:
    return {
        name: {
            "live": quantity.exact(live, binary=_BINARY[name]),
            "desired": quantity.exact(desired, binary=_BINARY[name]),
        }
        for name, (live, desired) in totals.items()
    }
