"""A plan -> the page that shows it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import commonpath
from typing import Any

from flyteplan.model.plan import Change, Plan
from flyteplan.render.groups import changing
from flyteplan.render.html.addresses import addressed
from flyteplan.render.html.attention import warned
from flyteplan.render.html.cards import Scene, anchor, cards
from flyteplan.render.html.charts import charts, replicated
from flyteplan.render.html.policy import verdicts
from flyteplan.render.html.template import rendered
from flyteplan.render.html.view import Assets, Card, Choices, Link, Page, nowhere
from flyteplan.render.judged import judged_summary
from flyteplan.render.tally import tally
from flyteplan.render.text import summary
from flyteplan.render.wording import notes, scope, worst_case

# How many characters of desired templates a page has room for; the changes themselves are never left out.
_SPECS = 1_000_000
_ACTIONS = ("update", "run", "resolve", "unchanged")
_ALWAYS = ("update", "unchanged")


def html(plan: Plan, document: Mapping[str, Any], assets: Assets, *, link: Link = nowhere, expand: bool = False) -> str:
    """One self-contained page. *document* is the JSON of *plan*, whose digest and desired specs it shows.

    *link* gives the address of a line of a manifest, "" where there is none; *expand* tells tasks that change alike
    one by one.
    """
    return rendered(page(plan, document, link=link, expand=expand), assets)


def page(plan: Plan, document: Mapping[str, Any], *, link: Link = nowhere, expand: bool = False) -> Page:
    specs = dict(_specs(plan, document))
    fits = sum(map(len, specs.values())) <= _SPECS
    scene = Scene(plan=plan, specs=specs if fits else {}, link=link, expand=expand)
    shown = changing(plan)
    changed = cards(shown, scene)
    rest = {id(change) for change in shown}
    unchanged = cards([change for change in plan.changes if id(change) not in rest], scene)
    counts = Counter(change.action for change in plan.changes)
    made = Page(
        title=f"Plan for {plan.target or scope(plan)}",
        summary=summary(plan),
        digest=document["digest"],
        facts=tuple(_facts(plan)),
        counts=tuple((action, counts[action]) for action in _ACTIONS if counts[action] or action in _ALWAYS),
        policy=judged_summary(plan.judgement),
        verdicts=verdicts(plan, link),
        warned=warned(plan, link),
        charts=charts(plan),
        worst_case=worst_case(tally(plan.changes), ", "),
        charts_note="all replicas counted" if replicated(plan.changes) else "",
        changed=changed,
        unchanged=unchanged,
        notes=tuple(notes(tally(plan.changes))),
        choices=_choices(changed, counts, plan),
        specs_left_out=not fits,
    )
    return addressed(made)


def _specs(plan: Plan, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for change, told in zip(plan.changes, document["changes"], strict=True):
        if "desired" in told:
            yield anchor(change, plan), json.dumps(told["desired"], indent=2, ensure_ascii=False)


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    sources = {(source.name, source.position) for change in plan.changes for source in change.manifests}
    files = {position.path for _, position in sources}
    yield "Target", " ".join(filter(None, (plan.target, scope(plan))))
    yield "Templates from", plan.catalog
    yield "Tasks", str(len({(change.org, change.task.task) for change in plan.changes}))
    yield "Manifests", f"{len(sources)} in {len(files)} {'file' if len(files) == 1 else 'files'}"


def _choices(changed: Sequence[Card], counts: Mapping[str, int], plan: Plan) -> Choices:
    effects: Counter[str] = Counter()
    for card in changed:
        effects.update(dict.fromkeys(card.effects, len(card.members)))
    return Choices(
        actions=tuple((action, counts[action]) for action in _ACTIONS if counts[action]),
        fields=tuple(sorted({row.path for card in changed for row in card.rows})),
        effects=tuple(sorted(effects.items())),
        collateral=sum(len(card.members) for card in changed if card.collateral),
        layers=layers(plan.changes),
    )


def layers(changes: Iterable[Change]) -> tuple[str, ...]:
    """The folders of all manifests that take part, and those above them that hold some of them but not all."""
    folders = {source.position.path.rpartition("/")[0] for change in changes for source in change.manifests}
    shared = commonpath(folders) if folders and len({folder[:1] == "/" for folder in folders}) == 1 else ""
    above = {"/".join(folder.split("/")[:end]) for folder in folders for end in range(1, folder.count("/") + 1)}
    return tuple(sorted(folder or "." for folder in folders | {one for one in above if len(one) > len(shared)}))
