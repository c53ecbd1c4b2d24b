"""The store behind a server: a catalog database, or a snapshot taken over into one that is gone at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.fill import fill
from flyteplan.local.store import Store
from flyteplan.model.filenames import DATABASE_SUFFIX, SNAPSHOT_SUFFIX


@contextmanager
def open_store(path: str) -> Iterator[Store]:
    """The database at *path*; a .jsonl file or a folder of them is only read.

    A .db that is not there is made; any other path that leads nowhere is most likely a wrong one. Raises CatalogError.
    """
    if not (path.endswith(SNAPSHOT_SUFFIX) or os.path.isdir(path)):
        with Store(path, mode="create" if path.endswith(DATABASE_SUFFIX) else "write") as store:
            yield store
        return
    with tempfile.TemporaryDirectory() as folder, Store(os.path.join(folder, "catalog.db"), mode="create") as store:
        fill(store, SnapshotCatalog(path).details())
        yield store
