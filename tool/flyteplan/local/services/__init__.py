"""The server's services over a catalog database, as functions from request to response and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from flyteplan.errors import CatalogError
from flyteplan.local.clock import Clock, now
from flyteplan.local.faults import Fault
from flyteplan.local.services.handler import Handler
from flyteplan.local.services.projects import ProjectService
from flyteplan.local.services.runs import RunService
from flyteplan.local.services.tasks import TaskService
from flyteplan.local.services.triggers import TriggerService
from flyteplan.local.store import Store
from flyteplan.local.variant import OPEN_SOURCE, Variant
from flyteplan.record import replace

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["Handler", "handlers"]


def handlers(store: Store, clock: Clock = now, variant: Variant = OPEN_SOURCE) -> tuple[Handler, ...]:
    """All methods there are; whoever carries the calls answers others with UNIMPLEMENTED."""
    services = (
        TaskService(store, clock),
        TriggerService(store, clock),
        ProjectService(store, clock),
        RunService(store, clock, variant),
    )
    return tuple(_guarded(handler, variant) for service in services for handler in service.handlers())


def _guarded(handler: Handler, variant: Variant) -> Handler:
    """A catalog that fails is a fault of the server, and what breaks the rules never comes to it."""

    def call(request: Message) -> Any:
        if variant.enforces_rules:
            _check(request)
        return _answered(handler.call, request)

    def stream(request: Message) -> Iterator[Any]:
        if variant.enforces_rules:
            _check(request)
        responses = _answered(handler.call, request)
        while True:
            try:
                response = _answered(next, responses)
            except StopIteration:
                return
            yield response

    return replace(handler, call=stream if handler.streams else call)


def _answered(call: Callable[[Any], Any], argument: Any) -> Any:
    try:
        return call(argument)
    except CatalogError as error:
        raise Fault("INTERNAL", str(error)) from None


def _check(request: Message) -> None:
    import protovalidate

    try:
        protovalidate.validate(request)
    except protovalidate.ValidationError as error:
        raise Fault("INVALID_ARGUMENT", str(error)) from None
