"""Points in time as they are shown."""

from __future__ import annotations

from datetime import datetime, timezone

from flyteplan.model.duration import SECOND


def moment(nanoseconds: int) -> str:
    """Nanoseconds since 1970 in UTC to the second, as RFC 3339 has it: the same for every reader. "" for 0."""
    if not nanoseconds:
        return ""
    return datetime.fromtimestamp(nanoseconds // SECOND, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
