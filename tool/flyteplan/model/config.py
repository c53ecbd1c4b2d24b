"""`flyteplan.yaml`: who owns the overrides, and the named places they go to."""

from __future__ import annotations

from typing import Any

from flyteplan.errors import Position
from flyteplan.model.guards import Guards
from flyteplan.record import dataclass, field

# What makes a target of one name the same place. Where a local catalog lies is a matter of the checkout.
PLACE = ("endpoint", "org", "project", "domain")
# How an endpoint is reached, in the words of flyteplan.yaml; of these, FILES are paths.
CONNECTION = (
    "config",
    "insecure",
    "insecure_skip_verify",
    "ca_cert_file_path",
    "auth_type",
    "client_id",
    "client_secret_env_var",
    "client_secret_location",
    "scopes",
)
FILES = frozenset({"config", "ca_cert_file_path", "client_secret_location"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A named place: where templates are read (`catalog` or `endpoint`), whose tasks, which layers in order.

    `policies` are the folders and files of the policies that hold for it; `position` is where it is written.
    `connection` are the keys of CONNECTION that are set, with their values. There are no commands among them: who may
    write a manifest may not make others run one.
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
    guards: Guards = field(default=Guards())
    connection: tuple[tuple[str, Any], ...] = ()
    position: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A target as flyteplan.yaml has it, and whose its overrides are.

    `outside` are its policies that lie outside of the repository, so that no revision has them.
    """

    target: Target
    owner: str = ""
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file. `targets` stand in the order of the file."""

    owner: str = ""
    default_target: str = ""
    targets: tuple[Target, ...] = ()
