"""One method of a service as a function, whatever carries the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flyteplan.record import dataclass

if TYPE_CHECKING:
    from types import ModuleType

    from google.protobuf.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """`path` is that of gRPC, `/package.Service/Method`. `call` raises `faults.Fault`.

    It takes a request and gives a response. One that `streams` gives an iterator of responses, in which None says
    that there is nothing new: wait a moment before asking on, or stop asking when nobody listens any more.
    """

    path: str
    request: type[Message]
    response: type[Message]
    call: Callable[[Any], Any]
    streams: bool = False


def handler(package: str, messages: ModuleType, call: Callable[[Any], Any], *, streams: bool = False) -> Handler:
    """The handler of the method that *call* is named after."""
    name = "".join(word.capitalize() for word in getattr(call, "__name__", "").split("_"))
    request, response = getattr(messages, f"{name}Request"), getattr(messages, f"{name}Response")
    return Handler(path=f"{package}{name}", request=request, response=response, call=call, streams=streams)
