"""What counts of a spec: of descriptions what a server keeps, and of its metadata what is not flyteplan's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteplan.model.derived import TAG_PREFIX

if TYPE_CHECKING:
    from flyteidl2.task.task_definition_pb2 import TaskSpec

# Of flyteidl2's messages environment and documentation, by field, in bytes.
_LIMITS = (
    ("environment", "description", 255),
    ("documentation", "short_description", 255),
    ("documentation", "long_description", 2048),
)


def stored(spec: TaskSpec) -> TaskSpec:
    """*spec* as a server stores it, itself when nothing in it is too long.

    Cut between two characters: a server would cut inside of one, and can not store the half. Metadata without anything
    but flyteplan's tags is left out: a derived version has it where its base may have none.
    """
    bare = _has_bare_metadata(spec)
    if not bare and not any(_cut(text, size) != text for text, size in _texts(spec)):
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
    if not template.HasField("metadata") or any(field.name != "tags" for field, _ in template.metadata.ListFields()):
        return False
    metadata = type(template.metadata)()
    metadata.CopyFrom(template.metadata)
    for name in [name for name in metadata.tags if name.startswith(TAG_PREFIX)]:
        del metadata.tags[name]
    return metadata.ByteSize() == 0


def _texts(spec: TaskSpec) -> list[tuple[str, int]]:
    return [(getattr(getattr(spec, part), field), size) for part, field, size in _LIMITS]


def _cut(text: str, size: int) -> str:
    return text if len(text) * 4 <= size else text.encode()[:size].decode(errors="ignore")
