"""What two plans want otherwise, written in every format."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flyteplan.cli.htmlpage import html_of_two
from flyteplan.cli.output import Renderer, formats, width, write
from flyteplan.cli.reports import markdown_of_two
from flyteplan.model.comparison import TARGETS, Comparison
from flyteplan.plan.document import digest, document
from flyteplan.render.compared import compared
from flyteplan.render.comparedjson import compared_json

_FORMATS = ("text", "json", "html", "markdown")


def wanted(outputs: Sequence[str]) -> list[tuple[str, str]]:
    """Before any plan is made. Raises UsageError for a format that is not known."""
    return formats(outputs, _FORMATS)


def show(of: Comparison, outputs: Sequence[tuple[str, str]], *, expand: bool) -> None:
    """*expand*: tasks that differ alike are told one by one."""
    digests = (digest(of.before), digest(of.after))
    renderers: dict[str, Renderer] = {
        "text": partial(compared, of, expand=expand, width=width()),
        "json": partial(_json, of),
        "html": partial(html_of_two, of, digests, expand=expand),
        "markdown": partial(markdown_of_two, of, digests, expand=expand),
    }
    write(outputs, renderers)


def _json(of: Comparison) -> str:
    """Of two targets without their plans, most of which is the same."""
    if of.kind == TARGETS:
        return compared_json(of)
    return compared_json(of, {"before": document(of.before), "after": document(of.after)})
