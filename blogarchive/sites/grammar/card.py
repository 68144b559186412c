"""The author's card, and the blog's header: title, tagline, and the line with the blog's URL."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, pairwise, takewhile
from typing import NamedTuple

from blogarchive.items import DateText, PageKind, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import strip_bullets
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.document import find_enclosing
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.counters import ONLY_NUMBERS
from blogarchive.sites.grammar.page import PageView, confirms_title
from blogarchive.sites.grammar.words import DATE, NUMBER, SITE_BAR, fold

# --- the author's card

_AGE = re.compile(
    r"(?:(?P<name>(?![男女]\s*,).*?)\s*[,|(]\s*)?(?P<blog>(?:博龄|博客年龄)\s*:?\s*)?(?P<age>\d{1,3})\s*(?(blog)[年岁](?:\d{1,2}个?月)?|岁)\s*\)?"
    r"(?:\s*,\s*[^\d,]{1,6})?"
)
# 注册 alone is a link of the site's bar.
_REGISTERED_WORD = r"(?:注册|登记|开博|开通|建立|加入|开站|建站|(?:Member s|S)ince)"
_REGISTERED_LABEL = rf"(?:{_REGISTERED_WORD}(?:日期|时间|于)|{_REGISTERED_WORD}(?=\s*:\s*\d{{4}}\D))"
# 2022-02-03 注册, 1769 次访问: the words may be after the values.
_REGISTERED = re.compile(
    rf"(?P<label>{_REGISTERED_LABEL}\s*:*\s*)?(?P<value>{DATE}|(?(label)\S.*|(?!)))?(?(label)|\s*{_REGISTERED_WORD})"
)
_OF_ALL_DAYS = "(?<![今昨当本每][日天周月])"
_UNIT = "(?:人次|[次人])?"
_VISITED = "(?:总?访问(?:过?本(?:空间|站|博客))?|来访?过|位(?:访客|访问者|来访者|客人|读者))"
_VISIT_WORD = r"(?:访问|人气|点击|浏览|来访|访客|流量)"
_ALL_VISITS_LABEL = (
    rf"(?:{_VISIT_WORD}总[量数]|(?:总|本?博客|部落格|空间|累[计积積]|[参參][观觀])(?:{_VISIT_WORD}|阅读)(?:人次|次数|人数|[量数])?|累[计积積]人[次数]"
    r"|(?i:total (?:visits|views)))"
)
_VISITS_LABEL = rf"(?:{_ALL_VISITS_LABEL}|{_VISIT_WORD}(?:人次|次数|人数|统计|[量数率]))"
_VISITS = re.compile(
    rf"(?P<label>(?:{_VISITS_LABEL}|{_VISIT_WORD}(?=\s*:?\s*\d))\s*:*\s*)?(?:已有?\s*|[您你]是\w{{0,6}}第\s*)?(?P<value>(?(label).*?|{NUMBER}))\s*{_UNIT}(?(label)|{_VISITED})(?:\s*\(.{{0,20}}\))?"
    r"(?:\s++(?:文章|日志|博文|评论)\s*+:?\s*+\d++(?:\s*+篇)?+)*+"
)
_VISITS_ALONE = re.compile(rf"(?:本站)?{_ALL_VISITS_LABEL}\s*:?\s*\d[\d,]*\s*{_UNIT}|[您你]是\w{{0,6}}第.*")
_VISITS_IN = re.compile(rf"{_OF_ALL_DAYS}{_VISIT_WORD}.{{0,4}}\d|\d\s*{_UNIT}\s*{_VISITED}|(?i:visits|views)")
_FIELD_START = re.compile(
    rf"[\s|,]*(?:本站)?(?=[注登开建加访总博累参參空人点浏流您你Tt])(?={_REGISTERED_LABEL}|{_OF_ALL_DAYS}(?:{_VISITS_LABEL}|{_VISIT_WORD})\s*[:\d])"
)
_NUMBER_BEFORE = re.compile(rf"\d\s*{_UNIT}\s*总?访问(?![\w:]|\s*\d)")
_NUMBERS_FIRST = re.compile(rf"[\s|,·/]*(?=(?<![\d,])\d[\d,]*\s*{_UNIT}\s*总?访问)|(?<=访问)\s*")
_NICKNAME = re.compile(
    r"(?:[昵暱][称稱]|姓名|网名|笔名|博主|站长|主人|用户名?|作者|作家|Name)\s*(?:(?::|(?<=博主\s))\s*(?P<value>\S.{0,40})?)?"
)
NO_NAME = re.compile(
    r".*:.*|.{41,}|.*\d{4}-.*|[\d,.]+万?\s*\w{1,3}|[一-鿿]{2,3}\s*\d[\d,]*|.*(?:好友|消息|纸条|留言|关注|订阅|查看|进入|登录|注册|头像|统计|信息|资料|名片|公告|关于|等级|积分).*|.*[。!?]"
)
BLOG_NAME = re.compile(r"的\s*(?:博客|部落格|空间|[Bb]log|BLOG)\s*$")
_FOLLOW = re.compile("(?:加关注|关注(?:我|[他她]|博主)|加(?:为)?好友)(?!\\w)")
_EDGES = " ,，、\xa0\u3000\u200b"
_MAX_AGE = 120  # years
_MAX_LINES = 16
_OF_PERSON = re.compile("博主|主人|作者|(?:个人|用户)(?:资料|信息|档案)")
_LINES_OF_NAME, _LINES_BELOW_AGE = 3, 6  # the latter of a card without a label


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorCard:
    """The author card as shown; a field is None if the card does not show it."""

    nickname: str | None = None
    account_age: int | None = None
    registered: DateText | None = None
    total_visits: int | None = None
    problems: tuple[Problem, ...] = ()


NO_CARD = AuthorCard()

FoundCard = tuple[AuthorCard, tuple[int, ...]]
"""A card, and the lines that belong to it."""


class _CardField(NamedTuple):
    """A field of the card, folded and as shown, with its line's number: one line may have all fields."""

    line: int
    folded: str
    raw: str


