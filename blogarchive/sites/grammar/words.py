"""The words by which a reader finds the parts of a page, and folding for matching."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from blogarchive.parsing.compared_form import strip_bullets

TABLES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)
"""Lists of words by section and name."""


def either(name: str) -> str:
    """Return a pattern for any line of a list in the section `lines`."""
    return "|".join(TABLES["lines"][name])


_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {ord(sign): " " for sign in "\u3000\xa0\t\n\u200b\u200c\u200d\u2060\ufeff\xad"}
_SIGNS |= {ord(sign): ":" for sign in "﹕︰∶꞉"} | {ord(sign): "," for sign in "、﹐"}
_SIGNS |= (
    {ord(sign): "|" for sign in "│丨¦┃ǀ︱┊┆┇┋║"} | {ord(sign): "-" for sign in "–—−‐‑‒―"} | {ord("～"): "~"}
)
# Traditional forms of the characters that occur in labels, and of no others.
_TRADITIONAL = str.maketrans(
    "瀏覽評論覆復複時間註冊訪問總發佈類錄檔網絡誌歲頁點擊個資後藏點週於條讚頂擬陸號錯誤過請權限隱刪沒無該處現開啟繁帳戶驗證碼內製佇"
    "聞視頻壇購設萬維讀為華廣務聯關歡單誰舉報歸與詳細體簡轉載鏈鄰裡還們這錄統計訊訂閱薦隨機熱門貼樓給張應氣迴響數說寫歷專題欄標籤來層贊國長較舊積則",
    "浏览评论复复复时间注册访问总发布类录档网络志岁页点击个资后藏点周于条赞顶拟陆号错误过请权限隐删没无该处现开启繁帐户验证码内制伫"
    "闻视频坛购设万维读为华广务联关欢单谁举报归与详细体简转载链邻里还们这录统计讯订阅荐随机热门贴楼给张应气回响数说写历专题栏标签来层赞国长较旧积则",
)
_FOLD: dict[int, str | int] = {**_FULL_WIDTH, **_SIGNS, **_TRADITIONAL}
_FOLDED = {chr(code): to if isinstance(to, str) else chr(to) for code, to in _FOLD.items()}
_TO_FOLD = re.compile("[" + re.escape("".join(_FOLDED)) + "]")

NUMBER = r"\d(?:,?\d){0,20}+(?:\.\d{1,8}+)?\s*[万萬亿億千]?"
NUMERIC_DATE = r"\d{4}\s*+[-/.年]\s*+\d{1,2}\s*+[-/.月]\s*+\d{1,2}(?:\s*+日)?"
_ENGLISH_MONTH = r"[JFMASOND](?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)[a-z]{0,6}\.?"
_DAY_AND_YEAR = r"\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
# 2025-01-02; 12 May 2024; May 12th, 2024; 五月 12th, 2024; 民国113年5月12日. The first character of each form is in
# a set, so that a search fails there.
DATE = (
    r"(?:\d(?:\d{3}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?:\s*日)?+"
    rf"|\d?(?:st|nd|rd|th)?\s+{_ENGLISH_MONTH},?\s+\d{{4}})"
    rf"|{_ENGLISH_MONTH}{_DAY_AND_YEAR}|[一二三四五六七八九十][一二]?月{_DAY_AND_YEAR}"
    r"|民国\s*\d{1,3}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
)
WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
_HALF_DAY = r"(?:上午|下午|凌晨|早上|中午|晚上|[AaPp][Mm])"
_SECOND = r"(?:\s*(?::\s*\d{1,2}(?:\.\d{1,3})?|分\s*\d{1,2}\s*秒)|\s*分(?![享类]))?"
_HALF_DAY_AFTER = r"(?:\s*(?:[AaPp]\.?[Mm](?![A-Za-z])\.?|[上下]午(?!\w)))?"
TIME_OF_DAY = rf"{_HALF_DAY}?\s*+\d{{1,2}}\s*+[:时點点]\s*+\d{{1,2}}{_SECOND}{_HALF_DAY_AFTER}"
HOUR_SIGN = re.compile("[:时點点]")
"""A sign in each time of day: a search that most lines fail at once."""
_OFFSET = r"(?:(?<=:\d\d:\d\d)(?:Z|[+-]\d{2}:?\d{2})(?!\d)|\s(?:[PMCE][SD]T|GMT|UTC)[+-]?\d{0,2}(?!\w))?"
DATETIME = rf"{DATE}(?:\s*+\(?{WEEKDAY}\)?)?\s*+(?:T|at|,)?\s*+{TIME_OF_DAY}{_OFFSET}"
YEARLESS_TIME = rf"(?<![-/.\d年])(?<!年\s)\d{{1,2}}(?:[-/]|月)\d{{1,2}}日?\s+{TIME_OF_DAY}"
"""A time of a year that only the page's other times tell."""

