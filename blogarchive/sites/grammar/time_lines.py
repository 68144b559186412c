"""Lines with the time of a post, lines marked as titles, and lines that a post quotes from a page."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from blogarchive.items import DateText, PageKind
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar import words as vocabulary
from blogarchive.sites.grammar.counters import OWNER_WORDS
from blogarchive.sites.grammar.headers import Headers
from blogarchive.sites.grammar.page import PageView, confirms_title, find_comment_labels

# --- times and titles

TIME_LABEL = (
    r"(?P<label>(?:发表|发布|张贴|更新|创建|提交)(?:于|时间|日期)?|写于|时间|日期|于|[Pp]osted(?: on)?)?"
    rf"\s*+(?P<colon>:)?\s*+(?:{vocabulary.WEEKDAY}\s*,?\s+)?"
)
_TITLED_TIME = re.compile(
    rf"(?P<title>(?:.*?\S)??)\s*+[(\[【]?(?:(?:原创|转[载贴])\s*(?=\d))?{TIME_LABEL}(?P<time>{vocabulary.DATETIME})\s*[)\]】]?"
)
# The line below a title may have more than the time: the author before it, the category after it.
_TIME_AND_MORE = re.compile(
    rf"(?:(?:作者|分类|类别|栏目)\s*:\s*\S.{{0,40}}?[\s|]+(?=发表|发布|提交|更新|张贴|时间|日期|\d{{4}}\D))?[(\[]?\s*{TIME_LABEL}(?P<time>{vocabulary.DATETIME})[)\]]?"
    r"(?:\s*(?:[|·/\[(【]|分类|类别|栏目|所属|专栏|标签|关键词|作者|来源|来自|原创|转[载贴]|心情|天气|字[体号]|浏览|阅读|点击|访问|人气|in\s|by\s).{0,120})?"
)
_TIME_AMID = re.compile(rf"(?P<before>.{{0,80}}?)(?P<time>{vocabulary.DATETIME}).{{0,120}}")
_TIME_FIRST = re.compile(rf"[(\[【]?(?P<time>{vocabulary.DATETIME})[)\]】]?\s*(?P<title>\S.*)")
_HOUR_AMID = re.compile(
    rf"(?:(?:[^|·,。:]{{1,30}})?(?:发[表布]于|(?i:posted) at)\s*:?\s*|(?=[\d:]{{4,8}}\s*\|))"
    rf"(?P<time>{vocabulary.TIME_OF_DAY})"
    r"(?:\s*[|·,].{0,120})?"
)
_DATETIME = re.compile(f"(?P<time>{vocabulary.DATETIME})")
BYLINE = re.compile(r"(?:作者|文|撰文|撰写|发表者|[张发]贴者|楼主|博主)\s*[:：]|由\s|(?:[Pp]osted )?[Bb]y\s")
# Before a time: the header of a comment.
COMMENT_TIME_LABEL = re.compile(r"(?<![个条篇])(?:留言|评论|回复)\s*(?:时间|日期)?\s*:?\s*$")
_CATEGORY = re.compile(r"(?:分类|类别|栏目)\s*:\s*\S{1,20}\s*$")  # 时政评论
_ENDS_IN_TIME = re.compile(r"\d\s*秒?\s*[)\]】MmＭ]?\s*$")
_MIN_SURE_LABEL = 3  # characters: 发表于 is a label in any place, 时间 may end a title
_SEPARATOR = re.compile(r"\s+[|/]$")
_SEPARATED = re.compile(r"[-_|:：»>—]\s*$")
_OWNER_BUTTONS = re.compile(rf"(?:\s+(?:编辑|{OWNER_WORDS}))+$")
TITLE_LABEL = re.compile(
    r"^(?:(?:文章|日[志记誌記])?(?:[标標][题題]|主[题題])\s*[:：]|[\[【][^\[\]【】]{1,20}[\]】](?=\s*\S))\s*"
)
EDGE_SPACES = " \xa0\u3000\u200b\ufeff"
HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4"))
_SIGNS = "■●◆▶►★□○◇☆▪ \xa0"  # of a template before a title; · is one of lists
_BEFORE_TITLE = f"[【{_SIGNS}"
_MIN_TITLE_LENGTH = 2  # characters; the window title begins with the title


@dataclass(kw_only=True, slots=True)
class TimeMatch:
    """A line with a time: its title, and the time with its offset in the stripped line.

    `sure`: a label of the time separates the two, so the title may be a name.
    """

    title: str
    posted: DateText
    start: int
    sure: bool = False


@dataclass(kw_only=True, slots=True)
class TitleTime:
    """A post's title and time; `title` is empty if the page shows none, `end` is the line after both.

    If the time is below the text, `footer_line` is its line, and `end` is the line after the title.
    """

    title: str
    posted: DateText | None
    start: int
    end: int
    footer_line: int | None = None


def find_titles(view: PageView, end: int, labelling: Container[int]) -> Iterator[int]:
    """Yield the lines before line `end` that are marked as titles, and those in `labelling`."""
    begin = view.document.title[:_MIN_TITLE_LENGTH]
    for line in view.lines[:end]:
        text = line.text
        # Few lines pass these tests, one of which each of the next two needs.
        may_begin = begin in text and (text.startswith(begin) or TITLE_LABEL.match(text) is not None)
        may_begin = may_begin or (begin in text and text[0] in _BEFORE_TITLE)
        may_begin = may_begin or (bool(text) and view.document.title.endswith(text))
        may_be = may_begin or line.block.tag in HEADING_TAGS or (line.links and _has_title_class(line))
        is_title = may_be and text and is_marked_title(view, line)
        if is_title or line.index in labelling:
            yield line.index


def is_marked_title(view: PageView, line: Line) -> bool:
    """Return True if the site's class, a heading tag or the window title marks the line as the title."""
    text, window_title, tag = line.text.lstrip(_SIGNS), view.document.title, line.block.tag
    if tag not in HEADING_TAGS:
        bare = TITLE_LABEL.sub("", text)
        if any(window_title.startswith(each) and len(each) >= _MIN_TITLE_LENGTH for each in (text, bare)):
            return True
        if window_title.endswith(text) and _SEPARATED.search(window_title[: -len(text)]):
            homes = (name for links in view.links for name, _, to in links if to and to.kind is PageKind.HOME)
            return any(len(name) > 1 and window_title.startswith(name) for name in homes)
    elif tag == "h1" or (len(text) > 1 and text in window_title) or confirms_title(window_title, text):
        return True
    return _has_title_class(line)


