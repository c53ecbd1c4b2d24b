"""Reuse pools (actors): the key that tells which tasks share warm containers, and its copy of the image.

The SDK derives the key when it deploys, from what a container of the pool is made of. Its `override()` leaves the key
alone, so an overridden task goes on in containers that know nothing of the override. Under merge the key follows the
template as a deployment would derive it; under replace it stays, and the plan says so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flyteplan.model.duration import SECOND
from flyteplan.model.plan import Note
from flyteplan.model.primary import PRIMARY_NAME_KEY, containers_of, primary
from flyteplan.override.edit import Edit

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate
    from google.protobuf.duration_pb2 import Duration
    from google.protobuf.struct_pb2 import Struct

# The SDK keeps this many hexadecimal digits of the sha256.
_DIGITS = 15
_BUNDLE_FLAGS = ("--version", "--tgz", "--pkl")
_MD5_BYTES = 16


def follow(edit: Edit) -> None:
    """Bring the pool of *edit* in step with what it is keyed on, or note that it is not."""
    template = edit.template
    if template.type != "actor" or not template.HasField("reuse_policy"):
        return
    base = edit.base.spec.task_template
    if _content(template, "") == _content(base, ""):
        return
    if edit.replace:
        message = "the reuse pool keeps its key, as with the SDK's override(): warm containers without it are used"
        edit.notes += (Note(code="pool-key-kept", message=message, attention=True),)
        return
    _rekey(edit, base)


def _rekey(edit: Edit, base: TaskTemplate) -> None:
    custom = edit.template.custom
    deployed = _string(custom, "version")
    bundle = next((known for known in _bundles(base) if key(base, known) == deployed), None)
    if bundle is None:
        # Which code bundle went into the deployed key can not be told; the key itself stands for it.
        bundle = deployed
        message = "the reuse pool gets a new key, but not the one that a deployment of the SDK would derive"
        edit.notes += (Note(code="pool-key-own", message=message),)
    custom.fields["version"].string_value = key(edit.template, bundle)
    container = primary(edit.template)
    if container is not None and "spec" in custom.fields:
        _set_image(custom.fields["spec"].struct_value, container.image)


def _set_image(pool: Struct, image: str) -> None:
    if "container_image" in pool.fields:
        pool.fields["container_image"].string_value = image


def key(template: TaskTemplate, bundle: str | None) -> str:
    """The pool's key as the SDK derives it; *bundle* is the version of the code bundle, None without one."""
    return hashlib.sha256(_content(template, bundle).encode()).hexdigest()[:_DIGITS]


def _content(template: TaskTemplate, bundle: str | None) -> str:
    policy = template.reuse_policy
    parts: list[Any] = [_string(template.custom, "name"), _container(template)]
    parts += [policy.min_replicas, policy.max_replicas]
    parts += [_seconds(policy.idle_ttl)] if _seconds(policy.idle_ttl) else []
    parts += [_clock(policy.scaledown_ttl)] if policy.HasField("scaledown_ttl") else []
    parts += [] if bundle is None else [bundle]
    parts += [template.security_context.SerializeToString(deterministic=True)]
    parts += [template.metadata.interruptible, template.metadata.pod_template_name]
    return ":".join(map(str, parts))


def _container(template: TaskTemplate) -> bytes | str:
    """The container without its arguments, which name the version of each deployment."""
    if template.HasField("container"):
        container = type(template.container)()
        container.CopyFrom(template.container)
        container.ClearField("args")
        return bytes(container.SerializeToString(deterministic=True))
    if template.HasField("k8s_pod"):
        pod = type(template.k8s_pod)()
        pod.CopyFrom(template.k8s_pod)
        for one in containers_of(pod):
            if _string(one, "name") == template.config.get(PRIMARY_NAME_KEY, ""):
                one.fields.pop("args", None)
        return bytes(pod.SerializeToString(deterministic=True))
    return ""


def _string(struct: Struct, name: str) -> str:
    """Reading a name that a Struct lacks would write it there, and what is read may be the deployed template."""
    return struct.fields[name].string_value if name in struct.fields else ""


def _seconds(duration: Duration) -> float:
    return duration.seconds + duration.nanos / SECOND


def _clock(duration: Duration) -> str:
    """As Python prints a timedelta, which is what the SDK hashes."""
    from datetime import timedelta

    return str(timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000))


def _bundles(template: TaskTemplate) -> Iterator[str | None]:
    """What may have been the version of the code bundle: arguments, parts of its address, or none at all."""
    arguments = _arguments(template)
    for flag, value in pairwise(arguments):
        if flag in _BUNDLE_FLAGS:
            yield from _words(value)
    yield from _words(template.metadata.code_bundle_uri)
    yield None


def _arguments(template: TaskTemplate) -> list[str]:
    if template.HasField("container"):
        return list(template.container.args)
    found = []
    for container in containers_of(template.k8s_pod):
        if "args" in container.fields:
            found += [value.string_value for value in container.fields["args"].list_value.values]
    return found


def _words(address: str) -> Iterator[str]:
    """An uploaded bundle lies under its md5 in base32; a bundle's file is named after its version."""
    for part in filter(None, address.split("/")):
        stem = part.split(".", 1)[0]
        yield from (part, stem, stem.removeprefix("fast"))
        try:
            raw = base64.b32decode(part)
        except binascii.Error:
            continue
        if len(raw) == _MD5_BYTES:
            yield raw.hex()
