"""A plan as one page for a browser."""

from __future__ import annotations

from flyteplan.render.html.ofplan import html
from flyteplan.render.html.view import Assets, Link

__all__ = ["Assets", "Link", "html"]
