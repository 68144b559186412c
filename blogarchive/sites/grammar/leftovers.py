"""Report values that a page shows and no field has.

The markup of the site is unknown, so the grammar may misread any page. The page itself contradicts most wrong
results. A label has a number that no field has, equal links or rows were not read, or comments begin alike.
"""

import re
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, islice, pairwise

from blogarchive.items import Author, Comment, ListedPost, PageKind, ParsedPage, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.document import are_in_same_row
from blogarchive.sites.grammar import card, words as vocabulary
from blogarchive.sites.grammar.blocks import CommentBlock
from blogarchive.sites.grammar.counters import OTHERS
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE, PageView, find_comment_labels
from blogarchive.sites.grammar.post import PostPage
from blogarchive.sites.grammar.short_headers import iter_short_headers

_OF_POST = ("title", "posted_at", "body", "views", "likes", "comment_count", "comments")


def add_problem(
    view: PageView, page: ParsedPage, post_page: PostPage | None, own_lines: frozenset[int]
) -> ParsedPage:
    """Return `page` with a problem if the page shows more, outside the lines of its sidebar and header.

    A page with another problem needs none for its posts. A problem of a post tells nothing of the blog.
    """
    if any(problem.field not in _OF_POST for problem in page.problems):
        return page
    start, end = (0, 0) if post_page is None else (post_page.start, max(post_page.start, post_page.end))
    lines = [i for i in (*range(start), *range(end, len(view.lines))) if i not in own_lines]
    free, around = frozenset(lines), own_lines.union(lines)
    rows = _find_rows(view, page, lines)
    shown = around.difference(*(row for row, _ in rows))  # an author may type counts there
    top = post_page.start if post_page else min(view.post_lines.intersection(lines), default=0)
    left = [_iter_statistics(view, page, shown), _iter_sections(view, page, around)]
    left.append(_iter_names(view, page, around, top))
    is_certain = page.problems in ((), (UNCONFIRMED_TITLE,))
    left += [_iter_rows(view, page, rows)] if is_certain else []
    left += [] if post_page is None else [_iter_body(view, post_page)]
    if post_page is not None and is_certain:
        left += [_iter_frame(view, page, post_page, free), _iter_comments(view, post_page)]
    texts = [text.strip()[:80] for text in islice(chain.from_iterable(left), 3)]  # a reason is short
    detail = Detail.LEFT_OVER.format(texts="; ".join(dict.fromkeys(texts)))
    problem = Problem(kind="incomplete", field="template", detail=detail)
    return replace(page, problems=(*page.problems, problem)) if texts else page


# --- around the posts

_MAX_LABELLED = 60  # characters of a line with a label and its value
# Alternatives that begin with literal characters: `re` skips all other text at once.
_LABEL = re.compile(
    "访[问客]|Visit(?:or)?s?|Views?|Hits?|来访|造访|到访|人[次气数]|点击|浏览|阅读|注册|登记|开[博通]|加入|建立|Registered|博客年龄|博龄|岁"
)
_KINDS = dict.fromkeys("注登开加建R", "day")
_NOBODY = Author(uid="", url="")
_TODAY = re.compile(r"[今昨当本每][日天周月]$|[男女]\W{0,3}\d+$")
_GAP = rf"[^\w{vocabulary.LINE_START}]*+"
_VALUE = rf"(?P<value>{vocabulary.DATE}|{vocabulary.NUMBER})"
_AFTER = re.compile(
    rf"{_GAP}(?:总?[数量]|日期|时间|于|人次|次数|人数)?{_GAP}{vocabulary.LINE_START}?{_GAP}{_VALUE}(?![-/.:\d]|年\s*\d)"
)
_BEFORE = re.compile(rf"(?<![\d:/.-]){_VALUE}\s*{vocabulary.LINE_START}?\s*(?:人次|次|人)?的?$")


