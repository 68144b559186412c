"""The names in a comment's header: the commenter, and the person replied to."""

import re

from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.page.page_view import JoinedLines

_OPENED, _CLOSED = " [(（［【", " ])）］】"  # around 回复 and a name


def parse_names(joined: JoinedLines, start: int, end: int) -> tuple[str, str | None, Element | None]:
    """Return the commenter's name, the name replied to, and the element of the commenter's link.

    A name ends with its link; else before 回复 between spaces or in an element of its own.
    """
    link = joined.link_at(start, start + 1)
    begin = start
    if link is not None:
        while begin < end and joined.link_at(begin, begin + 1) is link:
            begin += 1
    for match in re.finditer("回复", joined.text[begin:end]):
        at = begin + match.start()
        before = joined.raw_text(start, at).rstrip(_OPENED)
        after = joined.raw_text(at + 2, end).strip(":： ").rstrip(_CLOSED)
        if before and after and (link is not None or _is_set_apart(joined, start, at)):
            return before, after, link
    # Words after a linked name, such as those of a browser, are no part of it.
    return joined.raw_text(start, end if link is None else begin).rstrip(":："), None, link


def _is_set_apart(joined: JoinedLines, start: int, at: int) -> bool:
    """Check whether spaces or an element of its own separate 回复 at `at` from the names."""
    text = joined.text
    before, after = text[at - 1 : at], text[at + 2 : at + 3]
    if before in _OPENED and (after.isspace() or after == ":"):
        return True
    here = joined.node_at(at)
    return joined.node_at(start) is not here and joined.node_at(at - 1) is not here
