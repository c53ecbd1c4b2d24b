"""Overrides of deployed Flyte 2 tasks, planned and reviewed before they are submitted.

The pipeline, in order: load, validate, resolve, override, diff, plan, render.
"""

__version__ = "0.1.0"
