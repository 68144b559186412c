"""The post on a page: title and time, the body, the counters under it, the comments.

The body ends at the page's own counters. An author can quote counters in a post and a commenter in a comment, so
of several the right one is chosen: under it the body fills an element of its own; where no structure tells, under
it alone order and counts of the comments agree.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import Image, Problem, Shown
from blogarchive.reading.clean import clean_html, images_of
from blogarchive.reading.fragment import container, cut, text_of
from blogarchive.reading.lines import CELLS, Element, Line, enclosing
from blogarchive.sites.grammar.comment_list import Comments, Paged, read_comments
from blogarchive.sites.grammar.counters import Counters, find_counters
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import HEADING, MOMENT, POST_LABEL

_TITLED_TIME = re.compile(
    rf"(?P<title>.*?)\s*[(\[]?(?:(?:发表|发布)(?:于|时间|日期)?|时间|日期|于)?\s*:?\s*(?P<time>{MOMENT})[)\]]?"
)
# What templates put between a post's time and its counters that is not the post.
_AROUND = re.compile(
    r"(?:上一篇|下一篇|上一篇文章|下一篇文章)\s*(?::.*)?|(?:字[体号]:?)?\s*[\[【(]?\s*大\s*中\s*小\s*[\]】)]?"
    r"|\[?(?:打印|收藏|分享|转发|举报)\]?(?:\s*\|?\s*\[?(?:打印|收藏|分享|转发|举报)\]?)*|分享到?:?"
)
_TITLE_LINES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class TitleTime:
    """A post's title and time; `end` is the line after them."""

    title: str
    posted: Shown
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post as a page shows it; `start` and `end` bound all that an author or a commenter may have written.

    `heading` is None on a further page of comments that does not repeat the post.
    """

    heading: TitleTime | None
    body_html: str
    body_text: str
    images: tuple[Image, ...]
    counters: Counters | None
    comments: Comments
    problems: tuple[Problem, ...]
    start: int
    body_end: int
    end: int


def read_post(view: View, *, further: bool, pager: int | None, labelled: bool = False) -> PostPage | None:
    """The post that the page shows, or None where it shows none.

    `further`: the page goes on an earlier page's comments. `pager`: the line of the page's last link to a next
    page. `labelled`: only where 网络日志正文 says so.
    """
    heading = find_title_time(view, labelled=labelled)
    if heading is None:
        return _comments_alone(view) if further else None
    found = find_counters(view, heading.end, len(view.lines))
    since = view.moment(heading.posted.text)
    readings = {
        counters.first: read_comments(
            view,
            counters.last + 1,
            len(view.lines),
            claimed=counters.comments,
            paged=_paged(further, pager, counters.last),
            since=since,
        )
        for counters in found
    }
    chosen, doubt = _own_counters(view, heading, found, readings)
    body_end = _body_end(view, heading, chosen)
    if body_end is None:
        return None
    comments = readings[chosen.first] if chosen else _uncounted(view, body_end, since, further=further)
    if doubt is not None:
        comments = Comments(comments=(), problem=doubt, start=comments.start, end=comments.end)
    return _post_page(view, heading, body_end, chosen, comments, further=further)


def _comments_alone(view: View) -> PostPage | None:
    """A further page of comments that does not repeat the post."""
    counters = next(iter(find_counters(view, 0, len(view.lines))), None)
    start = 0 if counters is None else counters.last + 1
    claimed = None if counters is None else counters.comments
    comments = read_comments(view, start, len(view.lines), claimed=claimed, paged=Paged.FURTHER, since=None)
    if not comments.found:
        return None
    return PostPage(
        heading=None,
        body_html="",
        body_text="",
        images=(),
        counters=counters,
        comments=comments,
        problems=() if comments.problem is None else (comments.problem,),
        start=comments.start,
        body_end=comments.start,
        end=comments.end,
    )


def _paged(further: bool, pager: int | None, line: int) -> Paged:
    if further:
        return Paged.FURTHER
    return Paged.BEGINS if pager is not None and pager > line else Paged.NO


def find_title_time(view: View, *, labelled: bool = False) -> TitleTime | None:
    """The title and time of the page's post: after 网络日志正文 where the page has it, else by its structure."""
    for index, text in enumerate(view.folded):
        if _is_label(view, index, POST_LABEL, text):
            found = _title_time(view, index + 1, min(index + 1 + _TITLE_LINES, len(view.lines)))
            if found is not None:
                return found
    if labelled:
        return None
    for index, line in enumerate(view.lines):
        if view.folded[index] and _is_title(view, line):
            return _title_time(view, index, min(index + 4, len(view.lines)))
    return _first_moment(view)


def _first_moment(view: View) -> TitleTime | None:
    """The first line of the page that is a title of the document with a moment, or a moment under such a line."""
    for index, text in enumerate(view.folded):
        match = _TITLED_TIME.fullmatch(text.strip())
        if match is None:
            continue
        start = index if match["title"].strip() else max(index - 1, 0)
        found = _title_time(view, start, index + 1)
        if found is not None and found.title and found.title in view.document.title:
            return found
    return None


def _is_label(view: View, index: int, label: "re.Pattern[str]", text: str) -> bool:
    return label.fullmatch(text.strip()) is not None and view.lines[index].link_at(0, len(text)) is None


