"""Differences + settings -> fields: who wants a difference, who lost, and what nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from flyteplan.errors import Position
from flyteplan.model.effects import ASKS, BY_VALUES, effects, is_same_amount
from flyteplan.model.itemname import ORDER, unquoted
from flyteplan.model.plan import Change, Difference, Field, Loser, differ
from flyteplan.model.secrecy import NESTED, Secrecy, own_name
from flyteplan.model.settings import Path, Setting, Settings
from flyteplan.plan.lists import LISTS, changed
from flyteplan.plan.losers import Losers

ROOT = "overrides"
_HALVES = {"requests": "request", "limits": "limit"}
# What `diff` calls the rest of a pod's primary container.
_PRIMARY = "primary_container"
_VARIABLE = re.compile(r"env\[(?P<name>\w+)\]")
_WHOLE_ENV = ("env", f"env{ORDER}")
_PAIRS = frozenset({"cpu", "memory"})
_NAMED = frozenset({"env_vars", "labels", "annotations", "secrets"})


class Ground(NamedTuple):
    """What the fields of one task stand on.

    `replace`: what a parameter clears, its author may not have meant. `cached`: results of what is live are cached.
    """

    settings: Settings
    secrecy: Secrecy
    replace: bool
    cached: bool


def fields(differences: Iterable[Difference], ground: Ground) -> tuple[Field, ...]:
    """One field a difference, in the same order, with stand-ins for what is sensitive."""
    settings, secrecy, replace, cached = ground.settings, ground.secrecy, ground.replace, ground.cached
    by_path, found, cause = settings.by_path, [], None
    losers = Losers(settings, secrecy, replace=replace)
    contested = losers.contested()
    # In one loop: there are a score of fields a task, and a call for a part of one costs as much as what it does.
    for path, base, live, desired in differences:
        paths, done, name = _known(path, cached)
        for place in paths:
            cause = by_path.get(place)
            if cause is not None:
                break
        authored = cause is not None
        if cause is not None and (replace or desired is None):
            cause, authored = _cause(paths, settings, replace=replace, gone=desired is None)
        if path in LISTS:
            items = changed(path, base, live, desired)
            cause, authored, paths = _cause_of_list(items, settings, replace=replace) or (cause, authored, paths)
        if type(live) is type(desired) and live == desired:
            done = ()
        elif done is None:
            done = effects(path, live, desired, cached=cached)
        elif done == ASKS and is_same_amount(live, desired):
            done = ()
        shown = base, live, desired
        third = live is not base and live is not desired
        if third or name or name is None or isinstance(desired, NESTED) or isinstance(base, NESTED):
            shown = secrecy.sides(path, base, live, desired)
        collateral = not authored and differ(base, desired)
        set_by, lost = (None, ()) if cause is None else (cause.position, cause.lost)
        beaten = lost or (cause is not None and cause.path[1] in contested)
        overridden = losers.of(cause, paths) if cause is not None and beaten else ()
        found.append(Field(path, *shown, set_by, overridden, collateral, done))
    return tuple(found)


@lru_cache(maxsize=4096)
def _known(path: str, cached: bool) -> tuple[tuple[Path, ...], tuple[str, ...] | None, str | None]:
    """Of a field by its path alone: where it may be set, its effects unless they go by its values, and its name."""
    done = None if path in BY_VALUES else effects(path, None, None, cached=cached)
    return setting_paths(path), done, own_name(path)


class Credits:
    """Whose the fields of one change are, also where nothing differs."""

    def __init__(self, change: Change) -> None:
        self._change = change

    @cached_property
    def _settings(self) -> Settings:
        return Settings(self._change.settings)

    @cached_property
    def _losers(self) -> Losers:
        return Losers(self._settings, self._change.secrecy, replace=self._change.strategy == "replace")

    def of(self, path: str, *, gone: bool) -> tuple[Position | None, tuple[Loser, ...]]:
        """Where the field of this path is set, and what lost there; *gone*: it has no value."""
        paths, change = setting_paths(path), self._change
        cause, _ = _cause(paths, self._settings, replace=change.strategy == "replace", gone=gone)
        return (None, ()) if cause is None else (cause.position, self._losers.of(cause, paths))


@lru_cache(maxsize=4096)
def setting_paths(field: str) -> tuple[Path, ...]:
    """The paths at which a manifest may have set this field, the narrowest first."""
    parameter, _, rest = field.partition(".")
    if field in LISTS:
        parameter, paths = LISTS[field].partition(".")[0], list[Path]()
    elif parameter == _PRIMARY:
        parameter, paths = _primary_paths(rest)
    elif parameter == "resources":
        paths = _resource_paths(rest)
    elif parameter in _NAMED:
        paths = [(unquoted(rest),)]
    else:
        parts = tuple(rest.split(".")) if rest else ()
        paths = [parts[:end] for end in range(len(parts), 0, -1)]
    return (*((ROOT, parameter, *path) for path in paths), (ROOT, parameter))


def _primary_paths(rest: str) -> tuple[str, list[Path]]:
    """What a pod has beside plain values: a variable that comes from elsewhere, an empty `resources`."""
    variable = _VARIABLE.match(rest)
    if variable is not None:
        return "env_vars", [(variable["name"],)]
    parameter = rest.partition(".")[0]
    return ("env_vars" if parameter in _WHOLE_ENV else parameter), []


def _resource_paths(rest: str) -> list[Path]:
    group, _, name = rest.partition(".")
    if group == "gpu":
        own: Path = ("gpu", "partition") if name == "partition" else ("gpu", "device")
        return [own, ("gpu", "device"), ("gpu", "quantity"), ("gpu",)]
    if group not in _HALVES:
        return [(group,)]
    if name == "gpu":
        return [("gpu", "quantity"), ("gpu",)]
    return [(name, _HALVES[group]), (name,)] if name in _PAIRS else [(name,)]


def _cause(paths: tuple[Path, ...], settings: Settings, *, replace: bool, gone: bool) -> tuple[Setting | None, bool]:
    """The setting behind a field, and whether its author wrote about this field.

    What is gone was cleared, if anything clears it: a count that is set does not take the device away.
    """
    setting = settings.first(paths)
    if setting is None:
        return None, False
    if gone:
        setting = next((one for one in settings.among(paths) if not one.value), setting)
    side_effect = replace and setting.clears and len(settings.under(*setting.path)) > 1
    return setting, not side_effect


def _cause_of_list(
    items: Iterable[str], settings: Settings, *, replace: bool
) -> tuple[Setting | None, bool, tuple[Path, ...]] | None:
    """As `_cause`, with the paths at which it was looked for: of the first of *items* that somebody wrote about."""
    aside = None
    for item in items:
        paths = setting_paths(item)
        cause, authored = _cause(paths, settings, replace=replace, gone=False)
        if authored:
            return cause, authored, paths
        if aside is None and cause is not None:
            aside = cause, authored, paths
    return aside
