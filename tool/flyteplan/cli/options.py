"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _all(*decorators: Decorator) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


# A shell completes its name. What is wrong with it is said by whoever opens it.
FILE = click.Path(readable=False)
paths = click.argument("paths", nargs=-1, type=FILE)


def _given(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An empty value is a variable of the shell that was not set, and not the wish for a default."""
    if value == "":
        raise click.BadParameter("it is empty; leave the option out for the default", context, parameter)
    return value


Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def _one_of(names: Callable[[], Iterable[str]]) -> Completer:
    """For the shell: those of *names* that begin as what is typed."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 (click's signature)
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


def _targets() -> Iterable[str]:
    """Of a flyteplan.yaml that can not be read none: while a shell completes there is nobody to tell."""
    from flyteplan.errors import FlyteplanError
    from flyteplan.workspace import open_workspace

    try:
        return [target.name for target in open_workspace().config.targets]
    except (FlyteplanError, OSError):
        return []


target = click.option(
    "-t",
    "--target",
    metavar="NAME",
    callback=_given,
    shell_complete=_one_of(_targets),
    help="The target of flyteplan.yaml (default: default_target).",
)


def _each_given(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, (_given(context, parameter, one) for one in value)))


targets = click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    metavar="NAME",
    callback=_each_given,
    shell_complete=_one_of(_targets),
    help="The target of flyteplan.yaml (default: default_target); two of them to compare what they want.",
)


def output(*formats: str) -> Decorator:
    """*formats* are those that the command knows."""
    *others, last = formats
    known = f"{', '.join(others)} or {last}" if others else last
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        shell_complete=_one_of(lambda: formats),
        help=f"{known}, to standard output or into a file; may be given several times.",
    )


quiet = click.option("-q", "--quiet", is_flag=True, help="The summary line alone.")
verbose = click.option("-v", "--verbose", is_flag=True, help="Every task on its own, nothing grouped.")
detailed_exitcode = click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
# Where `flyteplan.cli.sources` finds the flags of `place` that say how to reach an endpoint.
CONNECTION = "flyteplan.connection"


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """These flags go to the one place that opens a connection, past every command that has them."""
    context.meta.setdefault(CONNECTION, {})[parameter.name] = _given(context, parameter, value)


def names_a_catalog(path: str | None) -> bool:
    """Whether flags say where templates are, or how to get there; *path* is that of --catalog."""
    kept = click.get_current_context().meta.get(CONNECTION, {})
    return bool(path) or any(value is not None for value in kept.values())


_kept: dict[str, Any] = {"expose_value": False, "callback": _keep}
catalog = click.option(
    "--catalog",
    type=FILE,
    metavar="PATH",
    callback=_given,
    help="Read templates from this .jsonl file, folder of them, or catalog database.",
)
place = _all(
    click.option("--endpoint", metavar="HOST", help="In place of the target's endpoint, or of its catalog.", **_kept),
    click.option("--insecure/--no-insecure", default=None, help="Speak plaintext to the endpoint.", **_kept),
    click.option("-c", "--config", type=FILE, metavar="FILE", help="Flyte's configuration file.", **_kept),
    click.option("--auth-type", metavar="TYPE", help="How to log in: pkce, client-secret, device-flow, ...", **_kept),
    click.option("--org", metavar="ORG", callback=_given, help="In place of the target's organization."),
    click.option("-p", "--project", metavar="PROJECT", callback=_given, help="In place of the target's project."),
    click.option("-d", "--domain", metavar="DOMAIN", callback=_given, help="In place of the target's domain."),
)
choice = _all(
    click.option("--select", multiple=True, metavar="GLOB", help="Only tasks whose name matches."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="No tasks whose name matches."),
)
locked = click.option(
    "--locked", is_flag=True, help="Fail with 4 unless flyteplan.lock has every task, and all of it holds."
)
prune = click.option(
    "--prune", is_flag=True, help="Take tasks back to their base that this target overrode and no manifest names now."
)
current_version = click.option(
    "--current-version",
    metavar="VERSION",
    callback=_given,
    help="What `auto_version: current` stands for, outside of a task too.",
)
policy_from = click.option(
    "--policy-from",
    metavar="REV",
    callback=_given,
    help="Policies and guards as this Git revision has them (A...B: their merge base), not as the checkout does.",
)
as_of = click.option(
    "--as-of", metavar="DATE", callback=_given, help="Judge exceptions and freezes at this day or minute (UTC)."
)
again = click.option("--again", is_flag=True, help="Plan runs that there are already once more, under another name.")
# Where `flyteplan.cli.ci` finds the flags of `page`, which say where Markdown is read.
PAGE = "flyteplan.page"
# What can stand in Markdown as it is.
ADDRESS = re.compile(r"https?://[\w.~:/?#@!$&'*+,;=%-]+", re.ASCII)
LEAST_PAGE = 4000


def _keep_page(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    context.meta.setdefault(PAGE, {})[parameter.name] = value


def _address(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None and not ADDRESS.fullmatch(value):
        raise click.BadParameter("it is no http or https address", context, parameter)
    _keep_page(context, parameter, value)


page = _all(
    click.option(
        "--dialect",
        type=click.Choice(["github", "gitlab", "bitbucket"]),
        expose_value=False,
        callback=_keep_page,
        help="Whose Markdown -o markdown is (default: that of the CI this runs in, else github).",
    ),
    click.option(
        "--limit",
        metavar="BYTES",
        type=click.IntRange(min=LEAST_PAGE),
        expose_value=False,
        callback=_keep_page,
        help="How long Markdown may be, in place of what the forge takes.",
    ),
    click.option(
        "--source-url",
        metavar="URL",
        expose_value=False,
        callback=_address,
        help="Where the repository's files are, for links (default: what CI says), as https://HOST/ORG/REPO/blob/REV.",
    ),
)
# What `flyteplan.cli.planning.Asked` is made of: the options of every command that plans.
asked = _all(paths, target, catalog, place, choice, current_version, locked, again, policy_from)
# The same of a command that runs are no part of.
asked_of_versions = _all(paths, target, catalog, place, choice, current_version, locked, policy_from)
# The same of a command that may be about two targets.
asked_of_two = _all(paths, targets, catalog, place, choice, current_version, locked, again, policy_from)
