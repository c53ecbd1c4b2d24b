"""Bytes of one file, and in plain words why there are none."""

from __future__ import annotations

import errno
import os
import stat

_BLOCK = 1 << 16
_REASONS = {
    errno.ENOENT: ("there is no such file", "check the path"),
    errno.ENOTDIR: ("a part of the path is a file", "check the path"),
    errno.EISDIR: ("it is a folder", "name a file"),
    errno.EACCES: ("permission denied", "give this user the right to read it"),
    errno.EPERM: ("permission denied", "give this user the right to read it"),
    errno.ELOOP: ("its symbolic links lead in a circle", "mend the link, or remove it"),
    errno.ENAMETOOLONG: ("the path is too long", "check the path"),
}


class TooLargeError(Exception):
    """The file has more bytes than the caller takes."""


def read(path: str, limit: int | None = None) -> bytes:
    """All bytes of *path*. Raises OSError, or TooLargeError without reading more than *limit*."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return read_descriptor(descriptor, limit)
    finally:
        os.close(descriptor)


def read_descriptor(descriptor: int, limit: int | None = None) -> bytes:
    """The rest of an open file or pipe; the same errors as `read`. Most files are one block."""
    blocks, size, wanted = list[bytes](), 0, _BLOCK
    while block := os.read(descriptor, wanted):
        blocks.append(block)
        size += len(block)
        if limit is not None and size > limit:
            raise TooLargeError
        if size == _BLOCK:
            wanted = _rest(descriptor, limit)
    return b"".join(blocks)


def _rest(descriptor: int, limit: int | None) -> int:
    """How much to read after the first block: a file tells its size, a pipe does not, and comes in blocks."""
    status = os.fstat(descriptor)
    if limit is not None and stat.S_ISREG(status.st_mode) and status.st_size > limit:
        raise TooLargeError
    return max(_BLOCK, status.st_size + 1 - _BLOCK)


def reason(path: str, error: OSError) -> tuple[str, str]:
    """What is wrong with *path*, and what to do about it."""
    if error.errno == errno.ENOENT and os.path.islink(path):
        return f"it is a link to {os.readlink(path)}, which is not there", "mend the link, or remove it"
    number = error.errno or 0
    return _REASONS.get(number, (error.strerror or str(error), ""))


def explained(path: str, error: OSError) -> str:
    """`reason` as one text: what is wrong (what to do)."""
    why, hint = reason(path, error)
    return f"{why} ({hint})" if hint else why
