"""The posts of a list page, each with its time, and the link to the next page."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice, pairwise, takewhile
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from blogarchive.items import DateText, ListedPost, PageKind, ParsedUrl
from blogarchive.parsing.compared_form import strip_bullets
from blogarchive.parsing.document import find_enclosing
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar import words as vocabulary
from blogarchive.sites.grammar.counters import (
    Counters,
    build_counters,
    find_counts,
    iter_counters,
    parse_counts,
)
from blogarchive.sites.grammar.links import TextCache
from blogarchive.sites.grammar.page import PageView
from blogarchive.sites.grammar.sidebar import is_title_cut
from blogarchive.sites.grammar.time_lines import TIME_LABEL, add_hour

# --- URLs of next pages

_FILE_NAME = re.compile(r"(?:index)?\.(?:html?|php)$|/$")

_PAGE_KEY = re.compile(r"[a-z]{0,8}_?(?:page|pg|pn|p)_?(?:no|num|index|id)?", re.IGNORECASE)


# The paging of blog.creaders.net is unknown: a word such as 更多 counts only if the URL agrees.
def _is_next_page_url(url: str, here: str, page_no: int) -> bool:
    """Return True if `url` is `here` with `page_no + 1` in its query or at the end of its path."""
    wanted = str(page_no + 1)
    if wanted not in url:
        return False  # most links
    one, other = urlsplit(url), urlsplit(here)
    if one.netloc != other.netloc:
        return False
    if one.path == other.path:
        added = set(parse_qsl(one.query)) - set(parse_qsl(other.query))
        return len(added) == 1 and all(_PAGE_KEY.fullmatch(key) and value == wanted for key, value in added)
    stem = _FILE_NAME.sub("", other.path)
    stem = re.sub(rf"[-_/]?(?:p|page|list)?[-_/]?{page_no}$", "", stem) if page_no > 1 else stem
    rest = _FILE_NAME.sub("", one.path).removeprefix(stem)
    return one.path.startswith(stem) and bool(re.fullmatch(rf"[-_/]?(?:p|page|list)?[-_/]?{wanted}", rest))


# --- next page

# First characters of the words of pagers.
_FIRST_CHARS = vocabulary.expand_folded(
    "[【(翻下后向往更较其剩查显加展点>»›→▶►▷▸⟩❯≫⇒➔«<‹←nNoOlLmM第0123456789"
)
_MAX_LENGTH = 80
_MAX_SIGN_LENGTH = 2  # signs such as >> that occur elsewhere too
_MAX_PAGER_LINES = 30
_MAX_LINK_ELEMENTS = 40  # elements of a link around an image, at most
_PAGER_LINE = re.compile(r"[\s\d<>|\[\]()首上下末尾一页第共前后».…/«‹›←→▶►▷▸⟩❯≫⇒➔-]{0,40}")
_WEEK = re.compile(
    r"(?:(?:星期|周)?[日一二三四五六天]\s*){7}|(?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?s?\.?\s*+){7}|s\s*m\s*t\s*w\s*t\s*f\s*s"
    r"|m\s*t\s*w\s*t\s*f\s*s\s*s",
    re.IGNORECASE,
)
_DAY = r"(?:星期|周)?[日一二三四五六天]|[smtwf]|sun|mon|tue|wed|thu|fri|sat"
_DAY_OR_WEEK = re.compile(
    rf"{vocabulary.LINE_START}\s*(?=[星期周日一二三四五六天smtwf])(?:(?:{_DAY})\s*(?={vocabulary.LINE_START}|$)|{_WEEK.pattern})",
    re.IGNORECASE,
)
_LINES_ABOVE_WEEK = 5  # of a calendar: its month, links to other months
_NUMBER = re.compile(r"[\[(]?(?:第)?\s*(\d{1,4})\s*(?:页)?[\])]?")


def find_next_page(view: PageView, lines: Collection[int], page_no: int) -> tuple[str, int] | None:
    """Return the URL of the page after `page_no` and the line of its last link; None if there is none.

    Words (下一页, 下页, >, …) win over numbers. A link to the page itself does not count.
    """
    worded: tuple[str, int] | None = None
    numbered: tuple[str, int] | None = None
    candidates = list(_iter_candidates(view, lines, page_no))
    calendar = _find_calendar_lines(view) if candidates else ()
    candidates = [found for found in candidates if found[0] not in calendar]
    pagers = {i: _is_pager(view, view.lines[i], page_no) for i in {found[0] for found in candidates}}
    for index, url, pager_text in candidates:
        if pager_text.number is None and (
            pager_text.sure or pagers[index] or _is_next_page_url(url, view.parse_url(view.url).url, page_no)
        ):
            worded = (url, index)
        elif pager_text.number is not None and pagers[index]:
            numbered = (url, index)
    return worded or numbered


def _iter_candidates(
    view: PageView, lines: Collection[int], page_no: int
) -> "Iterator[tuple[int, str, _PagerText]]":
    """Return links that may lead to the next page: line, URL, parsed text."""
    here = view.parse_url(view.url)
    for index in lines:
        for text, anchor, parsed_url in view.links[index]:
            pager_text = _pager_texts[text or _read_image_text(anchor)]
            if pager_text is None and parsed_url and _is_next_page_url(parsed_url.url, here.url, page_no):
                pager_text = _PagerText(None, False)
            if pager_text is None or parsed_url is None or pager_text.number not in (None, page_no + 1):
                continue
            if parsed_url.url != here.url and not _is_other_post(parsed_url, here, page_no):
                yield index, parsed_url.url, pager_text


class _PagerText(NamedTuple):
    """The text of a pager's link: a page number, or None for the next page; `sure` if it is explicit."""

    number: int | None
    sure: bool


