"""No text that a stranger writes lets a regular expression search without end, alone or in a page."""

import random
import re
import time
from pathlib import Path

import pytest

from tests.hostile.patterns import all_patterns, hostile_texts, slow_text
from tests.test_goldens import CASES, parse

pytestmark = pytest.mark.skipif(
    not hasattr(__import__("signal"), "setitimer"), reason="no timer of processor time"
)

PATTERNS = all_patterns()
SAMPLE, ALL = 8, 600
SECONDS = 2


def find_slow(count: int) -> dict[str, str]:
    """Return the slow texts; those tried on a pattern depend on it alone, not on the patterns before it."""
    texts = {
        name: slow_text(one, hostile_texts(one, random.Random(ascii(one.pattern)), count))
        for name, one in PATTERNS.items()
    }
    return {name: text for name, text in texts.items() if text is not None}


def test_patterns_end_soon_on_texts_with_a_piece_repeated() -> None:
    assert len(PATTERNS) > 300
    assert find_slow(SAMPLE) == {}


@pytest.mark.attack
def test_patterns_end_soon_on_many_texts_with_a_piece_repeated() -> None:
    assert find_slow(ALL) == {}


def test_the_search_for_slow_patterns_finds_one() -> None:
    pattern = re.compile(r"(?:\d{1,5}\s*[楼#]?)*x")
    assert slow_text(pattern, hostile_texts(pattern, random.Random(1), 200)) is not None


# Each piece once took a minute in place of a number, or more.
PIECES = (
    b"9" * 40, b"9" * 5_000, "回复 1".encode() * 30, b"IPa" * 30, "\u3000".encode() * 60, b"listslists" * 30,
    "分享 ".encode() * 30, "复制]".encode() * 30, b"mon" * 30, b" (1)" * 30,
)  # fmt: skip


def parse_with_pieces(case: Path, count: int) -> None:
    body, chance = (case / "page.html").read_bytes(), random.Random(case.name)
    runs = [found.span() for found in re.finditer(rb"[0-9]+", body)]
    for start, end in chance.sample(runs, min(count, len(runs))):
        changed = body[:start] + chance.choice(PIECES) + body[end:]
        begun = time.process_time()
        parse(case, changed)
        assert time.process_time() - begun < SECONDS, (case, start)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: "/".join(case.parts[-3:]))
def test_a_page_with_a_hostile_piece_is_parsed_soon(case: Path) -> None:
    parse_with_pieces(case, 12)


@pytest.mark.attack
@pytest.mark.parametrize("case", CASES, ids=lambda case: "/".join(case.parts[-3:]))
def test_a_page_with_any_hostile_piece_is_parsed_soon(case: Path) -> None:
    parse_with_pieces(case, 300)


URLS = (b"http://[", b"//[x]y/", b"http://a:b/", b"http://blog.creaders.net:99999/u/1/", "http://℀.example/".encode(), b"http://]x/1.html",
    b"http://xn--/", b"\0")  # fmt: skip
_URL = re.compile(rb"""(?:href|src|content|action|value)\s*=\s*["']([^"']*)["']""")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: "/".join(case.parts[-3:]))
def test_a_page_with_an_invalid_url_is_parsed(case: Path) -> None:
    body, chance = (case / "page.html").read_bytes(), random.Random(case.name)
    spans = [found.span(1) for found in _URL.finditer(body)]
    for start, end in chance.sample(spans, min(40, len(spans))):
        parse(case, body[:start] + chance.choice(URLS) + body[end:])


HEADS = (
    "<link rel=home href='//['>", "<link rel=shortlink href='//['>", "<link rel='https://api.w.org/' href='//['>",
    "<link rel=alternate type=application/rss+xml href='//['>", "<a rel=home class=site-title href='//['>x</a>",
    "<base href='//['>", "<link rel=canonical href='//['>", "<h1><a href='//['>x</a></h1>",
    "<a class=next rel=next href='//['>下一页</a>", "<meta property=og:url content='//['>",
)  # fmt: skip
LISTS = (
    "<urlset><url><loc>//[</loc></url></urlset>", "<sitemapindex><sitemap><loc>//[</loc></sitemap></sitemapindex>",
    "<rss><channel><item><link>//[</link><title>x</title></item></channel></rss>",
    "<feed><link rel=\"next\" href=\"//[\"/><entry><link href=\"//[\"/><title>x</title></entry></feed>",
    '[{"link": "//[", "title": "x", "date_gmt": "//["}]', '{"posts": [{"url": "//[", "id": 99999999999999999999}]}',
)  # fmt: skip


@pytest.mark.parametrize("text", [*HEADS, *LISTS, "Sitemap: //["])
def test_a_page_of_any_blog_with_an_invalid_url_is_parsed(text: str) -> None:
    case = next(case for case in CASES if case.parts[-3] == "web")
    body = (case / "page.html").read_bytes()
    changed = body.replace(b"<body", f"{text}<body".encode()) if text in HEADS else text.encode()
    assert parse(case, changed)
