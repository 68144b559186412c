"""The counters of a post: `浏览(1769) (9) 评论(3)`, in any order, on one line or on a few.

The time or the category of the post may precede them; words of buttons may be between or after them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from blogarchive.items import PageKind, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.sites.grammar.page.page_view import PageView, text_with_images
from blogarchive.sites.grammar.page.vocabulary import LINE_START, NUMBER, fold
from blogarchive.sites.grammar.post.counter_patterns import (
    BUTTON_WORDS,
    COMMENTS_WORD,
    COUNTED_LIKES,
    COUNTER_PREFIX,
    REPEATED,
    VIEW_WORDS,
    VIEWS_LABEL,
    CountTexts,
    parse_labels_first,
    parse_numbers_first,
    parse_two_rows,
)

# A number first: its label follows, or begins the next line.
_NUMBER_ABOVE = rf"{NUMBER}[\s次人条篇个位]{{0,6}}(?:{LINE_START}\s*{NUMBER}\s*){{0,4}}(?:{LINE_START}\s*)?"
_NUMBER_FIRST = rf"(?:[已共有总]{{0,2}}\s*{_NUMBER_ABOVE}被?(?:{VIEWS_LABEL}|评论|赞|点赞|喜欢))"
_LABEL_CHARS = "浏阅点人访评回留查CcVv"  # first characters of the labels
_COUNTERS_START = re.compile(
    rf"{LINE_START}(?=[本此被{_LABEL_CHARS}(\[【\d发时日分类栏作已共][^{LINE_START}{_LABEL_CHARS}]*+[{_LABEL_CHARS}]|[{_LABEL_CHARS}])"
    rf"(?:[(\[【]?{VIEWS_LABEL}(?:全文)?(?=[次人数量\s:(\[【\d{LINE_START}])|[(\[【]?评论|{COMMENTS_WORD}数?\s*[:(\[]|{COUNTER_PREFIX}{{1,3}}+(?:{VIEWS_LABEL}|评论))"
    rf"|{LINE_START}(?=[推置取修喜删发收分打举转编引订邀\[点赞顶支票鲜])"
    rf"(?:(?:\[?(?:{BUTTON_WORDS})\]?[ |]*){{1,6}}+(?:{VIEWS_LABEL}|评论)|{COUNTED_LIKES})"
)
_NUMBERED_COUNTERS_START = re.compile(rf"{_COUNTERS_START.pattern}|{LINE_START}(?=\s*{_NUMBER_FIRST})")
_NUMBER_BEFORE = re.compile(rf"(?<![\d:./-])\d[\d,.]{{0,11}}[\s次人条篇个位万{LINE_START}]*被?$")
_LABEL_END = re.compile(rf"(?:次数|人数|数|量)?(?:[\s|,/·•;{LINE_START}]|$)")
_NUMBER_REACH = 20
_NEXT_COUNTERS = re.compile(VIEWS_LABEL)  # starts the counters of the next post
_LABEL_AMID = re.compile(rf"(?:{VIEWS_LABEL}|{COMMENTS_WORD})[次人数量]*\s*[:(\[【]\s*\d")
_VIEWS_AFTER_TIME = re.compile(rf"{VIEWS_LABEL}[次人数量]*\s*[:(\[【]?\s*\d")
_IS_NUMBER = re.compile(NUMBER)
_LEADING_NUMBER = re.compile(rf"\s*[已共有总]{{0,2}}\s*{NUMBER}\s*(?![\s\d年/.:-])")
_ONLY_NUMBERS = re.compile(r"[\s\d,.万()\[\]|/:]*\d[\s\d,.万()\[\]|/:]*")
_MAX_LINES = 8
_MAX_LENGTH = 160  # characters of all lines together
_FIELDS = (("views", "views"), ("likes", "likes"), ("comment_count", "comments"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Counters on the lines `first` to `last`; a count is None if it is not shown or no number."""

    first: int
    last: int
    views: int | None
    likes: int | None
    comments: int | None
    problems: tuple[Problem, ...] = ()