def _parse_words(words: str) -> _PagerText | None:
    # No pager has a hyphen, and most links of an archive do.
    if len(words) > _MAX_LENGTH or words.lstrip()[:1] not in _FIRST_CHARS or "-" in words:
        return None
    folded = vocabulary.drop_translation(vocabulary.fold(words)).strip()
    if vocabulary.NEXT_PAGE.fullmatch(folded):
        return _PagerText(None, len(folded) > _MAX_SIGN_LENGTH)
    if vocabulary.MORE_LINK.fullmatch(folded):
        return _PagerText(None, False)
    number = _NUMBER.fullmatch(folded)
    return None if number is None else _PagerText(int(number[1]), len(folded) > _MAX_SIGN_LENGTH)


_pager_texts = TextCache(_parse_words)


def _is_other_post(parsed_url: ParsedUrl, here: ParsedUrl, page_no: int) -> bool:
    """Check whether a link leads to another post: its title may be any words.

    A further page of a list may have the URL of a post: `/u/1/202501/2.html` is the second page of
    `/u/1/202501/`.
    """
    is_post = parsed_url.kind is PageKind.POST and parsed_url.number != here.number
    return is_post and (parsed_url.number != str(page_no + 1) or here.number not in (None, str(page_no)))


# The one known page has a calendar, whose day 2 looks like a link to page 2.
def _find_calendar_lines(view: PageView) -> set[int]:
    """Find the lines of calendars: a row of weekdays and all that a calendar can show around it."""
    found: set[int] = set()
    for index in view.line_index.find_lines(_DAY_OR_WEEK):
        if index in found:
            continue
        above = islice(view.lines_with_text(range(index - 1, -1, -1)), _LINES_ABOVE_WEEK)
        below = view.lines_with_text(range(index, len(view.lines)))
        head = list(takewhile(lambda i: vocabulary.CALENDAR_HEAD.fullmatch(view.folded[i].strip()), above))
        days = list(takewhile(lambda i: vocabulary.is_calendar_text(view.folded[i]), below))
        found.update(range(min([index, *head]), max([index, *days]) + 1))
    return found


# Promise "no wrong value": a link `2` alone may be a day or a word of a text.
def _is_pager(view: PageView, line: Line, page_no: int) -> bool:
    """Check whether the line is in a pager: 1 2 3, this page's number of many, or with 页."""
    at, end = line.index, min(line.index + _MAX_PAGER_LINES + 1, len(view.folded))
    near = (reversed(range(max(at - _MAX_PAGER_LINES, 0), at)), range(at + 1, end))
    above, below = (list(takewhile(lambda i: _PAGER_LINE.fullmatch(view.folded[i]), each)) for each in near)
    # A template may separate numbers by style alone, without a space.
    lines = [*reversed(above), at, *below]
    text = " ".join(view.folded[i][a:b] for i in lines for a, b, _, _ in view.lines[i].spans)
    numbers = {int(found) for found in re.findall(r"\d{1,9}", text)}
    return "页" in text or {1, 2} <= numbers or re.search(rf"(?<!\d){page_no}\s*/\s*\d", text) is not None


def _read_image_text(anchor: Element) -> str:
    """Return the text of a link that has an image alone: the image's, else the link's title."""
    # A link may contain all lines of a page: reading it for each of them would be quadratic.
    pictures = [node for node in islice(anchor.iter(), _MAX_LINK_ELEMENTS) if node.tag == "img"]
    words = (node.get(name) for node in (*pictures, anchor) for name in ("alt", "title"))
    return next((text for text in words if text), "")


