"""`flyteplan.yaml`: who owns the overrides, and the named places they go to."""

from __future__ import annotations

from dataclasses import dataclass, field

from flyteplan.errors import Position
from flyteplan.model.guards import Guards


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A named place: where templates are read (`catalog` or `endpoint`), whose tasks, which layers in order.

    `policies` are the folders and files of the policies that hold for it; `position` is where it is written.
    """

    name: str
    catalog: str = ""
    endpoint: str = ""
    org: str = ""
    project: str = ""
    domain: str = ""
    manifests: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    guards: Guards = field(default=Guards())
    position: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file. `targets` stand in the order of the file."""

    owner: str = ""
    default_target: str = ""
    targets: tuple[Target, ...] = ()
