"""The posts that a page of blog.wenxuecity.com shows whole.

A post ends with `由NAME张贴 @ TIME (views) 共 N 篇评论`. TIME equals the time beside the title and links to the
post. An author can type such a line, but cannot place it at the depth of the template's own.
"""

import re
from dataclasses import dataclass

from blogarchive.items import DateText, Post
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html.sanitize import extract_images, sanitize_element
from blogarchive.parsing.lines.extract import extract_html, extract_text
from blogarchive.sites.grammar.page.dom_position import are_in_same_row
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import DATETIME

_FOOTER = re.compile(
    rf"由(?P<name>.+?)张贴\s*@\s*(?P<time>{DATETIME})\s*(?:\((?P<views>[\d,]+)\))?"
    r"\s*(?:共\s*(?P<comments>[\d,]+)\s*篇评论)?.*"
)
_PRINT = re.compile(r"\[\s*打印\s*\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class _PostFooter:
    """The line that ends a post: its index, its tag path, its fields."""

    line: int
    path: str
    time: str
    number: int | str
    url: str
    views: int | None
    comments: int | None


def parse_posts(view: PageView) -> tuple[list[Post], set[int]]:
    """Return the posts of a page in order, and the indexes of their lines."""
    footers = _find_footers(view)
    posts: list[Post] = []
    post_lines: set[int] = set()
    for offset, footer in enumerate(footers):
        found = _parse_post(view, footers[offset - 1].line + 1 if offset else 0, footer)
        if found is not None:
            posts.append(found[0])
            post_lines.update(range(found[1], footer.line + 1))
    return posts, post_lines


def _find_footers(view: PageView) -> list[_PostFooter]:
    """Find the footers of posts: of all matching lines, those at the least depth."""
    found = [
        footer
        for footer in (_parse_footer(view, index) for index in range(len(view.lines)))
        if footer is not None
    ]
    outermost = min((footer.path.count("/") for footer in found), default=0)
    return [footer for footer in found if footer.path.count("/") == outermost]


def _parse_footer(view: PageView, index: int) -> _PostFooter | None:
    if not view.folded[index].startswith("由"):
        return None
    match = _FOOTER.fullmatch(view.folded[index].strip())
    anchor = view.lines[index].link_at(*match.span("time")) if match else None
    url = None if anchor is None else view.resolve_href(anchor)
    parsed_url = None if url is None else view.parse_url(url)
    if match is None or parsed_url is None or parsed_url.number is None:
        return None
    return _PostFooter(
        line=index,
        path=view.tag_path(view.lines[index].block),
        time=match["time"],
        number=parsed_url.number,
        url=parsed_url.url,
        views=parse_count(match["views"]) if match["views"] else None,
        comments=parse_count(match["comments"]) if match["comments"] else None,
    )


def _parse_post(view: PageView, start: int, footer: _PostFooter) -> tuple[Post, int] | None:
    """Return the post that ends at `footer` and the line of its title, which precedes the same time in one
    row.
    """
    for index in range(max(start, 1), footer.line):
        if view.folded[index].strip() == footer.time and are_in_same_row(
            view.lines[index - 1], view.lines[index]
        ):
            return _build_post(view, index, footer), index - 1
    return None


def _build_post(view: PageView, time_line: int, footer: _PostFooter) -> Post:
    own = [
        i
        for i in range(time_line + 1, footer.line)
        if not are_in_same_row(view.lines[i], view.lines[time_line])
    ]
    while own and _PRINT.fullmatch(view.folded[own[-1]].strip()):
        own.pop()
    lines = view.lines[own[0] : own[-1] + 1] if own else ()
    body = extract_html(view.document, lines[0], lines[-1]) if lines else None
    images = () if body is None else extract_images(body, view.base)
    return Post(
        number=footer.number,
        url=footer.url,
        title=view.lines[time_line - 1].text.strip() or None,
        posted=DateText(text=view.lines[time_line].text.strip()),
        body_html="" if body is None else sanitize_element(body, view.base),
        body_text=extract_text(lines),
        images=images,
        views=footer.views,
        comment_count=footer.comments,
    )