# --- listed posts

_TIME_LINE = re.compile(
    rf"[\[(【]?{TIME_LABEL}(?P<time>{vocabulary.DATETIME}|{vocabulary.DATE}(?!\s*[\dT])(?!(?!星期|周|发[表布]|作者|浏览|阅读|评论)\w))(?!\d).{{0,120}}"
)
_TIME_AMID = re.compile(rf".{{1,60}}?(?P<time>{vocabulary.DATETIME}).{{0,60}}")  # 由某人于 TIME 发表
_TIME_IN = re.compile(rf"{vocabulary.DATETIME}|{vocabulary.DATE}")
_NOT_A_TITLE = re.compile(
    rf"[\[(<【]*-?\s*+(?:{vocabulary.either('no_title')})\s*+:?\s*+[(\[]?\s*+\d*\s*+[次条篇]?\s*+[)\]]?[\s>\])】»→.…:-]{{0,4}}",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_UPDATED = re.compile(r"\W*(?:最[后近新])?(?:更新|修改|编辑|[Uu]pdated|[Ee]dited)")
_TimeForm = tuple[re.Pattern[str], re.Pattern[str] | None]  # of a time, and of a sign that each such line has
# 10:20 and 9 阅读 in elements of their own have no space between them.
_TIME_FORMS = ((_TIME_LINE, _DIGIT), (_TIME_AMID, vocabulary.HOUR_SIGN), (_TIME_IN, None))
_PINNED = re.compile(r"^\s*[\[【(（]\s*置\s*[顶頂]\s*[\]】)）]\s*")  # inside the link, before the title
_CHARS_BESIDE = 120  # characters from a title to a time on its line
_LINES_BELOW = 5  # from a title to its time
_Times = list[DateText | None]


@dataclass(kw_only=True, slots=True)
class _Entry:
    """A link to a post: its line, its tag path, its text's span; `button` if its words are no title."""

    line: int
    path: str
    span: tuple[int, int]
    post: ListedPost
    button: bool


def parse_listing(view: PageView, lines: Sequence[int]) -> tuple[ListedPost, ...]:
    """Return the posts on `lines` in order, each once, with the time beside its title or near it.

    If titles have times, a link elsewhere without one is no entry: it is in an excerpt or a box.
    """
    entries = list(_iter_entries(view, lines))
    # Promise "any markup": a row may link to its post by its title, by 阅读全文 and by 评论.
    titled = {entry.post.number for entry in entries if not entry.button}
    entries = [entry for entry in entries if not entry.button or entry.post.number not in titled]
    # A whole row may link to its post: the title comes first.
    firsts = [next(run) for _, run in groupby(entries, lambda entry: entry.post.number)]
    entries = _add_times(view, lines, firsts)
    titles = [entry for entry in entries if not entry.button] or [e for e in entries if e.post.posted]
    times = Counter(entry.path if entry.post.posted else None for entry in titles)
    # A line such as the foot of the page may have a time below the last title of a box.
    timed = {path for path, count in Counter(e.path for e in titles).items() if 2 * times[path] >= count}
    paths = timed or {entry.path for entry in titles}
    found: dict[str | None, _Entry] = {}
    for entry in entries:
        if entry.path in paths:
            found.setdefault(entry.post.number, entry)
    return _add_counters(view, list(found.values()), lines)


# Promise "no forgery": an author may type counters into an excerpt.
def _add_counters(view: PageView, entries: Sequence[_Entry], lines: Sequence[int]) -> tuple[ListedPost, ...]:
    """Add the number of comments in the last counters below each title, and views if all titles have some.

    An author who types counters into an excerpt does it in some posts, above those of the site. Nobody types them
    beside all titles.
    """
    ends = [*(entry.line for entry in entries[1:]), lines[-1] + 1 if lines else 0]
    pairs = zip(entries, ends, strict=False)
    below = [list(iter_counters(view, entry.line + 1, end))[-1:] for entry, end in pairs]
    last = below
    for read in (_read_beside, _read_rows) if entries and not all(below) else ():
        found = read(view, entries, lines)
        if all(found) and len(found) > 1:
            last = found
            break
    are_of_site = len(last) > 1 and all(last)
    return tuple(
        replace(entry.post, comment_count=found[0].comments, views=found[0].views if are_of_site else None)
        if found
        else entry.post
        for entry, found in zip(entries, last, strict=True)
    )


# Promise "any markup": (2025-01-02，点击 9) after each title, or cells below 浏览 and 评论 in a table's first row.
def _read_beside(view: PageView, entries: Sequence[_Entry], _: Sequence[int]) -> list[list[Counters]]:
    """Return the counts in the cells of each title's row, else those on its line."""
    rows = [find_enclosing(view.lines[entry.line].block, "tr") for entry in entries]
    heads = [label.split("/") for label in _read_labels(view, rows[0])]  # 浏览/评论 above 1769/3
    columns = [i for i, words in enumerate(heads) if all(parse_counts(f"{word}:1") for word in words)]
    texts = [view.folded[entry.line][entry.span[1] :].strip() for entry in entries]
    for place, row in enumerate(rows if columns else ()):
        cells = _read_cells(view, row)
        own = (zip(heads[i], cells[i].split("/"), strict=False) for i in columns if len(cells) == len(heads))
        texts[place] = " ".join(":".join(pair) for each in own for pair in each)
    found = [(entry.line, parse_counts(text)) for entry, text in zip(entries, texts, strict=True)]
    return [[build_counters(line, line, counts)] if counts else [] for line, counts in found]


def _read_labels(view: PageView, row: Element | None) -> list[str]:
    """Return the words of the cells above a row, else of the first row of its table."""
    if row is None:
        return []
    rows = (each for table in row.iterancestors("table") for each in table.iter("tr"))
    return _read_cells(view, next(chain(row.itersiblings("tr", preceding=True), rows), None))


# Promise "any markup": 林木 发表于 10:20 | 阅读 9 | 评论 2 | 阅读全文.
def _read_rows(view: PageView, entries: Sequence[_Entry], lines: Sequence[int]) -> list[list[Counters]]:
    """Return the counts on a line of each row, beside its time, author and links to the post.

    It is the line in the element where most rows have counts, else the last one: excerpts may have counts.
    """
    own, starts = frozenset(lines), [entry.line for entry in entries]
    starts_on = Counter(starts)
    longest = max((b - a for a, b in pairwise(starts)), default=1)
    found = []
    for entry, end in zip(entries, [*starts[1:], starts[-1] + longest], strict=True):
        # Links of a line that several posts share are of none alone.
        is_alone = starts_on[entry.line] == 1
        rows = [i for i in range(entry.line, max(end, entry.line + 1)) if i in own and is_alone]
        shown = ((i, _drop_links(view, i, entry.post.number)) for i in reversed(rows))
        counts = ((i, find_counts((_TIME_IN.sub("|", text),))) for i, text in shown)
        found.append([build_counters(i, i, each) for i, each in counts if each is not None])
    places = {each.first: view.style(view.lines[each.first].block) for row in found for each in row}
    common = Counter(places.values())
    return [[max(row, key=lambda each: common[places[each.first]])] if row else [] for row in found]


def _drop_links(view: PageView, index: int, number: str | None) -> str:
    """Return a folded line without the words of its links to a post, other than counts such as 3 条评论."""
    text = [*view.folded[index]]
    spans = view.lines[index].link_spans() if index in view.post_lines else {}
    links = ((words, a) for words, a, to in view.links_to(index, PageKind.POST) if to.number == number)
    own = ((_TIME_IN.sub("|", vocabulary.fold(words)), a) for words, a in links)
    titles = [a for words, a in own if not (parse_counts(words) or parse_counts(f"{words}:1"))]
    for start, end in (piece for anchor in titles for piece in spans.get(anchor, ())):
        text[start:end] = "|" * (end - start)
    return "".join(text)


def _read_cells(view: PageView, row: Element | None) -> list[str]:
    cells = () if row is None else row
    return [" ".join(view.folded[i].strip() for i in view.document.lines_in(cell)) for cell in cells]


def _iter_entries(view: PageView, lines: Sequence[int]) -> Iterator[_Entry]:
    here = view.parse_url(view.url).url  # a switch of script links to the page itself
    for index in lines:
        spans = view.lines[index].link_spans() if index in view.post_lines else {}
        for text, anchor, to in view.links_to(index, PageKind.POST):
            pieces = spans.get(anchor, [(0, 0)])
            if to.url != here and (post := _build_entry_post(view, index, text, anchor, to)):
                button = _NOT_A_TITLE.fullmatch(vocabulary.fold(post.title)) is not None
                path, span = view.tag_path(anchor), (pieces[0][0], pieces[-1][1])
                yield _Entry(line=index, path=path, span=span, post=post, button=button)


def _build_entry_post(
    view: PageView, index: int, text: str, anchor: Element, to: ParsedUrl
) -> ListedPost | None:
    """Return the post that a link names, with the time in its words; None if these are no title."""
    shown, time = text, ""
    if _TIME_IN.fullmatch(vocabulary.fold(shown)):
        # The first line of a link around a card is the title: blocks in blocks have no own links.
        first = next(view.lines_with_text(view.document.lines_in(anchor)), index)
        shown, time = (view.lines[first].text, shown) if first != index else (shown, time)
    title = _PINNED.sub("", strip_bullets(shown)).strip()
    posted, cut = DateText(text=time.strip()) if time else None, is_title_cut(title)
    post = ListedPost(title=title, number=to.number, url=to.url, title_cut=cut, posted=posted)
    return post if title else None


def _add_times(view: PageView, lines: Sequence[int], entries: list[_Entry]) -> list[_Entry]:
    """Add the times beside the titles, else those of one form after or before them, whichever is more frequent."""
    starts = sorted({entry.line for entry in entries})
    ends = dict(zip(starts, [*starts[1:], len(view.lines)], strict=False))
    before = dict(zip(starts, [-1, *starts], strict=False))
    downward = (range(e.line + 1, min(ends[e.line], e.line + _LINES_BELOW)) for e in entries)
    upward = (range(e.line - 1, max(before[e.line], e.line - 3), -1) for e in entries)
    allowed = set(lines)
    below, above = ([[i for i in row if i in allowed] for row in rows] for rows in (downward, upward))
    times = [entry.post.posted or _find_time_beside(view, entry) for entry in entries]
    paths = [entry.path for entry in entries]
    for form in _TIME_FORMS if not all(times) else ():
        near = _choose_side(paths, _find_times(view, below, form), _find_times(view, above, form))
        times = [own or other for own, other in zip(times, near, strict=True)]
    hours = _hour_lines(view, entries, ends)
    times = [add_hour(view, time, own) for time, own in zip(times, hours, strict=True)]
    return [replace(e, post=replace(e.post, posted=time)) for e, time in zip(entries, times, strict=True)]


def _choose_side(paths: Sequence[str], below: _Times, above: _Times) -> _Times:
    """Return the times below the titles of a tag path, or those above if more titles have one there."""
    balance = Counter[str]()  # a box may end right above the time of a first title
    for path, down, up in zip(paths, below, above, strict=True):
        balance[path] += bool(down) - bool(up)
    return [d if balance[path] >= 0 else u for path, d, u in zip(paths, below, above, strict=True)]


# The foot of a row is below any text: 21:11 | 固定链接.
def _hour_lines(view: PageView, entries: Sequence[_Entry], ends: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield the lines that may have an entry's hour: the first below it, and those that link to its post."""
    feet = {(i, to.number) for i in view.post_lines for _, _, to in view.links_to(i, PageKind.POST)}
    for entry in entries:
        first, number = entry.line + 1, entry.post.number
        lines = range(first, ends[entry.line])
        yield [i for i in lines if i < first + _LINES_BELOW or (i, number) in feet]


def _find_time_beside(view: PageView, entry: _Entry) -> DateText | None:
    line = view.lines[entry.line]
    start, end = entry.span
    for part in (line.text[end : end + _CHARS_BESIDE], line.text[max(start - _CHARS_BESIDE, 0) : start]):
        match = _TIME_IN.search(vocabulary.fold(part))
        if match is not None:
            return DateText(text=part[slice(*match.span())].strip())
    return None


# Promise "no forgery": an author may type times into an excerpt, above that of the row.
def _find_times(view: PageView, rows: Sequence[Sequence[int]], form: _TimeForm) -> _Times:
    """Return the first time of that form of each row, in the element where most rows have one."""
    found: list[dict[tuple[str, str | None], DateText]] = []
    for row in rows:
        times = ((i, _find_time_on(view, i, form)) for i in reversed(row))
        shown = {i: time for i, time in times if time}
        own = [i for i in shown if not _UPDATED.match(view.folded[i])] or shown
        found.append({view.style(view.lines[i].block): shown[i] for i in own})
    common = Counter(style for row in found for style in row)
    return [row[max(reversed(row), key=common.__getitem__)] if row else None for row in found]


def _find_time_on(view: PageView, index: int, form: _TimeForm) -> DateText | None:
    """Return the time of a line of that form; without a sign, of its first element."""
    text, (pattern, sign) = view.folded[index], form
    if sign is not None:
        match = pattern.fullmatch(text.strip()) if sign.search(text) else None
        return match and DateText(text=view.shown(index, match))
    line = view.lines[index]
    pieces = (line.text[a:b].strip() for a, b, _, _ in line.spans if _DIGIT.search(text))
    return next((DateText(text=piece) for piece in pieces if pattern.fullmatch(vocabulary.fold(piece))), None)
