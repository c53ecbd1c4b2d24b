"""`flyteplan`, and `python -m flyteplan`."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    if sys.argv[1:] == ["--version"]:
        _version()
        _end(0)
    # A command makes few cycles, and its imports many objects: to look for cycles again and again is for nothing.
    gc.set_threshold(100_000, 20, 20)
    try:
        from flyteplan.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 130
    _end(code)


def _version() -> None:
    from flyteplan import __version__

    sys.stdout.write(f"flyteplan {__version__}\n")


def _end(code: int) -> NoReturn:
    """Without taking the interpreter apart, which takes as long as validating a file."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # whoever read it has enough of it
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
