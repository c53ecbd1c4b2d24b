"""Settings -> losers: what else was set of a field, and beaten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from flyteplan.model.plan import Loser
from flyteplan.model.readable import readable
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.settings import OVERRIDES, Path, Setting, Settings


class Losers:
    """Who lost the fields of one task, from the lowest rank to the highest.

    What was set below a path before it was cleared lost to the null, and is told of whatever was set there again:
    so is the null. One that `strategy: replace` puts before a parameter stands in no manifest, and is never told.
    """

    __slots__ = ("_below", "_replace", "_secrecy", "_settings")

    def __init__(self, settings: Settings, secrecy: Secrecy, *, replace: bool) -> None:
        self._settings, self._secrecy, self._replace = settings, secrecy, replace
        # By path of what clears: by their own paths those that lost to it, each with its rank among them.
        self._below: dict[Path, Mapping[Path, Sequence[tuple[int, Setting]]]] = {}

    def contested(self) -> frozenset[str]:
        """The parameters whose fields may have other losers than their cause has: those with a null that tells any."""
        cleared = self._settings.parameters()[1]
        if not self._replace:
            return cleared
        nulls = ((name, self._settings.get(OVERRIDES, name)) for name in cleared)
        return frozenset([name for name, null in nulls if null is not None and null.lost])

    def of(self, cause: Setting, paths: tuple[Path, ...]) -> tuple[Loser, ...]:
        """Those of the field that may be set at *paths*, the narrowest first, and is by *cause*."""
        places, found = _places(cause.path, paths), list[Setting]()
        for end in range(2, len(cause.path)):
            above = self._settings.by_path.get(cause.path[:end])
            if above is not None and above.clears:
                found += self._lost(above, places)
                if not self._replace:
                    found.append(above)
        found += self._lost(cause, places)
        return tuple([Loser(one.position, readable(self._secrecy.setting(one))) for one in found])

    def _lost(self, setting: Setting, places: Sequence[Path]) -> Iterable[Setting]:
        if not setting.clears or not setting.lost:
            return [one for one in setting.lost if one.path in places]
        # As many fields may ask for theirs as there are that lost.
        below = self._below.get(setting.path)
        if below is None:
            below = self._below[setting.path] = _by_path(_written(setting.lost) if self._replace else setting.lost)
        return [one for _, one in sorted(chain.from_iterable(below.get(place, ()) for place in places))]


def _written(lost: Sequence[Setting]) -> Iterator[Setting]:
    """Without the nulls that replace puts before what a manifest sets: that follows them."""
    for one, following in zip_longest(lost, lost[1:]):
        depth = len(one.path)
        if following is None or not one.clears or len(following.path) == depth or following.path[:depth] != one.path:
            yield one


def _by_path(lost: Iterable[Setting]) -> Mapping[Path, Sequence[tuple[int, Setting]]]:
    found: dict[Path, list[tuple[int, Setting]]] = {}
    for rank, one in enumerate(lost):
        found.setdefault(one.path, []).append((rank, one))
    return found


@lru_cache(maxsize=4096)
def _places(cause: Path, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Where a loser stands: where the field has its own place, where its cause is, and above; no place beside."""
    own = paths[0]
    return tuple(dict.fromkeys(place for place in paths if place == own[: len(place)] or place == cause[: len(place)]))
