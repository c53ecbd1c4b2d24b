"""Microseconds as messages."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

_SECOND = 10**6


def timestamp(microseconds: int) -> Timestamp:
    seconds, rest = divmod(microseconds, _SECOND)
    return Timestamp(seconds=seconds, nanos=rest * 1000)


def optional(microseconds: int | None) -> Timestamp | None:
    return None if microseconds is None else timestamp(microseconds)
