"""Manifests + catalog -> one intent a task, and the exact versions it is about.

First without the catalog where nothing selects: `group`, then `compose`. Then `resolve` asks for all newest versions at
once, and for all templates at once. `managed` finds what manifests once spoke of.
"""

from __future__ import annotations

from flyteplan.resolve.groups import group, referenced
from flyteplan.resolve.layers import compose
from flyteplan.resolve.listings import Listings
from flyteplan.resolve.versions import base_of, resolve

__all__ = ["Listings", "base_of", "compose", "group", "referenced", "resolve"]
