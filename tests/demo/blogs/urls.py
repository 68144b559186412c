"""URL templates of a markup: from a route to a path and back."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache


class Kind(StrEnum):
    """Kinds of pages."""

    HOME = "home"
    MONTH = "month"
    CATEGORY = "category"
    POST = "post"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A page by its meaning; `month` is YYYYMM, `day` is YYYYMMDD."""

    kind: Kind
    uid: str
    month: str = ""
    number: int = 0
    day: str = ""
    page: int = 1


_FIELDS = {"uid": r"\d+", "month": r"\d{6}", "number": r"\d+", "day": r"\d{8}", "page": r"\d+"}


@dataclass(frozen=True, kw_only=True)
class Urls:
    """URL templates; those of posts, categories and home pages are the real site's.

    The real site's URLs of months, calendar days and further pages are unknown: each markup has its own.
    """

    month: str
    month_more: str
    home_more: str
    category_more: str
    comments_more: str
    day: str
    home: str = "/u/{uid}/"
    category: str = "/u/{uid}/{number}.html"
    post: str = "/u/{uid}/{month}/{number}.html"

    def make(self, route: Route) -> str:
        """Return the path and query of a page."""
        return self._template(route).format(
            uid=route.uid, month=route.month, number=route.number, day=route.day, page=route.page
        )

    def read(self, path: str) -> Route | None:
        """Return the route of a path with its query, or None if no template matches."""
        for field in fields(self):
            match = _pattern(getattr(self, field.name)).fullmatch(path)
            if match is not None:
                return _route(_KINDS[field.name], match.groupdict())
        return None

    def _template(self, route: Route) -> str:
        first, more = {
            Kind.HOME: (self.home, self.home_more),
            Kind.MONTH: (self.month, self.month_more),
            Kind.CATEGORY: (self.category, self.category_more),
            Kind.POST: (self.post, self.comments_more),
            Kind.DAY: (self.day, self.day),
        }[route.kind]
        return first if route.page == 1 else more


_KINDS = {
    "month": Kind.MONTH,
    "month_more": Kind.MONTH,
    "home": Kind.HOME,
    "home_more": Kind.HOME,
    "category": Kind.CATEGORY,
    "category_more": Kind.CATEGORY,
    "post": Kind.POST,
    "comments_more": Kind.POST,
    "day": Kind.DAY,
}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            f"(?P<{part}>{_FIELDS[part]})" if position % 2 else re.escape(part)
            for position, part in enumerate(parts)
        )
    )


def _route(kind: Kind, found: dict[str, str]) -> Route:
    return Route(
        kind=kind,
        uid=found["uid"],
        month=found.get("month", ""),
        number=int(found.get("number", 0)),
        day=found.get("day", ""),
        page=int(found.get("page", 1)),
    )


def old_path(number: int, *, username: str = "", as_base64: bool = False) -> str:
    """Return a post's URL as before 2010: with the number in decimal, or in base64 of its digits."""
    did = b64encode(str(number).encode()).decode() if as_base64 else str(number)
    folder = f"/{username}" if username else ""
    return f"{folder}/user_blog_diary.php?did={did}"


def read_old_path(path: str) -> int | None:
    """Return the post's number in a URL of the old form, or None."""
    match = re.fullmatch(r"(?:/[\w.-]+)?/user_blog_diary\.php\?did=([\w+/=%]+)", path)
    if match is None:
        return None
    did = match[1].replace("%3D", "=")
    if not did.isdigit():
        try:
            did = b64decode(did, validate=True).decode("ascii")
        except (Base64Error, UnicodeDecodeError):
            return None
    return int(did) if did.isdigit() else None