def _has_title_class(line: Line) -> bool:
    anchor = line.spans[0][3] if line.spans else None
    name = None if anchor is None else anchor.get("class")
    return name is not None and vocabulary.TITLE_CLASS in name.split()


def is_named_by_window(view: PageView, index: int) -> bool:
    """Return True if the window title contains the line."""
    text = title_text(view, index)
    return len(text) >= _MIN_TITLE_LENGTH and text in view.document.title


def is_heading(view: PageView, index: int) -> bool:
    """Return True if the line is marked as the title, or is any heading."""
    line = view.lines[index]
    return line.block.tag in HEADING_TAGS or is_marked_title(view, line)


def match_trailing_time(view: PageView, index: int) -> TimeMatch | None:
    """Return the time at the end of a line, with the words before it; None if there is none."""
    text = view.folded[index]
    match = _TITLED_TIME.fullmatch(text.strip()) if _ENDS_IN_TIME.search(text[-8:]) else None
    if match is None:
        return None
    sure = len(match["label"] or "") >= _MIN_SURE_LABEL
    return _build_match(view, index, match, _find_title_before(view, index, match), sure=sure)


def match_leading_time(view: PageView, index: int) -> TimeMatch | None:
    """Return the time of a line with author, category or view count; None if it has other words."""
    return _build_match(view, index, _TIME_AND_MORE.fullmatch(view.folded[index].strip()))


