"""A comment read back as two parsers of Markdown understand it: what is on the page, and what is only shown on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("gfm-like", {"html": True})


@dataclass(slots=True)
class Seen:
    """`rows`: the texts of all cells, by row; `prose`: the text outside of code; `code`: the text of blocks of code."""

    rows: list[list[str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)


def by_commonmark(text: str) -> Seen:
    """As `markdown-it` reads it, bare links included. Its tags are those of the HTML that the source has."""
    seen = Seen()
    tokens = _PARSER.parse(text)
    for before, token in zip([tokens[0], *tokens], tokens, strict=False):
        if token.type == "tr_open":
            seen.rows.append([])
        if token.type == "fence":
            seen.code.append(token.content)
        if token.type == "html_block":
            seen.tags += tags_of(token.content)
        if token.type in ("heading_open", "table_open", "blockquote_open", "hr", "code_block"):
            seen.tags.append(token.tag or token.type)
        if token.type == "inline":
            shown = "".join(_inline(token, seen))
            if before.type in ("td_open", "th_open"):
                seen.rows[-1].append(shown)
            else:
                seen.items.append(shown)
    return seen


def _inline(token: Token, seen: Seen) -> Iterator[str]:
    for child in token.children or []:
        if child.type == "link_open":
            seen.links.append(str(child.attrGet("href")))
        if child.type in ("html_inline", "image", "hardbreak"):
            seen.tags.append(child.type)
        if child.type == "text":
            seen.prose.append(child.content)
        yield child.content if child.type != "softbreak" else "\n"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen, self._open = Seen(), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.tags.append(tag)
        if tag not in ("hr", "br", "img", "input"):
            self._open.append(tag)
        if tag == "tr":
            self.seen.rows.append([])
        if tag in ("td", "th"):
            self.seen.rows[-1].append("")
        if tag == "a":
            self.seen.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self._open or "th" in self._open:
            self.seen.rows[-1][-1] += data
        if "pre" in self._open:
            self.seen.code.append(data)
        elif "code" not in self._open:
            self.seen.prose.append(data)

    def close(self) -> None:
        super().close()
        assert self._open == []


def by_github(text: str) -> Seen:
    """As GitHub's parser makes HTML of it, and a parser of HTML reads that: every tag of the page, properly nested."""
    page = _Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
    page.close()
    page.seen.code = ["".join(page.seen.code)]
    return page.seen


def tags_of(html: str) -> list[str]:
    """The tags of a piece of HTML, opening and closing, and its comments."""
    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(tag)

        def handle_endtag(self, tag: str) -> None:
            found.append(f"/{tag}")

        def handle_comment(self, data: str) -> None:
            found.append("comment")

    reader = Tags()
    reader.feed(html)
    reader.close()
    return found
