"""A default of every simple type, to see how inputs look once they are deployed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum

import flyte

env = flyte.TaskEnvironment(
    name="parameters",
    image=flyte.Image.from_base("registry.example.com/acme/base:1.0"),
    resources=flyte.Resources(cpu="250m", memory="256Mi"),
)


class Mode(Enum):
    FAST = "fast"
    EXACT = "exact"


@dataclass
class Window:
    start: int = 0
    stop: int = 10
    label: str = "all"


# Safe as defaults: the SDK writes them into the template once, and no task changes them.
TAGS = ["a", "b"]
WEIGHTS = {"a": 0.5}
WINDOW = Window(stop=5)


@env.task
async def show(
    name: str,
    *,
    count: int = 3,
    ratio: float = 0.25,
    title: str = "",
    verbose: bool = True,
    since: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc),
    every: timedelta = timedelta(minutes=90),
    mode: Mode = Mode.FAST,
    tags: list[str] = TAGS,
    weights: dict[str, float] = WEIGHTS,
    limit: int | None = None,
    window: Window = WINDOW,
) -> str:
    """Say what came in, sorted by name."""
    given = {
        "name": name,
        "count": count * ratio,
        "title": title,
        "verbose": verbose,
        "next": since + every,
        "mode": mode.value,
        "tags": tags,
        "weights": weights,
        "limit": limit,
        "window": range(window.start, window.stop),
    }
    return ", ".join(f"{key}={value}" for key, value in sorted(given.items()))
