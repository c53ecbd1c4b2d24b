"""Differences + settings -> fields: who wants a difference, who lost, and what nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from flyteplan.errors import Position
from flyteplan.model.effects import effects
from flyteplan.model.plan import Change, Difference, Field, Loser, differ, made_field
from flyteplan.model.readable import readable
from flyteplan.model.secrecy import Secrecy
from flyteplan.model.settings import Path, Setting, Settings
from flyteplan.record import dataclass

ROOT = "overrides"
_HALVES = {"requests": "request", "limits": "limit"}
# What `diff` calls the rest of a pod's primary container.
_PRIMARY = "primary_container"
_VARIABLE = re.compile(r"env\[(?P<name>\w+)\]")
_WHOLE_ENV = ("env", "env(order)")
_PAIRS = frozenset({"cpu", "memory"})
_NAMED = frozenset({"env_vars", "labels", "annotations", "secrets"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the fields of one task stand on.

    `replace`: what a parameter clears, its author may not have meant. `cached`: results of what is live are cached.
    """

    settings: Settings
    secrecy: Secrecy
    replace: bool
    cached: bool


def fields(differences: Iterable[Difference], ground: Ground) -> tuple[Field, ...]:
    """One field a difference, in the same order, with stand-ins for what is sensitive."""
    return tuple([_field(difference, ground) for difference in differences])


def _field(difference: Difference, ground: Ground) -> Field:
    path, base, live, desired = difference
    paths = setting_paths(path)
    cause, authored = _cause(paths, ground.settings, replace=ground.replace, gone=desired is None)
    collateral = not authored and differ(base, desired)
    done = effects(path, live, desired, cached=ground.cached) if differ(live, desired) else ()
    set_by, lost = (None, ()) if cause is None else (cause.position, cause.lost)
    overridden = _losers(lost, paths, ground.secrecy) if lost else ()
    base, live, desired = ground.secrecy.sides(path, base, live, desired)
    return made_field(path, base, live, desired, set_by, overridden, collateral, done)


def credit(path: str, change: Change, *, gone: bool) -> tuple[Position | None, tuple[Loser, ...]]:
    """Where the field of this path is set, and what lost there, also where nothing differs; *gone*: it has no value."""
    paths = setting_paths(path)
    cause, _ = _cause(paths, Settings(change.settings), replace=change.strategy == "replace", gone=gone)
    return (None, ()) if cause is None else (cause.position, _losers(cause.lost, paths, change.secrecy))


@lru_cache(maxsize=4096)
def setting_paths(field: str) -> tuple[Path, ...]:
    """The paths at which a manifest may have set this field, the narrowest first."""
    parameter, _, rest = field.partition(".")
    if parameter == _PRIMARY:
        parameter, paths = _primary_paths(rest)
    elif parameter == "resources":
        paths = _resource_paths(rest)
    elif parameter in _NAMED:
        paths = [(rest,)]
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


def _losers(lost: Iterable[Setting], paths: tuple[Path, ...], secrecy: Secrecy) -> tuple[Loser, ...]:
    shown = (secrecy.setting(setting) for setting in lost if setting.path in paths)
    return tuple(Loser(position=setting.position, value=readable(setting)) for setting in shown)
