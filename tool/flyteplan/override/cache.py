"""`cache`: whether results are reused, under which version, and for how long."""

from __future__ import annotations

from operator import attrgetter

from flyteplan.model.nearest import did_you_mean
from flyteplan.model.settings import WHOLE, Parts
from flyteplan.override.edit import Edit
from flyteplan.override.metadata import set_duration

PARAMETER = "cache"
_BEHAVIOR, _VERSION, _SERIALIZE = "behavior", "version_override", "serialize"
_IGNORED_INPUTS, _MAX_AGE = "ignored_inputs", "max_age"
_KEY = attrgetter("key")


def cache(edit: Edit, wanted: Parts) -> None:
    """`disable` keeps `discovery_version` under merge: it is part of the action's identity, cached or not."""
    metadata, whole, behavior = edit.metadata, WHOLE in wanted, wanted.get(_BEHAVIOR)
    if behavior is not None:
        metadata.discoverable = behavior == "override"
    elif whole:
        metadata.discoverable = False
    elif not metadata.discoverable:
        hint = "add behavior: override and a version_override to turn it on"
        edit.problem("FP2006", (PARAMETER,), "cache settings can not take effect: the task has no cache", hint)
        return
    version = wanted.get(_VERSION)
    if version is not None:
        metadata.discovery_version = version
    if not version:
        _without_version(edit, version)
    if whole or _SERIALIZE in wanted:
        metadata.cache_serializable = bool(wanted.get(_SERIALIZE))
    if whole or _IGNORED_INPUTS in wanted:
        _ignored_inputs(edit, wanted.get(_IGNORED_INPUTS) or ())
    if whole or _MAX_AGE in wanted:
        _max_age(edit, wanted)


def _without_version(edit: Edit, version: str | None) -> None:
    metadata = edit.metadata
    if version is None and edit.replace and not metadata.discoverable:
        metadata.discovery_version = ""
    if metadata.discoverable and not metadata.discovery_version:
        edit.problem(
            "FP1210", (PARAMETER,), "the cache has no version, deployed or overridden", "add version_override: v1"
        )


def _ignored_inputs(edit: Edit, names: tuple[str, ...]) -> None:
    known = list(map(_KEY, edit.template.interface.inputs.variables[:])) if names else []
    for name in names:
        if name not in known:
            message = f"ignored_inputs names {name}, which is no input of {edit.task}"
            edit.problem("FP2007", (PARAMETER, "ignored_inputs"), message, did_you_mean(name, known, "its inputs are"))
    ignored = edit.metadata.cache_ignore_input_vars
    del ignored[:]
    ignored.extend(names)


def _max_age(edit: Edit, wanted: Parts) -> None:
    age = wanted.get(_MAX_AGE)
    if age is None or WHOLE in wanted:
        edit.metadata.ClearField("cache_max_age")
    if age is not None:
        set_duration(edit.metadata.cache_max_age, age)
