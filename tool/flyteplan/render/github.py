"""Problems, and what of a plan can hurt, as commands to the log of GitHub Actions: it shows them on their lines.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable

from flyteplan.errors import Position, Problem
from flyteplan.model.plan import Plan
from flyteplan.render.attention import Told, told
from flyteplan.render.groups import named
from flyteplan.render.repository import Repository
from flyteplan.render.style import escaped, text_of

_NAMES = 100


def problem_commands(found: Iterable[Problem], repository: Repository) -> str:
    """One line each: `::error file=etl.yaml,line=14,col=7,title=FP1101::message (hint)`."""
    return "".join(_of_problem(problem, repository) for problem in found)


def _of_problem(problem: Problem, repository: Repository) -> str:
    message = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return _command(problem.severity, message, problem.code, problem.position, repository)


def alert_commands(plan: Plan, repository: Repository) -> str:
    """A warning for each line of a manifest that does what a reviewer has to look at."""
    return "".join(_of_alert(one, repository) for one in told(plan))


def _of_alert(one: Told, repository: Repository) -> str:
    names = list(one.tasks)
    who = names[0] if len(names) == 1 else f"{len(names)} tasks ({' '.join(named(names, _NAMES))})"
    message = f"{who}: {text_of(one.alert.message)}"
    return _command("warning", message, one.alert.code, one.alert.position, repository)


def _command(kind: str, message: str, title: str, position: Position, repository: Repository) -> str:
    if not repository.has(position):
        return f"::{kind} title={_property(title)}::{_data(f'{position}: {message}')}\n"
    places = {"line": position.line, "col": position.column}
    properties = {"file": repository.path(position), **{name: str(place) for name, place in places.items() if place}}
    told = ",".join(f"{name}={_property(value)}" for name, value in {**properties, "title": title}.items() if value)
    return f"::{kind} {told}::{_data(message)}\n"


def _data(text: str) -> str:
    """As the runner decodes it; control characters are shown and not sent."""
    return escaped(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
