"""Report values that a page shows and no field has.

The markup of the site is unknown, so the grammar may misread any page. The page itself contradicts most wrong
results. A label has a number that no field has, equal links or rows were not read, or comments begin alike.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise

from blogarchive.items import PageKind, ParsedPage, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.sites.grammar import words as vocabulary
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE, PageView, find_comment_labels
from blogarchive.sites.grammar.post import PostPage


def add_problem(
    view: PageView, page: ParsedPage, post_page: PostPage | None, own_lines: Collection[int]
) -> ParsedPage:
    """Return `page` with a problem if the page shows more, outside the lines of its sidebar and header.

    A page with another problem needs none: its row tells of the page.
    """
    if page.problems not in ((), (UNCONFIRMED_TITLE,)):
        return page
    start, end = (0, 0) if post_page is None else (post_page.start, max(post_page.start, post_page.end))
    free = frozenset(chain(range(start), range(end, len(view.lines)))).difference(own_lines)
    lines = sorted(free)
    rows = chain.from_iterable(_find_rows(view, page, lines))  # an author may type counts there
    left = [_iter_statistics(view, page, free.difference(rows)), _iter_links(view, page, lines)]
    if post_page is None:
        left.append(_iter_rows(view, page, lines))
    else:
        left += [_iter_body(view, post_page), _iter_comments(view, post_page)]
    texts = [text.strip()[:80] for text in islice(chain.from_iterable(left), 3)]  # a reason is short
    detail = Detail.LEFT_OVER.format(texts="; ".join(dict.fromkeys(texts)))
    problem = Problem(kind="incomplete", field="template", detail=detail)
    return replace(page, problems=(*page.problems, problem)) if texts else page


# --- around the posts

_MAX_LABELLED = 60  # characters of a line with a label and its value
# Alternatives that begin with literal characters: `re` skips all other text at once.
_LABEL = re.compile(
    "访[问客]|来访|造访|到访|人[次气]|点击|浏览|阅读|注册|登记|开[博通]|加入|建立|Registered|博龄"
)
_DAYS, _TODAY = frozenset("注登开加建R"), re.compile("[今昨当本每][日天周月]$")
_GAP = rf"[^\w{vocabulary.LINE_START}]*+"
_VALUE = rf"(?P<value>{vocabulary.DATE}|{vocabulary.NUMBER})"
_AFTER = re.compile(
    rf"{_GAP}(?:总?[数量]|日期|时间|于|人次|次数|人数)?{_GAP}{vocabulary.LINE_START}?{_GAP}{_VALUE}(?![-/.:年\d])"
)
_BEFORE = re.compile(rf"(?<![\d:/.-]){_VALUE}\s*{vocabulary.LINE_START}?\s*(?:人次|次|人)?的?$")


def _iter_statistics(view: PageView, page: ParsedPage, lines: Collection[int]) -> Iterator[str]:
    """Yield the labelled numbers and days of the blog that no field has."""
    author, text = page.author, view.line_index.text
    has_visits = author is not None and author.total_visits is not None
    views = {post.views for post in page.posts}
    has_day = author is not None and author.registered is not None
    has_age = author is not None and author.account_age is not None
    for label in _LABEL.finditer(text):
        index = view.line_index.line_at(label.start())
        if index not in lines or view.links[index] or len(view.folded[index]) > _MAX_LABELLED:
            continue  # a count beside a link is that of the linked page
        before = text[max(0, label.start() - 24) : label.start()]  # a number and its unit
        near = (_AFTER.match(text, label.end()), _BEFORE.search(before))
        counts = {parse_count(match["value"]) for match in near if match is not None}
        is_day = label[0][0] in _DAYS
        is_counted = has_visits or not views.isdisjoint(counts)
        is_read = has_day if is_day else has_age if label[0] == "博龄" else is_counted
        if counts and not is_read and (None in counts) == is_day and not _TODAY.search(before):  # None: a day
            yield view.lines[index].text


_LISTS = (PageKind.CATEGORY, PageKind.MONTH, PageKind.POST)
_MIN_LINKS = 3  # that make a list


def _iter_links(view: PageView, page: ParsedPage, lines: Sequence[int]) -> Iterator[str]:
    """Yield a link of a list of months or categories if none was read, and one in the position of listed posts.

    Other lists of posts, such as the ones read most, have no field.
    """
    here = view.parse_url(view.url)
    listed = {post.url for post in page.listed}
    links = [(text, a, to) for i in lines for text, a, to in view.links[i] if to is not None]
    paths = Counter(view.tag_path(anchor) for _, anchor, to in links if to.url in listed)
    own = [path for path, _ in paths.most_common(1)]
    found = defaultdict[tuple[PageKind, str], dict[str, str]](dict)
    for text, anchor, to in links:
        if to.kind in _LISTS and to.url not in listed and to.uid in (None, here.uid):
            found[to.kind, view.tag_path(anchor)].setdefault(to.url, text)
    read = {PageKind.CATEGORY: page.categories, PageKind.MONTH: page.months}
    for (kind, path), texts in found.items():
        if len(texts) >= _MIN_LINKS and (path in own if kind is PageKind.POST else not read[kind]):
            yield next(iter(texts.values()))


# --- rows of a list

_TIME = re.compile(rf"{vocabulary.DATE}|\d+:\d+(?::\d+)?")
_DIGITS, _PROSE = re.compile(r"\d+"), re.compile("[。，！？]")
_MIN_ROWS = 3
_LIKES = {"(0)", "（0）"}  # of listed posts: no field has them
_LINES_OF_LAST_ROW = 30


def _iter_rows(view: PageView, page: ParsedPage, lines: Sequence[int]) -> Iterator[str]:
    """Yield the form of numbers or times in all rows of a list if none was read."""
    found = _find_rows(view, page, lines)
    if len(found) < _MIN_ROWS:
        return
    rows = [{_row_form(view, i) for i in row} for row in found]
    has_counts = any(post.views is not None or post.comment_count is not None for post in page.listed)
    signs = ("" if has_counts else "0") + ("" if any(post.posted for post in page.listed) else "T")
    forms = set.intersection(*rows) - _LIKES
    yield from (form for form in forms if any(sign in form for sign in signs) and not _PROSE.search(form))


def _find_rows(view: PageView, page: ParsedPage, lines: Sequence[int]) -> list[range]:
    """Return the lines of each listed post, from its first link on; a number of the last one."""
    urls = {post.url for post in page.listed}
    firsts: dict[str, int] = {}
    for i in lines if urls else ():
        for _, _, to in view.links_to(i, PageKind.POST) if i in view.post_lines else ():
            if to.url in urls:
                firsts.setdefault(to.url, i)
    starts = sorted(set(firsts.values()))
    ends = starts[1:]
    if starts:
        around = view.document.common_ancestor(view.lines[starts[0]], view.lines[starts[-1]])
        stop = view.document.lines_in(around).stop if ends else len(view.lines)
        ends = [*ends, min(starts[-1] + _LINES_OF_LAST_ROW, stop)]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def _row_form(view: PageView, index: int) -> str:
    """Return a line without the words of links, with the same sign for each number and each time."""
    links = (text for text, _, to in view.links[index] if to is not None and not text.strip().isdigit())
    return _DIGITS.sub("0", _TIME.sub("T", view.text_without(index, links)))


# --- in a post

_COUNTS = re.compile(r"\W*\d+(?:\W+\d+)+\W*")
_MIN_TEXT = 6  # characters: shorter lines are labels and floors


def _iter_body(view: PageView, post_page: PostPage) -> Iterator[str]:
    """Yield a label of comments in the text of a post without comments, and counts that end it if none was read."""
    lines, counters = post_page.body_text.splitlines(), post_page.counters
    if not post_page.comments.comments and (counters is None or counters.comments != 0):
        yield from (view.lines[i].text for i in find_comment_labels(view) if view.lines[i].text in lines)
    last = lines[-1] if lines and (counters is None or counters.views is None) else ""
    folded = vocabulary.fold(last)
    label = _LABEL.search(folded) if len(last) <= _MAX_LABELLED else None
    near = label and (_AFTER.match(folded, label.end()) or _BEFORE.search(folded[: label.start()]))
    if near or _COUNTS.fullmatch(last):
        yield last


_LEAD, _NAME_LABEL = re.compile(r"\W*(\d{1,4})\W"), re.compile(r"\w{1,2}[人者]\W*")


def _iter_comments(view: PageView, post_page: PostPage) -> Iterator[str]:
    """Yield the words that begin or end all comments, and those above the first one."""
    comments, blocks = post_page.comments.comments, post_page.comments.blocks
    if len(comments) < 2:  # nothing repeats
        return
    if all(_NAME_LABEL.fullmatch(comment.body_text) for comment in comments):  # of the next row
        yield comments[0].body_text
    texts = [list(view.lines_with_text(range(block.text_begin, block.text_end))) for block in blocks]
    yield from _iter_edges(view, [text for text in texts if len(text) > 1], len(texts))
    leads = [_LEAD.match(comment.body_text) for comment in comments]
    numbers = [int(lead[1]) for lead in leads if lead is not None]
    if len(numbers) == len(leads) and all(abs(one - other) == 1 for one, other in pairwise(numbers)):
        yield comments[0].body_text
    yield from _iter_above(view, post_page, {_path(view, text[0]) for text in texts if text})


def _iter_edges(view: PageView, texts: Sequence[Sequence[int]], count: int) -> Iterator[str]:
    """Yield a line that begins or ends nearly all texts in one position, which is none of the other ends."""
    for edge, other in ((0, -1), (-1, 0)):
        paths = {_path(view, text[edge]) for text in texts}
        is_apart = len(paths) == 1 and paths.isdisjoint(_path(view, text[other]) for text in texts)
        if is_apart and len(texts) > 1 and 4 * len(texts) >= 3 * count:
            yield view.lines[texts[0][edge]].text


def _iter_above(view: PageView, post_page: PostPage, paths: Collection[str]) -> Iterator[str]:
    """Yield the lines above the first comment in positions of texts, among the elements of the comments."""
    headers = [view.lines[block.header.first] for block in post_page.comments.blocks]
    frame = view.document.common_ancestor(headers[0], headers[-1])
    counters, first = post_page.counters, post_page.comments.start
    below = max(post_page.body_end, 0 if counters is None else counters.last + 1)
    begin = max([below, *(i + 1 for i in find_comment_labels(view) if below <= i < first)])
    for i in range(begin, first):
        is_text = len(view.folded[i].strip()) >= _MIN_TEXT and not view.has_only_links(i)
        if is_text and _path(view, i) in paths and view.document.contains(frame, view.lines[i]):
            yield view.lines[i].text


def _path(view: PageView, index: int) -> str:
    return view.tag_path(view.lines[index].node_at(0))
