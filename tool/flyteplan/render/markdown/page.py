"""Where a comment is read: what a forge understands, how much it takes, and where its links lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from flyteplan.record import dataclass, field
from flyteplan.render.markdown.escape import code, html_text
from flyteplan.render.repository import Repository

# For what a workflow puts around a comment.
_RESERVE = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`limit` is the forge's, in characters; `html`: it takes comments and <details>; `alerts`: and `> [!WARNING]`."""

    limit: int
    html: bool = True
    alerts: bool = True


DIALECTS = {
    "github": Dialect(limit=65_536),
    "gitlab": Dialect(limit=1_000_000),
    "bitbucket": Dialect(limit=32_768, html=False, alerts=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`limit`: in place of the dialect's; `expand`: tasks that change alike are told one by one; `job`: the address of
    the whole output, "" unknown."""

    dialect: Dialect = DIALECTS["github"]
    limit: int | None = None
    repository: Repository = field(default_factory=Repository)
    job: str = ""
    expand: bool = False

    @property
    def room(self) -> int:
        """Bytes of UTF-8, of which there are at least as many as characters, however a forge counts these."""
        return self.limit or self.dialect.limit - _RESERVE

    def hidden(self, words: str) -> str:
        """A line for programs, which the page does not show."""
        safe = quote(words, safe=" =:/+,", errors="replace").replace("--", "%2D%2D")
        return f"<!-- {safe} -->" if self.dialect.html else f"[//]: # ({safe})"

    def folded(self, title: str, body: str, *, name: str = "", opened: bool = False) -> str:
        """*body* under a title that opens it, where the forge can; *name* is somebody's, and stands before it."""
        if not self.dialect.html:
            return f"#### {code(name)} {title}\n\n{body}" if name else f"#### {title}\n\n{body}"
        named = f"<code>{html_text(name)}</code> " if name else ""
        return f"<details{' open' if opened else ''}><summary>{named}{title}</summary>\n\n{body}\n\n</details>"

    def warned(self, lines: Iterable[str], *, kind: str = "WARNING", title: str = "Attention") -> Iterator[str]:
        yield f"> [!{kind}]" if self.dialect.alerts else f"> **{title}**\n>"
        for line in lines:
            yield f"> {line}"


def size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
