"""The counters of a post: `浏览(1769) (9) 评论(3)`, in any order, on one line or on a few."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blogarchive.items import Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.document import are_in_same_row
from blogarchive.sites.grammar import words as vocabulary
from blogarchive.sites.grammar.page import PageView, is_label, once_a_page
from blogarchive.sites.grammar.words import COMMENTS_LABEL, DATE, DATETIME, LINE_START, NUMBER, TIME_OF_DAY

# --- counts in a text

_VIEWS_LABEL = (
    r"(?:本[文篇博]|此文)?(?:已经?)?被?"
    r"(?:浏览|阅读?|已读|点[击阅]|人气|访问|查看(?=次数|\s*[:(\[]?\s*\d)|看过|围观|[Vv]iews|[Hh]its|Reads?|PV)"
)
_COMMENTS_WORD = rf"(?:{vocabulary.SAID}|评|回复|[Cc]omments?)"
_VIEWS = rf"{_VIEWS_LABEL}(?:[次人]?数|量|了|全文)?"
_COMMENTS = rf"{_COMMENTS_WORD}(?:[次人条篇]?数|量)?"
_LIKES = r"(?:[点获按]赞|赞好?|顶|推荐|喜欢|支持|鲜花)数?|票数|[Ll]ikes?"
OTHERS = r"(?:分享|收藏|转载|转发)数?|字数|引用(?:通告)?|订阅|反对|[Tt]rack[Bb]acks?"
# A number, with or without brackets, any short text in brackets, or a dash.
_VALUE = (
    rf"(?:[(\[【]\s*(?P<value>{NUMBER})\s*[次条人]?\s*[)\]】]|(?P<bare>{NUMBER})\s*[次条人则篇个]?"
    r"|[(\[【](?P<junk>[^()\[\]【】]{0,12})[)\]】]|(?P<none>-)(?=\s*(?:\||$)))"
)
# The blog's owner sees 推送 置顶 修改 喜欢 删除 beside the counters.
OWNER_WORDS = "推送|(?:取消)?置顶|修改|喜欢|删除"
_BUTTON_WORDS = (
    rf"(?:发表|添加|文章|查看|我要|写){vocabulary.SAID}|发送消息|赠金笔|顶(?=▼)|[Pp]ermalink|固定链接|(?:收藏|分享|[打列]印|转寄|举报|转载|推荐|编辑|引用)(?:[本此][页文])?|关闭(?:窗口)?|投诉|转发|订阅|邀请"
    rf"|{OWNER_WORDS}|返回顶部|[tT][oO][pP]"
)
# Data about the post between or after the counts.
_ABOUT = (
    r"(?:(?:个人|系统|文章)?(?:分类|类别|栏目)|作者|来源|[Cc]ategory)(?:\s*:\s*[^\s|:]{1,30}|\([^\s()]{1,30}\))"
    r"|(?:标签|关键[词字]|[Tt]ags?)\s*:[^|:]{1,80}"
    r"|字[体号](?:大小)?\s*:?\s*[\[(]?\s*[大中小](?:\s*[大中小]){2}\s*[\])]?"
)
_COUNTED_LIKES = rf"(?:{_LIKES})\s*:?\s*[(\[]?\s*\d"
_EDGE = r"[\s|,/·•;▼-]*+"
_HAVING = r"(?:(?:已有?|共有?|总共)\s*+)?"
_CLASSIFIED = (
    rf"{_HAVING}(?P<number>{NUMBER})\s*+(?:[次人条篇个位则]{{1,2}}\s*+(?:被|已)?|(?=赞(?!\s*[:(\[\d])))"
)
_KINDS = rf"(?P<viewed>{_VIEWS})|(?P<said>{_COMMENTS})|(?P<liked>{_LIKES})|(?P<other>{OTHERS})"
_ITEM = re.compile(
    rf"{_EDGE}(?:\[(?:{_BUTTON_WORDS})\]|{_CLASSIFIED}(?:{_KINDS}过?)"
    rf"|(?:(?P<views>{_VIEWS})|(?P<comments>{_COMMENTS})|(?P<likes>{_LIKES})|(?P<others>{OTHERS})|)\s*+:?\s*+{_VALUE}"
    rf"|\[?(?:{_BUTTON_WORDS})(?:到:?)?\]?|(?P<uncounted>评论数?)|(?P<nothing>(?:[暂尚]无|(?:还|暂时)?没有|[Nn]o)\s*+{_COMMENTS_WORD})|{_ABOUT}){_EDGE}"
)
_NUMBERED = re.compile(
    rf"{_EDGE}(?:{_HAVING}(?P<number>{NUMBER})\s*+[次人条篇个位则]{{0,2}}\s*+(?:{_KINDS})|{_ABOUT}|\[?(?:{_BUTTON_WORDS})\]?){_EDGE}"
)
_BRACKETED = re.compile(
    rf"[(\[【]\s*((?:{_VIEWS}|{_COMMENTS}|{_LIKES}|{OTHERS})\s*:?\s*{NUMBER}\s*[次条人]?)\s*[)\]】]"
)
_IN_BRACKETS = re.compile(r"^\(?([^()]*)\)$")
# Before the views: the time, the category or the author of the post.
_COUNTER_PREFIX = (
    r"(?:(?:(?:(?:发表|发布|提交)(?:于|时间|日期)?|时间|日期|[Pp]osted at)?\s*+:?\s*+[(\[]?"
    rf"(?:{DATETIME}|{DATE}|{TIME_OF_DAY})[)\]]?"
    r"|(?:分类|类别|栏目|作者|发布者?|发表人)\s*+:\s*+[^\s|]{1,30})[\s|,]*)"
)
_PREFIX = re.compile(rf"{_COUNTER_PREFIX}{{0,3}}+")
_NAMES = {"viewed": "views", "liked": "likes"} | dict.fromkeys(("said", "uncounted", "nothing"), "comments")

_VALUES = frozenset(("value", "bare", "junk", "none"))
_LABELS = ("views", "comments", "likes", "others")

CountTexts = dict[str, str | None]
"""The texts shown as `views`, `likes` and `comments`; absent if not shown."""

# The result for a text with two equal labels: no text after it makes it counters.
_REPEATED: CountTexts = {}


def parse_counts(text: str) -> CountTexts | None:
    """Return the counts of a text with all numbers before labels, else with labels first; brackets may be around it."""
    text = _IN_BRACKETS.sub(r"\1", text)
    return _parse_items(text, _NUMBERED) or _parse_labels_first(text)


def _parse_labels_first(text: str) -> CountTexts | None:
    """Return the counts of a text with labels before numbers; None if it has other words or no count.

    The one number without a label counts likes, whose label is an image. The number of comments may be
    missing if its label is shown. If number and label are one word, as in 3 条评论, the number may come first.
    """
    return _parse_items(_BRACKETED.sub(r" \1 ", text), _ITEM)


def _parse_items(text: str, item: "re.Pattern[str]") -> CountTexts | None:
    started = _PREFIX.match(text)
    offset = started.end() if started else 0
    found: CountTexts = {}
    while offset < len(text):
        match = item.match(text, offset)
        if match is None or match.end() == offset:
            return None
        offset = match.end()
        name, value = _parse_item(match)
        if name in (None, "other", "others"):
            continue  # words of a button, or another count
        if name in found:
            # A number without a label may get one in the text that follows; two equal labels never fit.
            return _REPEATED if match.lastgroup not in _VALUES or match[name] else None
        found[name] = value
    return found or None


def _parse_item(match: "re.Match[str]") -> tuple[str | None, str | None]:
    """Return the name of a count and the text shown; no name for the words of a button."""
    last = match.lastgroup
    if last is None:
        return None, None
    if last not in _VALUES:
        return _NAMES.get(last, last), {"uncounted": None, "nothing": "0"}.get(last, match["number"])
    label = next((name for name in _LABELS if match[name] is not None), "likes")
    return label, match[last]


# --- counters on lines

_NUMBER_FIRST = (
    rf"[已共有总]{{0,2}}\s*{NUMBER}[\s次人条篇个位]{{0,6}}被?(?:{_VIEWS_LABEL}|{_COMMENTS_WORD}|{_LIKES})"
)
# The first characters of the labels. Counters begin with a character of the first set: most lines fail there.
_LABEL_CHARS = "浏阅点人访评回跟留讨查看围CcVvHRP"
_COUNTERS_START = re.compile(
    rf"{LINE_START}(?=[\s\d本此被发时日分类栏作已共有总推置取修喜删收打举转编引订邀赞顶支票鲜{_LABEL_CHARS}(\[【])"
    rf"(?:(?=[本此被{_LABEL_CHARS}(\[【\d发时日分类栏作已共][^{LINE_START}{_LABEL_CHARS}]*+[{_LABEL_CHARS}]|[{_LABEL_CHARS}])"
    rf"(?:[(\[【]?{_VIEWS_LABEL}(?:全文)?(?=[次人数量了\s:(\[【\d{LINE_START}])|[(\[【]?评论|{_COMMENTS_WORD}数?\s*[:(\[]|"
    rf"{_COUNTER_PREFIX}{{1,3}}+(?:(?:{_BUTTON_WORDS}|{OTHERS})[: |\d()]*+){{0,4}}+[(\[【]?(?:{_VIEWS_LABEL}|评论))"
    r"|(?=[推置取修喜删发收分打举转编引订邀\[点赞顶支票鲜])"
    rf"(?:(?:\[?(?:{_BUTTON_WORDS})\]?[ |]*){{1,6}}+(?:{_VIEWS_LABEL}|评论)|{_COUNTED_LIKES})"
    rf"|(?=[\s(]*{_NUMBER_FIRST}))"
)
_COUNTS_AFTER_TIME = re.compile(
    rf"{NUMBER}\s*[次人]?\s*{_VIEWS_LABEL}|(?:{_VIEWS_LABEL}(?:全文|[次人数量了]*)\s*[:(\[【]?|{_COMMENTS_WORD}数?\s*[:(\[])\s*\d"
)
_AFTER_TIME = re.compile(r"^[\s)\]】]*(?:(?:发表|发布)\s*(?=[|·,\s]))?")
_NUMBER_AT_END = re.compile(rf"{NUMBER}\s*$")
_LEADING_NUMBER = re.compile(rf"[\s(]*[已共有总]{{0,2}}\s*{NUMBER}\s*(?![\s\d年/.:-])")
ONLY_NUMBERS = re.compile(r"[\s\d,.万()\[\]|/:]*\d[\s\d,.万()\[\]|/:]*")
_POSTS = re.compile(r"(?:日志|文章|博文|随笔)(?:总?数)?\s*:?\s*\d+\s*篇?")
_OF_BLOG = ("card", "statistics")  # sections with counts of the whole blog
_MAX_LINES = 8
_MAX_LENGTH = 160  # characters of all lines together
_FIELDS = (("views", "views"), ("likes", "likes"), ("comment_count", "comments"))


@dataclass(kw_only=True, slots=True)
class Counters:
    """Counters on the lines `first` to `last`; a count is None if it is not shown or no number."""

    first: int
    last: int
    views: int | None
    likes: int | None
    comments: int | None
    problems: tuple[Problem, ...] = ()


def iter_counters(view: PageView, start: int, end: int) -> Iterator[Counters]:
    """Yield all counters on the lines `[start, end)`, typed ones included, each of whole lines."""
    for index in _find_starts(view, start, end):
        # 1769 above 浏览, 3 above 评论: the index has no lines of numbers alone.
        begins = (index - 1, index) if ONLY_NUMBERS.fullmatch(view.folded[index - 1]) else (index,)
        if _POSTS.fullmatch(view.folded[index - 1].strip()):
            continue  # 日志：26 above 评论：92 of the blog
        found = (_parse_counters_at(view, i, end) for i in begins if i >= start)
        if counters := next(filter(None, found), None):
            yield counters
            start = counters.last + 1


def _find_starts(view: PageView, start: int, end: int) -> Sequence[int]:
    """Return the lines `[start, end)` that may begin counters."""
    return [index for index in _find_all_starts(view) if start <= index < end]


@once_a_page
def _find_all_starts(view: PageView) -> Sequence[int]:
    return list(view.line_index.find_lines(_COUNTERS_START))


def _find_section(view: PageView, index: int) -> str:
    """Return the section of the last label of the sidebar above a line."""
    return view.sections.get(max((i for i in view.sections if i < index), default=-1), "")


# Promise "any words": a page may count views alone, or 1769 次阅读.
def find_view_counters(view: PageView, start: int, end: int) -> list[Counters]:
    """Return the lines `[start, end)` that show views but no number of comments: `浏览：1769`, `1769 次阅读`."""
    found = []
    for index in _find_starts(view, start, end):
        text = view.folded[index].strip()
        # 访问次数 below 博主 are those of the blog.
        if len(text) > _MAX_LENGTH or (text.startswith("访问") and _find_section(view, index) in _OF_BLOG):
            continue
        last, texts = index, parse_counts(text)
        if texts is None and _is_beside_number(view, index):
            last, texts = index + 1, parse_counts(f"{text}:{view.folded[index + 1]}")
        if texts is not None and "views" in texts and not view.links_to_other_post(index):
            found.append(build_counters(index, last, texts))
    return found


def _is_beside_number(view: PageView, index: int) -> bool:
    """Check whether the cell behind a line, in its row, has a number alone: 点击次数 and 1769."""
    beside = "".join(view.folded[index + 1 : index + 2])
    return ONLY_NUMBERS.fullmatch(beside) is not None and are_in_same_row(*view.lines[index : index + 2])


def parse_counters_beside_time(view: PageView, index: int, time: str) -> Counters | None:
    """Return the counters around the post's time on its line, or after it; None if the line has none."""
    line = view.lines[index].text
    at = line.find(time)
    if at < 0 or len(line) > _MAX_LENGTH:
        return None
    before, after = view.folded[index][:at], _AFTER_TIME.sub("", view.folded[index][at + len(time) :])
    texts = find_counts((f"{before} | {after}", after))
    return None if texts is None or view.links_to_other_post(index) else build_counters(index, index, texts)


