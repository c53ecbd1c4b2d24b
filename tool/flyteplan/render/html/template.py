"""A page as HTML: one file that needs no other, and in which nothing of a plan is markup, script or address."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flyteplan.render.html.view import Assets, Page
from flyteplan.render.style import escaped

if TYPE_CHECKING:
    from jinja2 import Template


def rendered(page: Page, assets: Assets) -> str:
    """The same bytes for the same page."""
    from markupsafe import Markup

    return _template(assets.template).render(
        page=page,
        style=Markup(assets.style),  # noqa: S704  # they come with the package
        script=Markup(assets.script),  # noqa: S704
        policy=_policy(assets),
        counted=_counted,
    )


@lru_cache(maxsize=1)
def _template(text: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    return Environment(
        autoescape=True, finalize=_printable, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    ).from_string(text)


def _policy(assets: Assets) -> str:
    """Nothing is loaded, sent or run but the one style and the one script: https://www.w3.org/TR/CSP3/."""
    return (
        f"default-src 'none'; style-src {_source(assets.style)}; script-src {_source(assets.script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _printable(value: Any) -> Any:
    """Of whatever is written: no controls, no marks of direction, no lone surrogates."""
    return escaped(value) if type(value) is str else value


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"