def match_inner_time(view: PageView, index: int) -> TimeMatch | None:
    """Return the first time in a line of few words, unless it is the header of a comment."""
    text = view.folded[index].strip()
    match = _TIME_AMID.fullmatch(text) if vocabulary.HOUR_SIGN.search(text) else None
    is_comment = (
        match and COMMENT_TIME_LABEL.search(match["before"]) and not _CATEGORY.search(match["before"])
    )
    return None if is_comment else _build_match(view, index, match)


# 2012年3月4日 above the title, 发表于 10:20 | 评论(3) or Posted by 林木 at 2012-03-04 10:20 below the text.
def add_hour(view: PageView, time: DateText | None, lines: Iterable[int]) -> DateText | None:
    """Return a time that is a day alone with the hour that a line shows after 发表于 or that day."""
    if time is None or vocabulary.HOUR_SIGN.search(vocabulary.fold(time.text)):
        return time
    day = view.parse_date(time.text)
    for i in lines:
        text = view.folded[i].strip()
        if match := _HOUR_AMID.fullmatch(text):
            return DateText(text=f"{time.text} {view.shown(i, match)}")
        for match in _DATETIME.finditer(text):
            full = view.parse_date(match[0])
            if day and full and full.at.date() == day.at.date():
                return DateText(text=view.shown(i, match))
    return time


# Promise "any order": the time may be aligned to the right, before the title in the markup.
def match_time_before_title(view: PageView, index: int) -> TimeMatch | None:
    """Return the time before a title in another element: such a time is aligned to the right."""
    text, line = view.folded[index], view.lines[index]
    match = _TIME_FIRST.fullmatch(text.strip())
    if match is None:
        return None
    lead, start = len(text) - len(text.lstrip()), match.start("title")
    if line.node_at(lead + match.start("time")) is line.node_at(lead + start):
        return None
    return _build_match(view, index, match, view.shown(index, match, "title").strip(EDGE_SPACES))


def _build_match(
    view: PageView, index: int, match: "re.Match[str] | None", title: str = "", *, sure: bool | None = None
) -> TimeMatch | None:
    """Return the time of a match; None without one. Only `sure` says that the line may link to another post."""
    if match is None or (sure is None and view.links_to_other_post(index)):
        return None
    posted = DateText(text=view.shown(index, match))
    return TimeMatch(title=title, posted=posted, start=match.start("time"), sure=sure or False)


def _find_title_before(view: PageView, index: int, match: "re.Match[str]") -> str:
    """Return the words before the time and its label; a title may itself end in 时间 or 发布."""
    raw = view.lines[index].text.strip()
    if _is_time_labelled(view, index, match):
        return _SEPARATOR.sub("", raw[: match.end("title")].strip(EDGE_SPACES))
    return raw[: max(match.end("label"), match.end("colon"))].strip(EDGE_SPACES)


def _is_time_labelled(view: PageView, index: int, match: "re.Match[str]") -> bool:
    """Check whether the words before the time are its label: by their element, then by form."""
    start = match.start("label") if match["label"] else match.start("colon")
    if start < 0:
        return True
    line, text = view.lines[index], view.folded[index]
    lead = len(text) - len(text.lstrip())
    own, time = line.node_at(lead + start), line.node_at(lead + match.start("time"))
    if not match["title"]:
        return own is time or not is_heading(view, index)
    title = line.node_at(lead + match.end("title") - 1)
    if own is not title:
        return True
    if own is not time or not match["label"]:
        return False
    apart = match["colon"] or text[lead + start - 1] in " [("
    return bool(apart) or len(match["label"]) >= _MIN_SURE_LABEL


