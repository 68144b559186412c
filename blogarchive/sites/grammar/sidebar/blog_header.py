"""The blog header: title, tagline, and the line with the blog's URL, 复制, 收藏本页.

Without that line, the title is the first link to the blog's home that the window title confirms, or a line of the
home page that equals the window title.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import PageKind
from blogarchive.parsing.document import find_enclosing
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.page.page_view import PageView

_URL_LINE = re.compile(
    r"(?:博客地址|博客网址|地址|网址)?\s*:?\s*(?P<url>https?://\S+?)(?:\s*[>|\[\]]*\s*(?:复制(?:链接)?|收藏本页|收藏|加入收藏)[\]|]?)*\s*>?",
    re.IGNORECASE,
)
_MAX_TITLE_LINES = 4
_SEPARATORS = "|[]·>-—"
_MENU_WORDS = re.compile(
    r"(?:返回)?(?:我的|博客|个人|部落格)?(?:首页|主页|博客|日志|博文|文章|空间)(?:列表)?|home|blog",
    re.IGNORECASE,
)
_MIN_TITLE_LENGTH = 2
_MAX_TAGLINE_LENGTH = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogHeader:
    """The blog's title and tagline as shown, its URL as the page shows it, and their lines."""

    title: str | None = None
    tagline: str | None = None
    url: str | None = None
    own_lines: frozenset[int] = frozenset()


def parse_blog_header(view: PageView, outside: Sequence[int]) -> BlogHeader:
    """Return the header on the lines `outside` the post; empty if no line shows the blog's URL or title."""
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
    title_line = _find_linked_title(view, outside)
    if title_line is None:
        title_line = _find_title_of_home(view, outside)
    if title_line is None:
        return BlogHeader()
    below = _find_tagline(view, title_line, set(outside))
    first_span = view.lines[title_line].spans[0]
    whole = view.lines[title_line].text.strip()
    linked = view.lines[title_line].text[: first_span[1]].strip()
    return BlogHeader(
        title=linked if linked == view.document.title else whole,
        tagline=None if below is None else view.lines[below].text.strip(),
        own_lines=frozenset((title_line,) if below is None else (title_line, below)),
    )


def _find_linked_title(view: PageView, outside: Sequence[int]) -> int | None:
    """Find the first line that links to the blog's home page and is part of the window title.

    A heading needs no window title. The author's nickname may link there too, below the title.
    """
    uid = view.parse_url(view.url).uid
    for index in outside:
        text = view.lines[index].text.strip()
        if not view.is_home_link(index) or _MENU_WORDS.fullmatch(view.folded[index].strip()):
            continue
        if uid not in (None, _home_uid(view, index)):
            continue
        if len(text) >= _MIN_TITLE_LENGTH and (text in view.document.title or _is_title(view, index)):
            return index
    return None


def _find_title_of_home(view: PageView, outside: Sequence[int]) -> int | None:
    """Find the first line of a blog's home page that is the window title, or a heading that is part of it.

    The title may be the first element of its line, with the tagline after it.
    """
    window_title = view.document.title
    if view.parse_url(view.url).kind is not PageKind.HOME or len(window_title) < _MIN_TITLE_LENGTH:
        return None
    for index in outside:
        line = view.lines[index]
        text = line.text.strip()
        if len(text) < _MIN_TITLE_LENGTH:
            continue
        first = line.text[: line.spans[0][1]].strip() if line.spans else text
        heading = find_enclosing(line.node_at(0), "h1") is not None
        if window_title in (text, first) or (heading and text in window_title):
            return index
    return None


def _home_uid(view: PageView, index: int) -> str | None:
    parsed_url = view.links[index][0][2]
    return None if parsed_url is None else parsed_url.uid


def _find_tagline(view: PageView, title_line: int, outside: set[int]) -> int | None:
    """Find the line below the title, without a link, in an element that has little else."""
    node: Element | None = view.lines[title_line].block
    while node is not None:
        inside = view.document.lines_in(node)
        own = [i for i in view.lines_with_text(range(title_line + 1, inside.stop)) if i in outside]
        if own:
            few = len(own) < _MAX_TITLE_LINES and inside.start >= title_line - 1 and node.tag != "body"
            text = view.lines[own[0]].text
            plain = (
                not view.links[own[0]] and len(text) <= _MAX_TAGLINE_LENGTH and not view.is_section(own[0])
            )
            return own[0] if few and plain else None
        node = node.getparent()
    return None


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
