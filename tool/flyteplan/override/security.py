"""`secrets` and `service_account`: `TaskTemplate.security_context`."""

from __future__ import annotations

from typing import Any

from flyteplan.model.settings import Secret
from flyteplan.override.edit import Edit

# flyteidl2.core.Secret.MountType
_ENV_VAR, _FILE = 1, 2


def secrets(edit: Edit) -> None:
    """By (group, key). A replacement makes the whole security context anew but for the service account."""
    if edit.replace:
        _start_anew(edit)
    elif edit.clears("secrets") and edit.template.HasField("security_context"):
        del edit.template.security_context.secrets[:]
    for path, item in edit.leaves("secrets"):
        if item.clears:
            _drop(edit, path[0])
        else:
            _set(edit, item.value)
    _drop_empty(edit)


def _start_anew(edit: Edit) -> None:
    account = edit.template.security_context.run_as.k8s_service_account
    edit.template.security_context.Clear()
    if account:
        edit.template.security_context.run_as.k8s_service_account = account


def _set(edit: Edit, secret: Secret) -> None:
    mount: Any = _FILE if secret.as_file else _ENV_VAR
    found = [message for message in edit.template.security_context.secrets if _name(message) == secret.name]
    alike = [message for message in found if (message.mount_requirement == _FILE) == secret.as_file]
    for message in (
        alike[:1] or found[:1] or [edit.template.security_context.secrets.add(group=secret.group, key=secret.key)]
    ):
        message.mount_requirement = mount
        message.env_var = "" if secret.as_file else secret.env_var


def _drop(edit: Edit, name: str) -> None:
    kept = [message for message in edit.template.security_context.secrets if _name(message) != name]
    copies = [type(message).FromString(message.SerializeToString()) for message in kept]
    del edit.template.security_context.secrets[:]
    edit.template.security_context.secrets.extend(copies)


def _name(message: Any) -> str:
    return Secret(key=message.key, group=message.group).name


def service_account(edit: Edit) -> None:
    account = edit.value("service_account")
    if account:
        edit.template.security_context.run_as.k8s_service_account = account
        return
    context = edit.template.security_context
    if context.run_as.k8s_service_account:
        context.run_as.k8s_service_account = ""
        if not context.run_as.ByteSize():
            context.ClearField("run_as")
    _drop_empty(edit)


def _drop_empty(edit: Edit) -> None:
    template = edit.template
    if template.HasField("security_context") and not template.security_context.ByteSize():
        template.ClearField("security_context")
