"""Resolutions and their desired specs -> changes, and changes -> the plan."""

from __future__ import annotations

from flyteplan.plan.changes import change, takes_a_name
from flyteplan.plan.document import PlanDocument, digest, document
from flyteplan.plan.saved import read

__all__ = ["PlanDocument", "change", "digest", "document", "read", "takes_a_name"]
