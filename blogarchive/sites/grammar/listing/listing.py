"""The posts of a list page: titles that link to posts, outside the sidebar, each with its time."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from blogarchive.items import DateText, ListedPost, PageKind
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import DATE, DATETIME, HOUR_SIGN, fold, strip_bullets
from blogarchive.sites.grammar.post.counters import find_counters
from blogarchive.sites.grammar.sidebar.sidebar import is_title_cut

_TIME_LINE = re.compile(
    rf"[\[(【]?(?:(?:发表|发布)(?:于|时间|日期)?|时间|日期|于)?\s*:?\s*(?P<time>{DATETIME}|{DATE}(?!\s*[\dT]))(?!\d).{{0,120}}"
)
_TIME_AMID = re.compile(rf".{{1,60}}?(?P<time>{DATETIME}).{{0,60}}")  # 由某人于 TIME 发表
_TIME_IN = re.compile(rf"{DATETIME}|{DATE}")
# Words of links to a post that are not its title.
_NOT_A_TITLE = re.compile(
    r"[\[(<【]*-?\s*(?:(?:点击|继续)?(?:阅读|查看)(?:全文|更多|原文|详情)?|全文|更多|more|详细(?:内容)?|详情|浏览|发表评论|(?:查看)?评论"
    r"|\d{1,6}\s*[条个篇则]\s*(?:评论|留言|回应)|(?:没有|暂无|尚无|no)\s*(?:评论|留言|回应|comments?)|\d{1,6}\s*comments?|comments?"
    r"|阅读剩余部分|read more|continue reading|(?:上午|下午)?\s*\d{1,2}:\d{2}(?:\s*[ap]m)?"
    r"|引用|(?:固定)?链接|回复|打印|收藏|分享|编辑|删除|[上下]一篇|[上下前后]\s*一?\s*页|[首尾末]\s*页|permalink)"
    r"\s*:?\s*[(\[]?\s*\d*\s*[次条篇]?\s*[)\]]?[\s>\])】»→.…:-]{0,4}",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_PINNED = re.compile(r"^\s*[\[【(（]\s*置\s*[顶頂]\s*[\]】)）]\s*")  # inside the link, before the title
_CHARS_BESIDE = 120  # characters from a title to a time on its line
_LINES_BELOW = 5  # from a title to its time


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A link to a post: its line, its tag path, the span of its text; `button` if its words are no title."""

    line: int
    path: str
    span: tuple[int, int]
    post: ListedPost
    button: bool


def parse_listing(view: PageView, lines: Sequence[int]) -> tuple[ListedPost, ...]:
    """Return the posts on `lines` in order, each once, with the time beside its title or near it.

    If titles have times, a link without one in another position is no entry: it is in an excerpt or a box.
    """
    entries = list(_iter_entries(view, lines))
    entries = _drop_buttons(entries)
    # A whole row may link to its post: the title comes first.
    entries = _add_times(
        view, lines, [next(run) for _, run in groupby(entries, lambda entry: entry.post.number)]
    )
    titles = [entry for entry in entries if not entry.button] or [e for e in entries if e.post.posted]
    times = Counter(entry.path if entry.post.posted else None for entry in titles)
    # A line such as the foot of the page may have a time below the last title of a box.
    timed = {path for path, count in Counter(e.path for e in titles).items() if 2 * times[path] >= count}
    paths = timed or {entry.path for entry in titles}
    found: dict[str | None, _Entry] = {}
    for entry in entries:
        if entry.path in paths:
            found.setdefault(entry.post.number, entry)
    return _add_comment_counts(view, list(found.values()), lines)


def _drop_buttons(entries: Sequence[_Entry]) -> list[_Entry]:
    """Drop the links with words of buttons if another link has the title of their post.

    A title may equal such words: it is in the position of the other titles.
    """
    titles = [entry for entry in entries if not entry.button]
    titled = {entry.post.number for entry in titles}
    firsts = {entry.post.number: entry.path for entry in reversed(titles)}
    usual = Counter(firsts.values()).most_common(1)
    known = {entry.post.number for entry in titles if usual and entry.path == usual[0][0]}
    return [
        entry
        for entry in entries
        if not entry.button
        or entry.post.number not in titled
        or (usual and entry.path == usual[0][0] and entry.post.number not in known)
    ]


