"""A plan -> the page that shows it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import commonpath, commonprefix
from typing import Any

from flyteplan.model.plan import Change, Note, Plan
from flyteplan.render.html.attention import warned
from flyteplan.render.html.cards import Drawn, Scene, anchor, cards
from flyteplan.render.html.charts import charts, replicated
from flyteplan.render.html.template import rendered
from flyteplan.render.html.view import Assets, Card, Choices, Link, Page, nowhere
from flyteplan.render.text import summary

# How many characters of desired templates a page has room for; the changes themselves are never left out.
_SPECS = 1_000_000
_ACTIONS = ("update", "run", "resolve", "unchanged")
_ALWAYS = ("update", "unchanged")


def html(plan: Plan, document: Mapping[str, Any], assets: Assets, *, link: Link = nowhere, expand: bool = False) -> str:
    """One self-contained page. *document* is the JSON of *plan*, whose digest, effects and desired specs it shows.

    *link* gives the address of a line of a manifest, "" where there is none; *expand* tells tasks that change alike
    one by one.
    """
    return rendered(page(plan, document, link=link, expand=expand), assets)


def page(plan: Plan, document: Mapping[str, Any], *, link: Link = nowhere, expand: bool = False) -> Page:
    drawn = [Drawn(change, told) for change, told in zip(plan.changes, document["changes"], strict=True)]
    specs = dict(_specs(drawn, plan))
    fits = sum(map(len, specs.values())) <= _SPECS
    scene = Scene(plan=plan, specs=specs if fits else {}, link=link, expand=expand)
    changed = cards([one for one in drawn if _is_shown(one.change)], scene)
    unchanged = cards([one for one in drawn if not _is_shown(one.change)], scene)
    counts = Counter(change.action for change in plan.changes)
    return Page(
        title=f"Plan for {plan.target or _scope(plan)}",
        summary=summary(plan),
        digest=document["digest"],
        facts=tuple(_facts(plan)),
        counts=tuple((action, counts[action]) for action in _ACTIONS if counts[action] or action in _ALWAYS),
        warned=warned(plan),
        charts=charts(plan),
        charts_note="all replicas counted" if replicated(plan.changes) else "",
        changed=changed,
        unchanged=unchanged,
        notes=tuple(_notes(plan.changes)),
        choices=_choices(changed, counts, plan),
        specs_left_out=not fits,
        root=commonprefix([place.href for card in (*changed, *unchanged) for place in card.places if place.href]),
    )


def _is_shown(change: Change) -> bool:
    """A run that is there already is worth a look, as whoever asked for it may want another."""
    return change.action != "unchanged" or change.submit.state == "exists"


def _scope(plan: Plan) -> str:
    return "/".join(filter(None, (plan.org, plan.project, plan.domain)))


def _specs(drawn: Iterable[Drawn], plan: Plan) -> Iterator[tuple[str, str]]:
    for change, told in drawn:
        if "desired" in told:
            yield anchor(change, plan), json.dumps(told["desired"], indent=2, ensure_ascii=False)


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    sources = {(source.name, source.position) for change in plan.changes for source in change.manifests}
    files = {position.path for _, position in sources}
    yield "Target", " ".join(filter(None, (plan.target, _scope(plan))))
    yield "Templates from", plan.catalog
    yield "Tasks", str(len({(change.org, change.task.task) for change in plan.changes}))
    yield "Manifests", f"{len(sources)} in {len(files)} {'file' if len(files) == 1 else 'files'}"


def _notes(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """What needs no attention, once each, and how many tasks it is about."""
    tasks: dict[Note, set[object]] = {}
    for change in filter(_is_shown, changes):
        for note in change.notes:
            if not note.attention:
                tasks.setdefault(note, set()).add(change.task.task)
    for note, concerned in tasks.items():
        yield note.message, "1 task" if len(concerned) == 1 else f"{len(concerned)} tasks"


def _choices(changed: Sequence[Card], counts: Mapping[str, int], plan: Plan) -> Choices:
    effects: Counter[str] = Counter()
    for card in changed:
        effects.update(dict.fromkeys(card.effects, len(card.members)))
    return Choices(
        actions=tuple((action, counts[action]) for action in _ACTIONS if counts[action]),
        fields=tuple(sorted({row.path for card in changed for row in card.rows})),
        effects=tuple(sorted(effects.items())),
        collateral=sum(len(card.members) for card in changed if card.collateral),
        layers=tuple(_layers(plan)),
    )


def _layers(plan: Plan) -> Iterator[str]:
    """The folders of all manifests that take part, and those above them that hold some of them but not all."""
    folders = {source.position.path.rpartition("/")[0] for change in plan.changes for source in change.manifests}
    shared = commonpath(folders) if folders and len({folder[:1] == "/" for folder in folders}) == 1 else ""
    above = {"/".join(folder.split("/")[:end]) for folder in folders for end in range(1, folder.count("/") + 1)}
    return iter(sorted(folder or "." for folder in folders | {one for one in above if len(one) > len(shared)}))
