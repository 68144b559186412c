"""Numbers in dates and counts: folded text, Chinese numerals, the words of `words.toml`."""

import re
import tomllib
import unicodedata
from decimal import Decimal
from pathlib import Path

from blogarchive.items import MAX_COUNT

# --- words

_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


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

    Accepts half- or full-width digits with or without thousands separators, 1.2万 (exactly 12000), 3千, 1.5亿, 12k,
    10万+, and Chinese numerals. One pair of brackets and one classifier (次, 条, …) at the end are ignored. Never
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
    """Return the value of 一千二百三十四. A last digit right after 百 or 千 is a tenth of that: 一千二 is 1200."""
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
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━﹘", "-") | {"∶": ":", "꞉": ":", "،": ","})
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

WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天七]"
ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS = {day: at for days in ("一二三四五六日", ENGLISH_DAYS) for at, day in enumerate(days)}
WEEKDAYS |= {"天": 6, "七": 6}
"""The numeral after 星期, 周 or 礼拜, or the first letters in English, to the weekday; Monday is 0."""
ENGLISH_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"

MONTHS = {name: int(month) for name, month in words_of("months").items()}
"""Names of months in lower case, short and long, to 1–12."""

MONTH_NAME = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"

DISTANCES: dict[str, list[str]] = _WORDS["distances"]
"""By language: patterns of words before a distance, of words behind it, and of seven units from year to second."""

_BEFORE, _BEHIND = ("|".join(filter(None, (row[at] for row in DISTANCES.values()))) for at in range(2))
_AMOUNT = r"(?:[0-9]{1,3} ?|(?:ein(?:e[mnr]?)?|une?|een|un[oa]|(?<=acum )o) )(?:de )?[^\W\d]{1,12}"
_NO_SPACE = "(?<=[가-힣])|(?<=[かヶカケ]月)|(?<=[週周][間间])"  # Korean and Japanese
_ENDS = rf"(?: |{_NO_SPACE})(?:{_BEHIND})"
DISTANCE = rf"(?<!\S)(?:(?:{_BEFORE}) {_AMOUNT}(?:{_ENDS})?|{_AMOUNT}{_ENDS})(?!\w)"
"""Pattern of a distance in another language than Chinese and English: `vor 3 Jahren`."""


def name_words(pattern: str) -> str:
    """Return a pattern with those of MONTH_NAME and DISTANCE in the place of their names."""
    return pattern.replace("MONTH_NAME", MONTH_NAME).replace("DISTANCE", DISTANCE)


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
