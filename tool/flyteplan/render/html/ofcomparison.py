"""Two plans side by side -> the page that shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flyteplan.model.comparison import KINDS, REMOVED, REVISIONS, TARGETS, Comparison, Entry, Fact
from flyteplan.model.comparison import Row as Difference
from flyteplan.model.plan import Change, Plan
from flyteplan.record import replace
from flyteplan.render.attention import COLLATERAL, Told
from flyteplan.render.contrast import (
    DIGESTS,
    Alike,
    came,
    difference,
    gone,
    groups,
    left_out,
    places,
    remains,
    same,
    sides,
    standing,
    summary,
    told,
    wanted,
    why,
)
from flyteplan.render.groups import full_name, named
from flyteplan.render.html.addresses import addressed
from flyteplan.render.html.cards import anchor, version_of, worded
from flyteplan.render.html.ofplan import layers
from flyteplan.render.html.policy import verdicts
from flyteplan.render.html.rows import both, linked
from flyteplan.render.html.template import rendered
from flyteplan.render.html.view import (
    Assets,
    Card,
    Choices,
    Link,
    Member,
    Page,
    Place,
    Row,
    Ruling,
    Warned,
    Wording,
    nowhere,
)
from flyteplan.render.judged import judged_summary
from flyteplan.render.rulechanges import at, bearing, what
from flyteplan.render.rulechanges import summary as rules_summary
from flyteplan.render.style import text_of

_NAMES = 50
_WORDING = Wording(
    kind="sides",
    command="flyteplan diff -o json",
    nothing="",
    changes="Differences",
    fields="Fields that differ",
    old="Was",
    new="Now",
    counts="",
    digest="Newer digest",
    approves=False,
)


def compared_html(
    of: Comparison, digests: tuple[str, str], assets: Assets, *, link: Link = nowhere, expand: bool = False
) -> str:
    """One self-contained page, as that of a plan. *digests* are those of the plans."""
    return rendered(page(of, digests, link=link, expand=expand), assets)


def page(of: Comparison, digests: tuple[str, str], *, link: Link = nowhere, expand: bool = False) -> Page:
    changed = tuple(_card(group, of, link) for group in groups(of, expand=expand))
    judgement = None if of.kind == TARGETS else of.after.judgement
    judged = replace(of.after, judgement=judgement)
    made = Page(
        title=_title(of),
        summary=summary(of),
        digest=digests[1],
        facts=tuple(_facts(of, digests[0])),
        counts=tuple((kind, of.count(kind)) for kind in KINDS if of.count(kind) or kind != KINDS[-1]),
        rules=rules_summary(of.rules),
        rulings=tuple(_ruling(of, link)),
        policy=judged_summary(judgement),
        verdicts=verdicts(judged, link),
        warned=tuple(_warned(one, of, link) for one in told(of)),
        changed=changed,
        choices=_choices(changed, of),
        wording=replace(_WORDING, nothing=same(of)),
    )
    return addressed(made)


def _title(of: Comparison) -> str:
    left, right = sides(of)
    if of.kind == REVISIONS:
        return f"{of.after.target or right} against {of.base}"
    if of.kind == TARGETS:
        return f"{of.before.target} -> {of.after.target}"
    return f"{left} -> {right}" if left != right else f"Two plans for {right}"


def _facts(of: Comparison, digest: str) -> Iterator[tuple[str, str]]:
    left, right = sides(of)
    yield ("Target", right) if left == right else ("Targets", f"{left} -> {right}")
    if of.kind == REVISIONS:
        yield "Against", of.base
    yield "Templates from", of.after.catalog
    if of.kind != REVISIONS:
        yield "The same", str(of.same)
    for label, names in (("Manifests added", of.names.added), ("Manifests removed", of.names.removed)):
        if names:
            yield label, ", ".join(names)
    if of.names.renamed:
        yield "Manifests renamed", ", ".join(f"{old} -> {new}" for old, new in of.names.renamed)
    yield "Digests", DIGESTS
    yield "Older digest", digest
    if of.others:
        yield "Not compared", left_out(of).removeprefix("Not compared: ").rstrip(".")


def _ruling(of: Comparison, link: Link) -> Iterator[Ruling]:
    """What is gone was in the base, whose lines have no page here."""
    for one in of.rules:
        position = at(one)
        source = linked(position, link if one.at else nowhere) if position else None
        yield Ruling(
            bearing=bearing(one), alerts=one.alerts, what=what(one), name=one.name, details=one.details, source=source
        )


def _warned(one: Told, of: Comparison, link: Link) -> Warned:
    position = one.alert.position
    return Warned(
        alert=worded(one.alert),
        tasks=tuple(_named(change, of) for change in one.changes),
        source=linked(position, link) if position.path else None,
    )


def _named(change: Change, of: Comparison) -> tuple[str, str]:
    plan = of.home(change)
    return _anchor(change, plan, removed=plan is not of.after), full_name(change, plan)


def _anchor(change: Change, plan: Plan, *, removed: bool = False) -> str:
    """That of what is removed is its own: a target that moves leaves a task of one name and finds another."""
    return f"{'removed-' if removed else ''}{anchor(change, plan)}"


def _card(group: Alike, of: Comparison, link: Link) -> Card:
    first = group[0]
    names = [full_name(entry.change, of.plan_of(entry)) for entry in group]
    return Card(
        action=first.kind,
        members=tuple(_member(entry, of) for entry in group),
        version=version_of(first.change),
        names=" ".join(named(names, _NAMES)) if len(group) > 1 else "",
        strategy=first.change.strategy,
        starts=first.change.submit.kind == "run",
        about=tuple(_about(first, of)),
        manifests=_manifests(first, link),
        alerts=tuple(worded(alert) for alert in came(first) if alert.code != COLLATERAL),
        rows=(*_facts_of(first, of, link), *(_row(row, first, of, link) for row in first.rows)),
    )


def _member(entry: Entry, of: Comparison) -> Member:
    change = entry.change
    return Member(
        anchor=_anchor(change, of.plan_of(entry), removed=entry.kind == REMOVED),
        name=full_name(change, of.plan_of(entry)),
        base=change.task.version,
        live=change.live_version,
        becomes=change.submit.name if entry.after and change.submits else "",
        unchanged=0,
    )


def _about(entry: Entry, of: Comparison) -> Iterator[tuple[str, str]]:
    if words := standing(entry, of):
        yield "Task" if entry.change.submit.kind != "run" else "Run", words.replace(",", ":", 1).rstrip(":")
    if words := remains(entry, of):
        yield "What is there", words
    for alert in gone(entry):
        yield "No more", text_of(alert.message)


def _manifests(entry: Entry, link: Link) -> tuple[tuple[str, Place], ...]:
    """Of the newer side: the lines of the older one have no page here."""
    found = entry.after.manifests if entry.after else ()
    return tuple((source.name, linked(source.position, link)) for source in found)


def _facts_of(entry: Entry, of: Comparison, link: Link) -> Iterator[Row]:
    for fact in entry.facts:
        old, new = both(fact.was, fact.now)
        yield Row(path=fact.name, old=old, new=new, source=_source(fact, of, link))


def _row(row: Difference, entry: Entry, of: Comparison, link: Link) -> Row:
    old, new = both(*wanted(row))
    return Row(
        path=row.path,
        old=old,
        new=new,
        difference=" ".join(filter(None, difference(row))),
        source=_source(row, of, link),
        effects=row.effects,
        why=why(row, entry),
    )


def _source(row: Difference | Fact, of: Comparison, link: Link) -> Place | None:
    was, now = places(row, of)
    if now is not None:
        return linked(now, link)
    if of.kind == TARGETS and row.was_set_by is not None:
        return linked(row.was_set_by, link)
    return Place(text=was) if was else None


def _choices(changed: Sequence[Card], of: Comparison) -> Choices:
    effects: Counter[str] = Counter()
    for card in changed:
        effects.update(dict.fromkeys(card.effects, len(card.members)))
    return Choices(
        actions=tuple((kind, of.count(kind)) for kind in KINDS if of.count(kind)),
        fields=tuple(sorted({row.path for card in changed for row in card.rows})),
        effects=tuple(sorted(effects.items())),
        collateral=sum(len(card.members) for card in changed if card.collateral),
        layers=layers(entry.after for entry in of.entries if entry.after),
    )
