"""Ids of posts: text, as the site writes them. Ids of 163 have up to 30 digits, ids of 新浪 have letters."""

import re

DECIMAL_UID = r"0*(?P<uid>[1-9][0-9]{0,15})"
"""Pattern of a blog's number in a URL: leading zeros and digits of other scripts name no further blog."""

_MAX_DECIMAL_ID = 40  # digits
_MAX_JSON_INTEGER = 15  # digits; JavaScript rounds integers from 2 ** 53 on
_SEPARATORS = re.compile(r"[\W_]+")


def parse_decimal_id(text: str) -> str | None:
    """Return the id that ASCII digits write, without leading zeros; None for other text or more than 40 digits."""
    digits = text.lstrip("0") or text[-1:]
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DECIMAL_ID else None


def order_key(number: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key of ids: each part between separators compares by its length, then as text.

    Decimal ids compare by value, `201201/998` is less than `201202/7`, and ids of equal length compare as text.
    """
    return tuple((len(part), part) for part in _SEPARATORS.split(number))


def json_id(number: str) -> int | str:
    """Return the id as JSON shows it: an integer up to 15 digits, else a string."""
    is_integer = parse_decimal_id(number) == number and len(number) <= _MAX_JSON_INTEGER
    return int(number) if is_integer else number


def id_from_json(value: int | str | None) -> str | None:
    """Return an id of a JSON object as text; older archives and exports have integers."""
    return None if value is None else str(value)
