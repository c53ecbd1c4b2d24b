"""The command line: flags into calls of the pipeline, its values into text and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from flyteplan import __version__
from flyteplan.errors import Exit, FlyteplanError, InputError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Command to the module that has it: only the one that is called is imported.
COMMANDS = {
    "apply": "flyteplan.cli.apply",
    "comment": "flyteplan.cli.comment",
    "diff": "flyteplan.cli.diff",
    "explain": "flyteplan.cli.explain",
    "history": "flyteplan.cli.history",
    "import": "flyteplan.cli.importing",
    "lock": "flyteplan.cli.lock",
    "merge-plans": "flyteplan.cli.merging",
    "plan": "flyteplan.cli.plan",
    "policy": "flyteplan.cli.policy",
    "pull": "flyteplan.cli.pull",
    "runs": "flyteplan.cli.runs",
    "schema": "flyteplan.cli.schema",
    "serve": "flyteplan.serve.command",
    "status": "flyteplan.cli.status",
    "tasks": "flyteplan.cli.tasks",
    "validate": "flyteplan.cli.validate",
}
# What --help says of each: their own first sentences, or fewer words, so that none of them is imported for it.
SUMMARIES = {
    "apply": "Plan, show, ask, and submit.",
    "comment": "Write saved plans as one comment for a pull request.",
    "diff": "Show the changed fields, or what differs between two states.",
    "explain": "Explain a field of a manifest, or the code of a problem.",
    "history": "List what was applied, the newest first.",
    "import": "Write manifests of deployed tasks.",
    "lock": "Pin what `latest` stands for.",
    "merge-plans": "Join the parts of a plan that plan --shard made.",
    "plan": "Show what the manifests would change.",
    "policy": "Try what overrides may do.",
    "pull": "Copy templates into a file or a catalog database.",
    "runs": "List, show or abort the runs that flyteplan started.",
    "schema": "Print a JSON Schema, for editors and CI.",
    "serve": "Put a catalog database on gRPC, to try things out.",
    "status": "Show how what is deployed stands to what Git says.",
    "tasks": "List or show the tasks of the catalog.",
    "validate": "Check manifests and policies.",
}
_EPILOG = """\b
Exit codes:
  0    done, or nothing to do
  1    failed or invalid
  2    changes, only with --detailed-exitcode
  3    refused by a policy or a guard
  4    stale plan or lock
  5    applied in part
  64   wrong usage
  130  interrupted"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SUMMARIES.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names with what --help says of each, so that none of the commands is imported for it."""
        from click.shell_completion import CompletionItem

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=SUMMARIES[name]) for name in names), *options]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from flyteplan.model.nearest import did_you_mean

            raise click.UsageError(f"no command {args[0]} ({did_you_mean(args[0], COMMANDS, 'there are')})", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """An interrupt is told in `run`: click would write an empty line of it, wherever that goes."""
        try:
            return super().invoke(ctx)
        except (EOFError, KeyboardInterrupt) as error:
            raise click.Abort from error


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="flyteplan", message="%(prog)s %(version)s")
def _flyteplan() -> None:
    """Plan overrides of deployed Flyte 2 tasks from YAML in Git, and review them before they are submitted."""


def run(arguments: list[str]) -> int:
    """The exit code of one call. What a user did wrong is said in words, never as a traceback."""
    try:
        return int(_flyteplan.main(args=arguments, prog_name="flyteplan", standalone_mode=False) or 0)
    except click.UsageError as error:
        return _failed(_usage(error), Exit.USAGE)
    except click.ClickException as error:
        return _failed(error.format_message(), Exit.FAILED)
    except InputError as error:
        from flyteplan.cli.output import show_problems

        show_problems(error.problems)
        return error.exit_code
    except FlyteplanError as error:
        return _failed(f"error: {error}", error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        # A terminal has shown ^C in the line that was being written.
        return _failed("\ninterrupted" if sys.stderr.isatty() else "interrupted", Exit.INTERRUPTED)


def _usage(error: click.UsageError) -> str:
    if error.format_message().startswith("Usage: "):
        return error.format_message()  # a group without a command: the help is the message
    if isinstance(error, click.NoSuchOption):
        near = _alike(error.option_name, error.possibilities or ())
        error = click.NoSuchOption(error.option_name, possibilities=near, ctx=error.ctx)
    command = error.ctx.command_path if error.ctx else "flyteplan"
    return f"error: {error.format_message()}\nTry '{command} --help'."


def _alike(option: str, known: Sequence[str]) -> list[str]:
    """Without the dashes, which all options share: `--dry-run` is not much like `--prune`."""
    from difflib import get_close_matches

    near = get_close_matches(option.lstrip("-"), [name.lstrip("-") for name in known])
    return [name for name in known if name.lstrip("-") in near]


def _failed(message: str, code: Exit) -> int:
    click.echo(message, err=True)
    return code
