"""What of a plan can hurt, in words, with the line that causes it."""

from __future__ import annotations

from collections.abc import Iterator

from flyteplan.errors import Position
from flyteplan.model.listed import cut
from flyteplan.model.plan import KEPT, OLDER_BASE, Change, Field, Note, Plan
from flyteplan.record import dataclass
from flyteplan.render.fields import entry_of, reason, shown_fields
from flyteplan.render.groups import changing, full_name
from flyteplan.render.style import Line, Span
from flyteplan.render.values import UNSET, shortened
from flyteplan.render.wording import AGAIN, triggers, warnings

GPU_LOST = "gpu-lost"
COLLATERAL = "collateral"
_GPU = "resources.requests.gpu"
_NO_GPU = (None, 0, "0")
_NAMED = 4
_VALUE = 60
_MESSAGE = 400
# The settings that a note speaks of, by the beginnings of their paths.
_CAUSES = {
    KEPT: (("submit", "triggers"),),
    OLDER_BASE: (("selector",),),
    "plugin-decides": tuple(("overrides", name) for name in ("resources", "env_vars", "image")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that a reviewer has to look at. `code` is stable; `position` the line of a manifest behind it.

    Names and values have a style in `message`, our own words have none.
    """

    code: str
    message: Line
    position: Position


@dataclass(frozen=True, slots=True)
class Told:
    """An alert, and what it is about: the changes, and the names of their tasks."""

    alert: Alert
    changes: tuple[Change, ...]
    tasks: tuple[str, ...]


def told(plan: Plan) -> list[Told]:
    """Each alert once, lost GPUs first, else in the order of the plan."""
    found: dict[Alert, list[Change]] = {}
    for change in changing(plan):
        for alert in alerts(change):
            found.setdefault(alert, []).append(change)
    ordered = sorted(found, key=lambda alert: alert.code != GPU_LOST)
    return [_told(alert, found[alert], plan) for alert in ordered]


def _told(alert: Alert, changes: list[Change], plan: Plan) -> Told:
    names = dict.fromkeys(full_name(change, plan) for change in changes)
    return Told(alert, tuple(changes), tuple(names))


def alerts(change: Change) -> Iterator[Alert]:
    yield from lost_gpu(change)
    yield from _collateral(change)
    yield from _again(change)
    if (message := triggers(change)) and change.submit.triggers != "retarget" and not change.prune:
        yield noted(Note(code=KEPT, message=message), change)
    for note in warnings(change):
        yield noted(note, change)


def noted(note: Note, change: Change) -> Alert:
    return Alert(code=note.code, message=(Span(shortened(note.message, _MESSAGE)),), position=_cause(note.code, change))


def lost_gpu(change: Change) -> Iterator[Alert]:
    for field in change.fields:
        if _loses_gpu(field):
            cause = f"; {reason(field, change)}" if field.collateral else ""
            message = (
                Span("loses its GPU: "),
                _name(_GPU),
                Span(" was "),
                _name(entry_of(field, change).old),
                Span(cause),
            )
            yield Alert(code=GPU_LOST, message=message, position=_place(field, change))


def _loses_gpu(field: Field) -> bool:
    return field.path == _GPU and field.live not in _NO_GPU and field.desired in _NO_GPU


def _collateral(change: Change) -> Iterator[Alert]:
    """One alert for all that changes for one reason because of one line."""
    found: dict[tuple[str, Position], list[Field]] = {}
    for field in shown_fields(change):
        if field.collateral and not _loses_gpu(field):
            found.setdefault((reason(field, change), _place(field, change)), []).append(field)
    for (why, position), fields in found.items():
        parts = _listed([_fate(field, change) for field in fields])
        yield Alert(code=COLLATERAL, message=(Span("also "), *parts, Span(f"; {why}")), position=position)


def _again(change: Change) -> Iterator[Alert]:
    """Work that is done again: one alert for all fields of one line that make it so."""
    for effect, words in AGAIN.items():
        found: dict[Position, list[Field]] = {}
        for field in shown_fields(change):
            if effect in field.effects and effect in change.effects:
                found.setdefault(_place(field, change), []).append(field)
        for position, fields in found.items():
            changed = _listed([(_name(field.path),) for field in fields])
            verb = "changes" if len(fields) == 1 else "change"
            yield Alert(code=effect, message=(*changed, Span(f" {verb}: {words}")), position=position)


def _listed(parts: list[Line]) -> Line:
    """The first of them, and how many more there are."""
    first, left = cut(parts, _NAMED)
    shown = [span for part in first for span in (Span(", "), *part)][1:]
    return (*shown, *([Span(f", and {left} more")] if left else []))


def _fate(field: Field, change: Change) -> Line:
    """`loses resources.limits.cpu (4)`."""
    entry = entry_of(field, change)
    name, old, new = _name(entry.label.removeprefix("also ")), _name(entry.old), _name(entry.new)
    if entry.new == UNSET:
        return (Span("loses "), name, Span(" ("), old, Span(")"))
    if entry.old == UNSET:
        return (Span("gets "), name, Span(" ("), new, Span(")"))
    return (Span("changes "), name, Span(" from "), old, Span(" to "), new)


def _name(text: str) -> Span:
    return Span(shortened(text, _VALUE), "bold")


def _place(field: Field, change: Change) -> Position:
    return _line(field.set_by) if field.set_by else _manifest(change)


def _cause(code: str, change: Change) -> Position:
    """The line of the setting that a note speaks of, else the manifest."""
    for beginning in _CAUSES.get(code, ()):
        for setting in change.settings:
            if setting.path[: len(beginning)] == beginning:
                return _line(setting.position)
    return _manifest(change)


def _manifest(change: Change) -> Position:
    return _line(change.manifests[-1].position) if change.manifests else Position("")


def _line(position: Position) -> Position:
    """Without the column, which a saved plan does not have."""
    return Position(position.path, position.line)
