"""Runs flyteplan on a system that refuses to open some files: `refusing.py NAME[,NAME] ARGUMENTS`.

A test may run as root, whom nothing is refused; so the refusal comes from the one call that opens files.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

from flyteplan.cli import run


def main(names: set[str], arguments: list[str]) -> int:
    opened = os.open

    def refuse(path: Any, *args: Any, **kwargs: Any) -> int:
        if os.path.basename(os.fspath(path)) in names:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opened(path, *args, **kwargs)

    os.open = refuse
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1].split(",")), sys.argv[2:]))
