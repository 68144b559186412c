"""The vocabulary of the date grammar: folded text, Chinese numerals, names of weekdays and months.

`fold` maps the spellings of one date to one text, so the grammar only needs simplified characters, half-width
digits and punctuation, single spaces and lower case. Folded text is for matching and is never stored.
"""

import re
import unicodedata

from blogarchive.parsing.dates.numbers import parse_chinese_number, parse_digit_numerals

_TRADITIONAL = str.maketrans(
    "點時號週後後禮鐘鍾剛纔兩個箇國現這間於發佈評論復覆編輯創註冊從農陰舊曆歷東頭傳擊轉錄臺灣裡裏來幾兒約當華閱讀瀏覽緯",
    "点时号周后后礼钟钟刚才两个个国现这间于发布评论复复编辑创注册从农阴旧历历东头传击转录台湾里里来几儿约当华阅读浏览纬",
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
ENGLISH_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"

_MONTH_NAMES = (
    *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug"),
    *("september sept sep", "october oct", "november nov", "december dec"),
)
_NUMERALS_OF_MONTHS = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()  # noqa: SIM905
MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()} | {
    f"{numeral}月": month for month, numeral in enumerate(_NUMERALS_OF_MONTHS, start=1)
}
"""Names of months to 1–12: English ones in lower case, short and long; Chinese ones, for orders such as "14 七月 2014"."""

MONTH_NAME = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"


def fold(text: str) -> str:
    """Return `text` for matching: NFKC, simplified, lower case, single spaces, without other calendars."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_NUMERALS))).lower()
    folded = folded.translate(_NUMERALS).translate(_TRADITIONAL).translate(_DASHES)
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
