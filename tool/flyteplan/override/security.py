"""`secrets` and `service_account`: `TaskTemplate.security_context`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from flyteplan.model.settings import WHOLE, Parts, Secret
from flyteplan.override.edit import Edit

if TYPE_CHECKING:
    from flyteidl2.core.security_pb2 import SecurityContext

# flyteidl2.core.Secret.MountType
_ENV_VAR, _FILE = 1, 2


def secrets(edit: Edit, wanted: Parts) -> None:
    """By (group, key). A replacement makes the whole security context anew but for the service account."""
    context = edit.template.security_context
    if edit.replace:
        _start_anew(edit, context)
    messages = context.secrets
    if WHOLE in wanted:
        del messages[:]
    if "secrets" in edit.cleared:
        _drop(messages, {name for name, secret in wanted.items() if secret is None and name != WHOLE})
    there = _by_name(messages) if messages else {}
    for name, secret in wanted.items():
        if secret is not None:
            _set(messages, there.get(name), secret)
    if not messages:
        _drop_empty(edit)


def _start_anew(edit: Edit, context: SecurityContext) -> None:
    account = "" if "service_account" in edit.given else context.run_as.k8s_service_account
    context.Clear()
    if account:
        context.run_as.k8s_service_account = account


def _by_name(messages: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for message in messages[:]:
        found.setdefault(_name(message), []).append(message)
    return found


def _set(messages: Any, there: Sequence[Any] | None, secret: Secret) -> None:
    """*there* are those of its name, if any."""
    mount = _FILE if secret.as_file else _ENV_VAR
    if there:
        chosen = _chosen(there, as_file=secret.as_file)
    else:
        chosen = messages.add()
        chosen.key = secret.key
        if secret.group:
            chosen.group = secret.group
    chosen.mount_requirement = mount
    chosen.env_var = "" if secret.as_file else secret.env_var


def _chosen(there: Sequence[Any], *, as_file: bool) -> Any:
    """The first that is mounted alike, else the first."""
    return next((message for message in there if (message.mount_requirement == _FILE) == as_file), there[0])


def _drop(messages: Any, names: Collection[str]) -> None:
    if not names:
        return
    left = (message for message in messages if _name(message) not in names)
    kept = [type(message).FromString(message.SerializeToString()) for message in left]
    del messages[:]
    messages.extend(kept)


def _name(message: Any) -> str:
    group, key = message.group, message.key
    return f"{group}/{key}" if group else key


def service_account(edit: Edit, wanted: Parts) -> None:
    account = wanted[WHOLE]
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
