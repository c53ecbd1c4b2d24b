"""Resolutions and their desired specs -> changes, and changes -> the plan."""

from __future__ import annotations

from flyteplan.plan.changes import call, change, naming, of_run, takes_a_name
from flyteplan.plan.document import PlanDocument, digest, document

__all__ = [
    "PlanDocument",
    "call",
    "change",
    "digest",
    "document",
    "naming",
    "of_run",
    "takes_a_name",
]
