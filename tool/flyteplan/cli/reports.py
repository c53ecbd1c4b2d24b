"""Plans and problems for reviewers and for CI: Markdown, annotations, and the reports that CI collects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from flyteplan import __version__
from flyteplan.cli.ci import page, repository, shown_as
from flyteplan.cli.output import Renderer, write
from flyteplan.errors import InputError, Problem
from flyteplan.record import replace

if TYPE_CHECKING:
    from flyteplan.model.comparison import Comparison
    from flyteplan.model.plan import Plan

Reports = Mapping[str, Renderer]
_ANNOTATIONS = "github"


def markdown(plans: Sequence[Plan], *, expand: bool = False) -> str:
    from flyteplan.plan.document import digest
    from flyteplan.render.markdown import comment

    return comment([(plan, digest(plan)) for plan in plans], page(expand=expand))


def markdown_of_two(of: Comparison, digests: tuple[str, str], *, expand: bool = False) -> str:
    from flyteplan.render.markdown import comparison

    return comparison(of, digests, page(expand=expand))


def plan_annotations(plan: Plan, warnings: Sequence[Problem], revision: str | None) -> str:
    from flyteplan.render.github import alert_commands
    from flyteplan.render.judged import judged_problems
    from flyteplan.render.text import summary

    return (
        _commands([*warnings, *judged_problems(plan.judgement)], revision)
        + alert_commands(plan, repository())
        + f"{summary(plan)}\n"
    )


def problem_annotations(problems: Sequence[Problem], revision: str | None = None) -> Reports:
    """What tells problems on the lines of a pull request; *revision* is where its policies were read, if not here."""
    return {_ANNOTATIONS: partial(_commands, problems, revision)}


def is_told(wanted: Sequence[tuple[str, str]]) -> bool:
    """Whether the log of a job gets its problems as annotations: they need no line beside these."""
    return (_ANNOTATIONS, "") in wanted


def reports(problems: Sequence[Problem], files: Collection[str] = ()) -> Reports:
    """All that CI reads of problems; *files* are those that were checked."""
    return {
        **problem_annotations(problems),
        "junit": partial(_junit, problems, files),
        "sarif": partial(_sarif, problems),
    }


def _commands(problems: Sequence[Problem], revision: str | None = None) -> str:
    from flyteplan.render.github import problem_commands

    return problem_commands(problems, replace(repository(), elsewhere=shown_as(revision) if revision else ""))


def _junit(problems: Sequence[Problem], files: Collection[str]) -> str:
    from flyteplan.render.junit import junit

    return junit(files, problems, repository())


def _sarif(problems: Sequence[Problem]) -> str:
    from flyteplan.render.sarif import sarif

    return sarif(problems, __version__, repository())


@contextmanager
def reported(wanted: Sequence[tuple[str, str]], make: Callable[[Sequence[Problem]], Reports]) -> Iterator[None]:
    """What is so wrong that it ends the command goes into the reports of CI too."""
    try:
        yield
    except InputError as error:
        made = make(error.problems)
        write([(name, file) for name, file in wanted if name in made], made)
        if is_told(wanted):
            raise type(error)(()) from None
        raise
