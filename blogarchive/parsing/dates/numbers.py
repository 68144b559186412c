"""Numbers in dates and counts: folded text, Chinese numerals, the words of `words.toml`, the order of day and month."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from blogarchive.items import MAX_COUNT

# --- words

_WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)


def words_of(table: str) -> dict[str, str]:
    """Return the meaning of each word of a table in `words.toml`."""
    return {word: meaning for meaning, words in _WORDS[table].items() for word in words}


# --- numbers

_SCALES = (
    dict.fromkeys("k千", 10**3) | dict.fromkeys("w万萬", 10**4) | {"m": 10**6} | dict.fromkeys("亿億", 10**8)
)
_COUNT = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,19})"
    r"(?:(?P<part>\.[0-9]{1,8})? ?(?P<scale>[kwm千万萬亿億])\+?)?"
)
_BRACKETS = {"(": ")", "[": "]", "【": "】", "<": ">", "「": "」"}
_CLASSIFIERS = re.compile(r" ?(?:次|条|條|篇|人|个|個|回|票|位)$")
_MAX_DIGITS = 1000  # leading zeros; Python refuses to convert more than 4300 digits

_SIMPLIFIED = str.maketrans("〇萬億兩", "零万亿两")
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_DIGIT = "[一二三四五六七八九两]"
_BELOW_MYRIAD = re.compile(
    rf"零?(?:({_DIGIT})千)?零?(?:({_DIGIT})百)?零?(?:({_DIGIT})?(?P<ten>十)|(?P<tens>[廿卅]))?(?P<zero>零)?({_DIGIT})?"
)


def parse_count(text: str) -> int | None:
    """Return the count that `text` shows; None for any other text, or if it is above `MAX_COUNT`.

    Accepts half- or full-width digits with or without thousands separators, 1.2万 (exactly 12000), 3千, 1.5亿,
    12k, 10万+, Chinese numerals, one pair of brackets, and one classifier (次, 条, …) at the end. Never
    negative.
    """
    if (plain := parse_digits(text)) is not None:
        return plain
    bare = _strip_affixes(unicodedata.normalize("NFKC", text).strip().lower())
    match = _COUNT.fullmatch(bare)
    if match is None:
        return parse_chinese_number(bare)
    scale = _SCALES.get(match["scale"] or "", 1)
    value = Decimal(match["number"].replace(",", "") + (match["part"] or "")) * scale
    return int(value) if value == int(value) and value <= MAX_COUNT else None


def parse_digits(digits: str) -> int | None:
    """Return the number that ASCII digits write; None for other text, or above `MAX_COUNT`."""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        return None
    value = int(digits)
    return value if value <= MAX_COUNT else None


def _strip_affixes(parsed: str) -> str:
    """Return the text without its brackets and its classifier."""
    if len(parsed) > 2 and _BRACKETS.get(parsed[0]) == parsed[-1]:
        parsed = parsed[1:-1].strip()
    return _CLASSIFIERS.sub("", parsed)


def parse_chinese_number(words: str) -> int | None:
    """Return the value of Chinese numerals with units (一百零一, 廿五, 三万五千), or None for other text.

    两三 ("two or three") returns None; `parse_digit_numerals` parses 二〇一二.
    """
    words = words.translate(_SIMPLIFIED)
    if not words or len(words) > 20:
        return None
    total, tenth = 0, 0
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        head, match, rest = words.partition(unit)
        if match:
            section = _parse_below_myriad(head)
            if not section:
                return None
            total, tenth, words = total + section * size, size // 10, rest
    if len(words) == 1 and tenth and words in _DIGITS:
        return total + _DIGITS[words] * tenth  # 三万五 is 35000
    section = _parse_below_myriad(words) if words else 0
    return None if section is None else total + section


def parse_digit_numerals(words: str) -> int | None:
    """Return the value of numerals written digit by digit, as in years (二〇一二); None for other text."""
    words = words.translate(_SIMPLIFIED)
    if not words or len(words) > 18 or not all(word in _DIGITS for word in words):
        return None
    return int("".join(str(_DIGITS[word]) for word in words))


def _parse_below_myriad(words: str) -> int | None:
    """Return the value of 一千二百三十四; a last digit right after 百 or 千 is a tenth of that: 一千二 is 1200."""
    match = _BELOW_MYRIAD.fullmatch(words)
    if match is None or not words:
        return None
    thousands, hundreds, tens, ten, twenties, zero, ones = match.groups()
    value = 1000 * _DIGITS.get(thousands, 0) + 100 * _DIGITS.get(hundreds, 0)
    value += 10 * _DIGITS.get(tens, 1) if ten else {"廿": 20, "卅": 30}.get(twenties, 0)
    scale = {"千": 100, "百": 10}.get(words[-2:-1], 1) if ones and not zero else 1
    return value + scale * _DIGITS.get(ones, 0)


# --- Chinese numerals

_TRADITIONAL = str.maketrans(
    "년월일시분초點時號週後後禮鐘鍾剛纔兩個箇國現這間於發佈評論復覆編輯創註冊從農陰舊曆歷東頭傳擊轉錄臺灣裡裏來幾兒約當華閱讀瀏覽緯",
    "年月日时分秒点时号周后后礼钟钟刚才两个个国现这间于发布评论复复编辑创注册从农阴旧历历东头传击转录台湾里里来几儿约当华阅读浏览纬",
)
# Bank forms and some Taiwanese headers use formal numerals; old pages write ○ or ◯ for 〇.
_NUMERALS = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟〇○◯⚪", "一二二三三四五六六七八九十百千零零零零")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━﹘", "-") | {"∶": ":", "꞉": ":"})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

# 二O一二 and 二0一二: a letter or an ASCII digit in place of 〇, which is hard to type.
_TYPED_ZERO = re.compile(r"(?<=[一二三四五六七八九])[o0]{1,2}(?=[一二三四五六七八九年])")
_ZERO_AT_END = re.compile(r"(?<=[一二三四五六七八九零][一二三四五六七八九])[o0](?=年)")
# Lunar dates, which some pages show beside the solar one; years of an emperor or before Christ.
_FOREIGN_CALENDAR = re.compile(
    r"(?:农历|阴历|旧历|夏历)\s?[^\s),\]】;|]*"
    r"|(?:公元前|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统|明治|大正|昭和|平成|令和)"
    r"\s?[0-9元零一二三四五六七八九十百]+\s?年[^\s),\]】;|]*"
)
# 昨晚11点 is 昨天晚上11点; 前晚 matches, 以前晚上 does not.
_SHORT_DAY = re.compile(r"([今昨明]|(?<![以之])前)(早上?|晨|晚上?|夜里?)")
_DAY_PERIODS = {"早": "早上", "晨": "早上", "晚": "晚上", "夜": "夜里"}
_MERIDIEMS = words_of("meridiems")
_MERIDIEM = re.compile(
    rf"(?<=[0-9]:[0-9]{{2}}) ?({'|'.join(map(re.escape, _MERIDIEMS))})(?!\w)|오[전후](?= ?[0-9])"
)
# Mon Jul 14 08:11:22 CST 2014: asctime and Java write the year last.
_YEAR_LAST = re.compile(
    r"\b([a-z]{3} [0-9]{1,2}) ([0-9]{1,2}:[0-9]{2}:[0-9]{2}"
    r"(?: (?:[a-z]{3,4}|(?:gmt|utc)?[+-][0-9]{2}:?[0-9]{2}))?)"
    r" ([0-9]{4})\b"
)

NUMBER = r"(?:[0-9]{1,4}|[零一二三四五六七八九十百千两廿卅]{1,7})"
"""Pattern of a number in digits or numerals; `parse_number` returns its value."""

WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "七": 6}
"""The numeral after 星期, 周 or 礼拜 to the weekday; Monday is 0."""

WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天七]"
ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENGLISH_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"

MONTHS = {name: int(month) for name, month in words_of("months").items()}
"""Names of months in lower case, short and long, to 1–12."""

MONTH_NAME = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"


def fold(text: str) -> str:
    """Return `text` for matching: NFKC, simplified, lower case, single spaces, without other calendars."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_NUMERALS))).lower()
    folded = folded.translate(_NUMERALS).translate(_TRADITIONAL).translate(_DASHES)
    folded = _MERIDIEM.sub(lambda match: f" {_MERIDIEMS[match[0].strip()]} ", folded)
    folded = " ".join(folded.split())
    folded = _TYPED_ZERO.sub(lambda match: "零" * len(match[0]), folded)
    folded = _ZERO_AT_END.sub("零", folded)
    folded = _SHORT_DAY.sub(lambda match: f"{match[1]}天{_DAY_PERIODS[match[2][0]]}", folded)
    return _YEAR_LAST.sub(r"\1 \3 \2", _FOREIGN_CALENDAR.sub(" ", folded))


