"""Changes that are alike as one card of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from flyteplan.model.plan import Change, Plan
from flyteplan.record import dataclass
from flyteplan.render import attention
from flyteplan.render.attention import COLLATERAL, alerts
from flyteplan.render.groups import full_name, groups, named
from flyteplan.render.html.rows import changing_rows, kept, kept_rows, linked, value
from flyteplan.render.html.view import Alert, Card, Link, Member, Part
from flyteplan.render.wording import triggers

_NAMES = 50
_ANCHORS = {"version": "task", "run": "run", "none": "resolve"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What all cards of a page have in common; `specs` are the texts of desired templates, by anchor."""

    plan: Plan
    specs: Mapping[str, str]
    link: Link
    expand: bool


def cards(changes: Iterable[Change], scene: Scene) -> tuple[Card, ...]:
    """One for all changes that are alike in all that is shown, or one for each."""
    return tuple(_card(alike, scene) for group in groups(changes, expand=scene.expand) for alike in _split(group))


def _split(group: Iterable[Change]) -> Iterable[tuple[Change, ...]]:
    """A page also shows manifests, and what stays as it is: these have to be alike too."""
    found: dict[str, list[Change]] = {}
    for change in group:
        bases = [(field.path, field.base) for field in change.fields]
        told = [(field.path, field.live, field.set_by, field.overridden) for field in kept(change)]
        found.setdefault(repr((bases, told, change.manifests)), []).append(change)
    return map(tuple, found.values())


def _card(group: tuple[Change, ...], scene: Scene) -> Card:
    first, link = group[0], scene.link
    return Card(
        action=first.action,
        members=tuple(_member(change, scene) for change in group),
        version=version_of(first),
        names=_names(group, scene.plan),
        state=first.submit.state,
        strategy=first.strategy,
        triggers=_triggers(first),
        starts=first.action == "run",
        call=tuple((name, value(told)) for name, told in first.submit.call),
        manifests=tuple((source.name, linked(source.position, link)) for source in first.manifests),
        alerts=tuple(_alerts(first)),
        rows=changing_rows(first, link),
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
        becomes=change.submit.name if change.submits else "",
        unchanged=change.unchanged,
        spec=scene.specs.get(name, ""),
    )


def anchor(change: Change, plan: Plan) -> str:
    """`task-etl.join`: the same for the same change in every page, and no other's."""
    names = sorted({source.name for source in change.manifests}) if change.submit.kind == "run" else []
    parts = [full_name(change, plan), *names]
    told = ",".join(quote(part, safe="/()", errors="surrogatepass") for part in parts)
    return f"{_ANCHORS[change.submit.kind]}-{told}"


def version_of(change: Change) -> str:
    """How the version was found."""
    if change.deferred:
        return f"{change.selector.auto_version}, known in a task only"
    if change.selector.version:
        return "pinned"
    return f"{change.selector.auto_version}, by the lock" if change.locked else change.selector.auto_version


def _triggers(change: Change) -> str:
    """What becomes of the triggers of a task that gets a new version, where that is no alert."""
    known = change.submit.triggers == "retarget" or change.prune
    return triggers(change).removeprefix("triggers: ") if known else ""


def _alerts(change: Change) -> Iterator[Alert]:
    """What of it can hurt, but for the fields that nobody wrote, whose rows say so."""
    return (worded(alert) for alert in alerts(change) if alert.code != COLLATERAL)


def worded(alert: attention.Alert) -> Alert:
    parts = tuple(Part(text=span.text, quoted=bool(span.style)) for span in alert.message)
    return Alert(code=alert.code, parts=parts)
