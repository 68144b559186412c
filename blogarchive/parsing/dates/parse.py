"""Date words to aware times: the date that a text shows, as its reader would understand it.

Three steps. The forms that the sites themselves print (2025-01-28 01:46:53, alone or after a label such as
留言时间:) are read by one compiled pattern. Everything else goes through a grammar of our own: `date_days`
(calendar dates), `date_named` and `date_ago` (days by name, distances from now), `date_clock` (time of day),
under the rules of `date_rules` for what may stand around a date. What the grammar does not know is asked of
dateparser, words only (`date_fallback`).

What looks like a date and is none (2月30日, 2014-07-14 25:61) makes the whole text none: nothing is guessed.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from blogarchive.items import Precision
from blogarchive.parsing.dates.calendar import DAY_RULES
from blogarchive.parsing.dates.dateparser_fallback import by_dateparser
from blogarchive.parsing.dates.named_days import NAMED_RULES
from blogarchive.parsing.dates.numerals import fold
from blogarchive.parsing.dates.relative import AGO_RULES
from blogarchive.parsing.dates.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    TOLERANCE,
    Moment,
    Rule,
    Where,
    into_past,
    stands,
)
from blogarchive.parsing.dates.time_of_day import TimeOfDay, clock_after, clock_alone, clock_before
from blogarchive.parsing.dates.timezones import zone_named


class ParsedDate(NamedTuple):
    """A time and how much of it was shown; `at` is aware, fields below `precision` are at their minimum."""

    at: datetime
    precision: Precision


_PLAIN = re.compile(
    r"(?:[^0-9]*(?:留言|发[表布]|發[表佈布]|评论|評論|回[复復覆]|更新|修改)(?:时间|時間|日期|[于於])[:：]?)?"
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?:\s+([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?\s*"
)
_LABEL_TAIL = r"(?:时间|日期|[于在])\s?:?"
_POSTED = re.compile(rf"(?:留言|发[表布帖]|张贴|评论|(?<!最后)回复){_LABEL_TAIL}")
# Labels that a date before them does not bear.
_OTHERWISE = re.compile(rf"(?:更新|编辑|修改|创建|注册|最后回复){_LABEL_TAIL}")
_LONGEST = 1000  # no phrase is longer; a text of nothing but dates takes time by the square of its length
_LABELS_TRIED = 4
_STAMP = re.compile(r"(?<![0-9.-])([0-9]{10})(?:\.[0-9]+|[0-9]{3})?(?![0-9.])")
_COMPACT = re.compile(
    r"(?<![0-9.,])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})"
    r"(?:[t ]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?(z|[+-][0-9]{2}:?[0-9]{2})?)?(?=[^0-9.,-]|$)"
)

_ANYWHERE = tuple(rule for rule in DAY_RULES if rule.where is Where.ANYWHERE)
_WEAK = tuple(rule for rule in AGO_RULES + DAY_RULES + NAMED_RULES if rule.where is not Where.ANYWHERE)
_STAMP_RULE = Rule(Where.ALONE, _STAMP, lambda found, now: _stamp(int(found[1]), now))


def parse_date(text: str, relative_to: datetime) -> ParsedDate | None:
    """The date that `text` shows to a reader at `relative_to` (aware), or None where it shows none.

    The date may stand in a phrase (发表于 2014-07-14 08:11), in its first thousand characters; of several, the one
    after a label of posting, or the first; one of an edit (编辑于 …) only where no full date stands before it.
    `at` is in the zone of `relative_to`; where the text shows an offset or a zone, or is an epoch stamp, it
    is that very instant, converted. In the double hour of an autumn night it is the first of the two; in the
    missing hour of spring it is the wall time as shown, with the offset from before the change.

    A missing year is the latest that lies no more than a day ahead, a missing date the day of `relative_to`.
    A relative time has the precision of its smallest unit (3小时前: hour; see `date_ago`). Twelve-hour words
    are defined in `date_clock`. Raises nothing, whatever the text. A naive `relative_to` is taken as UTC, and `at`
    is naive then.
    """
    if relative_to.tzinfo is None:
        shown = parse_date(text, relative_to.replace(tzinfo=UTC))
        return shown and shown._replace(at=shown.at.replace(tzinfo=None))
    plain = _PLAIN.fullmatch(text)
    try:
        shown = _plain(plain, relative_to) if plain else None
        return shown or _read(fold(text[:_LONGEST]), relative_to)
    except (ValueError, OverflowError):
        return None


def _plain(found: re.Match[str], now: datetime) -> ParsedDate | None:
    year, month, day, hour, minute, second = found.groups()
    if not FIRST_YEAR <= int(year) <= LAST_YEAR or hour == "24":
        return None
    if hour is None:
        return ParsedDate(datetime(int(year), int(month), int(day), tzinfo=now.tzinfo), "day")
    at = datetime(
        int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=now.tzinfo
    )
    return ParsedDate(at, "second" if second else "minute")


def _read(text: str, now: datetime) -> ParsedDate | None:
    for label in islice(_POSTED.finditer(text), _LABELS_TRIED):
        if shown := _first(text[label.end() :], now):
            return shown
    for label in islice(_OTHERWISE.finditer(text), _LABELS_TRIED):
        if _sure(text[: label.start()], now):
            break
        if shown := _first(text[label.end() :], now):
            return shown
    return _first(text, now)


def _first(text: str, now: datetime) -> ParsedDate | None:
    """The date in the folded `text`, sure forms before doubtful ones; ValueError where it is senseless."""
    text = _spread(text)
    return _sure(text, now) or _doubtful(text, now) or _by_clock(text, now) or _by_dateparser(text, now)


def _sure(text: str, now: datetime) -> ParsedDate | None:
    """The leftmost full date."""
    hits = [(rule, found) for rule in _ANYWHERE if (found := rule.pattern.search(text))]
    if not hits:
        return None
    rule, found = min(hits, key=lambda hit: hit[1].start())
    clock = clock_after(text, found.end()) or clock_before(text, found.start())
    return _settle(rule, found, clock, now)


def _doubtful(text: str, now: datetime) -> ParsedDate | None:
    for rule in (_STAMP_RULE, *_WEAK):
        for found in rule.pattern.finditer(text):
            clock = clock_after(text, found.end())
            end = clock.end if clock else found.end()
            if stands(rule, text, found.start(), end, clocked=clock is not None):
                return _settle(rule, found, clock, now)
    return None


def _spread(text: str) -> str:
    """`text` with a compact date that stands alone written out: 20140714T081122 as 2014-07-14 08:11:22."""
    found = _COMPACT.search(text)
    if found is None or not stands(_STAMP_RULE, text, found.start(), found.end(), clocked=False):
        return text
    year, month, day, hour, minute, second, zone = found.groups()
    clock = f"t{hour}:{minute}:{second}" if second else f"t{hour}:{minute}" if hour else ""
    return f"{text[: found.start()]}{year}-{month}-{day}{clock}{zone or ''}{text[found.end() :]}"


def _settle(rule: Rule, found: re.Match[str], clock: TimeOfDay | None, seen: datetime) -> ParsedDate:
    zone = (clock.zone if clock else None) or zone_named(found.string)
    now = seen.astimezone(zone) if zone else seen
    at, precision, yearless = rule.read(found, now)
    if clock and precision == "day":
        at, precision = clock.on(at), clock.precision
    if yearless:
        at = into_past(at, now, timedelta() if precision == "month" else TOLERANCE)
    return _shown(at, precision, seen)


def _shown(at: datetime, precision: Precision, seen: datetime) -> ParsedDate:
    """A time in the zone of `seen`: an instant is converted; a mere date is the date as shown."""
    if at.tzinfo is seen.tzinfo:
        return ParsedDate(at, precision)
    if precision in ("day", "month", "year"):
        return ParsedDate(at.replace(tzinfo=seen.tzinfo), precision)
    return ParsedDate(at.astimezone(seen.tzinfo), precision)


def _stamp(seconds: int, now: datetime) -> Moment:
    at = datetime.fromtimestamp(seconds, UTC)
    if at - now > TOLERANCE:
        raise ValueError(f"a number, and no time stamp: {seconds}")
    return Moment(at, "second")


def _by_clock(text: str, seen: datetime) -> ParsedDate | None:
    """A time of day that stands alone: today's."""
    clock = clock_alone(text)
    if clock is None or not stands(_STAMP_RULE, text, clock.start, clock.end, clocked=True):
        return None
    zone = clock.zone or zone_named(text)
    now = seen.astimezone(zone) if zone else seen
    midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
    return _shown(clock.on(midnight), clock.precision, seen)


def _by_dateparser(text: str, now: datetime) -> ParsedDate | None:
    moment = by_dateparser(text, now)
    return ParsedDate(moment.at, moment.precision) if moment else None


_ISO_LENGTH: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16, "second": 19}


def to_iso(shown: ParsedDate) -> str:
    """ISO 8601 text cut to the precision: 2014, 2014-07, 2014-07-14, 2014-07-14T08-07:00, and so on."""
    text = shown.at.isoformat(timespec="seconds")
    cut = text[: _ISO_LENGTH[shown.precision]]
    return cut + text[19:] if shown.precision in ("hour", "minute", "second") else cut
