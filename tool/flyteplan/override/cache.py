"""`cache`: whether results are reused, under which version, and for how long."""

from __future__ import annotations

from flyteplan.model.nearest import did_you_mean
from flyteplan.override.edit import Edit
from flyteplan.override.metadata import set_duration

PARAMETER = "cache"


def cache(edit: Edit) -> None:
    """`disable` keeps `discovery_version` under merge: it is part of the action's identity, cached or not."""
    if not _behavior(edit):
        return
    _version(edit)
    if _speaks_of(edit, "serialize"):
        edit.metadata.cache_serializable = bool(edit.value(PARAMETER, "serialize"))
    if _speaks_of(edit, "ignored_inputs"):
        _ignored_inputs(edit)
    _max_age(edit)


def _speaks_of(edit: Edit, name: str) -> bool:
    return edit.clears(PARAMETER, name) or edit.value(PARAMETER, name) is not None


def _behavior(edit: Edit) -> bool:
    behavior = edit.value(PARAMETER, "behavior")
    if behavior is None and edit.clears(PARAMETER):
        behavior = "disable"
    if behavior is not None:
        edit.metadata.discoverable = behavior == "override"
        return True
    if edit.metadata.discoverable:
        return True
    hint = "add behavior: override and a version_override to turn it on"
    edit.problem("FP2006", (PARAMETER,), "cache settings can not take effect: the task has no cache", hint)
    return False


def _version(edit: Edit) -> None:
    version = edit.value(PARAMETER, "version_override")
    if version is not None:
        edit.metadata.discovery_version = version
    elif edit.replace and not edit.metadata.discoverable:
        edit.metadata.discovery_version = ""
    if edit.metadata.discoverable and not edit.metadata.discovery_version:
        edit.problem(
            "FP1210", (PARAMETER,), "the cache has no version, deployed or overridden", "add version_override: v1"
        )


def _ignored_inputs(edit: Edit) -> None:
    names = edit.value(PARAMETER, "ignored_inputs") or ()
    known = [entry.key for entry in edit.template.interface.inputs.variables]
    for name in names:
        if name not in known:
            message = f"ignored_inputs names {name}, which is no input of {edit.task}"
            edit.problem("FP2007", (PARAMETER, "ignored_inputs"), message, did_you_mean(name, known, "its inputs are"))
    edit.metadata.cache_ignore_input_vars[:] = names


def _max_age(edit: Edit) -> None:
    if edit.clears(PARAMETER, "max_age"):
        edit.metadata.ClearField("cache_max_age")
    if edit.value(PARAMETER, "max_age") is not None:
        set_duration(edit.metadata.cache_max_age, edit.value(PARAMETER, "max_age"))
