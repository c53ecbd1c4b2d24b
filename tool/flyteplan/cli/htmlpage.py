"""A plan as a page for a browser, with the files that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flyteplan.cli.ci import repository
from flyteplan.files.packaged import packaged
from flyteplan.model.plan import Plan

_FOLDER = ("render", "html")


def html_page(plan: Plan, document: Callable[[], Mapping[str, Any]], *, expand: bool = False) -> str:
    """*document* gives the JSON of *plan*."""
    from flyteplan.render.html import Assets, html

    assets = Assets(
        template=packaged(*_FOLDER, "page.html"),
        style=packaged(*_FOLDER, "page.css"),
        script=packaged(*_FOLDER, "page.js"),
    )
    return html(plan, document(), assets, expand=expand, link=repository().link)
