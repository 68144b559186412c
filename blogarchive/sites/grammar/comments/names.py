"""The names in a comment's header: who wrote it, and whom it answers."""

import re

from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.page.page_view import JoinedLines

_OPENED, _CLOSED = " [(（［【", " ])）］】"  # around 回复 and a name


def parse_names(joined: JoinedLines, start: int, end: int) -> tuple[str, str | None, Element | None]:
    """The commenter's name, the name replied to, and the commenter's link.

    The name ends where its link ends; else before 回复 that stands between spaces or in a node of its own.
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
    return joined.raw_text(start, end).rstrip(":："), None, link


def _is_set_apart(joined: JoinedLines, start: int, at: int) -> bool:
    """Whether 回复 at `at` is set off from the names: by spaces, or by standing in a node of its own."""
    text = joined.text
    before, after = text[at - 1 : at], text[at + 2 : at + 3]
    if before in _OPENED and (after.isspace() or after == ":"):
        return True
    here = joined.node_at(at)
    return joined.node_at(start) is not here and joined.node_at(at - 1) is not here
