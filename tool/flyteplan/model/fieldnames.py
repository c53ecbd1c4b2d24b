"""The names by which a rule can speak of what manifests set.

A setting has its name in the manifest and all that it stands under (`resources`, `resources.cpu`), and the names of
its fields in a plan (`resources.requests.cpu`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from flyteplan.model.settings import QUEUE, RUN_QUEUE, Path

_PAIRS = ("cpu", "memory")
_HALVES = {"request": "requests", "limit": "limits"}
_LEAVES = {
    "": (
        *("short_name", "image", "service_account", "pod_template_name", "queue", "produces_artifacts"),
        *("interruptible", "max_inline_io_bytes", "env_vars", "labels", "annotations", "secrets"),
    ),
    "resources.": (
        *("cpu.request", "cpu.limit", "memory.request", "memory.limit", "disk", "shm"),
        *("gpu.quantity", "gpu.device", "gpu.partition"),
    ),
    "retries.": ("count", "backoff.base", "backoff.factor", "backoff.cap"),
    "timeout.": ("max_runtime", "max_queued_time", "deadline"),
    "cache.": ("behavior", "version_override", "serialize", "ignored_inputs", "max_age"),
    "submit.": ("as", "triggers", "allow_older_base", "inputs", "run", "sensitive_inputs"),
}
# Below these stands what the user names; of resources only what has a domain.
_OPEN = ("env_vars.", "labels.", "annotations.", "secrets.", "submit.inputs.", "submit.run.")
_DISK_LIMIT = "resources.limits.disk"  # no setting sets it, but where it is deployed some take it away
_QUEUE = frozenset({QUEUE[-1], ".".join(RUN_QUEUE)})
_EXTENDED = ("resources.", "resources.requests.", "resources.limits.")


@lru_cache(maxsize=4096)
def names(path: Path, *, limited: bool = True) -> frozenset[str]:
    """All names of the setting at *path*; *limited* as in `fields`."""
    own = path[1:] if path[0] == "overrides" else path
    above = {".".join(own[:end]) for end in range(1, len(own) + 1)}
    plan = _QUEUE if ".".join(own) in _QUEUE else fields(path, limited=limited)
    return frozenset(above | {name for field in plan for name in _dotted(field)})


@lru_cache(maxsize=4096)
def fields(path: Path, *, limited: bool = True) -> tuple[str, ...]:
    """What the setting at *path* is called in a plan: for a quantity its request, its limit, or both.

    *limited*: the task may have a limit of accelerators, and then a count of them is that too. One of disk never is.
    """
    own = path[1:] if path[0] == "overrides" else path
    if (
        own[0] != "resources"
        or len(own) == 1
        or own[1] == "shm"
        or own[1:] in (("gpu", "device"), ("gpu", "partition"))
    ):
        return (".".join(own),)
    if len(own) == 3 and own[1] in _PAIRS:
        return (f"resources.{_HALVES[own[2]]}.{own[1]}",)
    if own[1] == "disk" or (own[1] == "gpu" and not limited):
        return (f"resources.requests.{own[1]}",)
    return (f"resources.requests.{own[1]}", f"resources.limits.{own[1]}")


@lru_cache(maxsize=4096)
def field_names(field: str) -> frozenset[str]:
    """All names of a field of a plan."""
    return frozenset(_dotted(field))


def _dotted(field: str) -> Iterator[str]:
    parts = field.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
    if len(parts) > 2 and parts[0] == "resources" and parts[1] in _HALVES.values():
        yield ".".join((parts[0], *parts[2:]))


@cache
def known() -> frozenset[str]:
    """All names but those that users give."""
    return frozenset(name for path in _paths() for name in names(path)) | field_names(_DISK_LIMIT)


def _paths() -> Iterator[Path]:
    for above, leaves in _LEAVES.items():
        for leaf in leaves:
            path = tuple(f"{above}{leaf}".split("."))
            yield path if path[0] == "submit" else ("overrides", *path)


def can_match(glob: str) -> bool:
    """Whether there is a name that *glob* can match."""
    if glob.startswith(("*", "?", "[", *_OPEN)) or (glob.startswith(_EXTENDED) and "/" in glob):
        return True
    return any(fnmatchcase(name, glob) for name in known())


def is_known(name: str) -> bool:
    """Whether manifests can set the field *name* of a plan, by itself or with all that it stands under."""
    return name.partition(".")[0] in parameters() and not name.endswith(")")


@cache
def parameters() -> frozenset[str]:
    """What names begin with: `resources`, `submit`."""
    return frozenset(name.partition(".")[0] for name in known())
