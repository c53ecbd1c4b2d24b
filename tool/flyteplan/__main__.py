"""`flyteplan`, and `python -m flyteplan`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        _version()
        return
    # A command makes few cycles, and its imports many objects: to look for cycles again and again is for nothing.
    gc.set_threshold(100_000, 20, 20)
    from flyteplan.cli import run
    from flyteplan.cli.ending import end

    end(run(sys.argv[1:]))


def _version() -> None:
    from flyteplan import __version__

    sys.stdout.write(f"flyteplan {__version__}\n")


if __name__ == "__main__":
    main()
