"""Files that the user names: saved plans, reports, the configuration."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

from flyteplan.errors import FlyteplanError, UsageError
from flyteplan.files.reading import explained, read

_WRONG_PATH = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}
_BINARY = getattr(os, "O_BINARY", 0)


def read_bytes(path: str, *, shown: str = "") -> bytes:
    """All bytes of *path*. Raises UsageError, which names the file as it is *shown*."""
    try:
        return read(path)
    except OSError as error:
        raise UsageError(f"{shown or path} can not be read: {explained(path, error)}") from None


def write_atomically(path: str, data: bytes | Iterable[bytes]) -> None:
    """Writes the whole file or leaves the old one as it was. Raises UsageError for a path that can not be written.

    *data* may come in pieces. A link is written through, and so are pipes and devices (`/dev/stdout`), which can not
    be replaced.
    """
    target, pieces = os.path.realpath(path), [data] if isinstance(data, bytes) else data
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            _write(path, pieces, os.O_WRONLY)
        else:
            _replace(target, pieces)
    except OSError as error:
        kind = UsageError if error.errno in _WRONG_PATH else FlyteplanError
        raise kind(f"{path} can not be written: {_why(path, target, error)}") from None


def make_folder_of(path: str) -> None:
    """The folder that *path* is to be written into. Raises UsageError where there can be none."""
    folder = os.path.dirname(os.path.realpath(path))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        why = (
            "a part of the path is a file (check the path)"
            if isinstance(error, FileExistsError)
            else _why(path, path, error)
        )
        raise UsageError(f"the folder of {path} can not be made: {why}") from None


def _replace(target: str, data: Iterable[bytes]) -> None:
    folder, name = os.path.split(target)
    # Hidden, and in the same folder: a walk does not take it for a manifest, and a rename does not cross file systems.
    draft = os.path.join(folder, f".{name[:200]}.{os.urandom(4).hex()}")
    try:
        _write(draft, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        if os.path.exists(target):
            os.chmod(draft, os.stat(target).st_mode & 0o777)
        os.replace(draft, target)
    except BaseException:
        if os.path.exists(draft):
            os.remove(draft)
        raise


def _write(path: str, data: Iterable[bytes], flags: int) -> None:
    descriptor = os.open(path, flags | _BINARY, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(data)
        file.flush()
        if flags & os.O_CREAT:
            os.fsync(file.fileno())


def _why(path: str, target: str, error: OSError) -> str:
    """In the words of the user, who wrote *path*; *target* is what it leads to."""
    if error.errno == errno.ENOENT and not os.path.exists(os.path.dirname(target)):
        folder = os.path.dirname(target if os.path.islink(path) else path)
        return f"there is no folder {folder} (make it first)"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied (give this user the right to write there)"
    return explained(target, error)
