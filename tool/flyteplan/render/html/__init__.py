"""A plan, or two of them side by side, as one page for a browser."""

from __future__ import annotations

from flyteplan.render.html.ofcomparison import compared_html
from flyteplan.render.html.ofplan import html
from flyteplan.render.html.view import Assets, Link

__all__ = ["Assets", "Link", "compared_html", "html"]