def _split_fields(line: int, folded: str, raw: str) -> Iterator[_CardField]:
    bare = len(folded) - len(strip_bullets(folded))
    form = _NUMBERS_FIRST if _NUMBER_BEFORE.search(folded) else _FIELD_START
    ends = [match.start() for match in form.finditer(folded) if match.start() > bare]
    for start, end in pairwise((bare, *ends, len(folded))):
        left = start + len(folded[start:end]) - len(folded[start:end].lstrip(" |,"))
        yield _CardField(line, folded[left:end].strip(), raw[left:end].strip())


def parse_card(view: PageView, lines: Sequence[int]) -> FoundCard:
    """Return the card on these lines, which begin with its label, and the lines that belong to it."""
    # A list of posts may follow, each with its author.
    shown = takewhile(lambda index: index not in view.post_lines, view.lines_with_text(lines[1:]))
    own = list(islice(shown, _MAX_LINES))
    card, count = _parse_fields(tuple([_read_line(view, i) for i in own]))
    return card, (lines[0], *own[:count]) if lines else ()


# 1769 above 访问 or below it, in an element of their own, or as dt and dd.
def _read_line(view: PageView, index: int) -> tuple[str, str]:
    """Return a line's text, folded and as shown, with its number or label above.

    The upper line of such a pair has none.
    """
    above = range(index - 1, index) if _are_label_and_count(view, index - 1) else range(0)
    lines = () if _are_label_and_count(view, index) else (*above, index)
    return " ".join(view.folded[i] for i in lines), " ".join(view.lines[i].text for i in lines)


def _shows_visits(view: PageView, index: int) -> bool:
    """Check whether a line has the visits, or their label alone above a number."""
    text, below = _read_line(view, index)[0], "".join(view.folded[index + 1 : index + 2])
    return _VISITS_IN.search(text if ONLY_NUMBERS.fullmatch(below) is None else f"{text} {below}") is not None


def _are_label_and_count(view: PageView, index: int) -> bool:
    texts = view.folded[max(index, 0) : index + 2]
    if len(texts) < 2 or len([text for text in texts if ONLY_NUMBERS.fullmatch(text)]) != 1:
        return False
    first, second = view.lines[index : index + 2]
    around = view.document.lines_in(view.document.common_ancestor(first, second))
    return (first.block.tag, second.block.tag) == ("dt", "dd") or around == range(index, index + 2)


