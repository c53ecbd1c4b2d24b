"""`cache`: whether results are reused, under which version, and for how long."""

from __future__ import annotations

from flyteplan.model.nearest import did_you_mean
from flyteplan.model.settings import WHOLE, Parts
from flyteplan.override.edit import Edit
from flyteplan.override.metadata import set_duration

PARAMETER = "cache"
_BEHAVIOR, _VERSION, _SERIALIZE = "behavior", "version_override", "serialize"
_IGNORED_INPUTS, _MAX_AGE = "ignored_inputs", "max_age"


def cache(edit: Edit, wanted: Parts) -> None:
    """`disable` keeps `discovery_version` under merge: it is part of the action's identity, cached or not."""
    if not _behavior(edit, wanted):
        return
    _version(edit, wanted)
    whole = WHOLE in wanted
    if whole or _SERIALIZE in wanted:
        edit.metadata.cache_serializable = bool(wanted.get(_SERIALIZE))
    if whole or _IGNORED_INPUTS in wanted:
        _ignored_inputs(edit, wanted.get(_IGNORED_INPUTS) or ())
    if whole or _MAX_AGE in wanted:
        _max_age(edit, wanted)


def _behavior(edit: Edit, wanted: Parts) -> bool:
    behavior = wanted.get(_BEHAVIOR)
    if behavior is None and WHOLE in wanted:
        behavior = "disable"
    if behavior is not None:
        edit.metadata.discoverable = behavior == "override"
        return True
    if edit.metadata.discoverable:
        return True
    hint = "add behavior: override and a version_override to turn it on"
    edit.problem("FP2006", (PARAMETER,), "cache settings can not take effect: the task has no cache", hint)
    return False


def _version(edit: Edit, wanted: Parts) -> None:
    metadata, version = edit.metadata, wanted.get(_VERSION)
    if version is not None:
        metadata.discovery_version = version
    elif edit.replace and not metadata.discoverable:
        metadata.discovery_version = ""
    if not version and metadata.discoverable and not metadata.discovery_version:
        edit.problem(
            "FP1210", (PARAMETER,), "the cache has no version, deployed or overridden", "add version_override: v1"
        )


def _ignored_inputs(edit: Edit, names: tuple[str, ...]) -> None:
    known = [entry.key for entry in edit.template.interface.inputs.variables[:]] if names else []
    for name in names:
        if name not in known:
            message = f"ignored_inputs names {name}, which is no input of {edit.task}"
            edit.problem("FP2007", (PARAMETER, "ignored_inputs"), message, did_you_mean(name, known, "its inputs are"))
    edit.metadata.cache_ignore_input_vars[:] = names


def _max_age(edit: Edit, wanted: Parts) -> None:
    age = wanted.get(_MAX_AGE)
    if age is None or WHOLE in wanted:
        edit.metadata.ClearField("cache_max_age")
    if age is not None:
        set_duration(edit.metadata.cache_max_age, age)
