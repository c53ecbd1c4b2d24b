"""What differs between two plans as one table: a row for each field, with what was and what is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from flyteplan.errors import Position
from flyteplan.model.comparison import ADDED, CHANGED, REMOVED, TARGETS, UNKNOWN, Comparison, Entry, Fact, Row
from flyteplan.model.listed import cut
from flyteplan.render.contrast import Alike, difference, places, remains, run_of, standing, wanted
from flyteplan.render.groups import full_name, named
from flyteplan.render.markdown.escape import code, prose, row
from flyteplan.render.markdown.page import Page
from flyteplan.render.markdown.rows import linked, located, value
from flyteplan.render.style import escaped
from flyteplan.render.values import shortened, shortened_pair
from flyteplan.render.wording import counted

_HEAD = ("", "Task", "Field", "Was", "Now", "Change", "Set in")
_RULE = ("--", "--", "--", "--:", "--:", "--", "--")
_SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~", UNKNOWN: "="}
_COLLATERAL = "!"
_VALUE, _NAMES, _KINDS = 60, 100, 20

_Cells = tuple[str, str, str, str, str]


def table(groups: Iterable[Alike], of: Comparison, page: Page, *, links: bool) -> Iterator[str]:
    yield row(_HEAD)
    yield row(_RULE)
    for group in groups:
        subject, sign = _subject(group, of), code(_SIGNS[group[0].kind])
        for mark, cells in _rows(group[0], of, page, links=links):
            yield row((code(mark) if mark else sign if subject else "", subject, *cells))
            subject = ""


def _subject(group: Alike, of: Comparison) -> str:
    first, names = group[0], _full_names(group, of)
    who = code(names[0]) if len(names) == 1 else f"{len(names)} tasks: {code(' '.join(named(names, _NAMES)))}"
    words = " ".join(filter(None, (run_of(first.change), standing(first, of))))
    stays = remains(first, of)
    return f"{who} {prose(words)}{'; ' if stays else ''}{prose(stays)}".rstrip()


def _full_names(group: Alike, of: Comparison) -> list[str]:
    return [full_name(entry.change, of.plan_of(entry)) for entry in group]


def _rows(entry: Entry, of: Comparison, page: Page, *, links: bool) -> Iterator[tuple[str, _Cells]]:
    """One at least, since it is there that the task is named; each with the mark of what nobody wrote."""
    at = _asked_for(entry, page, links=links)
    rows = [_fact(fact, of, page, links=links) for fact in entry.facts]
    rows += [_row(one, of, page, links=links) for one in entry.rows]
    yield from rows or [("", ("*(no field)*", "", "", "", at))]


def _fact(fact: Fact, of: Comparison, page: Page, *, links: bool) -> tuple[str, _Cells]:
    at = _source(fact, of, page, links=links)
    return "", (fact.name, value(fact.was), value(fact.now, bold=True), "", at)


def _asked_for(entry: Entry, page: Page, *, links: bool) -> str:
    """The manifests of what has no row that has a line."""
    if entry.after is None:
        return ""
    return ", ".join(_at(source.position, page, links=links) for source in entry.after.manifests)


def _row(one: Row, of: Comparison, page: Page, *, links: bool) -> tuple[str, _Cells]:
    was, now = shortened_pair(*wanted(one), (_VALUE, _VALUE))
    by, ratio = difference(one)
    name = f"also {code(one.path)}" if one.collateral else code(one.path)
    change = prose(f"{by} ({ratio})" if ratio else by)
    cells = (name, value(was), value(now, bold=True), change, _source(one, of, page, links=links))
    return (_COLLATERAL if one.collateral else ""), cells


def _source(one: Row | Fact, of: Comparison, page: Page, *, links: bool) -> str:
    """The line of the newer side leads there; that of a revision has no page here."""
    was, now = places(one, of)
    at = _at(now, page, links=links) if now else ""
    if of.kind == TARGETS:
        left = _at(one.was_set_by, page, links=links) if one.was_set_by else ""
        return " -> ".join(dict.fromkeys(filter(None, (left, at))))
    return at or (code(was) if was else "")


def _at(position: Position, page: Page, *, links: bool) -> str:
    return linked(position, page) if links else located(position)


def names(groups: Iterable[Alike], of: Comparison) -> str:
    """The tasks of every group that the table tells by the beginnings of their names, "" without such a group."""
    found = []
    for group in groups:
        every = _full_names(group, of) if len(group) > 1 else []
        if " ".join(named(every, _NAMES)) != ", ".join(map(escaped, every)):
            found.append(f"- {', '.join(map(code, every))}")
    return "\n".join(found)


def kinds(of: Comparison) -> str:
    """In how many tasks what differs, where their fields take too much room."""
    counts = Counter(kind for entry in of.entries for kind in {row.path.partition(".")[0] for row in entry.rows})
    shown, left = cut(sorted(counts.items(), key=lambda item: (-item[1], item[0])), _KINDS)
    lines = [row(("What differs", "In")), row(("--", "--:"))]
    lines += [row((code(shortened(kind, _VALUE)), counted(count, "task"))) for kind, count in shown]
    lines += [row((f"and {left} more", ""))] if left else []
    return "\n".join(lines) if shown else ""
