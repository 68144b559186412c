"""The order of day, month and year in dates of figures: of several elements, with slashes, with two-digit years."""

import re
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from blogarchive.parsing.dates.numbers import ENGLISH_DAYS, MONTHS

# --- dates of several elements

# A day, a month and a year in several elements. A number behind the year is that of the month's posts.
_DATE_BOX = re.compile(
    r"(?=.*?(?<=\s)(?P<day>0?[1-9]|[12]\d|3[01])[日.,]?\s.*?(?<!\d)(?P<year>(?:19|20)\d\d)[-/.年,\s])"
    r"(?=.*?(?P<month>(?<=\s)(?:0?[1-9]|1[0-2])(?=月)|(?<=\s)[^\W\d]{2,9}|"
    r"(?<=\d{4}[-/.年])(?:0?[1-9]|1[0-2])|(?<=\s\d{4}\s)(?:0[1-9]|1[0-2])(?=\s$))月?[.,]?(?:\s|(?=\d{4}\s)))"
    r"(?:\s+(?i:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+)?\S{1,10}){2,3}?(?P<clock>\s+\d\d:\d\d)?\s+"
)
_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*")
# Xuite has an element for each number, other blogs have the year above `05-06`.
_NUMBERS = re.compile(r"((?:19|20)\d\d) (0[1-9]|1[0-2])[-/. ](0[1-9]|[12]\d|3[01])( \d\d:\d\d(?::\d\d)?)?")
_YEAR_BEHIND = re.compile(r"(?:(?:0[1-9]|[12]\d|3[01]) ){2}(?:19|20)\d\d")
_MAX_BOX = 60


def join_date(parts: Sequence[str]) -> str | None:
    """Return the date that texts show together, as leaves of a calendar do: `22 12月 2018`, `Dec 22 2018`."""
    figures = " ".join(map(str.strip, parts))
    if match := _NUMBERS.fullmatch(figures):
        return "-".join(match.groups()[:3]) + (match[4] or "")
    if _YEAR_BEHIND.fullmatch(figures):  # `08`, `09` and `2011`: day or month first
        return figures.replace(" ", "/")
    parts = [part for part in parts if part.strip().lower() != "of"]  # `17 of Sep, 2012`
    # Habari has the year above the day and the month.
    parts = [*parts[1:], parts[0]] if len(parts) == 3 and _YEAR.fullmatch(parts[0]) else parts
    box = _DATE_BOX.fullmatch(f" {' '.join(parts)} ") if 0 < sum(map(len, parts)) < _MAX_BOX else None
    # Not in a name or a title: `Room 12 1999`.
    if box is None or not (sep := "-" if box["month"].isdigit() else " " * (box["month"].lower() in MONTHS)):
        return None
    return sep.join(box.group("year", "month", "day")) + (box["clock"] or "")


# --- dates of figures

Since = datetime | None  # the time of the post, where that of a comment needs it
Orders = Set[bool | None]
"""Whether dates begin with the day (True), month (False) or year (None). Empty, or with several, if not sure."""

# The `mon` in `14 months ago` is no Monday.
_WEEKDAY = re.compile(rf"(?i)\b({'|'.join(ENGLISH_DAYS)})(?:s|rs?|nes|ur)?(?:day)?\b")
_STATED = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})")
_SLASHED = re.compile(
    r"(?<![\d/-])(?<!\d\.)(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|[12]\d|3[01])[/.-]((?:19|20)\d\d)(?!\d)"
)
_SHORT_SLASHED = re.compile(
    r"(?<![\d/])(\d\d?)/(\d\d?)/([0-3]\d)(\W{1,9}(?:\w{1,4}\s){0,2}\d\d?[:h]\d\d|(?<=\d\d/\d\d/\d\d)\s*$"
    r"|(?:(?<=[AP]M \d\d/\d/\d\d)|(?<=[AP]M \d/\d/\d\d)|(?<=[AP]M \d/\d\d/\d\d))\s*$)"
)
_FIGURES = re.compile(r"(?<![\d/.-])(\d\d?)[/.-](\d\d?)[/.-](\d{4}|\d\d)(?![\d/.-])")
# Numbers of comments on Blogger begin with their time in 2006; random ones of 2019 have 19 digits.
_SHOWN_COMMENT = re.compile(r"(?:[?&]showComment=(?=\d{13}(?!\d))|#c(?=1[0-2]\d{16}$)|^(?=1\d{12}$))(\d{10})")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?=/)")
_DAY, _MAX_SLASHED = timedelta(days=1), 80  # the longest length of a text that is a date, not prose

