"""What is printed: results on standard output or into files, everything else on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO

import click

from flyteplan.cli.progress import watch, wipe
from flyteplan.errors import FlyteplanError, Problem
from flyteplan.files.saved import write_atomically
from flyteplan.render.problems import problems as problem_lines
from flyteplan.render.style import Line, ansi, plain

# A renderer gives lines, which may be coloured, or a text, which is never.
Renderer = Callable[[], "Iterable[Line] | str"]
_STDOUT = "-"
_WIDTH = 100
_NARROWEST = 60
_LINES_AT_ONCE = 1000


def show(lines: Iterable[Line] | str, *, err: bool = False) -> None:
    show_texts([lines] if isinstance(lines, str) else _texts(lines, writer(err=err)), err=err)


def writer(*, err: bool = False) -> Callable[[Iterable[Line]], str]:
    """What writes lines as they are shown there."""
    return ansi if _colours(sys.stderr if err else sys.stdout) else plain


def show_texts(texts: Iterable[str | bytes], *, err: bool = False) -> None:
    """One after another, as they are made."""
    stream = sys.stderr if err else sys.stdout
    wipe()
    try:
        for text in texts:
            click.echo(text, err=err, nl=False, color=True)
    except BrokenPipeError:
        _say_no_more_on(stream)
    except OSError as error:
        if err:
            raise
        raise FlyteplanError(f"the output can not be written: {error.strerror}") from None


def _texts(lines: Iterable[Line], rendered: Callable[[Iterable[Line]], str]) -> Iterator[str]:
    """Part by part, so that not all lines have to be there at once."""
    rest = iter(lines)
    while text := rendered(islice(rest, _LINES_AT_ONCE)):
        yield text


def _say_no_more_on(stream: IO[str]) -> None:
    """Whoever read it has enough of it, which is no reason to leave half of the work undone, nor an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def show_problems(problems: Iterable[Problem]) -> None:
    show(problem_lines(list(problems)), err=True)


def _colours(stream: IO[str]) -> bool:
    """On a terminal that shows them, unless https://no-color.org or CI says no."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not unwanted


def width() -> int:
    """Of the terminal; a fixed one where the output goes elsewhere, so that it is the same everywhere."""
    if not sys.stdout.isatty():
        return _WIDTH
    return max(_NARROWEST, os.get_terminal_size(sys.stdout.fileno()).columns)


def formats(asked: Sequence[str], known: Iterable[str], default: str = "text") -> list[tuple[str, str]]:
    """(format, file) of every -o, "" for standard output; raises UsageError for a format that is not known."""
    parts = [one.partition("=") for one in asked or (default,)]
    found = [(name, "" if file == _STDOUT else file) for name, _, file in parts]
    known = list(known)
    for name, _ in found:
        if name not in known:
            raise click.UsageError(f"-o {name}: the formats of this command are {', '.join(known)}")
    if sum(not file for _, file in found) > 1:
        raise click.UsageError("only one format can go to standard output; write -o FORMAT=FILE for the others")
    return found


def write(wanted: Sequence[tuple[str, str]], renderers: Mapping[str, Renderer]) -> None:
    for name, file in watch()("Writing", wanted):
        rendered = renderers[name]()
        if file:
            text = rendered if isinstance(rendered, str) else plain(rendered)
            write_atomically(file, text.encode("utf-8", "backslashreplace"))
        else:
            show(rendered)
