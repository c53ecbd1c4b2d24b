"""Pages of list requests: limits, tokens and orders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from flyteidl2.common.list_pb2 import ListRequest, Sort

from flyteplan.local.faults import Fault
from flyteplan.local.services.filters import Kind, clause
from flyteplan.local.store.rows import Page

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_TOKEN = re.compile(r"\+?[0-9]{1,18}")


def page_of(request: ListRequest, kinds: Mapping[str, Kind], nullable: Collection[str] = ()) -> Page:
    """What a request asks of columns of those *kinds*. Raises Fault."""
    limit = request.limit or DEFAULT_LIMIT
    if limit > MAX_LIMIT:
        raise Fault("INVALID_ARGUMENT", f"invalid limit: {limit} (exceeds maximum of {MAX_LIMIT})")
    order = order_by(_sorts(request), kinds, nullable)
    filters = clause(request.filters, kinds)
    return Page(filters=filters, order=order, limit=limit, offset=offset_of(request.token))


def next_token(count: int, page: Page) -> str:
    """After a full page there may be another one, or an empty one."""
    return str(page.offset + page.limit) if count and count == page.limit else ""


def offset_of(token: str) -> int:
    if token and not _TOKEN.fullmatch(token):
        raise Fault("INVALID_ARGUMENT", f'invalid token: "{token}"')
    return int(token or 0)


def order_by(sorts: Iterable[Sort], kinds: Mapping[str, Kind], nullable: Collection[str] = ()) -> str:
    return ", ".join(_order(sort, kinds, nullable) for sort in sorts)


def _order(sort: Sort, kinds: Mapping[str, Kind], nullable: Collection[str]) -> str:
    if sort.key not in kinds:
        raise Fault("INVALID_ARGUMENT", f"invalid sort field: {sort.key}")
    if kinds[sort.key] is Kind.OPAQUE:
        raise Fault("INTERNAL", f"the database can not sort by {sort.key}")
    ascending = sort.direction == Sort.ASCENDING
    # The server's database takes null for the greatest value, SQLite for the least.
    nulls = (" NULLS LAST" if ascending else " NULLS FIRST") if sort.key in nullable else ""
    return f"{sort.key} {'ASC' if ascending else 'DESC'}{nulls}"


def _sorts(request: ListRequest) -> Iterable[Sort]:
    if request.sort_by_fields:
        return request.sort_by_fields
    return [request.sort_by] if request.sort_by.key else []