SHORT_DATE = re.compile(r"(?<![\d.,v/-])(\d\d?)(\.|-(?=\d\d-\d\d(?:\W+\d\d?:|$)))(\d\d?)\2(\d\d)(?![\d.])")
"""A date such as 21.10.03, or 21-10-03 before a time of day: year or day first."""
DAY_FIRST = re.compile(
    r"(?i)(?:fr|de|es|it|pt|nl|ru|uk|pl|ro|tr|el|vi|id|da|nb|fi|cs|sk|en[-_](?:gb|au|nz|in|ie|za))\b"
)
"""Languages that write the day before the month, also in figures."""
_YEAR_FIRST = re.compile(r"(?i)(?:zh|ja|ko)\b")


def day_orders(texts: Iterable[str], lang: str = "", url: str = "", since: Since = None) -> Orders:
    """Return whether dates in these short texts begin with the day, as 13/5/2021; 5/6/2021 alone does not show it.

    It does if the same date for machines follows, as in `5/6/2021 2021-06-05`. 13/5/21 may begin with the year. Beside
    3/1/15, as in the Spanish of Blogger, it does not: no year has one digit. If no text shows it, the month in the URL
    of the post does, as `/2011/08/`, or the time of the post `since`, else the language.
    """
    short = [text for text in map(str.strip, texts) if len(text) <= _MAX_SLASHED]
    short = [_SHORT_SLASHED.sub(r"\1/\2/20\3\4", text) if _STATED.search(text) else text for text in short]
    found = [(match, text) for text in short for match in _SLASHED.finditer(text)]
    pairs = [(int(match[1]), int(match[2])) for match, _ in found]
    # As month and day.
    days = {(int(x[1]), int(x[2])) for one, text in found if (x := _STATED.search(text, one.end()))}
    known = {(pair[::-1] in days) for pair in pairs if (pair in days) != (pair[::-1] in days)}
    rows = [row for text in short for row in _SHORT_SLASHED.findall(text)]
    is_year_last = any(len(row[0]) == 1 for row in rows)
    known |= {False for row in rows if int(row[1]) > 12}
    known |= {True for row in rows if is_year_last and int(row[0]) > 12}
    known |= {first > 12 for first, second in pairs if max(first, second) > 12}
    since = datetime(int(month[1]), int(month[2]), 1) if (month := _URL_MONTH.search(url)) else since
    # English of no certain country has both.
    usual = {True} if DAY_FIRST.match(lang) else {True, False} if re.match("(?i)en", lang) else set[bool]()
    return known or (orders_since(short, since, lang) if since else set()) or usual


def orders_since(texts: Iterable[str], since: datetime, lang: str = "") -> Orders:
    """Return the order, as `day_orders`, by which the first date is in the month after a post's time.

    `since` is this time. No order is sure if several fit, or if another one puts the dates closer together. The year is
    first only in a language that has it there: `13/09/20`.
    """
    rows = [[*map(int, row)] for text in texts if len(text) <= _MAX_SLASHED for row in _FIGURES.findall(text)]
    spans = dict[bool | None, tuple[timedelta, timedelta]]()
    orders: tuple[bool | None, ...] = (True, False, None)[: 2 + bool(_YEAR_FIRST.match(lang))]
    for order, (y, m, d) in zip(orders, ((2, 1, 0), (2, 0, 1), (0, 1, 2)), strict=False):
        with suppress(ValueError):  # no month has this number, or there is no date
            found = [datetime(row[y] + 2000 * (row[y] < 100), row[m], row[d]) for row in rows]
            spans[order] = (min(found) - since.replace(tzinfo=None), max(found) - min(found))
    near = {order for order, (gap, _) in spans.items() if -_DAY <= gap <= 31 * _DAY}
    # The other order may put all comments on a few days of a later month.
    is_sure = all(spans[one][1] <= span for one in near for gap, span in spans.values() if gap >= -_DAY)
    return near if len(near) == 1 and is_sure else set()


