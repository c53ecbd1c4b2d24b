"""Groups -> intents."""

from __future__ import annotations

from collections.abc import Iterable

from flyteplan.errors import Problem
from flyteplan.model.resolution import Group, Intent
from flyteplan.ports import Watch, unwatched
from flyteplan.resolve import compose


def intents(groups: Iterable[Group], watch: Watch = unwatched) -> tuple[list[Intent], list[Problem]]:
    composed = [compose(one) for one in watch("Composing", groups)]
    problems = [problem for _, found in composed for problem in found]
    return [intent for intent, _ in composed if intent is not None], problems