def find_counts(texts: Sequence[str]) -> CountTexts | None:
    """Return the counts of the first text that shows views or comments alone, else those that end the last text."""
    label = _COUNTS_AFTER_TIME.search(texts[-1])
    # 170浏览 3评论: the number before the label is its own if a label ends the text.
    number = None if label is None else _NUMBER_AT_END.search(texts[-1][: label.start()])
    is_own = number is not None and _parse_items(texts[-1][number.start() :], _NUMBERED)
    begin = number if number is not None and is_own else label
    # 归入 时政: unknown data of the template between others.
    known = "|".join(piece for piece in texts[-1].split("|") if parse_counts(piece.strip()))
    shown = (*texts, "" if begin is None else texts[-1][begin.start() :], known)
    found = (parse_counts(text.strip(" |")) for text in shown if text.strip(" |"))
    return next((each for each in found if each and each.keys() & {"views", "comments"}), None)


@once_a_page  # the search for the title needs them, and that for the end
def _parse_counters_at(view: PageView, index: int, end: int) -> Counters | None:
    numbered = _LEADING_NUMBER.match(view.folded[index]) is not None
    # A number that ends a text, such as a year, may be above counters with labels first.
    is_apart = numbered and ONLY_NUMBERS.fullmatch(view.folded[index])
    for last in range(index, min(index + _MAX_LINES, end)):
        text = _IN_BRACKETS.sub(r"\1", view.join_lines(index, last).text.strip())
        if len(text) > _MAX_LENGTH:
            break
        texts = _parse_items(text, _NUMBERED) if numbered else None
        texts = texts if texts or is_apart else _parse_labels_first(text)
        if texts is _REPEATED:
            break
        if texts is None or not texts.keys() >= {"views", "comments"} or view.links_to_other_post(index):
            continue
        if texts["comments"] is not None or last == index or not is_label(view, last, COMMENTS_LABEL):
            return build_counters(index, last, texts)
    return None


def build_counters(first: int, last: int, found: CountTexts) -> Counters:
    """Build counters; a text that is no number becomes a problem."""
    shown = {field: found.get(name) for field, name in _FIELDS}
    counts = {field: None if text is None else parse_count(text) for field, text in shown.items()}
    texts = {field: text for field, text in shown.items() if text is not None and counts[field] is None}
    details = ((field, Detail.NO_NUMBER.format(text=text.strip())) for field, text in texts.items())
    unread = tuple(Problem(kind="unreadable", field=field, detail=detail) for field, detail in details)
    views, likes, said = counts.values()
    return Counters(first=first, last=last, views=views, likes=likes, comments=said, problems=unread)
