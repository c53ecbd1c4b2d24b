"""One piece of work, done again for every line on the standard input.

python -m tests.bench.worker work.rules REPOSITORY
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def main(work: str, folder: str, *more: str) -> None:
    """*work* is a module whose `ready` makes all that is not measured, and gives the work itself."""
    do: Callable[[], Any] = import_module(f"tests.bench.{work}").ready(Path(folder), *more)
    for _ in sys.stdin:
        gc.collect()
        begun = time.perf_counter()
        result = do()
        taken = time.perf_counter() - begun
        print(json.dumps({"seconds": taken, "result": result}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
