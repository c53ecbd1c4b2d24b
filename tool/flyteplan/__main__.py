"""`flyteplan`, and `python -m flyteplan`."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        _version()
        return
    from flyteplan.cli import run

    sys.exit(run(sys.argv[1:]))


def _version() -> None:
    from flyteplan import __version__

    sys.stdout.write(f"flyteplan {__version__}\n")


if __name__ == "__main__":
    main()
