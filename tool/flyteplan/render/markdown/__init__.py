"""Plans as Markdown, for the comment of a pull request: whole where it fits, less where it does not, never cut off."""

from __future__ import annotations

from flyteplan.render.markdown.comment import comment
from flyteplan.render.markdown.compared import comparison
from flyteplan.render.markdown.page import DIALECTS, Page

__all__ = ["DIALECTS", "Page", "comment", "comparison"]
