"""One channel to a backend: many calls in flight, retries where a call may be made again, one refresh of a login."""

from __future__ import annotations

import random
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import grpc

from flyteplan.remote.faults import Fault, remote_error
from flyteplan.remote.login import stamp

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection
    from flyteplan.remote.login import Login
    from flyteplan.remote.methods import Method

Key = TypeVar("Key")

# From about this many calls in flight on, the client's processor is the limit.
WINDOW = 200
DEADLINE_SECONDS = 60.0
MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024
_ATTEMPTS = 4
_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 10.0
_KEEPALIVE_MILLISECONDS = 30_000
_OPTIONS = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", _KEEPALIVE_MILLISECONDS),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.enable_retries", 0),
)
# A transport that broke: the server may have seen the call or not, so only what may be made twice is made again.
_BROKEN = ("rst_stream", "stream terminated", "goaway", "connection closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """One call on its way. `attempt` counts from 1; `stamp` tells the login that it was sent with."""

    key: Any
    request: Any
    future: Any
    stamp: str | None
    attempt: int = 1
    refreshed: bool = False


class Channel:
    """Unary calls that only read, so that every one of them may be made again."""

    def __init__(
        self, wire: Any, connection: Connection, login: Login, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._wire, self._connection, self._login, self._sleep = wire, connection, login, sleep
        self.calls: dict[str, int] = {}

    def call(self, method: Method, request: Any) -> Any:
        """The response. Raises RemoteError."""
        for _, answer in self.gather(method, [(None, request)]):
            if isinstance(answer, Fault):
                raise remote_error(answer, method.name, self._connection)
            return answer
        raise LookupError(method.name)

    def gather(
        self, method: Method, requests: Iterable[tuple[Key, Any]], tolerated: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Key, Any]]:
        """(key, response) of every request, in no order; a Fault in its place for a code of *tolerated*.

        Raises RemoteError at the first call that fails for good: no part of the answers is taken for all of them.
        """
        flights = _Flights(self, method, iter(requests))
        try:
            while (flight := flights.landed()) is not None:
                answer = self._answer(flight, flights)
                if answer is None:
                    continue
                if isinstance(answer, Fault) and answer.code not in tolerated:
                    raise remote_error(answer, method.name, self._connection)
                yield flight.key, answer
        finally:
            flights.cancel()

    def _answer(self, flight: _Flight, flights: _Flights) -> Any:
        """The response, the fault that stays, or None when the call is made again."""
        try:
            return flight.future.result()
        except grpc.RpcError as error:
            fault = Fault(error.code().name, error.details() or "")
        if fault.code == "UNAUTHENTICATED" and not flight.refreshed:
            self._login.refresh(flight.stamp)
            flights.again(replace(flight, refreshed=True), 0)
            return None
        if _may_repeat(fault) and flight.attempt < _ATTEMPTS:
            flights.again(replace(flight, attempt=flight.attempt + 1), _delay(flight.attempt))
            return None
        return fault

    def send(self, method: Method, request: Any) -> tuple[Any, str | None]:
        """The future of a call, and the stamp of the login that it goes with."""
        self.calls[method.name] = self.calls.get(method.name, 0) + 1
        rpc = self._wire.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        headers = self._login.headers()
        metadata = (("x-request-id", str(uuid.uuid4())), *headers)
        return rpc.future(request, timeout=DEADLINE_SECONDS, metadata=metadata), stamp(headers)

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)


class _Flights:
    """The calls in flight, those that wait for their next attempt, and those that have not been sent."""

    def __init__(self, channel: Channel, method: Method, waiting: Iterator[tuple[Any, Any]]) -> None:
        self._channel, self._method, self._waiting = channel, method, waiting
        self._flying: deque[_Flight] = deque()
        self._delayed: list[tuple[float, int, _Flight]] = []
        self._order = count()

    def landed(self) -> _Flight | None:
        """The call that has been in flight the longest; None when there is none left to wait for."""
        self._fill()
        if not self._flying and self._delayed:
            self._channel.pause(max(0.0, self._delayed[0][0] - time.monotonic()))
            self._take_off(heappop(self._delayed)[2])
        return self._flying.popleft() if self._flying else None

    def again(self, flight: _Flight, delay: float) -> None:
        heappush(self._delayed, (time.monotonic() + delay, next(self._order), flight))

    def cancel(self) -> None:
        for flight in self._flying:
            flight.future.cancel()

    def _fill(self) -> None:
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            self._take_off(heappop(self._delayed)[2])
        while len(self._flying) < WINDOW:
            following = next(self._waiting, None)
            if following is None:
                return
            key, request = following
            future, stamped = self._channel.send(self._method, request)
            self._flying.append(_Flight(key=key, request=request, future=future, stamp=stamped))

    def _take_off(self, flight: _Flight) -> None:
        future, stamped = self._channel.send(self._method, flight.request)
        self._flying.append(replace(flight, future=future, stamp=stamped))


def _may_repeat(fault: Fault) -> bool:
    if fault.code == "UNAVAILABLE":
        return True
    return fault.code in ("INTERNAL", "UNKNOWN") and any(word in fault.details.lower() for word in _BROKEN)


def _delay(attempt: int) -> float:
    """Exponential, and spread so that many clients do not come back at once."""
    seconds: float = min(_FIRST_DELAY_SECONDS * 2 ** (attempt - 1), _LONGEST_DELAY_SECONDS)
    spread: float = 0.5 + random.random()  # noqa: S311
    return seconds * spread


def open_channel(connection: Connection) -> Any:
    """The gRPC channel; it connects with the first call."""
    if connection.insecure:
        return grpc.insecure_channel(connection.endpoint, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(root_certificates=_roots(connection))
    return grpc.secure_channel(connection.endpoint, credentials, options=_OPTIONS)


def _roots(connection: Connection) -> bytes | None:
    """The CA file; with skip-verify whatever the server shows, which proves nothing."""
    if connection.ca_file:
        with open(connection.ca_file, "rb") as file:
            return file.read()
    if connection.skip_verify:
        import ssl

        host, _, port = connection.host.rpartition(":")
        return ssl.get_server_certificate((host, int(port))).encode()
    return None
