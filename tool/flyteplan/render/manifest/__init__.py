"""Manifests of deployed tasks, with the settings that they have now."""

from __future__ import annotations

from flyteplan.render.manifest.documents import Deployed, Draft, Place, manifests

__all__ = ["Deployed", "Draft", "Place", "manifests"]
