"""What counts of a spec: of descriptions what a server keeps, and of its metadata what is not flyteplan's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.model.derived import TAG_PREFIX

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# Of flyteidl2's messages environment and documentation, in bytes.
_SHORT, _LONG = 255, 2048
_LIMITS = (
    ("environment", "description", _SHORT),
    ("documentation", "short_description", _SHORT),
    ("documentation", "long_description", _LONG),
)


def stored(spec: TaskSpec) -> TaskSpec:
    """*spec* as a server stores it, itself when nothing in it is too long.

    Cut between two characters: a server would cut inside of one, and can not store the half. Metadata without anything
    but flyteplan's tags is left out: a derived version has it where its base may have none.
    """
    bare = _has_bare_metadata(spec)
    if not bare and not _has_long_text(spec):
        return spec
    copy = type(spec)()
    copy.CopyFrom(spec)
    if bare:
        copy.task_template.ClearField("metadata")
    for part, field, size in _LIMITS:
        if copy.HasField(part):
            message = getattr(copy, part)
            setattr(message, field, _cut(getattr(message, field), size))
    return copy


def _has_bare_metadata(spec: TaskSpec) -> bool:
    template = spec.task_template
    if not template.HasField("metadata"):
        return False
    held = template.metadata
    # What the SDK always writes is asked for first.
    if held.HasField("runtime") or any(field.name != "tags" for field, _ in held.ListFields()):
        return False
    metadata = type(held)()
    metadata.CopyFrom(held)
    for name in [name for name in metadata.tags if name.startswith(TAG_PREFIX)]:
        del metadata.tags[name]
    return metadata.ByteSize() == 0


def _has_long_text(spec: TaskSpec) -> bool:
    if spec.HasField("environment") and _is_longer(spec.environment.description, _SHORT):
        return True
    if not spec.HasField("documentation"):
        return False
    texts = spec.documentation
    return _is_longer(texts.long_description, _LONG) or _is_longer(texts.short_description, _SHORT)


def _is_longer(text: str, size: int) -> bool:
    """Whether it has more bytes; no character has more than four of them."""
    return len(text) * 4 > size and len(text.encode()) > size


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")
