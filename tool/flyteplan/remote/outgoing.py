"""The rules that the protos declare, for what is sent: the open-source server does not check them."""

from __future__ import annotations

from typing import Any

from flyteplan.remote.faults import named

# Servers without organizations have none, and templates come with the environment that they were deployed with.
_NOT_OURS = ("org", "organization", "environment")


def refusal(request: Any, subject: Any) -> str:
    """Why a request about *subject* is not sent: the rules of its proto that it breaks. "" when it breaks none."""
    import protovalidate

    broken = [one for one in protovalidate.collect_violations(request) if not set(_path(one)) & set(_NOT_OURS)]
    if not broken:
        return ""
    told = "; ".join(f"{'.'.join(_path(one))}: {one.proto.message}" for one in broken)
    return f"{named(subject)} would break the rules of the Flyte protos: {told} (it is not sent)"


def _path(violation: Any) -> list[str]:
    return [str(element.field_name) for element in violation.proto.field.elements]