def _iter_statistics(view: PageView, page: ParsedPage, lines: Collection[int]) -> Iterator[str]:
    """Yield the labelled numbers and days of the blog that no field has."""
    author, text = page.author or _NOBODY, view.line_index.text
    counts_read = {author.total_visits, *(post.views for post in page.posts)}
    is_read = {"day": author.registered, "age": author.account_age, "count": None not in counts_read or None}
    for label in _LABEL.finditer(text) if None in is_read.values() else ():
        kind = "age" if label[0][-1] in "龄岁" else _KINDS.get(label[0][0], "count")
        if is_read[kind] is not None:
            continue
        index = view.line_index.line_at(label.start())
        if index not in lines or view.links[index] or len(view.folded[index]) > _MAX_LABELLED:
            continue  # a count beside a link is that of the linked page
        before = text[max(0, label.start() - 24) : label.start()]  # a number and its unit
        near = (_AFTER.match(text, label.end()), _BEFORE.search(before))
        counts = {parse_count(match["value"]) for match in near if match is not None}
        found = counts & {None} if kind == "day" else counts - {None}  # None: a day
        is_known = kind == "count" and not counts_read.isdisjoint(found)
        if found and not is_known and not _TODAY.search(before):
            yield view.lines[index].text


_LABEL_ALONE = re.compile("博主|主人|站长|笔者|作者|个人.*")
_NAME_LABEL = re.compile(
    "(?:[昵暱][称稱]|姓名|[网網]名|[笔筆]名|用[户戶]名|博主|站[长長])\\s*[:：]?\\s*\\w(?!.*密码)[^:：]*$"
)
_WORD = re.compile(r"[^\W\d]{2}")
_PARTS = re.compile(r"\s*[-_|·»>:：—]+\s*")


def _iter_names(view: PageView, page: ParsedPage, around: Collection[int], top: int) -> Iterator[str]:
    """Yield the possible titles of the blog and the lines with a name's label, each if none was parsed.

    A name that was read is yielded if it has such a label. `top` is the first line of the posts.
    """
    author = page.author
    if author is None:
        return
    if author.blog_title is not None and author.nickname is not None:
        if _NAME_LABEL.match(author.nickname):
            yield author.nickname
        return  # most pages
    lines = [i for i in view.lines_with_text(sorted(around)) if len(view.lines[i].text) <= _MAX_LABELLED]
    plain = [i for i in lines if i not in view.sections and not view.links[i]]
    if author.blog_title is None:
        known = {author.nickname, page.listing, *(post.title for post in page.posts)} | vocabulary.SITE_BAR
        stop = min(top, *view.sections, len(view.lines))
        above = (i for i in plain if i < stop and view.lines[i].text not in known)
        yield from (view.lines[i].text for i in above if _may_be_name(view, i))
        yield from _iter_titles(view, author.uid, lines, known)
    if author.nickname is None:
        yield from (view.lines[i].text for i in plain if _NAME_LABEL.match(view.lines[i].text))


def _iter_titles(view: PageView, uid: str, lines: Sequence[int], known: Set[str | None]) -> Iterator[str]:
    """Yield the lines with a part of the window title, and links to the blog's home; none of `known`."""
    parts = {part for part in _PARTS.split(view.document.title) if _WORD.search(part)} - known
    texts = (view.lines[i].text for i in lines)
    yield from (text for text in texts if any(part in text for part in parts))
    links = (link for i in lines for link in view.links_to(i, PageKind.HOME))
    own = (text for text, _, to in links if to.uid == uid and len(text) > 1 and text not in known)
    yield from (text for text in own if not card.is_menu_word(text))


def _may_be_name(view: PageView, index: int) -> bool:
    """Return whether a line has a name's form, and is neither a label nor a cell beside another one."""
    text = view.folded[index].strip()
    near = view.lines[max(index - 1, 0) : index + 2]
    is_cell = any(are_in_same_row(*pair) for pair in pairwise(near))
    no_name = card.NO_NAME.fullmatch(text) or _LABEL_ALONE.fullmatch(text)
    return not is_cell and not no_name and _WORD.search(text) is not None


def _iter_sections(view: PageView, page: ParsedPage, around: Collection[int]) -> Iterator[str]:
    """Yield the labels of sections of which nothing was read."""
    named = {"categories": page.categories, "months": page.months, "latest": page.latest or not page.posts}
    empty = (i for i, name in view.sections.items() if not named.get(name, True) and not view.links[i])
    yield from (view.lines[i].text for i in empty if i in around)


# --- rows of a list

_TIME = re.compile(rf"(?:{vocabulary.DATE})?\s*\d+:\d+(?::\d+)?|{vocabulary.DATE}")
_DIGITS, _PROSE = re.compile(r"\d+"), re.compile("[。，！？]")
_MIN_ROWS = 3
_COUNTED = re.compile(r"^\s*\d+\s*$|\d\s*[^\W\d]+\s*$")
_LIKED = "(?:[点获按]?赞|[顶踩]|推荐|喜欢|支持|收藏|分享|字数)"
# Of listed posts: no field has them.
_LIKES = re.compile(rf"^[(（]0[)）]$|{_LIKED}\W{{0,2}}0|0\W?[人次个]?{_LIKED}")
_LINES_OF_LAST_ROW = 30


