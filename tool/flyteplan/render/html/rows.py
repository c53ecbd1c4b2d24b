"""The fields of a change as rows of a page."""

from __future__ import annotations

from typing import Any

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, differ
from flyteplan.render.fields import entry_of, place, reason, shown_fields
from flyteplan.render.html.view import Link, Loser, Place, Row, Value
from flyteplan.render.values import pair, shortened, shortened_pair, shown

_VALUE = 120
_LOSER = 60
_ADDRESSES = ("https://", "http://")


def changing_rows(change: Change, link: Link) -> tuple[Row, ...]:
    """What applying the change does to live."""
    return tuple(_changing(field, change, link) for field in shown_fields(change))


def kept_rows(change: Change, link: Link) -> tuple[Row, ...]:
    """What is live as desired already, from base to live."""
    return tuple(_kept(field, link) for field in kept(change))


def kept(change: Change) -> tuple[Field, ...]:
    return tuple(field for field in change.fields if not field.changes)


def _changing(field: Field, change: Change, link: Link) -> Row:
    entry = entry_of(field, change)
    old, new = both(entry.old, entry.new)
    return Row(
        path=entry.label.removeprefix("also ") if field.collateral else entry.label,
        old=old,
        new=new,
        base=shortened(shown(field.base), _VALUE) if differ(field.base, field.live) else "",
        difference=" ".join(filter(None, (entry.difference, entry.ratio))),
        source=linked(field.set_by, link) if field.set_by else _unlinked(entry.source),
        losers=_losers(field, link),
        effects=field.effects,
        why=reason(field, change) if field.collateral else "",
    )


def _kept(field: Field, link: Link) -> Row:
    old, new = both(*pair(field.base, field.live))
    source = linked(field.set_by, link) if field.set_by else None
    return Row(path=field.path, old=old, new=new, source=source, losers=_losers(field, link))


def _losers(field: Field, link: Link) -> tuple[Loser, ...]:
    return tuple(
        Loser(place=linked(loser.position, link), value=shortened(shown(loser.value), _LOSER))
        for loser in field.overridden
    )


def both(old: str, new: str) -> tuple[Value, Value]:
    """Two texts, the place where they differ in sight."""
    left, right = shortened_pair(old, new, (_VALUE, _VALUE))
    return _value(left, old), _value(right, new)


def value(told: Any) -> Value:
    text = shown(told)
    return _value(shortened(text, _VALUE), text)


def _value(short: str, whole: str) -> Value:
    return Value(short=short, whole=whole if whole != short else "")


def linked(position: Position, link: Link) -> Place:
    """Only what leads to the web is followed, whatever the repository is said to be."""
    href = link(position)
    return Place(text=place(position), href=href if href.startswith(_ADDRESSES) else "")


def _unlinked(source: str) -> Place | None:
    return Place(text=source) if source else None
