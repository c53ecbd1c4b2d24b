"""How much is done for how much: counted in lines that run, for a clock says something else each time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from flyteplan import __file__ as package

_PACKAGE = package.removesuffix("__init__.py")


def grows_evenly(work: Callable[[int], Callable[[], object]], some: int = 50, more: int = 4) -> bool:
    """Whether *more* times as much takes about as many times the lines. *work* gets ready what is then counted.

    Where something is remembered by name, other numbers have other names: else the first count has what the second
    one only recalls.
    """
    return lines(work(some * more)) < 1.2 * more * lines(work(some))


def lines(call: Callable[[], object]) -> int:
    """How many lines of the package run; every turn of a loop or a comprehension is one."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace if frame.f_code.co_filename.startswith(_PACKAGE) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
