"""Pieces of a page's own markup, typed into one of its comments, forge no comment without a problem."""

import random
import re
from collections.abc import Iterator

import pytest

from blogarchive.items import ParsedPage
from tests.paths import FIXTURES
from tests.sites.markup.test_promises import _parse

_CASES = ("wretch/post/answers", "wretch/comments/second-page", "sina/comments/template-2007")
_TAGS = ("li", "ul", "div", "p", "span", "a", "td", "table")
_LINES = re.compile(r"\s*\n\s*")
_TRIALS = 40


def _pieces(html: str, words: list[str], chance: random.Random) -> Iterator[str]:
    """Yield pieces of the comments' markup with other numbers, cut anywhere, some after end tags."""
    places = [html.index(word) for word in words]
    while True:
        start = chance.choice(places)
        piece = _LINES.sub("", html[start : start + chance.randrange(20, 3000)])
        ends = "".join(f"</{tag}>" for tag in chance.sample(_TAGS, chance.randrange(5)))
        yield ends + re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), piece)


def _names(parsed: ParsedPage) -> set[tuple[str, str | None]]:
    return {
        (one.author_name, one.posted.text) for post in parsed.posts for one in post.comments if one.posted
    }


@pytest.mark.parametrize("case", _CASES)
def test_a_piece_of_the_page_typed_into_a_comment_forges_no_comment(case: str) -> None:
    html = (FIXTURES / case / "page.html").read_text("utf-8")
    plain = _parse(FIXTURES / case)
    texts = [one.body_text[:6] for one in plain.posts[0].comments if one.is_counted]
    words = [text for text in texts if html.count(text) == 1]
    pieces = _pieces(html, words, random.Random(case))
    for place in range(_TRIALS):
        word, piece = words[place % len(words)], next(pieces)
        parsed = _parse(FIXTURES / case, html.replace(word, word + piece, 1))
        assert _names(parsed) <= _names(plain), piece
        for post in parsed.posts if not parsed.problems else ():
            first = plain.posts[0]
            assert (post.title, post.posted, post.views) == (first.title, first.posted, first.views), piece
