"""The author card: `NAME ，3岁`, 注册日期, 访问总量, each on a line, or its value on the next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, takewhile

from blogarchive.items import DateText, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import DATE, strip_bullets

_AGE = re.compile(
    r"(?:(?P<name>.*?)\s*[,|(]\s*)?(?P<blog>博龄\s*:?\s*)?(?P<age>\d{1,3})\s*(?(blog)[年岁](?:\d{1,2}个?月)?|岁)\s*\)?"
    r"(?:\s*,\s*[^\d,]{1,6})?"
)
# 注册 alone is a link of the site's bar.
_REGISTERED_WORD = r"(?:注册|登记|开博|开通|建立|加入|开站|建站)"
_REGISTERED_LABEL = rf"(?:{_REGISTERED_WORD}(?:日期|时间)|{_REGISTERED_WORD}(?=\s*:\s*\d{{4}}\D))"
_REGISTERED = re.compile(rf"{_REGISTERED_LABEL}\s*:*\s*(?P<value>{DATE}|\S.*)?")
_VISIT_WORD = r"(?:访问|人气|点击|浏览)"
_VISITS_LABEL = (
    rf"(?:访问总[量数]|空?间?访问[量数]|{_VISIT_WORD}(?:人次|次数|人数)"
    rf"|(?:总|博客|累[计积積]|[参參][观觀]){_VISIT_WORD}(?:人次|次数|人数|[量数])?|(?i:total (?:visits|views)))"
)
_VISITS = re.compile(
    rf"(?:{_VISITS_LABEL}|访问(?=\s*:\s*\d))\s*:*\s*(?P<value>.*?)\s*(?:人次|次)?(?:\s*\(.{{0,20}}\))?"
)
_FIELD_START = re.compile(
    rf"[\s|,]*(?=[注登开建加访总博累参參空人点浏Tt])(?={_REGISTERED_LABEL}|{_VISITS_LABEL}\s*[:\d])"
)
_NICKNAME = re.compile(
    r"(?:[昵暱][称稱]|网名|笔名|博主|站长|主人|用户名?|作者|作家)\s*:\s*(?P<value>\S.{0,40})"
)
_NO_NAME = re.compile(
    r".*:.*|.{41,}|.*\d{4}-.*|.*(?:好友|消息|纸条|留言|关注|订阅|查看|进入|登录|注册|头像).*"
)
_EDGES = " ,，、\xa0\u3000\u200b"
_MAX_AGE = 120  # years
_MAX_LINES = 16
_LINES_BELOW_AGE = 6  # of a card without a label


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorCard:
    """The author card as shown; a field is None if the card does not show it."""

    nickname: str | None = None
    account_age: int | None = None
    registered: DateText | None = None
    total_visits: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _CardField:
    """A field of the card, folded and as shown, with its line: one line may have all fields."""

    line: int
    folded: str
    raw: str


def _split_fields(view: PageView, index: int) -> Iterator[_CardField]:
    folded, raw = view.folded[index], view.lines[index].text
    bare = len(folded) - len(strip_bullets(folded))
    ends = [match.start() for match in _FIELD_START.finditer(folded) if match.start() > bare]
    for start, end in pairwise((bare, *ends, len(folded))):
        left = start + len(folded[start:end]) - len(folded[start:end].lstrip(" |,"))
        yield _CardField(line=index, folded=folded[left:end].strip(), raw=raw[left:end].strip())


def parse_card(view: PageView, lines: Sequence[int]) -> tuple[AuthorCard, tuple[int, ...]]:
    """Return the card on these lines, which begin with its label, and the lines that belong to it."""
    card = AuthorCard()
    # A list of posts may follow, each with its author.
    shown = takewhile(lambda index: index not in view.post_lines, view.lines_with_text(lines[1:]))
    texts = list(islice(shown, _MAX_LINES))
    fields = [field for index in texts for field in _split_fields(view, index)]
    last = 0
    for number, field in enumerate(fields):
        following = fields[number + 1] if number + 1 < len(fields) else None
        found = _add_field(card, fields[number - 1] if number else None, field, following)
        if found is not card:
            card, last = found, number + 1
    end = fields[min(last, len(fields) - 1)].line if fields else -1
    return card, (lines[0], *(index for index in texts if index <= end)) if lines else ()


def parse_labelled_card(view: PageView, lines: Sequence[int]) -> tuple[AuthorCard, tuple[int, ...]]:
    """Return the card below its label; its first line is the nickname if no field names it.

    Without any field, the label alone belongs to it: it may be a link of the blog's menu.
    """
    card, own = parse_card(view, lines)
    if card == AuthorCard():
        return card, tuple(lines[:1])
    if card.nickname is None and (first := next(view.lines_with_text(own[1:]), None)) is not None:
        text = view.lines[first].text.strip(_EDGES)
        if _NO_NAME.fullmatch(view.folded[first]) is None:
            card = replace(card, nickname=text)
    return card, own


def complete_card(card: AuthorCard, statistics: AuthorCard) -> AuthorCard:
    """Return the card with the visits and the date of a section of counts, if the card shows none."""
    if card.registered is not None and card.total_visits is not None:
        return card
    return replace(
        card,
        registered=card.registered or statistics.registered,
        total_visits=statistics.total_visits if card.total_visits is None else card.total_visits,
        problems=card.problems if card.total_visits is not None else card.problems + statistics.problems,
    )


def find_card(view: PageView, lines: Sequence[int]) -> tuple[AuthorCard, tuple[int, ...]]:
    """Return the card without a label: an age with a name, then 注册日期 and 访问总量 near it."""
    filled = list(view.lines_with_text(lines))
    for number, index in enumerate(filled):
        match = _AGE.fullmatch(strip_bullets(view.folded[index]).strip())
        if match is None:
            continue
        near = filled[number if match["name"] else max(number - 1, 0) : number + _LINES_BELOW_AGE]
        card, own = parse_card(view, (near[0], *near))
        if card.registered is not None and card.total_visits is not None:
            return card, own
    return AuthorCard(), ()


def _add_field(
    card: AuthorCard, before: _CardField | None, field: _CardField, following: _CardField | None
) -> AuthorCard:
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


def _add_age(
    card: AuthorCard, before: _CardField | None, field: _CardField, match: "re.Match[str]"
) -> AuthorCard:
    """Add age and nickname; the nickname precedes the age, or is on the line before."""
    named = field.raw[slice(*match.span("name"))] if match["name"] else ""
    if not named and before is not None and match["blog"] is None:
        named = before.raw
    age = int(match["age"])
    problems = card.problems
    if age > _MAX_AGE:
        problems += (Problem(kind="unreadable", field="account_age", detail=Detail.AGE.format(years=age)),)
    return replace(
        card,
        nickname=named.strip(_EDGES) or card.nickname,
        account_age=age if age <= _MAX_AGE else None,
        problems=problems,
    )


def _add_visits(card: AuthorCard, value: str) -> AuthorCard:
    visits = parse_count(value)
    if visits is not None:
        return replace(card, total_visits=visits)
    problem = Problem(
        kind="unreadable", field="total_visits", detail=Detail.NO_VISITS.format(text=value[:80])
    )
    return replace(card, problems=(*card.problems, problem))


def _find_value(field: _CardField, match: "re.Match[str]", following: _CardField | None) -> str:
    """Find the value after a label, as shown: on the same line, else on the next."""
    if match["value"]:
        return field.raw[slice(*match.span("value"))].strip(_EDGES)
    return "" if following is None else following.raw.strip(_EDGES)
