"""Resolutions and their desired specs -> changes, and changes -> the plan (`document`, which only some ask for)."""

from __future__ import annotations

from flyteplan.plan.changes import Sides, call, change, naming, of_run, sides, takes_a_name

__all__ = ["Sides", "call", "change", "naming", "of_run", "sides", "takes_a_name"]
