"""The moment at which policies and guards are judged."""

from __future__ import annotations

import time

import click


def moment(asked: str | None) -> str:
    """The minute that is *asked* for (a day: its first one), else the present one, in UTC: `2026-12-31T18:00Z`."""
    if asked is None:
        return time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())
    from flyteplan.model.moment import first_minute, is_moment

    if not is_moment(asked):
        raise click.UsageError(f"--as-of {asked}: no day, and no minute in UTC (2026-12-31, 2026-12-31T18:00Z)")
    return first_minute(asked)
