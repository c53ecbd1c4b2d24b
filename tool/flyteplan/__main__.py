"""`flyteplan`, and `python -m flyteplan`."""

from __future__ import annotations

import gc
import os
import sys
from errno import ENOSPC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    _open_what_is_closed()
    # A command makes few cycles, and its imports many objects: to look for cycles again and again is for nothing.
    gc.set_threshold(100_000, 20, 20)
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _failed("interrupted", 130)
    except BrokenPipeError:
        code = 0  # whoever read it has enough of it
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        code = _unwritten(error)
    # Without taking the interpreter apart, which takes as long as validating a file.
    os._exit(_flushed(code))


def _open_what_is_closed() -> None:
    """A daemon may have closed them; a file that is written later would take their place."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        from flyteplan import __version__

        sys.stdout.write(f"flyteplan {__version__}\n")
        return 0
    from flyteplan.cli import run

    return run(arguments)


def _flushed(code: int) -> int:
    """*code*, unless what was printed does not get where it should."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        return code  # whoever read it has enough of it
    except OSError as error:
        return code or _unwritten(error)  # one that failed has said so
    return code


def _unwritten(error: OSError) -> int:
    return _failed(f"error: the output can not be written: {error.strerror}", 1)


def _failed(message: str, code: int) -> int:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main()
