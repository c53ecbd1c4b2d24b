"""What the CI that flyteplan runs in says of itself, and the files that it wants filled."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

import click

from flyteplan.cli.options import ADDRESS, LEAST_PAGE, PAGE
from flyteplan.cli.output import show
from flyteplan.errors import FlyteplanError
from flyteplan.files.config import find_config
from flyteplan.files.paths import shown

if TYPE_CHECKING:
    from flyteplan.model.plan import Plan
    from flyteplan.render.markdown import Page
    from flyteplan.render.repository import Repository

_BITBUCKET_ANCHOR = "#lines-{line}"
_SUMMARY_LIMIT = 1024 * 1024


def page(*, expand: bool = False) -> Page:
    """Where a comment will be read, by the options of the command, else by the variables of CI."""
    from flyteplan.render.markdown import DIALECTS, Page

    given = click.get_current_context().meta.get(PAGE, {})
    dialect = given.get("dialect") or _dialect()
    return Page(
        dialect=DIALECTS[dialect],
        limit=given.get("limit"),
        repository=repository(given.get("source_url") or _source_url(), dialect),
        job=_job(),
        expand=expand,
    )


def repository(url: str = "", dialect: str = "github") -> Repository:
    from flyteplan.render.repository import Repository

    anchor = _BITBUCKET_ANCHOR if dialect == "bitbucket" else Repository().anchor
    return Repository(folder=_folder(), url=url.rstrip("/"), anchor=anchor)


def _dialect() -> str:
    if os.environ.get("GITLAB_CI"):
        return "gitlab"
    return "bitbucket" if os.environ.get("BITBUCKET_BUILD_NUMBER") else "github"


def _source_url() -> str:
    """The page of the repository's files at the revision that CI works on."""
    return (
        _address("{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/blob/{GITHUB_SHA}")
        or _address("{CI_PROJECT_URL}/-/blob/{CI_COMMIT_SHA}")
        or _address("{BITBUCKET_GIT_HTTP_ORIGIN}/src/{BITBUCKET_COMMIT}")
    )


def _job() -> str:
    github = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"
    return _address(github) or _address("{CI_JOB_URL}")


def _address(pattern: str) -> str:
    """*pattern* with the variables that it names, "" where one is not set or makes it something else."""
    values = {name: os.environ.get(name, "") for name in re.findall(r"{(\w+)}", pattern)}
    address = pattern.format_map(values) if all(values.values()) else ""
    return address if ADDRESS.fullmatch(address) else ""


def _folder() -> str:
    """The folder of flyteplan.yaml, or the current one, from the root of the repository; "" outside of one."""
    here = _root()
    above = here
    while not os.path.exists(os.path.join(above, ".git")):
        if above == os.path.dirname(above):
            return ""
        above = os.path.dirname(above)
    return "" if above == here else shown(here, above)


def _root() -> str:
    config = find_config()
    return os.path.dirname(config) if config else os.getcwd()


def shown_as(revision: str) -> str:
    """What stands before the paths of its files (`origin/main:`)."""
    from flyteplan.files.git import open_revision

    try:
        return open_revision(_root(), revision).label
    except FlyteplanError:
        return ""  # there is no such revision, and no problem in it


def is_filled() -> bool:
    """Whether `fill` has anything to do, for which it needs a whole plan."""
    return bool(os.environ.get("GITHUB_STEP_SUMMARY") or os.environ.get("GITHUB_OUTPUT"))


def fill(plan: Plan) -> None:
    """Appends to the files that GitHub Actions names: the summary of the job, and what later steps read."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarize(plan, path)
    if path := os.environ.get("GITHUB_OUTPUT"):
        _append(path, "".join(f"{name}={value}\n" for name, value in _outputs(plan).items()))


def _outputs(plan: Plan) -> dict[str, str | int]:
    from flyteplan.plan.document import digest
    from flyteplan.render.attention import told

    counts = Counter(change.action for change in plan.changes)
    actions = {action: counts[action] for action in ("update", "run", "resolve", "unchanged")}
    changes = "true" if counts["update"] or counts["run"] else "false"
    denied = "true" if plan.judgement and plan.judgement.denied else "false"
    return {"digest": digest(plan), "changes": changes, "denied": denied, **actions, "alerts": len(told(plan))}


def _summarize(plan: Plan, path: str) -> None:
    """Into what the steps before have left of the job's summary."""
    from flyteplan.plan.document import digest
    from flyteplan.record import replace
    from flyteplan.render.markdown import DIALECTS, comment
    from flyteplan.render.style import Span

    used = os.path.getsize(path) if os.path.exists(path) else 0
    room = _SUMMARY_LIMIT - used
    if room < LEAST_PAGE:
        show([(Span("the summary of the job is full; the plan is left out of it"),)], err=True)
        return
    there = replace(page(), dialect=DIALECTS["github"], limit=room)
    _append(path, comment([(plan, digest(plan))], there))


def _append(path: str, text: str) -> None:
    try:
        with open(path, "ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise FlyteplanError(f"{path} can not be written: {error.strerror}") from None
