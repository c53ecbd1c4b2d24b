"""What can hurt, for the top of a comment: as long as there is room with every task, at last as one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flyteplan.render.attention import Told
from flyteplan.render.groups import named
from flyteplan.render.markdown.escape import code, prose
from flyteplan.render.markdown.page import Page
from flyteplan.render.markdown.rows import linked, located
from flyteplan.render.values import shortened
from flyteplan.render.wording import counted

_NAMES = 100
_CODE = 40


def in_full(told: Iterable[Told], page: Page, *, links: bool) -> Iterator[str]:
    """Task by task, with the line that causes it."""
    return (f"- {_who(one.tasks)}: {_message(one)} {_where(one, page, links=links)}".rstrip() for one in told)


def _who(tasks: Sequence[str]) -> str:
    if len(tasks) == 1:
        return f"**{code(tasks[0])}**"
    return f"**{len(tasks)} tasks** ({code(' '.join(named(list(tasks), _NAMES)))})"


def _message(one: Told) -> str:
    return "".join(code(span.text) if span.style else _own(span.text) for span in one.alert.message)


def _own(words: str) -> str:
    """Our own words with the blanks about them, which are between them and a name."""
    before, after = words[:1].isspace(), words[-1:].isspace()
    return f"{' ' * before}{prose(words)}{' ' * (after and bool(words.strip()))}"


def _where(one: Told, page: Page, *, links: bool) -> str:
    position = one.alert.position
    if not position.path:
        return ""
    return linked(position, page) if links else located(position)


def by_message(told: Iterable[Told]) -> list[str]:
    """Each message once, with the number of its tasks."""
    return _merged((_message(one), one) for one in told)


def by_code(told: Iterable[Told]) -> list[str]:
    return _merged((code(shortened(one.alert.code, _CODE)), one) for one in told)


def _merged(pairs: Iterable[tuple[str, Told]]) -> list[str]:
    tasks: dict[str, set[str]] = {}
    for words, one in pairs:
        tasks.setdefault(words, set()).update(one.tasks)
    return [f"- **{counted(len(names), 'task')}**: {words}" for words, names in tasks.items()]


def as_number(told: Sequence[Told]) -> list[str]:
    tasks = {name for one in told for name in one.tasks}
    return [f"{counted(len(told), 'alert')} in {counted(len(tasks), 'task')}"]
