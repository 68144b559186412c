"""The blog header: title, tagline, and the line with the blog's URL, 复制, 收藏本页."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import PageKind
from blogarchive.parsing.lines.document import Element, find_enclosing
from blogarchive.sites.grammar.page.page_view import PageView

_URL_LINE = re.compile(
    r"(?:博客地址|博客网址|地址|网址)?\s*:?\s*(?P<url>https?://\S+?)(?:\s*[>|\[\]]*\s*(?:复制(?:链接)?|收藏本页|收藏|加入收藏)[\]|]?)*\s*>?",
    re.IGNORECASE,
)
_MAX_TITLE_LINES = 4
_SEPARATORS = "|[]·>-—"


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogHeader:
    """The blog's title and tagline as shown, its URL as the page shows it, and their lines."""

    title: str | None = None
    tagline: str | None = None
    url: str | None = None
    own_lines: frozenset[int] = frozenset()


def parse_blog_header(view: PageView, outside: Sequence[int]) -> BlogHeader:
    """Return the header on the lines `outside` the post; empty if no line shows the blog's URL."""
    for index in outside:
        text = view.folded[index].strip()
        match = _URL_LINE.fullmatch(text) if "http" in text else None
        if match is not None and view.parse_url(match["url"]).kind is PageKind.HOME:
            names = _find_title_lines(view, index, set(outside))
            title = view.lines[names[0]].text.strip() if names else None
            tagline = " ".join(view.lines[i].text.strip() for i in names[1:]) or None
            return BlogHeader(
                title=title, tagline=tagline, url=match["url"], own_lines=frozenset((*names, index))
            )
    return BlogHeader()


def _find_title_lines(view: PageView, url_line: int, outside: set[int]) -> list[int]:
    """Find the lines of title and tagline: those before the URL in the innermost element with text.

    A sole line is the title, unless a line before it equals the window title.
    """
    node: Element | None = view.lines[url_line].block
    alone: list[int] = []
    while node is not None:
        inside = view.document.lines_in(node)
        before = [i for i in range(inside.start, url_line) if view.folded[i].strip() and i in outside]
        own = _lines_after_bar(view, before)
        titled = next(
            (offset for offset, i in enumerate(own[-_MAX_TITLE_LINES:]) if _is_title(view, i)), None
        )
        if titled is not None:
            return own[-_MAX_TITLE_LINES:][titled:]
        if len(own) > 1:
            header = own == before and len(own) <= _MAX_TITLE_LINES and node.tag != "body"
            return own if header else alone or own[-2:]
        alone = alone or own
        node = node.getparent()
    return alone


def _is_title(view: PageView, index: int) -> bool:
    """Check whether the line is a heading, or the window title equals it or ends with it."""
    line = view.lines[index]
    window_title = view.document.title
    named = window_title == line.text or (
        len(line.text) > 1 and window_title.endswith((f"-{line.text}", f" {line.text}"))
    )
    return named or find_enclosing(line.node_at(0), "h1") is not None or line.block.tag in ("h1", "h2", "h3")


def _lines_after_bar(view: PageView, lines: list[int]) -> list[int]:
    """Return the lines after the last one that has only words of the site's bar."""
    for offset in range(len(lines) - 1, -1, -1):
        words = [word.strip(_SEPARATORS) for word in view.folded[lines[offset]].split()]
        if all(word in view.hints.site_bar or not word for word in words):
            return lines[offset + 1 :]
    return lines
