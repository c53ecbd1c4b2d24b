"""`flyteplan.yaml`: who owns the overrides, and the named places they go to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A named place: where templates are read (`catalog` or `endpoint`), whose tasks, which layers in order.

    `salt` is the repository's, or that of the environment: it keys the digests of sensitive values.
    """

    name: str
    catalog: str = ""
    endpoint: str = ""
    org: str = ""
    project: str = ""
    domain: str = ""
    manifests: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    salt: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file. `targets` stand in the order of the file."""

    owner: str = ""
    default_target: str = ""
    targets: tuple[Target, ...] = ()