def _iter_rows(view: PageView, page: ParsedPage, found: Sequence[tuple[range, ListedPost]]) -> Iterator[str]:
    """Yield the form of the numbers or times that each row of a list has and no listed post."""
    has_counts = any(post.views is not None or post.comment_count is not None for post in page.listed)
    signs = [] if has_counts else ["0"]
    signs += [] if any(post.posted and ":" in post.posted.text for post in page.listed) else ["T"]
    if len(found) < _MIN_ROWS or not signs:
        return
    rows = ({_row_form(view, i, post) for i in row} for row, post in found)
    forms = (_LIKES.sub("", form) for form in set.intersection(*rows))
    shown = (form for form in forms if any(sign in form for sign in signs))
    yield from (form for form in shown if not _PROSE.search(form))


def _find_rows(view: PageView, page: ParsedPage, lines: Sequence[int]) -> list[tuple[range, ListedPost]]:
    """Return the lines of each listed post, from its first link on; a number of the last one."""
    posts = {post.url: post for post in page.listed}
    firsts: dict[str, int] = {}
    for i in lines if posts else ():
        for _, _, to in view.links_to(i, PageKind.POST) if i in view.post_lines else ():
            if to.url in posts:
                firsts.setdefault(to.url, i)
    starts = sorted(set(firsts.values()))
    ends = starts[1:]
    if starts:
        around = view.document.common_ancestor(view.lines[starts[0]], view.lines[starts[-1]])
        stop = view.document.lines_in(around).stop if ends else len(view.lines)
        ends = [*ends, min(starts[-1] + _LINES_OF_LAST_ROW, stop)]
    own = {start: posts[url] for url, start in firsts.items()}
    return [(range(start, end), own[start]) for start, end in zip(starts, ends, strict=True)]


def _row_form(view: PageView, index: int, post: ListedPost) -> str:
    """Return a line without the words of links and parsed values. Each number and each time has the same sign."""
    titles = (text for text, _, to in view.links[index] if to is not None)
    links = (text for text in titles if text == post.title or not _COUNTED.search(text))
    text = view.text_without(index, (*links, post.posted.text if post.posted else ""))
    counts = {str(post.views), str(post.comment_count)}
    return _DIGITS.sub(lambda found: "" if found[0] in counts else "0", _TIME.sub("T", text))


# --- in a post

_ANY_TIME = re.compile(
    rf"{vocabulary.DATETIME}|{vocabulary.DATE}|{vocabulary.YEARLESS_TIME}|{vocabulary.TIME_OF_DAY}"
)
# A name may end in a number.
_NUMBER = re.compile(r"(?<![\w:/.-])[^\W\da-zA-Z]{0,3}(?P<count>\d[\d,]*)(?![:/.\d-])")
_OTHER = re.compile(rf"(?:{OTHERS}|踩|赠金笔|第)\s*[:(]?\s*$")
_LINES_ABOVE, _TAGS = 4, re.compile("标签|標籤|关键词|Tags?")


def _iter_frame(view: PageView, page: ParsedPage, post_page: PostPage, free: Set[int]) -> Iterator[str]:
    """Yield the lines around the text that name a category, if the post has none.

    If a count was not read, also yield those that show a number that no count has.
    """
    start, body, counters = post_page.start, post_page.body, post_page.counters
    stop = post_page.comments.start if post_page.comments.blocks else min(post_page.end, len(view.lines))
    above = (i for i in range(max(start - _LINES_ABOVE, 0), start) if i in free and not view.links[i])
    title = "" if post_page.heading is None else post_page.heading.title
    counts = {None} if counters is None else {counters.views, counters.likes, counters.comments}
    for i in (*above, *range(start, body.start), *range(max(body.stop, start), stop)):
        line = view.lines[i]
        if i in view.sections or i in view.post_lines or len(line.text) > _MAX_LABELLED:
            continue
        pieces = [line.text[begin:end].strip() for begin, end, _, _ in line.spans]
        text = vocabulary.fold(" ".join(pieces).replace(title, "")) if None in counts else ""
        text = _ANY_TIME.sub(" ", text) if _DIGITS.search(text) else ""
        shown = (found for found in _NUMBER.finditer(text) if parse_count(found["count"]) not in counts)
        if not all(_OTHER.search(text[: found.start("count")]) for found in shown):
            yield line.text


