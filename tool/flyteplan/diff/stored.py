"""What a server keeps of a spec: of descriptions no more than so many bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    Cut between two characters: a server would cut inside of one, and can not store the half.
    """
    if not any(_cut(text, size) != text for text, size in _texts(spec)):
        return spec
    copy = type(spec)()
    copy.CopyFrom(spec)
    for part, field, size in _LIMITS:
        if copy.HasField(part):
            message = getattr(copy, part)
            setattr(message, field, _cut(getattr(message, field), size))
    return copy


def _texts(spec: TaskSpec) -> list[tuple[str, int]]:
    return [(getattr(getattr(spec, part), field), size) for part, field, size in _LIMITS]


def _cut(text: str, size: int) -> str:
    return text if len(text) * 4 <= size else text.encode()[:size].decode(errors="ignore")
