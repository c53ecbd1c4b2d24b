"""What a catalog lists of its scopes, read once for all who look for a task there."""

from __future__ import annotations

from collections.abc import Sequence

from flyteplan.model.nearest import Names
from flyteplan.model.task import Listing, Scope
from flyteplan.ports import Catalog


class Listings:
    """Of a wrong catalog all tasks are missing: their names are looked for thousands of times among the same ones."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rows: dict[Scope, Sequence[Listing]] = {}
        self._tasks: dict[Scope, Names] = {}

    def rows(self, scope: Scope) -> Sequence[Listing]:
        """Every task of *scope*, sorted by name."""
        if scope not in self._rows:
            self._rows[scope] = self._catalog.listing(scope)
        return self._rows[scope]

    def tasks(self, scope: Scope) -> Names:
        """The names of the tasks of *scope*."""
        if scope not in self._tasks:
            self._tasks[scope] = Names(row.task.name for row in self.rows(scope))
        return self._tasks[scope]