def find_counters(view: PageView, start: int, end: int) -> list[Counters]:
    """Return all counters on the lines `[start, end)`, typed ones included, each of whole lines."""
    return list(iter_counters(view, start, end))


def iter_counters(view: PageView, start: int, end: int) -> Iterator[Counters]:
    """Return an iterator over the counters on the lines `[start, end)`, in order."""
    for index in view.line_index.find_lines(_choose_start_pattern(view, start, end), start, end):
        counters = _parse_counters_at(view, index, end) if index >= start else None
        if counters is not None:
            yield counters
            start = counters.last + 1


def _choose_start_pattern(view: PageView, start: int, end: int) -> "re.Pattern[str]":
    """Choose the pattern for the start of counters: a number first only if one precedes a label of views."""
    offsets = _find_numbered_labels(view.line_index.text)
    if any(start <= view.line_index.line_at(offset) < end for offset in offsets):
        return _NUMBERED_COUNTERS_START
    return _COUNTERS_START


@lru_cache(maxsize=1)  # called for each entry of a list
def _find_numbered_labels(text: str) -> Sequence[int]:
    """Find the offsets of all labels of views with a number before them."""
    offsets = []
    for word in VIEW_WORDS:  # str.find is the fastest search, and most pages have few of them
        offset = text.find(word)
        while offset >= 0:
            ends = _LABEL_END.match(text, offset + len(word)) is not None
            if ends and _NUMBER_BEFORE.search(text, max(offset - _NUMBER_REACH, 0), offset):
                offsets.append(offset)
            offset = text.find(word, offset + 1)
    return offsets


def find_view_counters(view: PageView, start: int, end: int) -> list[Counters]:
    """Return the lines `[start, end)` that show views but no number of comments: `浏览：1769`, `1769 次阅读`."""
    found = []
    for index in view.line_index.find_lines(_choose_start_pattern(view, start, end), start, end):
        text = view.folded[index].strip()
        texts = None if len(text) > _MAX_LENGTH else parse_labels_first(text) or parse_numbers_first(text)
        if texts is not None and "views" in texts and not view.links_to_other_post(index):
            found.append(_build_counters(index, index, texts))
    return found


def parse_counters_beside_time(view: PageView, index: int, time: str) -> Counters | None:
    """Return the counters around the post's time on its line, or after it; None if the line has none."""
    line = view.lines[index].text
    at = line.find(time)
    if at < 0 or len(line) > _MAX_LENGTH:
        return None
    before, after = view.folded[index][:at], view.folded[index][at + len(time) :].lstrip(" )]】")
    label = _VIEWS_AFTER_TIME.search(after)
    for text in (f"{before} | {after}", after, "" if label is None else after[label.start() :]):
        texts = parse_labels_first(text.strip(" |")) if text.strip(" |") else None
        if texts and texts.keys() & {"views", "comments"} and not view.links_to_other_post(index):
            return _build_counters(index, index, texts)
    return None


def may_show_views(view: PageView, index: int) -> bool:
    """Return whether a line has a label of views with a number: a cheap test before the others."""
    return _VIEWS_AFTER_TIME.search(view.folded[index]) is not None


def parse_counters_amid(view: PageView, index: int) -> Counters | None:
    """Return the counters of a line from its first label of views or comments on; None if it has no views."""
    text = view.folded[index].strip()
    label = _LABEL_AMID.search(text)
    if label is not None:
        text = _without_categories(view, index, text)
    texts = None if label is None else parse_labels_first(text[label.start() :])
    if not texts or "views" not in texts or view.links_to_other_post(index):
        return None
    return _build_counters(index, index, texts)


def _without_categories(view: PageView, index: int, text: str) -> str:
    """Return a folded line up to its last link if that leads to a category: the post's, after its counters."""
    shown, _, parsed_url = view.links[index][-1] if view.links[index] else ("", None, None)
    if parsed_url is None or parsed_url.kind is not PageKind.CATEGORY:
        return text
    return text.removesuffix(fold(shown).strip()).rstrip(" |,/")


