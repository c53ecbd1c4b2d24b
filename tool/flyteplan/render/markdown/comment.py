"""Plans as one comment of a pull request, which fits whatever they hold."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from flyteplan.errors import UsageError
from flyteplan.model.plan import Plan
from flyteplan.render.judged import said
from flyteplan.render.markdown.escape import code, row
from flyteplan.render.markdown.page import Page, size
from flyteplan.render.markdown.section import Section, section
from flyteplan.render.style import escaped
from flyteplan.render.tally import tally
from flyteplan.render.text import summary
from flyteplan.render.values import shortened
from flyteplan.render.wording import counted, extent, requests, scope

_NAME = 80
_KEY = 120
_SHORT_DIGEST = len("sha256:") + 12


def comment(plans: Sequence[tuple[Plan, str]], page: Page) -> str:
    """Each plan with its digest; several are told one below the other, under a table of all.

    Raises UsageError when not even the alerts, counts and digests of so many plans fit.
    """
    sections = [section(plan, digest, page) for plan, digest in plans]
    while size(text := _text(sections, page)) > page.room:
        longer = [number for number, one in enumerate(sections) if not one.is_shortest]
        if not longer:
            raise UsageError(
                f"{counted(len(plans), 'plan')} do not fit into {page.room:,} bytes (give a larger --limit)"
            )
        longest = max(longer, key=lambda number: size(sections[number].text))
        sections[longest] = sections[longest].shorter()
    return text


def _text(sections: Sequence[Section], page: Page) -> str:
    marker = page.hidden(f"flyteplan:v1 key={_key(sections)} digest={'+'.join(one.digest for one in sections)}")
    body = _one(sections[0]) if len(sections) == 1 else _several(sections, page)
    return f"{marker}\n{body}\n" if page.dialect.html else f"{marker}\n\n{body}\n"


def _key(sections: Sequence[Section]) -> str:
    """What a later comment for the same targets has in common with this one, in whatever order they are given."""
    key = ",".join(sorted(_name(one.plan) for one in sections))
    plain = len(key) <= _KEY and key.isascii() and " " not in key
    return key if plain else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _name(plan: Plan) -> str:
    return plan.target or scope(plan)


def _one(one: Section) -> str:
    counts = f"**{summary(one.plan)}** {_about(one.plan)}"
    return f"### flyteplan: {_code(_name(one.plan))}\n\n{counts}\n\n{one.text}"


def _code(name: str) -> str:
    return code(shortened(escaped(name), _NAME))


def _about(plan: Plan) -> str:
    return f"{_code(scope(plan))}, {extent(tally(plan.changes))}"


def _several(sections: Sequence[Section], page: Page) -> str:
    blocks = [f"### flyteplan: {len(sections)} plans", _matrix(sections)]
    for one in sections:
        body = f"{_about(one.plan)}\n\n{one.text}"
        name = shortened(escaped(_name(one.plan)), _NAME)
        counts = summary(one.plan).removeprefix("Plan: ")
        blocks.append(page.folded(counts, body, name=name, opened=bool(one.alerts or one.is_stopped)))
    return "\n\n".join(blocks)


def _matrix(sections: Sequence[Section]) -> str:
    """A row for each plan."""
    head = ("", "To update", "To run", "Unchanged", "Policy", "Alerts", "Requests", "Digest")
    lines = [head, ("--", "--:", "--:", "--:", "--", "--:", "--", "--"), *map(_row, sections)]
    return "\n".join(map(row, lines))


def _row(one: Section) -> tuple[str, ...]:
    counts = Counter(change.action for change in one.plan.changes)
    numbers = [str(counts[action]) for action in ("update", "run", "unchanged")]
    asked = requests(tally(one.plan.changes), ", ")
    return (
        _code(_name(one.plan)),
        *numbers,
        said(one.plan.judgement),
        str(len(one.alerts)),
        asked,
        code(one.digest[:_SHORT_DIGEST]),
    )