def _is_title(view: View, line: Line) -> bool:
    anchor = enclosing(line.node_at(0), "a")
    hinted = anchor is not None and "diary_title" in (anchor.get("class") or "").split()
    heads = line.block.tag in ("h1", "h2") and bool(line.text) and line.text in view.document.title
    return hinted or heads


def _title_time(view: View, start: int, stop: int) -> TitleTime | None:
    for index in range(start, stop):
        match = _TITLED_TIME.fullmatch(view.folded[index].strip())
        if match is not None and not (index + 1 < stop and _is_whole_title(view, index, match)):
            return _with_title(view, start, index, match, stop)
    return None


def _is_whole_title(view: View, index: int, match: "re.Match[str]") -> bool:
    """Whether a line that ends in a moment is all title, its own time standing on the next line."""
    following = _TITLED_TIME.fullmatch(view.folded[index + 1].strip())
    if following is None or following["title"]:
        return False
    line, after = view.lines[index], view.lines[index + 1]
    if line.node_at(0) is not line.node_at(match.start("time")):
        return False
    same_row = line.block.tag in CELLS and line.block.getparent() is after.block.getparent()
    return same_row or _is_title(view, line) or line.text in view.document.title


def _with_title(view: View, start: int, index: int, match: "re.Match[str]", stop: int) -> TitleTime:
    text = view.lines[index].text.strip()
    shown = Shown(text=text[match.start("time") : match.end("time")])
    title = text[: match.end("title")].strip(" \xa0\u3000|/")
    end = index + 1
    before = [i for i in range(start, index) if view.folded[i].strip()]
    if not title and before:
        title = view.lines[next((i for i in before if _is_title(view, view.lines[i])), before[0])].text
    elif not title:
        after = next((i for i in range(end, stop) if view.folded[i].strip()), None)
        if after is not None and _is_title(view, view.lines[after]):
            title, end = view.lines[after].text, after + 1
    return TitleTime(title=title, posted=shown, start=start, end=end)


def _own_counters(
    view: View, heading: TitleTime, found: list[Counters], readings: dict[int, Comments]
) -> tuple[Counters | None, Problem | None]:
    """The page's own counters among all that read like some, and a doubt where nothing can tell."""
    if len(found) < 2:
        return (found[0] if found else None), None
    framed = [c for c in found if _body_container(view, heading.end, c.first) is not None]
    if framed:
        return framed[-1], None
    agreeing = [c for c in found if readings[c.first].agrees]
    if len(agreeing) == 1:
        return agreeing[0], None
    detail = f"{len(found)} lines read like the page's counters, and {len(agreeing)} of them agree with the comments"
    return found[-1], Problem(kind="forged", field="comments", detail=detail)


def _body_container(view: View, start: int, end: int) -> Element | None:
    lines = _body_lines(view, start, end)
    return container(view.document, lines[0], lines[-1]) if lines else None


def _body_lines(view: View, start: int, end: int) -> tuple[Line, ...]:
    """The lines of the body, without what templates put around it."""
    while start < end and _AROUND.fullmatch(view.folded[start].strip()):
        start += 1
    while start < end and _AROUND.fullmatch(view.folded[end - 1].strip()):
        end -= 1
    return view.lines[start:end]


def _body_end(view: View, heading: TitleTime, counters: Counters | None) -> int | None:
    if counters is not None:
        return counters.first
    ends = [i for i in range(heading.end, len(view.lines)) if _is_label(view, i, HEADING, view.folded[i])]
    framed = [i for i in ends if _body_container(view, heading.end, i) is not None]
    if framed or ends:
        return framed[-1] if framed else ends[-1]
    hinted = _hinted_body(view)
    return None if hinted is None else view.document.inside(hinted).stop


def _hinted_body(view: View) -> Element | None:
    """The element that today's template of the site calls the body, where there is just one."""
    nodes = [
        n for n in view.document.root.iter("div", "td") if "diary_content" in (n.get("class") or "").split()
    ]
    return nodes[0] if len(nodes) == 1 and nodes[0] in view.document.opened else None


def _uncounted(view: View, start: int, since: datetime | None, *, further: bool) -> Comments:
    return read_comments(
        view, start, len(view.lines), claimed=None, paged=Paged.FURTHER if further else Paged.NO, since=since
    )


def _post_page(
    view: View,
    heading: TitleTime,
    body_end: int,
    counters: Counters | None,
    comments: Comments,
    *,
    further: bool,
) -> PostPage:
    lines = _body_lines(view, heading.end, body_end)
    body_html = ""
    images: tuple[Image, ...] = ()
    if lines:
        body = cut(view.document, lines[0], lines[-1])
        images = images_of(body, view.url)
        body_html = clean_html(body, view.url)
    problems = [] if comments.problem is None else [comments.problem]
    if not lines and not further:
        problems.append(
            Problem(kind="unreadable", field="body", detail="the page shows no text for this post")
        )
    return PostPage(
        heading=heading,
        body_html=body_html,
        body_text=text_of(lines),
        images=images,
        counters=counters,
        comments=comments,
        problems=tuple(problems),
        start=heading.start,
        body_end=body_end,
        end=max(comments.end, body_end if counters is None else counters.last + 1),
    )