@lru_cache(maxsize=4)  # each page of a blog has the same card; the lines may be long
def _parse_fields(lines: tuple[tuple[str, str], ...]) -> tuple[AuthorCard, int]:
    """Return the card on lines, folded and as shown, and the number of the lines that belong to it."""
    card = NO_CARD
    fields = [field for line, texts in enumerate(lines) for field in _split_fields(line, *texts)]
    last = 0
    for number, field in enumerate(fields):
        before = fields[number - 1].raw if number else ""
        following = "".join(other.raw for other in fields[number + 1 : number + 2])
        found = _add_field(card, before, field, following)
        if found is not card:
            card, last = found, number + 1
    return card, fields[min(last, len(fields) - 1)].line + 1 if fields else 0


def parse_labelled_card(view: PageView, lines: Sequence[int]) -> FoundCard:
    """Return the card below its label; its first line is the nickname if no field names it.

    Without any field, only the label belongs to it, unless a few lines follow. It may be a menu's link.
    """
    card, own = parse_card(view, lines)
    below = list(view.lines_with_text(lines[1:]))
    if card == NO_CARD and (len(below) > _LINES_OF_NAME or not _OF_PERSON.search(view.folded[lines[0]])):
        return card, tuple(lines[:1])
    first = next(iter(below), None) if card.nickname is None else None
    if first is not None and NO_NAME.fullmatch(view.folded[first]) is None:
        card = replace(card, nickname=view.lines[first].text.strip(_EDGES))
    return card, own


def complete_card(card: AuthorCard, statistics: AuthorCard) -> AuthorCard:
    """Return the card with the date and the visits of a section of counts, if the card shows none."""
    registered = card.registered or statistics.registered
    visits = statistics.total_visits if card.total_visits is None else card.total_visits
    problems = card.problems + (statistics.problems if card.total_visits is None else ())
    return replace(card, registered=registered, total_visits=visits, problems=problems)


# Promise "any markup": NAME, then 加关注 | 发纸条 in a box without a label.
def find_followed_name(view: PageView, lines: Sequence[int]) -> str | None:
    """Return the name above the sole button 加关注 on these lines, which is no title of the blog; or None."""
    shown = pairwise(view.lines_with_text(lines))
    above = [i for i, button in shown if _FOLLOW.match(view.folded[button].strip(" [+"))]
    names = [view.lines[i].text.strip(_EDGES) for i in _select_nickname(view, above)]
    window = view.document.title
    return next((n for n in names if not (NO_NAME.fullmatch(fold(n)) or confirms_title(window, n))), None)


# Promise "any markup": the label of the card may be an image without words.
def find_card(view: PageView, lines: Sequence[int]) -> FoundCard:
    """Return the card without a label: an age with a name, or a linked name, near 注册日期 and 访问总量.

    Otherwise a box of other posts' data: a name, a line of visits such as 博客访问：N.
    """
    filled = list(view.lines_with_text(lines))
    ages = ((n, _AGE.fullmatch(strip_bullets(view.folded[i]).strip())) for n, i in enumerate(filled))
    for number, match in ((n, match) for n, match in ages if match):
        first = max(number - (match["name"] is None), 0)
        first -= first > 0 and _NICKNAME.fullmatch(view.folded[filled[first - 1]].strip()) is not None
        near = filled[first : number + _LINES_BELOW_AGE]
        card, own = parse_card(view, (near[0], *near))
        if card.registered is not None and card.total_visits is not None:
            return card, own
    visits = [i for i in filled if _shows_visits(view, i)]
    found = (_parse_box(view, i, frozenset(filled), is_sole=len(visits) == 1) for i in visits)
    return next((each for each in found if each[0] != NO_CARD), (NO_CARD, ()))


