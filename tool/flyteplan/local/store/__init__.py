"""A catalog database: one SQLite file in WAL mode, many readers and one writer at a time, in threads or processes."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flyteplan.errors import CatalogError
from flyteplan.local.store.schema import MIGRATIONS, migrate, version_of
from flyteplan.model.filenames import DATABASE_SUFFIX

BUSY_SECONDS = 10.0
_OLDEST_SQLITE = (3, 35)
_EMPTY = "the catalog {} is empty (fill it with `flyteplan pull --into {}`)"


class Store:
    """The file at `path`, `shown` to users as that. Every thread has its own connection until `close`.

    `mode` is "create" (makes the file and its folder when they are not there), "write", or "read". A reader needs no
    right to write; what it can not do is bring an older file up to date. Raises CatalogError, here and later.
    """

    def __init__(self, path: str, *, mode: str = "write", shown: str = "", busy: float = BUSY_SECONDS) -> None:
        self._path, self._mode, self._busy = path, mode, busy
        self._shown = shown or path
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise CatalogError(f"SQLite {sqlite3.sqlite_version} is too old (use a Python with 3.35 or newer)")
        with self._explained():
            self._connection()

    @property
    def shown(self) -> str:
        return self._shown

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the catalog, whatever is written meanwhile."""
        with self._explained(), _transaction(self._connection(), "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Waits for another writer."""
        with self._explained(), _transaction(self._connection(), "BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        with self._guard:
            for connection in self._all:
                connection.close()
            self._all.clear()
            self._own = threading.local()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if known is None:
            known = self._own.connection = self._opened()
            with self._guard:
                self._all.append(known)
        return known

    def _opened(self) -> sqlite3.Connection:
        if self._mode == "create":
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
        elif not os.path.exists(self._path):
            raise CatalogError(_no_file(self._shown))
        return self._for_reading() if self._mode == "read" else self._for_writing()

    def _for_writing(self) -> sqlite3.Connection:
        connection = self._connect("rwc" if self._mode == "create" else "rw")
        with _closed_on_error(connection):
            version_of(connection, self._shown)
            connection.execute("PRAGMA journal_mode = WAL")
            # A killed process loses nothing with it, and a power cut at most the last writes, never the file.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, self._shown)
        return connection

    def _for_reading(self) -> sqlite3.Connection:
        try:
            return self._current(self._connect("rw"))
        except sqlite3.OperationalError:
            if self._has_pending_writes():
                raise
        # Nobody can write beside us where no lock file can be made, so the file is all there is.
        return self._current(self._connect("ro&immutable=1"))

    def _current(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        with _closed_on_error(connection):
            version = version_of(connection, self._shown)
            if not version:
                raise CatalogError(_EMPTY.format(self._shown, self._shown))
            if version < len(MIGRATIONS):
                migrate(connection, self._shown)
            connection.execute("PRAGMA query_only = ON")
        return connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"file:{_quoted(os.path.abspath(self._path))}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=self._busy, isolation_level=None, check_same_thread=False)

    def _has_pending_writes(self) -> bool:
        with suppress(OSError):
            return os.path.getsize(f"{self._path}-wal") > 0
        return False

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CatalogError(_why(self._shown, error)) from None
        except OSError as error:
            raise CatalogError(f"the catalog {self._shown} can not be made: {error.strerror or error}") from None


def _quoted(path: str) -> str:
    """As a part of a URI. Most paths are what they are, and urllib takes longer to import than SQLite."""
    if path.isascii() and path.replace("/", "").replace("-", "").replace(".", "").replace("_", "").isalnum():
        return path
    from urllib.parse import quote

    return quote(path)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _no_file(shown: str) -> str:
    hint = f"fill one with `flyteplan pull --into {shown}`" if shown.endswith(DATABASE_SUFFIX) else "check the path"
    return f"there is no catalog {shown} ({hint})"


def _why(shown: str, error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return f"the catalog {shown} is being written by another process (try again when that has ended)"
    if "not a database" in text:
        return f"{shown} is not a catalog of flyteplan (name a database, or a .jsonl file)"
    if "malformed" in text:
        return f"the catalog {shown} is damaged: {text} (remove it and fill it again)"
    if "readonly" in text:
        return f"the catalog {shown} can not be written: {text} (allow this user to write the file and its folder)"
    return f"the catalog {shown} can not be used: {text} (check that it is a readable file in a folder that is there)"
