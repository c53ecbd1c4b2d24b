"""`flyteplan plan` as text and JSON: every process writes what it has planned, so that none has to have all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from flyteplan.cli.output import show, show_problems, show_texts, width, writer
from flyteplan.cli.plan import Shown, exit_code, piped_names, readable, refuse_lines, save
from flyteplan.cli.planning import Asked, told_in_parts
from flyteplan.cli.progress import watch
from flyteplan.cli.verdict import told
from flyteplan.errors import Problem
from flyteplan.files.saved import write_atomically
from flyteplan.model.plan import Order, Plan
from flyteplan.record import dataclass
from flyteplan.render import text
from flyteplan.render.style import Span
from flyteplan.render.tally import together

if TYPE_CHECKING:
    from flyteplan.workspace import plantext


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one process tells of its tasks: as text, as JSON for readers, as what is saved; None: nobody asks for it.

    `piped`: see `cli.plan.piped_names`, with where each stands in the plan.
    """

    text: text.Part
    json: plantext.Part | None
    saved: plantext.Part | None
    piped: tuple[tuple[Order, str], ...]


def told_by_parts(asked: Asked, shown: Shown) -> int:
    """The exit code; *shown* has no other formats than text on standard output, and JSON."""
    names, warnings = {name for name, _ in shown.wanted}, list[Problem]()
    lines = text.only_counts
    if "text" in names and not shown.quiet:
        lines = partial(text.part, written=writer(), expand=shown.verbose, width=width())
    tell = partial(_part, lines=lines, json="json" in names, saved=bool(shown.out))
    plan, parts = told_in_parts(asked, tell, warnings.extend)
    piped = sorted(chain.from_iterable(one.piped for one in parts), key=itemgetter(0))
    refuse_lines([name for _, name in piped])
    show_problems(warnings)
    counts = together([one.text.tally for one in parts]).actions
    for name, file in watch()("Writing", shown.wanted):
        if name == "text":
            _show_text(plan, [one.text for one in parts], counts, quiet=shown.quiet)
        else:
            _write_json(file, _joined(plan, [one.json for one in parts]))
    if shown.out:
        save(shown.out, _joined(plan, [one.saved for one in parts]))
    return told(plan) or exit_code(counts, detailed=shown.detailed)


def _part(plan: Plan, *, lines: Callable[[Plan], text.Part], json: bool, saved: bool) -> _Part:
    piped = ((change.order, name) for change in plan.changes for name in piped_names(change)) if saved else ()
    for_readers, to_save = _written(plan, readers=json, saved=saved)
    return _Part(text=lines(plan), json=for_readers, saved=to_save, piped=tuple(piped))


def _written(plan: Plan, *, readers: bool, saved: bool) -> tuple[plantext.Part | None, plantext.Part | None]:
    if not (readers or saved):
        return None, None
    from flyteplan.workspace.plantext import written

    return written(plan, readable, readers=readers, saved=saved)


def _joined(plan: Plan, parts: Iterable[plantext.Part | None]) -> Iterable[bytes]:
    from flyteplan.workspace.plantext import joined

    return joined(plan, [part for part in parts if part])


def _show_text(plan: Plan, parts: Sequence[text.Part], counts: Mapping[str, int], *, quiet: bool) -> None:
    if quiet:
        show([(Span(text.quiet(plan.judgement, counts), "bold"),)])
    else:
        show_texts(text.joined(plan, parts, written=writer(), width=width()))


def _write_json(file: str, pieces: Iterable[bytes]) -> None:
    if file:
        write_atomically(file, pieces)
    else:
        show_texts(pieces)
