"""Resolutions and their desired specs -> changes, and changes -> the plan."""

from __future__ import annotations

from flyteplan.plan.changes import call, change, naming, of_run, takes_a_name
from flyteplan.plan.comparison import comparison
from flyteplan.plan.document import PlanDocument, digest, document
from flyteplan.plan.promotion import promotion
from flyteplan.plan.saved import read

__all__ = [
    "PlanDocument",
    "call",
    "change",
    "comparison",
    "digest",
    "document",
    "naming",
    "of_run",
    "promotion",
    "read",
    "takes_a_name",
]
