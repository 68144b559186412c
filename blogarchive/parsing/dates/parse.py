"""Parse the date in a text as its reader understands it, into an aware datetime."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from blogarchive.items import UNKNOWN_ZONE, DateText, Precision
from blogarchive.parsing.dates import rules
from blogarchive.parsing.dates.calendar import CALENDAR_RULES, NAMED_RULES
from blogarchive.parsing.dates.numbers import fold, words_of
from blogarchive.parsing.dates.order import Since, stamp_of_link
from blogarchive.parsing.dates.relative import RELATIVE_RULES, TimeOfDay, time_after, time_alone, time_before


class ParsedDate(NamedTuple):
    """A parsed time; `at` is aware, and its fields below `precision` have their minimum."""

    at: datetime
    precision: Precision


# --- forms of other languages

_MAX_FALLBACK_LENGTH = 60
# A sentence without a word of time, such as a name and a title, makes dateparser guess.
_TIME_WORDS = re.compile(rf"\b(?:{'|'.join(words_of('fallback'))})\b")
# Forms of the grammar: what it rejected stays rejected.
_GRAMMAR_FORMS = re.compile(
    r"[0-9] ?[-/.:] ?[0-9]|[0-9零一二三四五六七八九十百两] ?[年月日号点时]|[$¥￥€%]|[0-9]{5,}"
)
# Of dateparser, which knows a quarter and a part of the day too: neither says which day.
_PERIODS: dict[str, Precision] = {
    "time": "minute",
    "week": "day",
    "day": "day",
    "month": "month",
    "year": "year",
}
# dateparser puts words that it knows in part into the future. A page shows a coming date only with such a word.
_FUTURE_WORDS = re.compile(r"\b(?:in|next|tomorrow|from now|later)\b")


def _parse_by_dateparser(text: str, now: datetime) -> ParsedDate | None:
    """Return the date that dateparser parses in the folded `text` at `now`, cut to its precision, or None."""
    is_phrase = (
        len(text) <= _MAX_FALLBACK_LENGTH and len(text.split()) > 1 and not _GRAMMAR_FORMS.search(text)
    )
    if not (is_phrase and _TIME_WORDS.search(text)):
        return None
    from dateparser.date import DateDataParser  # takes 0.1 s, and most runs never need it

    settings = {"RELATIVE_BASE": now.replace(tzinfo=None), "RETURN_TIME_AS_PERIOD": True}
    settings |= {"PREFER_DATES_FROM": "past", "PARSERS": ["relative-time", "absolute-time"]}
    found = DateDataParser(languages=["en", "zh", "zh-Hant"], settings=settings).get_date_data(text)
    at, precision = found.date_obj, _PERIODS.get(found.period or "")
    if at is None or precision is None or not rules.FIRST_YEAR <= at.year <= rules.LAST_YEAR:
        return None
    at = rules.truncate(at.replace(tzinfo=now.tzinfo), precision).at
    is_coming = at - now > rules.FUTURE_TOLERANCE and not _FUTURE_WORDS.search(text)
    return None if is_coming else ParsedDate(at, precision)


# --- parsing


_ISO_STAMP = re.compile(
    r"(?:[^0-9]*(?:留言|发[表布]|發[表佈布]|评论|評論|回[复復覆]|更新|修改)(?:时间|時間|日期|[于於])[:：]?)?"
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+([0-9]{2}:[0-9]{2}(:[0-9]{2})?))?\s*"
)
_MAX_STAMP_LENGTH = 60
_LABEL_TAIL = r"(?:时间|日期|[于在])\s?:?"
_POSTED = re.compile(rf"(?:留言|发[表布帖]|张贴|评论|(?<!最后)回复){_LABEL_TAIL}|发[表布] ?:")
# Labels of other dates than that of posting.
_NOT_POSTED = re.compile(rf"(?:更新|编辑|修改|创建|注册|最后回复){_LABEL_TAIL}")
_MAX_LENGTH = 1000  # no phrase is longer, and the time grows with the square of the length
_MAX_LABELS = 4
# The stamp that a script formats in the browser: seconds with or without a fraction, or milliseconds.
_EPOCH_STAMP = r"(?<![0-9.-])([0-9]{10})(?:\.[0-9]+|[0-9]{3})?(?![0-9.])"
# 20140714T081122 of a saved file's name, 20140714 of a URL.
_COMPACT = re.compile(
    r"(?<![0-9.,])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})"
    r"(?:[t ]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?(z|[+-][0-9]{2}:?[0-9]{2})?)?(?=[^0-9.,-]|$)"
)

_FULL_DATE_RULES = tuple(rule for rule in CALENDAR_RULES if rule.placement is rules.Placement.ANYWHERE)
_RULES = RELATIVE_RULES + CALENDAR_RULES + NAMED_RULES
_WEAK_RULES = tuple(rule for rule in _RULES if rule.placement is not rules.Placement.ANYWHERE)


def parse_date(text: str, relative_to: datetime) -> ParsedDate | None:
    """Return the date that `text` shows to a reader at `relative_to`, or None; raises nothing.

    `text` may be a phrase (发表于 2014-07-14 08:11); its first 1,000 characters are parsed. Of several dates,
    the one after a label of posting is returned, else the first. A date of an edit (编辑于 …) is only returned
    if no full date precedes it.

    `at` is in the time zone of `relative_to`. An epoch stamp, or a time with an offset or a zone, is
    converted to it. In the repeated hour of autumn `at` is the first of the two. In the missing hour of
    spring it has the wall time as shown and the offset from before the change. If `relative_to` is naive, it
    is taken as UTC, and `at` is naive.

    A missing year is the latest one that lies no more than a day ahead. A missing date is the day of `relative_to`. A
    relative time has the precision of its smallest unit (3小时前: hour; see `relative`). The hours of 上午, 晚上 and
    other parts of the day are in `relative`.
    """
    if relative_to.tzinfo is None:
        parsed = parse_date(text, relative_to.replace(tzinfo=UTC))
        return parsed and parsed._replace(at=parsed.at.replace(tzinfo=None))
    find_stamp = _find_stamp if len(text) < _MAX_STAMP_LENGTH else _find_stamp.__wrapped__
    try:
        return find_stamp(text, relative_to.tzinfo) or _parse_phrase(fold(text[:_MAX_LENGTH]), relative_to)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)  # each time of a page is asked for twice, by the grammar and for the store
def _find_stamp(text: str, zone: tzinfo) -> ParsedDate | None:
    """Return the time of a text such as 2014-07-14 08:11, with or without a label; None for any other text."""
    match = _ISO_STAMP.fullmatch(text)
    if match is None:
        return None
    day, time, second = match.groups(default="")
    if not rules.FIRST_YEAR <= int(day[:4]) <= rules.LAST_YEAR or time.startswith("24"):
        return None
    at = datetime.fromisoformat(f"{day} {time or '00:00'}").replace(tzinfo=zone)
    return ParsedDate(at, "second" if second else "minute" if time else "day")


def _parse_phrase(text: str, now: datetime) -> ParsedDate | None:
    """Return the date after a label of posting, else the first date.

    A date of an edit counts only if no full date precedes it.
    """
    for label in islice(_POSTED.finditer(text), _MAX_LABELS):
        if parsed := _parse_first(text[label.end() :], now):
            return parsed
    # 更新于 2020-01-01 alone is the only date of the page: better than none.
    for label in islice(_NOT_POSTED.finditer(text), _MAX_LABELS):
        if _find_full_date(text[: label.start()], now):
            break
        if parsed := _parse_first(text[label.end() :], now):
            return parsed
    return _parse_first(text, now)


def _parse_first(text: str, now: datetime) -> ParsedDate | None:
    """Return the first date, full forms before weak ones; raise ValueError if it is impossible."""
    text = _expand_compact(text)
    found = _find_full_date(text, now) or _find_weak_date(text, now) or _parse_time_only(text, now)
    return found or _parse_by_dateparser(text, now)


def _find_full_date(text: str, now: datetime) -> ParsedDate | None:
    """Return the leftmost full date."""
    hits = [(rule, match) for rule in _FULL_DATE_RULES if (match := rule.pattern.search(text))]
    if not hits:
        return None
    rule, match = min(hits, key=lambda hit: hit[1].start())
    time = time_after(text, match.end()) or time_before(text, match.start())
    return _resolve_match(rule, match, time, now)


def _find_weak_date(text: str, now: datetime) -> ParsedDate | None:
    """Return the first date of a weak form in a context that allows a date."""
    for rule in (_EPOCH_RULE, *_WEAK_RULES):
        for match in rule.pattern.finditer(text):
            time = time_after(text, match.end())
            end = time.end if time else match.end()
            if rules.has_date_context(rule, text, match.start(), end, has_time=time is not None):
                return _resolve_match(rule, match, time, now)
    return None


def _expand_compact(text: str) -> str:
    """Expand a compact date that is alone: 20140714T081122 to 2014-07-14 08:11:22."""
    match = _COMPACT.search(text)
    if not match or not rules.has_date_context(_EPOCH_RULE, text, match.start(), match.end(), has_time=False):
        return text
    year, month, day, hour, minute, second, zone = match.groups()
    time = f"t{hour}:{minute}:{second}" if second else f"t{hour}:{minute}" if hour else ""
    return f"{text[: match.start()]}{year}-{month}-{day}{time}{zone or ''}{text[match.end() :]}"


def _resolve_match(
    rule: rules.Rule, match: re.Match[str], time: TimeOfDay | None, now: datetime
) -> ParsedDate:
    """Return the date of a match, resolved in the zone that the text names, else in that of `now`."""
    zone = (time.zone if time else None) or rules.find_named_zone(match.string)
    local_now = now.astimezone(zone) if zone else now
    at, precision, yearless = rule.resolve(match, local_now)
    if time and precision == "day":
        at, precision = time.on(at), time.precision
    if yearless:
        tolerance = timedelta() if precision == "month" else rules.FUTURE_TOLERANCE
        at = rules.move_into_past(at, local_now, tolerance)
    return _to_zone(at, precision, now)


def _to_zone(at: datetime, precision: Precision, now: datetime) -> ParsedDate:
    """Convert a time to the zone of `now`; a date without time keeps its day."""
    # No conversion: a wall time of the missing hour of spring must stay as shown.
    if at.tzinfo is now.tzinfo:
        return ParsedDate(at, precision)
    if precision in ("day", "month", "year"):
        return ParsedDate(at.replace(tzinfo=now.tzinfo), precision)
    return ParsedDate(at if now.tzinfo is UNKNOWN_ZONE else at.astimezone(now.tzinfo), precision)


def _resolve_epoch(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    at = datetime.fromtimestamp(int(match[1]), UTC)
    if at - now > rules.FUTURE_TOLERANCE:
        raise ValueError(f"no epoch stamp: {match[1]}")
    return rules.ResolvedDate(at, "second")


_EPOCH_RULE = rules.Rule(rules.Placement.ALONE, _EPOCH_STAMP, _resolve_epoch)


def _parse_time_only(text: str, now: datetime) -> ParsedDate | None:
    """Return a time of day without a date, as a time of today."""
    time = time_alone(text)
    if time is None or not rules.has_date_context(_EPOCH_RULE, text, time.start, time.end, has_time=True):
        return None
    zone = time.zone or rules.find_named_zone(text)
    local_now = now.astimezone(zone) if zone else now
    midnight = datetime(local_now.year, local_now.month, local_now.day, tzinfo=local_now.tzinfo)
    return _to_zone(time.on(midnight), time.precision, now)


# BlazeBlogger has the number of the post behind the month: /2025/08/21-slug/.
# `/2007/07/3/` has the number behind the month too: a day has a zero where the month has one.
_IN_URL = re.compile(
    r"/((?:19|20)\d\d)([/-])(0?[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01]|(?<!0\d.)[1-9])(?=\2|/|$)"
)


def parse_stamp(value: str, now: datetime) -> ParsedDate | None:
    """Return the time of a stamp for machines: a local offset stays, UTC becomes the zone of the site."""
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return parse_date(value, now)
    if at.tzinfo is None:
        return ParsedDate(at.replace(tzinfo=now.tzinfo), "day" if len(value.strip()) <= 10 else "second")
    # A server writes Z for every blog; only another offset is that of the blog.
    if not at.utcoffset():
        at = at.astimezone(now.tzinfo)
    return ParsedDate(at, "second")


def date_text(text: str, found: ParsedDate | None) -> DateText | None:
    """Return a time as a page shows it, None without a time."""
    return None if found is None else DateText(text=text, at=found.at, precision=found.precision)


def parse_yearless(text: str, stamp: ParsedDate | None, since: Since, now: datetime) -> ParsedDate | None:
    """Return the first date of a text without a year since a day before `since`, as zones differ; None after `now`.

    With a stamp that its markup states in UTC, it is that of the shown clock next to it; else the stamp is returned.
    """
    if (near := stamp.at if stamp else since) is None or (stamp and near.tzinfo is not now.tzinfo):
        return stamp
    start = near.replace(tzinfo=now.tzinfo) - rules.FUTURE_TOLERANCE
    # `parse_date` returns the latest one that is at most a day ahead.
    shown = parse_date(re.sub(r"\s(?:um|à)\s", " ", text), start + timedelta(days=364))
    last = start + 2 * rules.FUTURE_TOLERANCE if stamp else now + rules.FUTURE_TOLERANCE
    # A clock of 12 hours may lack the half of the day.
    is_same = stamp and shown and f"{shown.at:%H:%M}" in (f"{stamp.at:%H:%M}", f"{stamp.at:%I:%M}")
    return shown if shown and start <= shown.at <= last and not is_same else stamp


def parse_url_date(url: str, now: datetime) -> ParsedDate | None:
    """Return the day that the path of a URL has, as `/2014/07/14/`; None if it has none."""
    match = _IN_URL.search(urlsplit(url).path)
    return parse_date("-".join(match.group(1, 3, 4)), now) if match else None


def parse_linked(text: str, url: str | None, now: datetime) -> ParsedDate | None:
    """Return the time of Blogger's link to a comment, which shows no day: that nearest to its URL's stamp."""
    days = (stamp + timedelta(days=n) for n in (-1, 0, 1)) if (stamp := stamp_of_link(url)) else ()
    found = [one for day in days if (one := parse_date(f"{day:%F} {text}", now)) and one.precision != "day"]
    return min(found, key=lambda one: abs(one.at.replace(tzinfo=UTC) - (stamp or now)), default=None)
