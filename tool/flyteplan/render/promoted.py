"""How two targets differ, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.plan import FORMAT_VERSION, Change, Plan
from flyteplan.model.promotion import Contrast, Pair, Promotion
from flyteplan.render.fields import INDENT, place
from flyteplan.render.groups import full_name
from flyteplan.render.jsontext import jsontext
from flyteplan.render.magnitude import SAME, magnitude
from flyteplan.render.style import Line, Span
from flyteplan.render.table import aligned
from flyteplan.render.values import pair, shortened_pair

_LONGEST = 32


def promoted(promotion: Promotion) -> list[Line]:
    """A block for each task that differs, and lines for those that only one target has."""
    left, right = promotion.left, promotion.right
    title = (Span(f"{left.target} -> {right.target}", "bold"), Span(f"  {_scope(left)} -> {_scope(right)}"))
    blocks = [_block(one, promotion) for one in promotion.pairs]
    lines = [line for block in blocks if block for line in ((), *block)]
    return [title, *lines, (), (Span(summary(promotion), "bold"),)]


def summary(promotion: Promotion) -> str:
    """The last line, which scripts may look for: `Promotion: 2 differ, 1 only in staging, 7 the same.`"""
    counts = _counts(promotion)
    words = {
        "differ": "differ",
        "only_from": f"only in {promotion.left.target}",
        "only_to": f"only in {promotion.right.target}",
        "unknown": "not known",
        "same": "the same",
    }
    told = [f"{counts[kind]} {word}" for kind, word in words.items() if counts[kind] or kind in ("differ", "same")]
    return f"Promotion: {', '.join(told)}."


def differs(promotion: Promotion) -> bool:
    return _counts(promotion)["same"] < len(promotion.pairs)


def _counts(promotion: Promotion) -> dict[str, int]:
    kinds = [_kind(one) for one in promotion.pairs]
    return {kind: kinds.count(kind) for kind in ("differ", "only_from", "only_to", "unknown", "same")}


def _kind(one: Pair) -> str:
    if one.left is None:
        return "only_to"
    if one.right is None:
        return "only_from"
    if not one.known:
        return "unknown"
    return "differ" if one.contrasts else "same"


def _scope(plan: Plan) -> str:
    return "/".join(filter(None, (plan.org, plan.project, plan.domain)))


def _block(one: Pair, promotion: Promotion) -> list[Line]:
    if one.left is None or one.right is None:
        return [_only(one, promotion)]
    name = (Span("~ ", "change"), Span(full_name(one.right, promotion.right), "bold"), *_run(one.right))
    if not one.known:
        return [(*name, Span("  the version is known in a task only"))]
    rows = [_row(contrast) for contrast in one.contrasts]
    return [name, *aligned(rows, gaps=(len(INDENT), 2, 1, 1, 3, 2, 3), right=(1,))] if rows else []


def _only(one: Pair, promotion: Promotion) -> Line:
    if one.left is not None:
        name, sign, plan = full_name(one.left, promotion.left), Span("- ", "remove"), promotion.left
        return (sign, Span(name, "bold"), *_run(one.left), Span(f"  only in {plan.target}"))
    assert one.right is not None
    name, sign, plan = full_name(one.right, promotion.right), Span("+ ", "add"), promotion.right
    return (sign, Span(name, "bold"), *_run(one.right), Span(f"  only in {plan.target}"))


def _run(change: Change) -> tuple[Span, ...]:
    """Tells the changes of one task apart."""
    if change.submit.kind != "run":
        return ()
    return (Span(f"  run of {', '.join(sorted(source.name for source in change.manifests))}", "dim"),)


def _row(contrast: Contrast) -> list[Span]:
    left, right = shortened_pair(*pair(contrast.left, contrast.right), (_LONGEST, _LONGEST))
    difference, ratio = magnitude(contrast.path, contrast.left, contrast.right)
    difference = "" if difference == SAME else difference
    values = [Span(left, "remove"), Span("->", "dim"), Span(right, "add")]
    return [Span(contrast.path), *values, Span(difference), Span(ratio), Span(_lines(contrast), "dim")]


def _lines(contrast: Contrast) -> str:
    """The line of each side; one where both go by the same."""
    found = [place(position) for position in (contrast.left_set_by, contrast.right_set_by) if position]
    return " -> ".join(dict.fromkeys(found))


def promoted_json(promotion: Promotion) -> str:
    """Tasks that are the same are left out."""
    left, right = promotion.left, promotion.right
    return jsontext(
        {
            "format_version": FORMAT_VERSION,
            "from": _target(left),
            "to": _target(right),
            "tasks": list(_tasks(promotion.pairs)),
            "summary": _counts(promotion),
        }
    )


def _target(plan: Plan) -> dict[str, str]:
    return {"name": plan.target, "org": plan.org, "project": plan.project, "domain": plan.domain}


def _tasks(pairs: Iterable[Pair]) -> Iterator[dict[str, Any]]:
    for one in pairs:
        either = one.right or one.left
        if either is None or _kind(one) == "same":
            continue
        yield {
            "name": either.task.task.name,
            "as": either.submit.kind,
            "state": _kind(one),
            "from": _version(one.left),
            "to": _version(one.right),
            "fields": [_field(contrast) for contrast in one.contrasts],
        }


def _version(change: Change | None) -> dict[str, str] | None:
    if change is None:
        return None
    task = change.task.task
    return {"project": task.project, "domain": task.domain, "version": change.task.version}


def _field(contrast: Contrast) -> dict[str, Any]:
    found: dict[str, Any] = {"path": contrast.path, "from": contrast.left, "to": contrast.right}
    found |= {"from_set_by": _place(contrast.left_set_by)} if contrast.left_set_by else {}
    return found | ({"to_set_by": _place(contrast.right_set_by)} if contrast.right_set_by else {})


def _place(position: Position) -> dict[str, Any]:
    return {"path": position.path, "line": position.line}