def parse_number(words: str, *, by_place: bool = False) -> int:
    """Return the value of digits or of Chinese numerals; raise ValueError for other words.

    `by_place` also accepts years written digit by digit (二〇一二). It is optional because 两三 means "two or
    three".
    """
    value = int(words) if words.isascii() else parse_chinese_number(words)
    if value is None and by_place:
        value = parse_digit_numerals(words)
    if value is None:
        raise ValueError(f"no number: {words}")
    return value


# A day, a month and a year in several elements; behind the year, a number is that of the posts of the month.
_DATE_BOX = re.compile(
    r"\s(?=.*?(?<=\s)(?P<day>0?[1-9]|[12]\d|3[01])[日.,]?\s.*?(?<!\d)(?P<year>(?:19|20)\d\d)[-/.年,\s])"
    r"(?=.*?(?P<month>(?<=\s)(?:0?[1-9]|1[0-2])(?=月)|(?<=\s)[^\W\d]{2,9}|"
    r"(?<=\d{4}[-/.年])(?:0?[1-9]|1[0-2]))月?[.,]?\s)\s*(?:\S{1,10}\s+){2,3}"
)
_MAX_BOX = 60


def join_date(parts: Sequence[str]) -> str | None:
    """Return the date that texts show together, as leaves of a calendar do: `22 12月 2018`, `22 2018-12`, `Dec 22 2018`."""
    box = _DATE_BOX.fullmatch(f" {' '.join(parts)} ") if 0 < sum(map(len, parts)) < _MAX_BOX else None
    # Not in a name or a title: `Room 12 1999`.
    if box is None or not (box["month"].isdigit() or box["month"].lower() in MONTHS):
        return None
    return ("-" if box["month"].isdigit() else " ").join(box.group("year", "month", "day"))


