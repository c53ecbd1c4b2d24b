"""What files are called, where more than the code that reads them has to know."""

from __future__ import annotations

LOCK = "flyteplan.lock"
# Of a snapshot, which is a file or a folder of files.
SNAPSHOT_SUFFIX = ".jsonl"
# Of a catalog database, which may have another name too.
DATABASE_SUFFIX = ".db"