def find_image_counters(view: PageView, start: int, end: int) -> list[Counters]:
    """Return the lines `[start, end)` that show numbers, each labelled by an image."""
    found = []
    for index in range(start, end):
        if view.lines[index].media and _ONLY_NUMBERS.fullmatch(view.folded[index]):
            texts = parse_labels_first(text_with_images(view, index).strip())
            if texts is not None and texts.keys() >= {"views", "comments"}:
                found.append(_build_counters(index, index, texts))
    return found


def _parse_counters_at(view: PageView, index: int, end: int) -> Counters | None:
    uncounted: Counters | None = None
    numbered = _LEADING_NUMBER.match(view.folded[index]) is not None
    if not numbered and index and _is_number_of_label(view, index - 1, index):
        return None  # its number is on the line above
    for last in range(index, min(index + _MAX_LINES, end)):
        text = view.join_lines(index, last).text.strip()
        if len(text) > _MAX_LENGTH or (
            last > index
            and not numbered
            and _NEXT_COUNTERS.match(view.folded[last])
            and _NEXT_COUNTERS.search(view.folded[index], 0, _MAX_LENGTH)
        ):
            break
        texts = _parse_numbered(view, index, last, text) if numbered else parse_labels_first(text)
        if not numbered and texts is REPEATED:
            break
        if not numbered and texts is None:
            texts = parse_two_rows(text)
        if texts is None or not texts.keys() >= {"views", "comments"} or view.links_to_other_post(index):
            continue
        counters = _build_counters(index, last, texts)
        if texts["comments"] is not None:
            return counters
        uncounted = uncounted or counters  # unless a later line has the number
    return uncounted


def _parse_numbered(view: PageView, first: int, last: int, text: str) -> CountTexts | None:
    """Parse counters that begin with a number: on one line, or in pieces of one number and its label each."""
    texts = parse_numbers_first(text) or (parse_labels_first(text) if first == last else None)
    if texts is None and last > first:
        texts = parse_two_rows(" ".join(_swap_halves(text.split())))
        return texts if texts and _fill_an_element(view, first, last) else None
    if texts is None or first == last:
        return texts
    return (
        texts if _fill_an_element(view, first, last) or _are_number_label_pairs(view, first, last) else None
    )


def _swap_halves(words: Sequence[str]) -> Sequence[str]:
    """Return the second half of the words before the first half."""
    half = len(words) // 2
    return [*words[half:], *words[:half]]


def _fill_an_element(view: PageView, first: int, last: int) -> bool:
    """Check whether an element contains these lines alone."""
    inside = view.document.lines_in(view.document.common_ancestor(view.lines[first], view.lines[last]))
    return inside.start >= first and inside.stop <= last + 1


def _are_number_label_pairs(view: PageView, first: int, last: int) -> bool:
    """Check whether each line with only a number shares an element with the next line alone."""
    numbers = [i for i in range(first, last + 1) if _IS_NUMBER.fullmatch(view.folded[i].strip())]
    return all(i < last and _is_number_of_label(view, i, i + 1) for i in numbers)


def _is_number_of_label(view: PageView, number: int, label: int) -> bool:
    """Check whether a line is a number that shares an element with the next line, its label, alone."""
    if _IS_NUMBER.fullmatch(view.folded[number].strip()) is None:
        return False
    both = view.document.lines_in(view.document.common_ancestor(view.lines[number], view.lines[label]))
    return both.start == number and both.stop == label + 1


def _build_counters(first: int, last: int, found: CountTexts) -> Counters:
    """Build counters; a text that is no number becomes a problem."""
    counts: dict[str, int | None] = {}
    problems = []
    for field, name in _FIELDS:
        texts = found.get(name)
        counts[field] = None if texts is None else parse_count(texts)
        if texts is not None and counts[field] is None:
            detail = Detail.NO_NUMBER.format(text=texts.strip())
            problems.append(Problem(kind="unreadable", field=field, detail=detail))
    return Counters(
        first=first,
        last=last,
        views=counts["views"],
        likes=counts["likes"],
        comments=counts["comment_count"],
        problems=tuple(problems),
    )
