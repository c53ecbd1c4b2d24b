"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from flyteplan.errors import CatalogError
from flyteplan.remote.calls import Calls
from flyteplan.remote.methods import Method

Key = TypeVar("Key")
_EMPTY_PAGES = 100


def read_pages(
    channel: Calls,
    method: Method,
    requests: Mapping[Key, Any],
    field: str,
    *,
    enough: Mapping[Key, int] | None = None,
) -> dict[Key, list[Any]]:
    """All rows of every list: a page of each of them at once, then the next page of those that have more.

    A page that is full has a token, so the last one may be empty; `enough` rows end a list without looking. Raises
    CatalogError for pages that would never end, since a part of a list must not pass for the whole.
    """
    return begin_pages(channel, method, requests, field, enough=enough)()


def begin_pages(
    channel: Calls,
    method: Method,
    requests: Mapping[Key, Any],
    field: str,
    *,
    enough: Mapping[Key, int] | None = None,
) -> Callable[[], dict[Key, list[Any]]]:
    """Asks for the first page of every list; what it returns gives what `read_pages` does, once."""
    first = channel.gather(method, requests.items())
    return lambda: _to_the_end(channel, method, field, (requests, first), enough or {})


def _to_the_end(
    channel: Calls,
    method: Method,
    field: str,
    begun: tuple[Mapping[Key, Any], Iterable[tuple[Key, Any]]],
    enough: Mapping[Key, int],
) -> dict[Key, list[Any]]:
    requests, answers = begun
    rows: dict[Key, list[Any]] = {key: [] for key in requests}
    tokens: dict[Key, set[str]] = {key: set() for key in requests}
    while requests:
        more: dict[Key, Any] = {}
        for key, answer in answers:
            rows[key] += getattr(answer, field)
            if answer.token and (key not in enough or len(rows[key]) < enough[key]):
                _check(method, answer.token, tokens[key], len(rows[key]))
                more[key] = _following(requests[key], answer.token)
        requests, answers = more, channel.gather(method, more.items())
    return rows


def pages(calls: Calls, method: Method, request: Any, field: str) -> Iterator[list[Any]]:
    """The pages of one list, each asked for when it is wanted. Raises CatalogError for pages that would never end."""
    seen: set[str] = set()
    rows = 0
    while True:
        ((_, answer),) = calls.gather(method, [(None, request)])
        found = list(getattr(answer, field))
        rows += len(found)
        yield found
        if not answer.token:
            return
        _check(method, answer.token, seen, rows)
        request = _following(request, answer.token)


def _following(request: Any, token: str) -> Any:
    following = type(request)()
    following.CopyFrom(request)
    following.request.token = token
    return following


def _check(method: Method, token: str, seen: set[str], rows: int) -> None:
    if token in seen:
        raise CatalogError(f"{method.name}: the server gives the page token {token} twice (look at the server's log)")
    seen.add(token)
    if len(seen) > rows + _EMPTY_PAGES:
        raise CatalogError(f"{method.name}: the server gives one empty page after another (look at the server's log)")
