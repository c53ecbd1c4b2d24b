"""Three ledgers: of an apply that ended, of one that was cut off, and of one to another target."""

import json
from pathlib import Path

DIGEST = "sha256:" + "0" * 64


def started(time, changes, target="local"):
    return {
        "format_version": "1.0",
        "event": "started",
        "time": time,
        "target": {
            "name": target,
            "catalog": "catalog.jsonl",
            "org": "",
            "project": "flytesnacks",
            "domain": "development",
        },
        "plan": DIGEST,
        "owner": "github.com/acme/ml-overrides",
        "revision": "0123456789abcdef0123456789abcdef01234567-dirty",
        "flyteplan": "0.1.0",
        "changes": changes,
    }


def event(outcome, time, name, made, kind="version", **more):
    return {
        "event": outcome,
        "time": time,
        "task": {"org": "", "project": "flytesnacks", "domain": "development", "name": name, "version": "v1"},
        "as": kind,
        kind: made,
        "manifests": ["load"],
        "base_digest": DIGEST,
        "desired_digest": DIGEST,
        **more,
    }


def write(name, *lines, torn=""):
    folder = Path(".flyteplan/history")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines) + torn)


write(
    "20260801T080000Z-0000000000-00000001.jsonl",
    started("2026-08-01T08:00:00.000Z", 3),
    event("submitted", "2026-08-01T08:00:01.000Z", "etl.extract", "v1.1111111111.flyteplan"),
    event("failed", "2026-08-01T08:00:02.000Z", "etl.load", "v1.2222222222.flyteplan", message="the disk is full"),
    event("not tried", "2026-08-01T08:00:02.000Z", "etl.load", "r3333333333", "run", message="interrupted"),
    {"event": "applied", "time": "2026-08-01T08:00:02.000Z", "submitted": 1, "already": 0, "failed": 1, "not_tried": 1},
)
write(
    "20260802T080000Z-0000000000-00000002.jsonl",
    started("2026-08-02T08:00:00.000Z", 2),
    event("already", "2026-08-02T08:00:01.000Z", "etl.load", "v1.30499104f3.flyteplan"),
    torn='{"event": "submi',
)
write(
    "20260803T080000Z-0000000000-00000003.jsonl",
    started("2026-08-03T08:00:00.000Z", 1, "production"),
    event("submitted", "2026-08-03T08:00:01.000Z", "etl.load", "v1.4444444444.flyteplan"),
    {"event": "applied", "time": "2026-08-03T08:00:02.000Z", "submitted": 1, "already": 0, "failed": 0, "not_tried": 0},
)
