"""The rules that the protos declare, for what is sent: the open-source server does not check them."""

from __future__ import annotations

from typing import Any

from flyteplan.errors import CatalogError

# Servers without organizations have none, and templates come with the environment that they were deployed with.
_NOT_OURS = ("org", "organization", "environment")


def check(request: Any, what: str) -> None:
    """Raises CatalogError for a request that breaks a rule of its proto; *what* is the subject of the message."""
    import protovalidate

    broken = [one for one in protovalidate.collect_violations(request) if not set(_path(one)) & set(_NOT_OURS)]
    if broken:
        told = "; ".join(f"{'.'.join(_path(one))}: {one.proto.message}" for one in broken)
        raise CatalogError(f"{what} would break the rules of the Flyte protos: {told} (it is not sent)")


def _path(violation: Any) -> list[str]:
    return [str(element.field_name) for element in violation.proto.field.elements]
