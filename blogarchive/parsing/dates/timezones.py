"""Parse the time zone beside a time: +0800, Z, GMT+8, PDT, 北京时间."""

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# RFC 2822, 4.3, and zones of East Asia. cst is missing: it is Chicago in the RFC, China on Chinese servers.
_HOURS = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "est": -5,
    "edt": -4,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "hkt": 8,
    "sgt": 8,
    "jst": 9,
    "kst": 9,
}
_PLACES = {
    "北京时间": "Asia/Shanghai",
    "中国时间": "Asia/Shanghai",
    "香港时间": "Asia/Hong_Kong",
    "台湾时间": "Asia/Taipei",
    "台北时间": "Asia/Taipei",
    "东京时间": "Asia/Tokyo",
    "伦敦时间": "Europe/London",
    "格林尼治时间": "UTC",
    "格林威治时间": "UTC",
    "美东时间": "America/New_York",
    "美国东部时间": "America/New_York",
    "美国中部时间": "America/Chicago",
    "美国山地时间": "America/Denver",
    "美国西部时间": "America/Los_Angeles",
    "纽约时间": "America/New_York",
    "美西时间": "America/Los_Angeles",
    "太平洋时间": "America/Los_Angeles",
}
PLACE = "(?:" + "|".join(_PLACES) + ")"
"""Pattern of a zone named by a place."""
_PLACE = re.compile(PLACE)
_NAME = re.compile(rf"[ (\[]*({'|'.join(_HOURS)}|cst)(?![\w+-]| ?[+-][0-9])")
_MINUTES = ("00", "30", "45")  # all offsets in use
_OFFSET = re.compile(
    r"[ (\[]*(?P<word>utc|gmt)? ?(?P<sign>[+-])(?:(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})|(?P<hours>[0-9]{1,2}))"
    r"(?![0-9:-])"
)


def parse_zone(text: str, start: int, *, exact: bool) -> tuple[tzinfo | None, int]:
    """Return the zone right after a time that ends at `start` of the folded `text`, and the end of the zone.

    `exact`: the time has seconds or ISO 8601's T; without them 08:11-09:00 is a range of times. Raise
    ValueError for an impossible offset, and for CST, which has two meanings 14 hours apart.
    """
    if match := _NAME.match(text, start):
        if match[1] == "cst":
            raise ValueError("CST is ambiguous: China or Chicago")
        return timezone(timedelta(hours=_HOURS[match[1]])), match.end()
    match = _OFFSET.match(text, start)
    if match is None or not _is_offset(match, exact=exact):
        return None, start
    hours, minutes = int(match["h"] or match["hours"]), int(match["m"] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(f"no offset: {match[0]}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset), match.end()


def _is_offset(match: re.Match[str], *, exact: bool) -> bool:
    if match["word"]:
        return True
    if match["h"]:
        if match[0].startswith(" ") and match["m"] not in _MINUTES:
            return False  # another number beside the time, such as votes
        return exact or match["sign"] == "+" or ":" not in match[0]
    return exact and len(match["hours"]) == 2 and match[0][0] == match["sign"]


def find_named_zone(text: str) -> tzinfo | None:
    """Return the zone of the first place named in the folded `text` (北京时间), or None."""
    match = _PLACE.search(text)
    return ZoneInfo(_PLACES[match[0]]) if match else None
