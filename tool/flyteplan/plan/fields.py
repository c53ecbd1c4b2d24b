"""Differences + settings -> fields: who wants a difference, who lost, and what nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable

from flyteplan.model.plan import Difference, Field, Loser, differ
from flyteplan.model.readable import readable
from flyteplan.model.settings import Path, Setting, Settings

ROOT = "overrides"
_HALVES = {"requests": "request", "limits": "limit"}
_COUNT: Path = (ROOT, "resources", "gpu", "quantity")
_PAIRS = frozenset({"cpu", "memory"})
_NAMED = frozenset({"env_vars", "labels", "annotations", "secrets"})


def fields(differences: Iterable[Difference], settings: Settings, *, replace: bool) -> tuple[Field, ...]:
    """One field a difference, in the same order. *replace*: what a parameter clears, its author may not have meant."""
    return tuple(_field(difference, settings, replace=replace) for difference in differences)


def _field(difference: Difference, settings: Settings, *, replace: bool) -> Field:
    paths = setting_paths(difference.path)
    cause, authored = _cause(paths, settings, replace=replace)
    changed = differ(difference.base, difference.desired)
    return Field(
        path=difference.path,
        base=difference.base,
        live=difference.live,
        desired=difference.desired,
        set_by=cause.position if cause is not None else None,
        overridden=_losers(cause, paths),
        collateral=changed and not authored,
    )


def setting_paths(field: str) -> tuple[Path, ...]:
    """The paths at which a manifest may have set this field, the narrowest first."""
    parameter, _, rest = field.partition(".")
    if parameter == "resources":
        paths = _resource_paths(rest)
    elif parameter in _NAMED:
        paths = [(rest,)]
    else:
        parts = tuple(rest.split(".")) if rest else ()
        paths = [parts[:end] for end in range(len(parts), 0, -1)]
    return (*((ROOT, parameter, *path) for path in paths), (ROOT, parameter))


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


def _cause(paths: tuple[Path, ...], settings: Settings, *, replace: bool) -> tuple[Setting | None, bool]:
    """The setting behind a field, and whether its author wrote about this field."""
    for path in paths:
        setting = settings.get(*path)
        if setting is not None:
            side_effect = setting.clears and len(settings.under(*path)) > 1
            return setting, not (replace and (side_effect or _is_count_alone(setting, paths)))
    return None, False


def _is_count_alone(setting: Setting, paths: tuple[Path, ...]) -> bool:
    """A count names no device: that the device goes with the rest is not what its author wrote."""
    return setting.path == _COUNT != paths[0] and setting.value != 0


def _losers(cause: Setting | None, paths: tuple[Path, ...]) -> tuple[Loser, ...]:
    if cause is None:
        return ()
    lost = (setting for setting in cause.lost if setting.path in paths)
    return tuple(Loser(position=setting.position, value=readable(setting)) for setting in lost)