# --- order

# The `mon` in `14 months ago` is no Monday.
_WEEKDAY = re.compile(rf"(?i)\b({'|'.join(ENGLISH_DAYS)})(?:s|rs?|nes|ur)?(?:day)?\b")
_STATED = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})")
_SLASHED = re.compile(r"(?<![\d/])(0?[1-9]|[12]\d|3[01])/(0?[1-9]|[12]\d|3[01])/((?:19|20)\d\d)(?!\d)")
_MAX_SLASHED = 80  # of a text that is a date, not prose

SHORT_DATE = re.compile(r"(?<![\d.,v])(\d{1,2})\.(\d{1,2})\.(\d\d)(?![\d.])")
"""A date such as 21.10.03: year or day first."""
DAY_FIRST = re.compile(
    r"(?i)(?:fr|de|es|it|pt|nl|ru|uk|pl|ro|tr|el|vi|id|da|nb|fi|cs|sk|en[-_](?:gb|au|nz|in|ie|za))\b"
)
"""Languages that write the day before the month, also in figures."""
_YEAR_FIRST = re.compile(r"(?i)(?:zh|ja|ko)\b")


def day_orders(texts: Iterable[str]) -> set[bool]:
    """Return whether dates in these short texts begin with the day, as 13/5/2021; 5/6/2021 says nothing.

    With the same date behind it for machines, as `5/6/2021 2021-06-05`, it does.
    """
    found = [
        (match, text) for text in texts if len(text) <= _MAX_SLASHED for match in _SLASHED.finditer(text)
    ]
    pairs = [(int(match[1]), int(match[2])) for match, _ in found]
    stated = (_STATED.search(text, match.end()) for match, text in found)
    days = {(int(one[1]), int(one[2])) for one in stated if one}  # as month and day
    known = {(pair[::-1] in days) for pair in pairs if (pair in days) != (pair[::-1] in days)}
    return known | {first > 12 for first, second in pairs if max(first, second) > 12}


def write_year_first(text: str, order: Iterable[bool]) -> str:
    """Return the text with a date such as 5/6/2021 as year-month-day, unchanged if its month is not known.

    The weekday in the text tells the month, else `order`: the result of `day_orders` for dates of the same page.
    """
    match = _SLASHED.search(text)
    if match is None or max(int(match[1]), int(match[2])) > 12:
        return text
    first, second, year = map(int, match.groups())
    orders = {True} if first == second else {*order}
    if day := _WEEKDAY.search(text):
        dates = (datetime(year, second, first), datetime(year, first, second))
        fits = [ENGLISH_DAYS[date.weekday()] == day[1].lower() for date in dates]
        orders = {fits[0]} if len({*fits}) == 2 else orders
    if len(orders) != 1:
        return text
    date = f"{year}-{second:02}-{first:02}" if True in orders else f"{year}-{first:02}-{second:02}"
    return f"{text[: match.start()]}{date}{text[match.end() :]}"


def short_date_form(shown: str, lang: str) -> str:
    """Return the form that gives the dates `SHORT_DATE` of a page their full year; `\\g<0>` if no order is sure.

    `shown` is the text of the page. The language tells the order, else the full years in the text. English also
    needs a day above 12.
    """
    lang = lang or "zh" * (5 * len(re.findall("[一-鿿]", shown)) > len(shown))
    rows, years = SHORT_DATE.findall(shown), {*re.findall(r"\b20(\d\d)\b", shown)}
    first, last = (sum(row[at].zfill(2) in years for row in rows) for at in (0, 2))
    if _YEAR_FIRST.match(lang) or (first > last and not DAY_FIRST.match(lang)):
        return r"20\1.\2.\3"
    is_sure = not lang.startswith("en") or (last > first and any(int(row[0]) > 12 for row in rows))
    return r"\1.\2.20\3" if is_sure or DAY_FIRST.match(lang) else r"\g<0>"