def iter_text_before(view: PageView, index: int) -> Iterator[int]:
    """Return the nearest of the three lines before `index` that has text, if any."""
    return islice(view.lines_with_text(range(index - 1, max(index - 4, -1), -1)), 1)


def title_text(view: PageView, index: int) -> str:
    """Return the text of a line that is a title, without the links that its owner sees beside it."""
    line, buttons = view.lines[index], _OWNER_BUTTONS.search(view.lines[index].text)
    is_title = buttons is None or line.link_at(buttons.end() - 1, buttons.end()) in (None, line.link_at(0, 1))
    return line.text[: None if is_title or buttons is None else buttons.start()].strip(EDGE_SPACES)


# --- quoted lines

_SHARE = (
    rf"(?:\[?(?:点赞|打印|收藏|分享|转发|举报|推荐|转载|引用|编辑|邀请|订阅|{OWNER_WORDS}|[发写]表?评论)"
    r"(?:到|给好友|本文|此文|文章)?:?\]?|(?:点?赞|[顶踩]|支持|反对|评论)\s*\(?\d{1,6}\)?|返回(?:列表|目录|首页|顶部)|[上下]一篇)"
)
_TEMPLATE_TEXT = re.compile(
    rf"{vocabulary.either('template')}|{_SHARE}(?:\s*+\|?\s*+{_SHARE})*+"
    rf"|发[表布]于\s*{vocabulary.TIME_OF_DAY}(?:\s*[|·,].{{0,120}})?|{vocabulary.TIME_OF_DAY}\s*\|.{{0,120}}"
    rf"|(?:发帖者|张贴者|[Pp]osted by)\s*:?\s*.{{1,30}}?\s*(?:时间|于|at)\s*:?\s*{vocabulary.TIME_OF_DAY}"
)
_SPACED_LABEL = re.compile(r"(\w)\s+(\w)(?=\s*:)")
_METADATA = re.compile(r"(?:作者|来源|标签|关键词|时间|日期|(?:发表|发布|更新)(?:于|时间|日期))\s*:.{1,60}")


def join_label(text: str) -> str:
    """Return a row without the space in a label such as 分　类."""
    label = _SPACED_LABEL.match(text)
    return text if label is None else label[1] + text[label.start(2) :]


def is_template_text(text: str) -> bool:
    """Return True if templates put this folded line around a post's text."""
    return _TEMPLATE_TEXT.fullmatch(text) is not None


def find_text_element(view: PageView, title: int, begin: int, line: int) -> range | None:
    """Return the lines of the innermost element with `line` and the text's first line; None if it has the title."""
    first = next((i for i in range(begin, line + 1) if view.folded[i].strip()), line)
    inside = view.document.lines_in(view.document.common_ancestor(view.lines[first], view.lines[line]))
    return None if title in inside else inside


# Promise "no forgery": authors pasted saved pages, with times and counters, into new posts.
def is_quoted(view: PageView, headers: Headers, title: int, begin: int, line: int) -> bool:
    """Return True if `line` is inside the text that begins at `begin`, and comments follow that text."""
    element = find_text_element(view, title, begin, line)
    if element is None or all(is_metadata(view, i) for i in range(begin, line)):
        return False
    goes_on = any(not is_metadata(view, i) and not view.links[i] for i in range(line + 1, element.stop))
    return goes_on and _comments_follow(view, headers, element.stop)


def is_metadata(view: PageView, index: int) -> bool:
    """Return True if a line is blank or shows data about the post around its text."""
    text = view.folded[index].strip()
    return not text or is_template_text(text) or _METADATA.fullmatch(text) is not None


def _comments_follow(view: PageView, headers: Headers, line: int) -> bool:
    """Return True if a label or a header of comments is on line `line` or below, above the sidebar."""
    own = range(line, view.find_section(line))
    return any(header.first in own for header in headers) or any(i in own for i in find_comment_labels(view))
