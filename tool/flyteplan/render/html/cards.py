"""Changes that are alike as one card of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from flyteplan.model.plan import Change, Plan
from flyteplan.model.task import Trigger
from flyteplan.render.groups import full_name, groups, named
from flyteplan.render.html.rows import changing_rows, effects_of, kept, kept_rows, linked, value
from flyteplan.render.html.view import Alert, Card, Link, Member

# What the list of triggers says better.
_KEPT = "triggers-kept"
_NAMES = 50
_ANCHORS = {"version": "task", "run": "run", "none": "resolve"}


class Drawn(NamedTuple):
    """A change, and the object that it is in the JSON of the plan."""

    change: Change
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What all cards of a page have in common; `specs` are the texts of desired templates, by anchor."""

    plan: Plan
    specs: Mapping[str, str]
    link: Link
    expand: bool


def cards(drawn: Sequence[Drawn], scene: Scene) -> tuple[Card, ...]:
    """One for all changes that are alike in all that is shown, or one for each."""
    documents = {id(one.change): one.document for one in drawn}
    found = groups((one.change for one in drawn), expand=scene.expand)
    return tuple(_card(alike, documents[id(alike[0])], scene) for group in found for alike in _split(group))


def _split(group: Iterable[Change]) -> Iterable[tuple[Change, ...]]:
    """A page also shows manifests, and what stays as it is: these have to be alike too."""
    found: dict[str, list[Change]] = {}
    for change in group:
        bases = [(field.path, field.base) for field in change.fields]
        told = [(field.path, field.live, field.set_by, field.overridden) for field in kept(change)]
        found.setdefault(repr((bases, told, change.manifests)), []).append(change)
    return map(tuple, found.values())


def _card(group: tuple[Change, ...], document: Mapping[str, Any], scene: Scene) -> Card:
    first, link = group[0], scene.link
    return Card(
        action=first.action,
        members=tuple(_member(change, scene) for change in group),
        version=_version(first),
        names=_names(group, scene.plan),
        state=first.submit.state,
        strategy=first.strategy,
        retargeted=_triggers(first) if _moves_triggers(first) else "",
        call=tuple((name, value(told)) for name, told in first.submit.call),
        manifests=tuple((source.name, linked(source.position, link)) for source in first.manifests),
        alerts=tuple(alerts(first)),
        rows=changing_rows(first, effects_of(document["fields"]), link),
        kept=kept_rows(first, link),
    )


def _names(group: tuple[Change, ...], plan: Plan) -> str:
    """`etl.* 21, features.* 12` of many, nothing of one."""
    return " ".join(named([full_name(change, plan) for change in group], _NAMES)) if len(group) > 1 else ""


def _member(change: Change, scene: Scene) -> Member:
    name = anchor(change, scene.plan)
    return Member(
        anchor=name,
        name=full_name(change, scene.plan),
        base=change.task.version,
        live=change.live_version,
        becomes=change.submit.name if change.action in ("update", "run") else "",
        unchanged=change.unchanged,
        spec=scene.specs.get(name, ""),
    )


def anchor(change: Change, plan: Plan) -> str:
    """`task-etl.join`: the same for the same change in every page, and no other's."""
    names = sorted({source.name for source in change.manifests}) if change.submit.kind == "run" else []
    parts = [full_name(change, plan), *names]
    told = ",".join(quote(part, safe="/()", errors="surrogatepass") for part in parts)
    return f"{_ANCHORS[change.submit.kind]}-{told}"


def _version(change: Change) -> str:
    """How the version was found."""
    if change.deferred:
        return f"{change.selector.auto_version}, known in a task only"
    if change.selector.version:
        return "pinned"
    return f"{change.selector.auto_version}, by the lock" if change.locked else change.selector.auto_version


def _triggers(change: Change) -> str:
    """What becomes of the triggers of a task that gets a new version."""
    count = _trigger_count(change)
    if not count:
        return ""
    more = [f"{change.other_triggers} more"] if change.other_triggers else []
    names = f" ({', '.join([*map(_trigger, change.triggers), *more])})" if change.triggers else ""
    fate = "retargeted" if _moves_triggers(change) else "kept on the old version"
    return f"{count} {fate}{names}"


def _moves_triggers(change: Change) -> bool:
    return change.submit.triggers == "retarget"


def _trigger_count(change: Change) -> int:
    return len(change.triggers) + change.other_triggers if change.action == "update" else 0


def _trigger(trigger: Trigger) -> str:
    return trigger.name if trigger.active else f"inactive {trigger.name}"


def alerts(change: Change) -> Iterator[Alert]:
    """What of it can hurt, but for the fields that nobody wrote."""
    told = _triggers(change)
    if told and not _moves_triggers(change):
        yield Alert(code=_KEPT, text=f"triggers: {told}; see submit.triggers: retarget")
    for note in change.notes:
        if note.attention and not (note.code == _KEPT and told):
            yield Alert(code=note.code, text=note.message)