def stamp_of_link(url: str | None) -> datetime | None:
    """Return the time in UTC of the stamp in Blogger's link to a comment, or of milliseconds; None without one."""
    stamp = _SHOWN_COMMENT.search(url or "")
    return datetime.fromtimestamp(int(stamp[1]), UTC) if stamp else None


def write_year_first(text: str, order: Iterable[bool | None]) -> str:
    """Return the text with a date such as 5/6/2021 as year-month-day, unchanged if its month is not known.

    The weekday in the text tells the month, else `order`: the result of `day_orders` for dates of the same page.
    Without a sure `order`, 5/6/21 12:30 is none: it may begin with the year. With both orders, 5.6.2021 is none either.
    """
    orders = {*order}
    form = r"20\1-\2-\3\4" if None in orders else r"\1/\2/20\3\4"
    text = _SHORT_SLASHED.sub(form if len(orders) == 1 else "?", text)
    if (match := _SLASHED.search(text)) is None:
        return text
    first, second, year = map(int, match.groups())
    if max(first, second) > 12 or first == second:
        orders = {first > 12 or first == second}
    elif day := _WEEKDAY.search(text):
        dates = (datetime(year, second, first), datetime(year, first, second))
        fits = [ENGLISH_DAYS[date.weekday()] == day[1].lower() for date in dates]
        orders = {fits[0]} if len({*fits}) == 2 else orders
    if len(orders - {None}) != 1:  # another rule puts the day first if dots are between the numbers
        return text.replace(match[0], "?") if orders and "." in match[0] else text
    date = f"{year}-{second:02}-{first:02}" if True in orders else f"{year}-{first:02}-{second:02}"
    return f"{text[: match.start()]}{date}{text[match.end() :]}"


def fill_year(text: str, form: str, order: Orders) -> str:
    """Return the text with the dates `SHORT_DATE` in `form`; if that is unknown, those with dots in a sure `order`."""
    if form == r"\g<0>" and "." in text and len(order) == 1:
        form = r"\1.\3.20\4" if True in order else r"20\4.\1.\3"
    return SHORT_DATE.sub(form, text)


def short_date_form(shown: str, lang: str) -> str:
    """Return the form that gives the dates `SHORT_DATE` of a page their full year; `\\g<0>` if no order is sure.

    `shown` is the text of the page: Chinese text or the language decides, else the full years in the text. English also
    needs a day above 12. Dates with hyphens are only sure in languages that write the year first.
    """
    lang = "zh" if 20 * len(re.findall("[一-鿿]", shown)) > len(shown) else lang
    rows, years = SHORT_DATE.findall(shown), {*re.findall(r"\b20(\d\d)\b", shown)}
    first, last = (sum(row[at].zfill(2) in years for row in rows) for at in (0, 3))
    is_dotted = all("." in row for row in rows)
    if _YEAR_FIRST.match(lang) or (is_dotted and first > last and not DAY_FIRST.match(lang)):
        return r"20\1.\3.\4"
    days = [any(int(row[at]) > 12 for row in rows) for at in (0, 2)]
    if is_dotted and days == [False, True]:  # 02.25.12 has no other order
        return r"20\4.\1.\3"
    is_sure = not lang.startswith("en") or (last > first and days[0])
    return r"\1.\3.20\4" if is_dotted and (is_sure or DAY_FIRST.match(lang)) else r"\g<0>"