def _add_comment_counts(
    view: PageView, entries: Sequence[_Entry], lines: Sequence[int]
) -> tuple[ListedPost, ...]:
    """Add the number of comments that the last counters below each title show."""
    ends = [*(entry.line for entry in entries[1:]), lines[-1] + 1 if lines else 0]
    posts = []
    for entry, end in zip(entries, ends, strict=False):
        counters = find_counters(view, entry.line + 1, end)
        posts.append(replace(entry.post, comment_count=counters[-1].comments) if counters else entry.post)
    return tuple(posts)


def _iter_entries(view: PageView, lines: Sequence[int]) -> Iterator[_Entry]:
    here = view.parse_url(view.url).url  # a switch of script links to the page itself
    for index in lines:
        spans = view.lines[index].link_spans() if index in view.post_lines else {}
        for text, anchor, parsed_url in view.links[index]:
            if parsed_url is None or parsed_url.kind is not PageKind.POST or parsed_url.url == here:
                continue
            pieces = spans.get(anchor, [(0, 0)])
            start = _find_time_in_link(view.lines[index], pieces, text)
            title = _PINNED.sub("", strip_bullets(text[:start])).strip()
            if title:
                post = ListedPost(
                    title=title,
                    number=parsed_url.number,
                    url=parsed_url.url,
                    title_cut=is_title_cut(title, view.hints.title_cut_bytes),
                    posted=DateText(text=text[start:].strip()) if text[start:] else None,
                )
                button = _NOT_A_TITLE.fullmatch(fold(title)) is not None
                path, span = view.tag_path(anchor), (pieces[0][0], pieces[-1][1])
                yield _Entry(line=index, path=path, span=span, post=post, button=button)


def _find_time_in_link(line: Line, pieces: Sequence[tuple[int, int]], text: str) -> int:
    """Return the offset of the time in the last piece of a link's text; else the text's end."""
    if len(pieces) < 2:
        return len(text)
    shown = line.text[slice(*pieces[-1])].strip()
    is_time = text.endswith(shown) and _TIME_IN.fullmatch(fold(shown)) is not None
    return len(text) - len(shown) if is_time else len(text)


def _add_times(view: PageView, lines: Sequence[int], entries: list[_Entry]) -> list[_Entry]:
    """Add the times beside the titles; else those after or before them, as the page does more often."""
    if not entries:
        return entries
    allowed = set(lines)
    starts = sorted({entry.line for entry in entries})
    after = dict(zip(starts, [*starts[1:], len(view.lines)], strict=True))
    before = dict(zip(starts, [-1, *starts[:-1]], strict=True))
    beside = [_find_time_beside(view, entry) for entry in entries]
    below = [
        _find_time_on(view, allowed, range(e.line + 1, min(after[e.line], e.line + _LINES_BELOW)))
        for e in entries
    ]
    above = [
        _find_time_on(view, allowed, range(e.line - 1, max(before[e.line], e.line - 3), -1)) for e in entries
    ]
    near = below if sum(map(bool, below)) >= sum(map(bool, above)) else above
    return [
        replace(entry, post=replace(entry.post, posted=entry.post.posted or own or other))
        for entry, own, other in zip(entries, beside, near, strict=True)
    ]


def _find_time_beside(view: PageView, entry: _Entry) -> DateText | None:
    line = view.lines[entry.line]
    start, end = entry.span
    for part in (line.text[end : end + _CHARS_BESIDE], line.text[max(start - _CHARS_BESIDE, 0) : start]):
        match = _TIME_IN.search(fold(part))
        if match is not None:
            return DateText(text=part[slice(*match.span())].strip())
    return None


def _find_time_on(view: PageView, allowed: set[int], lines: range) -> DateText | None:
    for pattern, sign in ((_TIME_LINE, _DIGIT), (_TIME_AMID, HOUR_SIGN)):
        for index in lines:
            text = view.folded[index].strip() if index in allowed else ""
            match = pattern.fullmatch(text) if sign.search(text) else None
            if match is not None:
                return DateText(text=view.lines[index].text.strip()[slice(*match.span("time"))].strip())
    return None