# Promise "any markup": a box without a label has the name, then counts: 24 文章 | 1769 访问.
def _parse_box(view: PageView, visits: int, lines: Container[int], *, is_sole: bool) -> FoundCard:
    """Return the card of the innermost element with a line of visits and a name above it, but no post.

    Else return that of a sole line of all visits.
    """
    near = range(max(visits - 2 * _MAX_LINES, 0), min(visits + 2 * _MAX_LINES, len(view.lines)))
    ends = [i for i in view.lines_with_text(near) if i in view.sections or i not in lines]
    begin = max((i for i in ends if i <= visits), default=near.start)
    end = min((i for i in ends if i > visits), default=near.stop)
    for _, around in view.iter_around(visits):
        inside = range(max(around.start, begin), min(around.stop, end))
        if len(inside) > 2 * _MAX_LINES or not view.post_lines.isdisjoint(inside):
            break
        own = [i for i in view.lines_with_text(inside) if i in lines]
        if sum(_shows_visits(view, i) for i in own) > 1:
            break
        if (named := _parse_named_box(view, visits, own)) is not None:
            return named
    alone = is_sole and _VISITS_ALONE.fullmatch(strip_bullets(_read_line(view, visits)[0]).strip())
    return parse_card(view, (visits, visits)) if alone else (NO_CARD, ())


def _parse_named_box(view: PageView, visits: int, lines: Sequence[int]) -> FoundCard | None:
    """Return the card on these lines, and its own lines; None without a number of visits or any name above."""
    above = (i for i in lines if i < visits and i not in view.sections)
    texts = ((i, _read_line(view, i)[0].strip()) for i in above)
    names = [i for i, text in texts if text and not NO_NAME.fullmatch(text)]
    card, _ = parse_card(view, (lines[0], *lines))
    if card.total_visits is None or not (names or card.nickname):
        return None
    name = _select_nickname(view, names)
    if card.nickname is None and name:
        card = replace(card, nickname=view.lines[name[0]].text.strip(_EDGES))
    return card, tuple(i for i in lines if i not in names or i in name)


def _select_nickname(view: PageView, names: Sequence[int]) -> Sequence[int]:
    """Return a box's lines that name its owner: those that link the blog, else the only one; may be empty."""
    # The title of the blog may be in the box.
    people = [i for i in names if view.lines[i].block.tag != "h1" and not BLOG_NAME.search(view.folded[i])]
    return [i for i in people if view.is_own_home(i)] or (people if len(people) == 1 else [])


def _add_field(card: AuthorCard, before: str, field: _CardField, following: str) -> AuthorCard:
    """Add a field; `before` and `following` are the texts of its neighbours."""
    if card.account_age is None and (match := _AGE.fullmatch(field.folded)):
        return _add_age(card, before, field, match)
    if card.nickname is None and (match := _NICKNAME.fullmatch(field.folded)):
        return replace(card, nickname=_find_value(field, match, following))
    if card.registered is None and (match := _REGISTERED.fullmatch(field.folded)):
        value = _find_value(field, match, following)
        return replace(card, registered=DateText(text=value)) if value else card
    if card.total_visits is None and (match := _VISITS.fullmatch(field.folded)):
        return _add_visits(card, _find_value(field, match, following))
    return card


# The one known page shows `NAME ,3岁`: the age of the account beside the name.
def _add_age(card: AuthorCard, before: str, field: _CardField, match: "re.Match[str]") -> AuthorCard:
    """Add age and nickname; the nickname precedes the age, or is on the line before."""
    named = field.raw[slice(*match.span("name"))] if match["name"] else "" if match["blog"] else before
    card = replace(card, nickname=card.nickname or named.strip(_EDGES) or None)
    age = int(match["age"])
    if age > _MAX_AGE:
        return _add_problem(card, "account_age", Detail.AGE.format(years=age))
    return replace(card, account_age=age)


def _add_visits(card: AuthorCard, value: str) -> AuthorCard:
    visits = parse_count(value)
    if visits is None:
        return _add_problem(card, "total_visits", Detail.NO_VISITS.format(text=value[:80]))
    return replace(card, total_visits=visits)


def _add_problem(card: AuthorCard, field: str, detail: str) -> AuthorCard:
    return replace(card, problems=(*card.problems, Problem(kind="unreadable", field=field, detail=detail)))


