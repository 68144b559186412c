"""The URL of a next page: equal to the page's own but for a number."""

import re
from urllib.parse import parse_qsl, urlsplit

_FILE_NAME = re.compile(r"(?:index)?\.(?:html?|php)$|/$")

_PAGE_KEY = re.compile(r"[a-z]{0,8}_?(?:page|pg|pn|p)_?(?:no|num|index|id)?", re.IGNORECASE)


def is_next_page_url(url: str, here: str, page_no: int) -> bool:
    """Return True if `url` is `here` with `page_no + 1` in its query or at the end of its path."""
    one, other = urlsplit(url), urlsplit(here)
    if one.netloc != other.netloc:
        return False
    wanted = str(page_no + 1)
    if one.path == other.path:
        added = set(parse_qsl(one.query)) - set(parse_qsl(other.query))
        return len(added) == 1 and all(_PAGE_KEY.fullmatch(key) and value == wanted for key, value in added)
    stem = _FILE_NAME.sub("", other.path)
    stem = re.sub(rf"[-_/]?(?:p|page|list)?[-_/]?{page_no}$", "", stem) if page_no > 1 else stem
    rest = _FILE_NAME.sub("", one.path).removeprefix(stem)
    return (
        one.path.startswith(stem) and re.fullmatch(rf"[-_/]?(?:p|page|list)?[-_/]?{wanted}", rest) is not None
    )