LINE_START = "\x01"
"""Starts each line in a text of many. No page contains it: controls are removed before parsing."""

POST_LABEL = re.compile(r"网[络路]日[志记]正文")
SAID = r"(?:评论|点评|留言|回应|回响|讨论|跟[帖贴]|回帖)"
"""The words for comments."""
_EACH = r"[条个篇则]"
# An author may write 讨论 or 热评 above a part of the text: as a label it needs the number.
COMMENTS_LABEL = re.compile(
    r"(?=[文发网最全所读查用评点留回跟本共已有仅讨博看来访精热\d《“「『Cc])"
    rf"(?:(?:发表评论\s+(?=评论\s*\())?(?:评论区|{SAID}列表|回应文章|(?:网友|精彩)?热评(?=\s*\(?\s*\d)|发表评论|[Cc]omments?|回复(?=\s*\(\d)"
    rf"|(?:文章|最新|查看|本文|网友|博友|读者|用户|[看来访]客|全部|所有|精彩|已有)?{SAID}(?:(?<!讨论)|(?=\s*\(?\s*\d)))"
    rf"(?:\s*\(?\s*(?:共有?)?\s*(?P<count>\d{{1,6}})\s*(?:{_EACH}\s*{SAID}?)?\)?)?"
    rf"|(?:共有?|[已仅]?有)?\s*(?P<number>\d{{1,6}}+)(?:(?:\s*{_EACH}\s*|\s+){SAID}"
    r"|\s*(?:[Cc]omments?|[Rr]esponses?|[Rr]eplies)(?:\s*to\s*[《“「『].{1,100})?)"
    rf"|(?P<one>仅有一条{SAID})"
    rf"|[《“「『][^\x01]{{1,100}}[》”」』]\s*上?[有的]\s*(?P<titled>\d{{1,6}})\s*{_EACH}\s*{SAID})"
)
"""The label above the comments, with their number if it shows one."""
SECTION_LABEL = re.compile(
    "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in TABLES["sections"].items())
)
"""The label of a section of the sidebar. The group that matched names it; `other` is not parsed."""

_CALENDAR_LINE = re.compile(either("calendar"), re.IGNORECASE)
CALENDAR_HEAD = re.compile(r"[<>«»‹›]{1,2}|.*\d{4}.*|\d{1,2}\s*月|[上下]\s*一?\s*[月年]")
_ONWARD = "▶►▷▸⟩❯≫»›→⇒➔"
_ARROWS = rf"(?:>{{1,3}}|[{_ONWARD}]{{1,2}})"
NEXT_PAGE = re.compile(
    r"[\[【(]?(?:>{1,2}\s*)?(?:(?:翻|加载)?下\s*一?\s*页|后\s*一?\s*页|[向往]后翻页?|(?:查看|显示|加载|展开)?(?:更多|其余|剩余|后面)的?(?:评论|留言|回复)|next(?:\s*page)?"
    r"|(?:[«‹←]|<{1,2})?\s*(?:(?:更早|较早|早期|更旧|较旧)的?(?:文章|日志|博文|评论)|older(?:\s*(?:posts|entries|comments))?)"
    rf"|{_ARROWS})[\]】)]?(?:\s*(?:{_ARROWS}|\(?\d{{1,4}}\s*/\s*\d{{1,4}}\)?|[….]+))?",
    re.IGNORECASE,
)
MORE_LINK = re.compile(
    rf"(?:点击)?(?:加载|查看|显示)?更多(?:文章|日志|博文)?\s*(?:{_ARROWS}|[….]+)?|load more|more",
    re.IGNORECASE,
)
"""Words that lead to the next page only if the URL of the link agrees."""