def _find_value(field: _CardField, match: "re.Match[str]", following: str) -> str:
    """Find the value after a label, as shown: on the same line, else on the next."""
    return (field.raw[slice(*match.span("value"))] if match["value"] else following).strip(_EDGES)


# --- the blog's header

_URL_LINE = re.compile(
    r"(?:博客地址|博客网址|地址|网址)?\s*:?\s*(?P<url>https?://\S+?)(?:\s*[>|\[\]]*\s*(?:复制(?:链接)?|收藏本页|收藏|加入收藏|订阅)[\]|]?)*+\s*>?",
    re.IGNORECASE,
)
_MAX_TITLE_LINES = 4
_BYLINE = re.compile(r"(?:[:：]|作者|博主|由|\bby)\s*$", re.IGNORECASE)
_PATH_SIGN = re.compile("[>→»]")
_DATED = re.compile(rf"{DATE}|^\d")
_MENU_WORDS = re.compile(
    r"\d{4}[-年]\d{1,2}月?|返回|我的|(?:返回)?(?:我的|博客|个人|部落格)?(?:首页|主页|博客|日志|博文|文章|空间)(?:列表)?|home|blog",
    re.IGNORECASE,
)


@dataclass(kw_only=True, slots=True)
class BlogHeader:
    """The blog's title and tagline as shown, its URL as the page shows it, and their lines."""

    title: str | None = None
    tagline: str | None = None
    url: str | None = None
    own_lines: frozenset[int] = frozenset()


def parse_blog_header(
    view: PageView, outside: Sequence[int], end: int | None, others: Container[str | None]
) -> BlogHeader:
    """Return the header on lines `outside` the post, which begins at `end`; empty if none shows URL or title."""
    if (header := _find_header_with_url(view, outside)) is not None:
        return header
    top = min(view.post_lines.intersection(outside), default=0) if end is None else end
    shown = ((i, _find_blog_name(view, i, top, end, others)) for i in outside)
    found = ((i, name) for i, name in shown if name)
    first = next(found, (0, None))
    # TITLE - BLOG - SITE, or the name alone: a link of the site's bar may name the author.
    window = view.document.title
    named = (each for each in chain((first,), found) if each[1] == window or f" {each[1]} " in window)
    index, name = next(named, first)
    if name is None:
        return BlogHeader()
    tagline, below = _find_tagline(view, index, name, {i for i in outside if end is None or i < end})
    return BlogHeader(title=name, tagline=tagline, own_lines=frozenset((index, *below)))


def _find_header_with_url(view: PageView, outside: Sequence[int]) -> BlogHeader | None:
    """Return the header around the first line that shows the URL of a home page; None if no line does."""
    for index in outside:
        text = view.folded[index].strip()
        match = _URL_LINE.fullmatch(text) if "http" in text else None
        if match is not None and view.parse_url(match["url"]).kind is PageKind.HOME:
            names = _find_title_lines(view, index, set(outside))
            title = view.lines[names[0]].text.strip() if names else None
            tagline = " ".join(view.lines[i].text.strip() for i in names[1:]) or None
            if title and not tagline:
                tagline, below = _find_tagline(view, names[0], title, set(outside))
                names += below
            own = frozenset((*names, index))
            return BlogHeader(title=title, tagline=tagline, url=match["url"], own_lines=own)
    return None


# Promise "any markup": the tagline is in an element beside the title, or below it in a header.
def _find_tagline(
    view: PageView, title: int, name: str, outside: Container[int]
) -> tuple[str | None, Sequence[int]]:
    """Return the tagline beside or below the title of the blog, and the lines that it has alone."""
    line = view.lines[title]
    pieces = [(line.text[begin:stop].strip(), anchor) for begin, stop, _, anchor in line.spans]
    shown = [(text, anchor) for text, anchor in pieces if text not in ("", name)]
    beside = list(takewhile(lambda piece: "://" not in piece[0], shown))
    if shown:
        is_tagline = len(beside) == 1 and beside[0][1] is None and name in dict(pieces)
        return (beside[0][0] if is_tagline and _may_be_tagline(beside[0][0]) else None), ()
    around = (list(view.lines_with_text(inside)) for _, inside in view.iter_around(title))
    header = next((lines for lines in around if len(lines) > 1), [title])
    below = header[header.index(title) + 1 :] if len(header) <= _MAX_TITLE_LINES else []
    below = [i for i in below if "://" not in view.lines[i].text]
    if all(i in outside and not view.links[i] and _may_be_tagline(view.folded[i]) for i in below):
        return " ".join(view.lines[i].text.strip() for i in below) or None, below
    return None, ()


