"""`image` and `env_vars` of the primary container, and the variables that the SDK keeps for itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from flyteplan.override.edit import Edit
from flyteplan.override.resources import no_container

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# Variables that the SDK sets at deployment and needs at run time; an override of the user's never speaks of them.
SDK_PREFIX = "_F_"
_APPLE_PREFIX = "_F_APPLE_SILICON_"
_APPLE_EXECUTION = "FLYTE_APPLE_SILICON_EXECUTION"
_APPLE_SILICON = 5


def image(edit: Edit) -> None:
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, "image"))
        return
    container.image = edit.value("image") or container.image


def env_vars(edit: Edit) -> None:
    """By name: the template's order stays, new names follow sorted; under replace in the order of the manifest."""
    container = edit.primary
    if container is None:
        edit.problem(*no_container(edit, "env_vars"))
        return
    if edit.clears("env_vars"):
        kept = () if edit.replace else (name for name, _ in container.env() if name.startswith(SDK_PREFIX))
        container.keep_env(kept)
    cleared = {path[0] for path, item in edit.leaves("env_vars") if item.clears}
    if cleared:
        container.keep_env(name for name, _ in container.env() if name not in cleared)
    given = [(path[0], item.value) for path, item in edit.leaves("env_vars") if not item.clears]
    for name, value in given if edit.replace else sorted(given):
        container.set_env(name, value)


def apple_silicon(edit: Edit, base: TaskSpec, parameters: Collection[str]) -> None:
    """What `gpu: AppleSilicon` needs in the environment of a container task; the SDK keeps it so in its override().

    The settings are the task's: they are carried through a change of the variables, and go when the task moves off
    the Mac. A deployed task can not be moved onto one, for its image's packages are not recorded.
    """
    if not edit.template.HasField("container") or not {"env_vars", "resources"} & set(parameters):
        return
    old = {pair.key: pair.value for pair in base.task_template.container.env}
    carried = {name: value for name, value in old.items() if name.startswith(_APPLE_PREFIX)}
    asked = {pair.key: pair.value for pair in edit.template.container.env}
    wanted = _apple_settings(edit, carried, asked, "resources" in parameters)
    if {name: value for name, value in asked.items() if name.startswith(_APPLE_PREFIX)} != wanted:
        _write_env(edit, {name: value for name, value in asked.items() if not name.startswith(_APPLE_PREFIX)} | wanted)


def _apple_settings(edit: Edit, carried: dict[str, str], asked: dict[str, str], moves: bool) -> dict[str, str]:
    own_container = asked.get(_APPLE_EXECUTION) == "container"
    on_mac = edit.template.extended_resources.gpu_accelerator.device_class == _APPLE_SILICON
    if moves and not on_mac:
        return {}
    if moves and not carried and not own_container:
        hint = "deploy the task with gpu AppleSilicon, or set FLYTE_APPLE_SILICON_EXECUTION: container"
        edit.problem("FP2006", ("resources",), "a deployed task can not be moved onto AppleSilicon", hint)
    return {} if own_container else carried


def _write_env(edit: Edit, variables: dict[str, Any]) -> None:
    edit.template.container.ClearField("env")
    for name, value in variables.items():
        edit.template.container.env.add(key=name, value=value)