AROUND_LABEL = " []【】「」:>»›|·•◆◇■□●○★☆▶►▪≡"
# First characters of all labels: one test instead of many alternatives.
_LABELS_BEGIN = (
    "部自其新我类时个作关日最文分存归月按历每往专近热推随精评阅友访博站主本网统彙汇栏标格好谁相用CcRrAaMmBb"
)
SECTION_START = re.compile(
    rf"{LINE_START}[{re.escape(AROUND_LABEL)}]*+(?=[{_LABELS_BEGIN}])(?:{SECTION_LABEL.pattern})"
)
"""The start of each line that may be the label of a section."""

_MAX_LABEL_LENGTH = 16
_BARE_LABELS = frozenset(("分类", "存档", "归档"))
_SAYS_MORE = re.compile("更多|全部|more", re.IGNORECASE)  # a twentieth of the time of the next pattern
_MORE = re.compile(r"(?<!\s)\s*+[\[(<]?\s*+(?:更多|全部|more)\s*+[\])>».…]*\s*+$", re.IGNORECASE)


@lru_cache(maxsize=2048)  # each page of a blog has the same calendar
def is_calendar_text(text: str) -> bool:
    """Return True if a calendar can show the folded line: a day, a weekday, a month, a link to another."""
    return _CALENDAR_LINE.fullmatch(text.strip()) is not None


def fold(text: str) -> str:
    """Return `text` for matching: half-width signs, plain spaces, Simplified characters of labels."""
    # Little of a Chinese text folds except these two signs: this is six times faster than str.translate.
    return _TO_FOLD.sub(lambda found: _FOLDED[found[0]], text.replace("，", ",").replace("：", ":"))


_EN, _ZH, _SPACED = map(either, ("english", "translated", "spaced"))
_TRANSLATED = re.compile(rf"\b(?:{_EN}) (?:{_ZH})|(?:{_ZH}) (?:{_EN})\b|(?:{_SPACED})(?=\s*[:(\[\d])")
_MAY_BE_TRANSLATED = re.compile(" [A-Z我注访最分存文评浏阅点赞回下览读击论荐复言]")  # a cheap test


# Promise "any words": a page in two languages has both labels, 浏览 Views; old ones have 浏 览.
def drop_translation(text: str) -> str:
    """Return a folded line of the same length, with spaces behind Chinese labels in place of English words and spaces."""
    if _MAY_BE_TRANSLATED.search(text) is None:
        return text
    return _TRANSLATED.sub(lambda found: re.sub("[A-Za-z ]", "", found[0]).ljust(len(found[0])), text)


def match_section(folded: str) -> str | None:
    """Return the name of the section if the folded line is its label, else None."""
    text = None if folded[:1].isdigit() else strip_label(folded)
    if text in _BARE_LABELS and ":" in folded:
        return None  # 分类: of one post
    label = None if text is None else SECTION_LABEL.fullmatch(text)
    return None if label is None else label.lastgroup


@lru_cache(maxsize=256)  # each page of a blog has the same labels
def strip_label(folded: str) -> str | None:
    """Return the words of a label without brackets and signs around them; None if the line is too long."""
    text = (_MORE.sub("", folded) if _SAYS_MORE.search(folded) else folded).strip(AROUND_LABEL)
    return text if 0 < len(text) <= _MAX_LABEL_LENGTH else None


def expand_folded(signs: str) -> frozenset[str]:
    """Return these characters and all that fold to one of them."""
    return frozenset(signs) | {shown for shown, folded in _FOLDED.items() if folded in signs}


_COUNT = re.compile(r"(?<!\s)\s*+[(（\[]\s*+\d+\s*+篇?\s*+[)）\]]\s*+$")
_BRACKETS = " []【】「」『』〖〗"


@lru_cache(maxsize=256)  # each page of a blog has the same categories
def strip_count(text: str) -> str:
    """Return the name of a category without bullets, brackets and the number of its posts."""
    return _COUNT.sub("", strip_bullets(text)).strip(_BRACKETS)


# --- the templates of blog.creaders.net

TITLE_CLASS = "diary_title"  # of the link around a post's title
BODY_CLASS = "diary_content"  # of the element of its text
SITE_BAR = frozenset(TABLES["lines"]["site_bar"])
"""The words of the site's navigation bar."""
