"""How a version is known that flyteplan made from another one."""

from __future__ import annotations

DERIVED_SUFFIX = ".flyteplan"
TAG_PREFIX = "flyteplan/"


def is_derived(version: str) -> bool:
    """Whether flyteplan made this version from another one."""
    return version.endswith(DERIVED_SUFFIX)
