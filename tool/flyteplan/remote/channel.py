"""One channel to a backend: many calls in flight, retries where a call may be made again, one refresh of a login."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flyteplan.record import replace
from flyteplan.remote.faults import Fault, RemoteError, fault_of, is_mistake, is_of_transport, remote_error
from flyteplan.remote.grpclib import grpc
from flyteplan.remote.login import stamp
from flyteplan.remote.retry import Limits, may_repeat

if TYPE_CHECKING:
    from flyteplan.remote.connection import Connection
    from flyteplan.remote.login import Login
    from flyteplan.remote.methods import Method
    from flyteplan.remote.wire import Wire

Key = TypeVar("Key")

# From about this many calls in flight on, the client's processor is the limit.
WINDOW = 200
_LIMITS = Limits()


class _Flight(NamedTuple):
    """One call on its way. `attempt` counts from 1; `stamp` tells the login that it was sent with."""

    key: Any
    request: Any
    future: Any
    stamp: str | None
    request_id: str
    attempt: int
    refreshed: bool


class Channel:
    """Unary calls that only read, so that every one of them may be made again. For one thread.

    `calls` counts what was sent, by the name of the method, every attempt.
    """

    def __init__(self, wire: Wire, connection: Connection, login: Login, limits: Limits = _LIMITS) -> None:
        self._wire, self._connection, self._login = wire, connection, login
        self.limits = limits
        self.calls: dict[str, int] = {}
        self._answered = False
        # One draw of chance for all of them: it costs more than the rest of a call's name.
        self._session, self._numbers = uuid.uuid4().hex[:24], count(1)

    def call(self, method: Method, request: Any) -> Any:
        """The response. Raises CatalogError."""
        ((_, answer),) = self.gather(method, [(None, request)])
        return answer

    def gather(
        self, method: Method, requests: Iterable[tuple[Key, Any]], tolerated: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Key, Any]]:
        """(key, response) of every request as they come; a Fault in its place for a code of *tolerated*.

        The first ones are on their way when this returns, so that one may gather here and there at once.
        Raises RemoteError at the first call that fails for good, and LoginError: no part of the answers is taken for
        all of them. Whatever ends it, the calls that are still in flight are cancelled.
        """
        flights = _Flights(self, method, iter(requests))
        try:
            flights.fill()
        except BaseException:
            flights.cancel()
            raise
        return self._answers(flights, method, tolerated)

    def _answers(self, flights: _Flights, method: Method, tolerated: frozenset[str]) -> Iterator[tuple[Any, Any]]:
        try:
            while (flight := flights.landed()) is not None:
                answer = self._answer(flight, flights)
                if answer is None:
                    continue
                if isinstance(answer, Fault) and answer.code not in tolerated:
                    raise self._error(answer, method, flight.key)
                self._answered = self._answered or not (isinstance(answer, Fault) and is_of_transport(answer))
                yield flight.key, answer
        finally:
            flights.cancel()

    def tried(self, method: Method, requests: Iterable[tuple[Key, Any]]) -> Iterator[tuple[Key, Any]]:
        """As `gather`, with a RemoteError in place of the response of a call that failed."""
        for key, answer in self.gather(method, requests, _every_code()):
            is_fault = isinstance(answer, Fault)
            yield key, self._error(answer, method, key) if is_fault else answer

    def _error(self, fault: Fault, method: Method, key: Any) -> RemoteError:
        return remote_error(fault, method.name, key, self._connection, answered=self._answered)

    def _answer(self, flight: _Flight, flights: _Flights) -> Any:
        """The response, the fault that stays, or None when the call is made again."""
        try:
            return flight.future.result()
        except (grpc.RpcError, grpc.FutureCancelledError) as error:
            fault = replace(fault_of(error), request_id=flight.request_id)
        if fault.code == "UNAUTHENTICATED" and not flight.refreshed:
            self._login.refresh(flight.stamp)
            flights.again(flight._replace(refreshed=True), 0)
        elif flight.attempt < self.limits.attempts and self._may_repeat(fault):
            flights.again(flight._replace(attempt=flight.attempt + 1), self.limits.delay(flight.attempt))
        else:
            return fault
        return None

    def _may_repeat(self, fault: Fault) -> bool:
        """What was wrong from the beginning is wrong the next time."""
        return may_repeat(fault) and (self._answered or not is_mistake(fault))

    def send(self, method: Method, request: Any) -> tuple[Any, str | None, str]:
        """The future of a call, the stamp of the login that it goes with, and its request id."""
        self.calls[method.name] = self.calls.get(method.name, 0) + 1
        headers, request_id = self._login.headers(), f"{self._session}{next(self._numbers):08x}"
        metadata = (("x-request-id", request_id), *headers)
        future = self._wire.unary(method).future(request, timeout=self.limits.deadline_seconds, metadata=metadata)
        return future, stamp(headers), request_id


def _every_code() -> frozenset[str]:
    return frozenset(code.name for code in grpc.StatusCode)


class _Flights:
    """The calls in flight, those that wait for their next attempt, and those that have not been sent.

    The first two together are never more than the window: a server that fails gets no more calls for it.
    """

    def __init__(self, channel: Channel, method: Method, waiting: Iterator[tuple[Any, Any]]) -> None:
        self._channel, self._method, self._waiting = channel, method, waiting
        self._flying: set[Any] = set()
        self._delayed: list[tuple[float, int, _Flight]] = []
        self._landed: SimpleQueue[_Flight] = SimpleQueue()
        self._order = count()

    def landed(self) -> _Flight | None:
        """The next call that ended; None when there is none left to wait for."""
        while True:
            self.fill()
            if not self._flying and not self._delayed:
                return None
            try:
                flight = self._landed.get(timeout=self._until_next())
            except Empty:
                continue
            self._flying.remove(flight.future)
            return flight

    def again(self, flight: _Flight, delay: float) -> None:
        heappush(self._delayed, (time.monotonic() + delay, next(self._order), flight))

    def cancel(self) -> None:
        for future in self._flying:
            future.cancel()

    def fill(self) -> None:
        """Sends as much as the window has room for."""
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            flight = heappop(self._delayed)[2]
            self._take_off(flight.key, flight.request, attempt=flight.attempt, refreshed=flight.refreshed)
        while len(self._flying) + len(self._delayed) < WINDOW:
            following = next(self._waiting, None)
            if following is None:
                return
            self._take_off(*following, attempt=1, refreshed=False)

    def _until_next(self) -> float | None:
        """Seconds until the next attempt of a delayed call. Without one, a deadline ends every wait."""
        return max(0.0, self._delayed[0][0] - time.monotonic()) if self._delayed else None

    def _take_off(self, key: Any, request: Any, *, attempt: int, refreshed: bool) -> None:
        future, stamped, request_id = self._channel.send(self._method, request)
        flight = _Flight(key, request, future, stamped, request_id, attempt, refreshed)
        self._flying.add(future)
        future.add_done_callback(lambda _: self._landed.put(flight))