def _may_be_tagline(text: str) -> bool:
    """Check whether a text is no menu, no date and no label with a value."""
    is_menu = all(word in SITE_BAR or not word.strip("|-·>") for word in fold(text).split())
    return not (is_menu or _DATED.search(text) or _NICKNAME.match(text) or _VISITS_IN.search(text))


# Promise "any markup": a page may show the title of the blog without its URL.
def _find_blog_name(
    view: PageView, index: int, top: int, end: int | None, others: Container[str | None]
) -> str | None:
    """Return the name on a line, or None.

    It is a part of the window title or an `h1`, above the post. Or it links the home page, and is above the posts,
    in the window title, or in a heading.
    """
    line, links, window_title = view.lines[index], view.links[index], view.document.title
    is_above = end is None or index < end
    may_be = line.text[:2] in window_title or _PATH_SIGN.search(line.text) or line.block.tag == "h1"
    if not links and not (is_above and line.spans and may_be):
        return None  # most lines
    here = view.parse_url(view.url)
    linked = [text for text, _, to in view.links_to(index, PageKind.HOME) if here.uid in (None, to.uid)]
    is_byline = any(_BYLINE.search(line.text[: line.text.find(name)]) for name in linked)
    home = bool(linked) and ((index < top and not is_byline) or view.find_home_link(index) is not None)
    names = linked if links else _possible_names(line)
    for name in names:
        is_of_list = not home and name in others  # a list of a category has its name
        if is_of_list or len(name) < 2 or "://" in name or is_menu_word(name):
            continue
        is_own = home or (is_above and confirms_title(window_title, name))
        is_shown = (name in window_title and is_own) or (home and index < top and name not in others)
        is_heading = end is not None and is_above and line.block.tag == "h1" and name == names[0]
        if is_shown or (_is_title(view, index) if home else is_heading):
            return name
    return None


def _possible_names(line: Line) -> list[str]:
    """Return a line's texts that may be a name: the whole, its first element, the part after a last `>`."""
    _, stop, node, _ = line.spans[0]
    # The tagline may be beside the name, in an element of its own.
    names = [line.text.strip(), line.text[:stop].strip()][:: -1 if node is line.block else 1]
    return [*names, _PATH_SIGN.split(line.text)[-1].strip()]


def is_menu_word(name: str) -> bool:
    """Return True if a link with this text leads to a page by a word, and names no blog."""
    return _MENU_WORDS.fullmatch(fold(name)) is not None or name in SITE_BAR


# The one known page shows title, tagline and URL of the blog one below the other, without labels.
def _find_title_lines(view: PageView, url_line: int, outside: set[int]) -> list[int]:
    """Find the lines of title and tagline: those before the URL in the innermost element with text.

    A sole line is the title, unless a line before it equals the window title.
    """
    alone: list[int] = []
    for node, inside in view.iter_around(url_line):
        before = [i for i in range(inside.start, url_line) if view.folded[i].strip() and i in outside]
        last = before[-_MAX_TITLE_LINES:]
        titled = next((offset for offset, i in enumerate(last) if _is_title(view, i)), None)
        if titled is not None:
            return last[titled:]
        if len(before) > 1:
            is_header = len(before) <= _MAX_TITLE_LINES and node.tag != "body"
            return before if is_header else alone or before[-2:]
        alone = alone or before
    return alone


def _is_title(view: PageView, index: int) -> bool:
    """Check whether the line is a heading, or the window title equals it or ends with it."""
    line = view.lines[index]
    named = confirms_title(view.document.title, line.text)
    return named or find_enclosing(line.node_at(0), "h1") is not None or line.block.tag in ("h1", "h2", "h3")
