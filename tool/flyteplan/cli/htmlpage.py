"""Plans as a page for a browser, with the files that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flyteplan.cli.ci import repository
from flyteplan.files.packaged import packaged

if TYPE_CHECKING:
    from flyteplan.model.comparison import Comparison
    from flyteplan.model.plan import Plan
    from flyteplan.render.html import Assets

_FOLDER = ("render", "html")


def html_page(plan: Plan, document: Callable[[], Mapping[str, Any]], *, expand: bool = False) -> str:
    """*document* gives the JSON of *plan*."""
    from flyteplan.render.html import html

    return html(plan, document(), _assets(), expand=expand, link=repository().link)


def html_of_two(of: Comparison, digests: tuple[str, str], *, expand: bool = False) -> str:
    """*digests* are those of the plans."""
    from flyteplan.render.html import compared_html

    return compared_html(of, digests, _assets(), expand=expand, link=repository().link)


def _assets() -> Assets:
    from flyteplan.render.html import Assets

    return Assets(
        template=packaged(*_FOLDER, "page.html"),
        style=packaged(*_FOLDER, "page.css"),
        script=packaged(*_FOLDER, "page.js"),
    )
