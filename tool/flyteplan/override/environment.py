"""`image` and `env_vars` of the primary container, and the variables that the SDK keeps for itself."""

from __future__ import annotations

from typing import Any

from flyteplan.model.primary import Primary
from flyteplan.model.settings import WHOLE, Parts
from flyteplan.override.edit import Edit
from flyteplan.override.resources import no_container

# Variables that the SDK sets at deployment and needs at run time; an override of the user's never speaks of them.
SDK_PREFIX = "_F_"
_APPLE_PREFIX = "_F_APPLE_SILICON_"
_APPLE_EXECUTION = "FLYTE_APPLE_SILICON_EXECUTION"
_APPLE_SILICON = 5


def image(edit: Edit, wanted: Parts) -> None:
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, "image"))
        return
    container.image = wanted[WHOLE] or container.image


def env_vars(edit: Edit, wanted: Parts) -> None:
    """By name: the template's order stays, new names follow sorted; under replace in the order of the manifest."""
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, "env_vars"))
        return
    deployed = _clear_env(edit, wanted, container) if "env_vars" in edit.cleared else []
    edit.variables = deployed + container.set_env(wanted, by_name=not edit.replace)


def _clear_env(edit: Edit, wanted: Parts, container: Primary) -> list[str]:
    """The names of what was there before."""
    if WHOLE in wanted and edit.replace:
        return container.keep_env(())
    cleared = {name for name, value in wanted.items() if value is None and name != WHOLE}
    start = SDK_PREFIX if WHOLE in wanted else ""
    return container.keep_env([name for name, _ in container.env() if name.startswith(start) and name not in cleared])


def apple_silicon(edit: Edit) -> None:
    """What `gpu: AppleSilicon` needs in the environment of a container task; the SDK keeps it so in its override().

    The settings are the task's: they are carried through a change of the variables, and go when the task moves off
    the Mac. A deployed task can not be moved onto one, for its image's packages are not recorded.
    """
    given, template = edit.given, edit.template
    if not ("env_vars" in given or "resources" in given) or not template.HasField("container"):
        return
    names = edit.variables if edit.variables is not None else _deployed(edit)
    on_mac = "resources" in given and template.HasField("extended_resources") and _on_mac(edit)
    if on_mac or _APPLE_PREFIX in " ".join(names):
        _settle_apple(edit)


def _on_mac(edit: Edit) -> bool:
    template = edit.template
    if not template.HasField("extended_resources"):
        return False
    return bool(template.extended_resources.gpu_accelerator.device_class == _APPLE_SILICON)


def _deployed(edit: Edit) -> list[str]:
    return [pair.key for pair in edit.base.spec.task_template.container.env[:]]


def _settle_apple(edit: Edit) -> None:
    old = {pair.key: pair.value for pair in edit.base.spec.task_template.container.env}
    carried = {name: value for name, value in old.items() if name.startswith(_APPLE_PREFIX)}
    asked = {pair.key: pair.value for pair in edit.template.container.env}
    wanted = _apple_settings(edit, carried, asked, "resources" in edit.given)
    if {name: value for name, value in asked.items() if name.startswith(_APPLE_PREFIX)} != wanted:
        _write_env(edit, {name: value for name, value in asked.items() if not name.startswith(_APPLE_PREFIX)} | wanted)


def _apple_settings(edit: Edit, carried: dict[str, str], asked: dict[str, str], moves: bool) -> dict[str, str]:
    own_container = asked.get(_APPLE_EXECUTION) == "container"
    if moves and not _on_mac(edit):
        return {}
    if moves and not carried and not own_container:
        hint = "deploy the task with gpu AppleSilicon, or set FLYTE_APPLE_SILICON_EXECUTION: container"
        edit.problem("FP2006", ("resources",), "a deployed task can not be moved onto AppleSilicon", hint)
    return {} if own_container else carried


def _write_env(edit: Edit, variables: dict[str, Any]) -> None:
    edit.template.container.ClearField("env")
    for name, value in variables.items():
        edit.template.container.env.add(key=name, value=value)
