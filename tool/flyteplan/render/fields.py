"""The fields of one task in words: path, old -> new, difference, ratio, and the place that wants it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flyteplan.errors import Position
from flyteplan.model.plan import Change, Field, differ
from flyteplan.render.magnitude import magnitude
from flyteplan.render.style import Line, Span
from flyteplan.render.table import wrapped
from flyteplan.render.values import pair, shown

MARK = "  ! "
INDENT = " " * len(MARK)
# Their values are equal only where they look alike: 1 equals True and 1.0, and 0.0 equals -0.0.
_SIMPLE = frozenset((str, int, type(None)))
# What nobody writes into a manifest, but the SDK derives from what they write.
_POOL = {"custom.version": "reuse pool key", "custom.spec.container_image": "reuse pool image"}


class Entry(NamedTuple):
    """One field as it is shown: its texts in full, before they are fitted into the columns."""

    field: Field
    label: str
    old: str
    new: str
    difference: str
    ratio: str
    source: str


class Entries(NamedTuple):
    """Several of them, column by column, as a table takes them."""

    fields: Sequence[Field]
    labels: Sequence[str]
    olds: Sequence[str]
    news: Sequence[str]
    differences: Sequence[str]
    ratios: Sequence[str]
    sources: Sequence[str]


def shown_fields(change: Change) -> tuple[Field, ...]:
    """What applying the change does to live: the task's own fields, then the collateral ones, by cause."""
    changing = [field for field in change.fields if differ(field.live, field.desired)]
    taken = [(reason(field, change), field) for field in changing if field.collateral]
    if not taken:
        return tuple(changing)
    own = [field for field in changing if not field.collateral]
    return (*own, *(field for cause in dict(taken) for why, field in taken if why == cause))


def reason(field: Field, change: Change) -> str:
    """Why a field changes though nobody wrote it."""
    if field.path in _POOL and field.set_by is None:
        return "the reuse pool is keyed on what changed: runs go to new warm containers"
    if change.strategy == "replace" and field.set_by is not None:
        return f"strategy: replace takes the whole of {field.path.partition('.')[0]}"
    return "strategy: replace takes it along" if change.strategy == "replace" else "it follows from the overrides"


def place(position: Position) -> str:
    """`manifests/train.yaml:14`."""
    return f"{position.path}:{position.line}" if position.line else position.path


def paragraph(words: Iterable[str], width: int, *, mark: str = MARK, style: str = "attention") -> Iterator[Line]:
    """*words* on as many lines as they take, below the title of a task; *mark* stands before the first one."""
    first, *rest = wrapped(words, width - len(INDENT))
    if first:
        yield (Span(f"{mark}{first}", style),)
        yield from ((Span(f"{INDENT}{line}", style),) for line in rest)


@lru_cache(maxsize=256)
def warning(message: str, width: int) -> tuple[Line, ...]:
    """*message* as a paragraph that asks for attention; many tasks have the same."""
    return tuple(paragraph(message.split(), width))


def entry_of(field: Field, change: Change) -> Entry:
    return Entry(field, _label(field), *_texts(field), _source(field, change))


def entries_of(fields: Sequence[Field], change: Change) -> Entries:
    olds, news, differences, ratios = zip(*map(_texts, fields), strict=True)
    labels = [_label(field) if field.collateral else field.path for field in fields]
    sources = [_source(field, change) if (at := field.set_by) is None else place(at) for field in fields]
    return Entries(fields, labels, olds, news, differences, ratios, sources)


def _texts(field: Field) -> tuple[str, str, str, str]:
    """Old, new, difference and ratio."""
    live, desired = field.live, field.desired
    made = _known if type(live) in _SIMPLE and type(desired) in _SIMPLE else _made
    return made(field.path, live, desired)


def _made(path: str, live: Any, desired: Any) -> tuple[str, str, str, str]:
    return (*_values(path, live, desired), *magnitude(path, live, desired))


# Many tasks change alike.
_known = lru_cache(maxsize=4096)(_made)


def _values(path: str, live: Any, desired: Any) -> tuple[str, str]:
    if path.startswith("secrets."):
        old, new = shown(_secret(live)), shown(_secret(desired))
        if old != new:
            return old, new
    return pair(live, desired)


def _secret(value: Any) -> Any:
    """A secret in the words of a manifest: the variable it is mounted as, or that it is a file."""
    if not isinstance(value, dict) or not set(value) <= {"env_var", "mount_requirement"}:
        return value
    return value.get("env_var") or "file"


def _label(field: Field) -> str:
    if not field.collateral:
        return field.path
    pool = _POOL.get(field.path) if field.set_by is None else None
    return f"also {pool or field.path}"


def _source(field: Field, change: Change) -> str:
    if field.set_by is not None:
        return place(field.set_by)
    return f"base {change.task.version}" if field.desired == field.base and not field.collateral else ""
