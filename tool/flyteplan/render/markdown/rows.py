"""The changes of a plan as one table: a row for each field, with before, after, difference, and where it is set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from flyteplan.errors import Position
from flyteplan.model.listed import cut
from flyteplan.model.plan import Change, Plan
from flyteplan.record import dataclass
from flyteplan.render.fields import Entry, entry_of, place, shown_fields
from flyteplan.render.groups import Group, changing, full_name, is_there, named
from flyteplan.render.markdown.escape import code, prose, row
from flyteplan.render.markdown.page import Page
from flyteplan.render.style import escaped
from flyteplan.render.values import UNSET, shortened, shortened_pair, shown
from flyteplan.render.wording import counted, live, triggers, version

_HEAD = ("", "Task", "Field", "Before", "After", "Change", "Set in")
_RULE = ("--", "--", "--", "--:", "--:", "--", "--")
_SIGNS = {"update": "~", "run": "+", "resolve": "=", "unchanged": "="}
_COLLATERAL = "!"
_VALUE = 60
_LOSER = 24
_NAMES = 100
_KINDS = 20
# Of a path that is a link, what is shown: a folder and a file.
_PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Cells as Markdown; `sign` is text."""

    field: str
    before: str = ""
    after: str = ""
    change: str = ""
    source: str = ""
    sign: str = ""


def table(groups: Iterable[Group], plan: Plan, page: Page, *, links: bool) -> Iterator[str]:
    """*links*: with addresses, and with the values that lost."""
    yield row(_HEAD)
    yield row(_RULE)
    for group in groups:
        subject, sign = _subject(group, plan), _SIGNS[group[0].action]
        for one in _rows(group[0], page, links=links):
            cells = (one.field, one.before, one.after, one.change, one.source)
            yield row((code(one.sign or sign) if one.sign or subject else "", subject, *cells))
            subject = ""


def _subject(group: Group, plan: Plan) -> str:
    """The task, or what tells of many that change alike, with its base and what is live in its place."""
    first, names = group[0], [full_name(change, plan) for change in group]
    who = code(names[0]) if len(names) == 1 else f"{len(names)} tasks: {code(' '.join(named(names, _NAMES)))}"
    there = " is there already" if is_there(first) else ""
    run = f" run {code(first.submit.name)}{there}" if first.submit.kind == "run" else ""
    what = ", ".join(filter(None, (version(group), live(group))))
    return f"{who}{run} {prose(what)}"


def _rows(change: Change, page: Page, *, links: bool) -> Iterator[_Row]:
    """One at least, since it is there that the task is named."""
    at = _asked_for(change, page, links=links)
    if is_there(change):
        yield _Row(field="*(nothing is started)*", source=at)
        return
    call = change.submit.call
    rows = [_Row(field=code(f"call.{name}"), after=value(shown(told), bold=True), source=at) for name, told in call]
    rows += [_of_field(entry_of(field, change), page, links=links) for field in shown_fields(change)]
    if (change.submit.triggers == "retarget" or change.prune) and (told := triggers(change)):
        rows.append(_Row(field="triggers", after=prose(told.removeprefix("triggers: "))))
    yield from rows or [_Row(field="*(no field changes)*", source=at)]


def _asked_for(change: Change, page: Page, *, links: bool) -> str:
    """The lines of the manifests of a run, which may have no field that names one."""
    found = change.manifests if change.submit.kind == "run" else ()
    return ", ".join(linked(one.position, page) if links else located(one.position) for one in found)


def _of_field(entry: Entry, page: Page, *, links: bool) -> _Row:
    old, new = shortened_pair(entry.old, entry.new, (_VALUE, _VALUE))
    name = entry.label.removeprefix("also ")
    collateral = entry.field.collateral
    return _Row(
        field=f"also {code(name)}" if collateral else code(name),
        before=value(old),
        after=value(new, bold=True),
        change=prose(f"{entry.difference} ({entry.ratio})" if entry.ratio else entry.difference),
        source=_source(entry, page, links=links),
        sign=_COLLATERAL if collateral else "",
    )


def value(text: str, *, bold: bool = False) -> str:
    if text == UNSET:
        return "*(unset)*"
    told = code(shortened(text, _VALUE))
    return f"**{told}**" if bold else told


def _source(entry: Entry, page: Page, *, links: bool) -> str:
    if entry.field.set_by is None:
        return prose(entry.source)
    if not links:
        return code(entry.source)
    losers = [
        f"over {linked(loser.position, page)}: {code(shortened(shown(loser.value), _LOSER))}"
        for loser in entry.field.overridden
    ]
    return ", ".join([linked(entry.field.set_by, page), *losers])


def located(position: Position) -> str:
    return code(place(position))


def linked(position: Position, page: Page) -> str:
    """`base/etl.yaml:14`, which leads there where the repository's address is known; else all of the path."""
    link = page.repository.link(position)
    if not link:
        return located(position)
    short = "/".join(position.path.split("/")[-_PARTS:])
    return f"[{located(position._replace(path=short))}]({link})"


def names(groups: Iterable[Group], plan: Plan) -> str:
    """The tasks of every group that the table tells by the beginnings of their names, "" without such a group."""
    found = []
    for group in groups:
        every = [full_name(change, plan) for change in group if len(group) > 1]
        if " ".join(named(every, _NAMES)) != ", ".join(map(escaped, every)):
            found.append(f"- {', '.join(map(code, every))}")
    return "\n".join(found)


def kinds(plan: Plan) -> str:
    """How many tasks change in what, where their fields take too much room."""
    changes = changing(plan)
    counts = Counter(kind for change in changes for kind in {_kind(field.path) for field in shown_fields(change)})
    shown, left = cut(sorted(counts.items(), key=lambda item: (-item[1], item[0])), _KINDS)
    lines = [row(("What changes", "In")), row(("--", "--:"))]
    lines += [row((code(shortened(kind, _VALUE)), counted(count, "task"))) for kind, count in shown]
    lines += [row((f"and {left} more", ""))] if left else []
    return "\n".join(lines)


def _kind(path: str) -> str:
    """`resources` of `resources.requests.cpu`."""
    return path.partition(".")[0]