_MIN_TEXT = 6  # characters: shorter lines are labels and floors


def _iter_body(view: PageView, post_page: PostPage) -> Iterator[str]:
    """Yield labels or headers of comments in a text without any.

    Also yield links to another post at the end of the text, and links to the post itself.
    """
    lines, counters = post_page.body_text.splitlines(), post_page.counters
    if not post_page.comments.comments and (counters is None or counters.comments != 0):
        yield from (view.lines[i].text for i in find_comment_labels(view) if view.lines[i].text in lines)
        headers = list(iter_short_headers(view, post_page.body.start, post_page.body.stop))
        yield from (view.lines[each.first].text for each in headers if len(headers) > 1 or each.is_linked)
    if post_page.body and view.has_only_links(end := post_page.body[-1]) and view.links_to_other_post(end):
        yield view.lines[end].text
    linked = [(i, to) for i in view.post_lines.intersection(post_page.body) for _, _, to in view.links[i]]
    here = view.parse_url(view.url).url
    yield from (view.lines[i].text for i, to in linked if to is not None and to.url == here)


_FOOT = re.compile("Copyright|版[权權]所有|©")


def _iter_comments(view: PageView, post_page: PostPage) -> Iterator[str]:
    """Yield the words that begin or end all comments, and those above the first one."""
    comments, blocks = post_page.comments.comments, post_page.comments.blocks
    yield from _iter_signs(view, comments, blocks)
    is_open = blocks and not post_page.comments.framed and blocks[-1].text_end == blocks[-1].end
    last = range(blocks[-1].text_begin, blocks[-1].text_end) if is_open else ()
    foot = ((i, view.lines[i].text) for i in last)  # of the page, or its sidebar below the comments
    yield from (text for i, text in foot if i in view.sections or view.url in text or _FOOT.search(text))
    if len(comments) > 1:
        yield from _iter_above(view, post_page)


# A time, an address or a floor may be before the button 赞.
_LIKES_SHOWN = re.compile(
    r"(?:赞|顶|喜欢|支持|回复\W?\s?\|)\W{0,3}\d|(?<![\d:./#-])\d+\W?[人个]?(?:赞|顶|喜欢|支持)"
)
_ANSWERED = re.compile(r"(?:回[复应]|[@→»>])\W{0,3}(?=\w)")


def _iter_signs(view: PageView, comments: Sequence[Comment], blocks: Sequence[CommentBlock]) -> Iterator[str]:
    """Yield likes above or below the text of a comment, and another commenter there after a sign of an answer.

    They are left out if a field has them; the name that was read may have them.
    """
    names = tuple({vocabulary.fold(each.author_name) for each in comments if len(each.author_name) > 1})
    for comment, block in zip(comments, blocks, strict=True):
        written = (*range(block.text_begin, block.text_end), *block.answer)
        shown = "\n".join(view.folded[i] for i in range(block.header.first, block.end) if i not in written)
        name, time = vocabulary.fold(comment.author_name), comment.posted.text if comment.posted else ""
        # No sign belongs to the words beside the name: the patterns match three spaces at most.
        shown = shown.replace(vocabulary.fold(time) or "\n", "\n").replace(name or "\n", f"    {name}    ")
        likes = _LIKES_SHOWN.finditer(shown) if comment.likes is None else ()
        answers = _ANSWERED.finditer(shown) if comment.reply_to is None else ()
        yield from (found[0] for found in likes)
        yield from (shown[found.end() :] for found in answers if shown.startswith(names, found.end()))


def _iter_above(view: PageView, post_page: PostPage) -> Iterator[str]:
    """Yield the lines of text above the first comment, among the elements of the comments."""
    headers = [view.lines[block.header.first] for block in post_page.comments.blocks]
    frame = view.document.common_ancestor(headers[0], headers[-1])
    counters, first = post_page.counters, post_page.comments.start
    below = max(post_page.body_end, 0 if counters is None else counters.last + 1)
    begin = max([below, *(i + 1 for i in find_comment_labels(view) if below <= i < first)])
    for i in range(begin, first):
        is_text = len(view.folded[i].strip()) >= _MIN_TEXT
        is_linked = is_text and (view.has_only_links(i) or view.links_to_other_post(i))
        if is_text and not is_linked and view.document.contains(frame, view.lines[i]):
            yield view.lines[i].text
