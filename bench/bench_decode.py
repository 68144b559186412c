"""Time to decode a page, against Scrapy's decoding of the same bytes with the same header.

Scrapy decodes as in a crawl: a new response, its `.text`. Both run in turn in one process; the figure of a page
is the ratio of the two best times. The text is invented; tags and scripts make up half of a page, as on real
blogs.
"""

import random
from collections.abc import Callable, Iterator
from time import perf_counter

from scrapy.http import HtmlResponse

from bench.figures import Row
from blogarchive.parsing.charset.char_cost import EVERYDAY
from blogarchive.parsing.charset.decoding import decode

ROUNDS = 60
CALLS = 5
COMMENT = "写得真好，谢谢分享，春天来了，我们也去看看花。"


def page(kilobytes: int = 40) -> str:
    """Return a GBK page of so many kilobytes, made of the characters of `text`."""
    chance = random.Random(7)
    characters = [c for c in EVERYDAY if c.encode("gb2312", "ignore")]
    parts = [
        "<html><head><title>院子里的丁香</title><script>",
        "var pageTracker = 1;\n" * 150,
        "</script></head>\n",
    ]
    while sum(map(len, parts)) < kilobytes * 700:
        sentence = "，".join("".join(chance.choices(characters, k=chance.randint(5, 14))) for _ in range(4))
        parts.append(f'<div class="item"><a href="/u/1/{len(parts)}.html">{sentence}。</a></div>\n')
    return "".join(parts) + "</body></html>\n"


def with_comments(text: str, of_page: str, of_comments: str) -> bytes:
    """Return the page with twenty comments in another charset."""
    return text.encode(of_page) + f"<div>{COMMENT}</div>\n".encode(of_comments) * 20


def ordinary(text: str) -> Iterator[tuple[str, bytes, str]]:
    """Return valid pages with a correct charset: name, body, header."""
    yield "UTF-8", text.encode(), "utf-8"
    yield "GBK", text.encode("gbk"), "gbk"
    yield "Big5", text.encode("big5", "ignore"), "big5"


def damaged(text: str) -> Iterator[tuple[str, bytes, str]]:
    """Return damaged pages, pages with a wrong charset or two charsets, and a page stored garbled."""
    utf_8, gbk = text.encode(), text.encode("gbk")
    first, second = text[: len(text) // 2], text[len(text) // 2 :]
    yield "UTF-8, a bad byte", first.encode() + b"\xff" + second.encode(), "utf-8"
    yield "GBK, a bad byte", first.encode("gbk") + b"\xff" + second.encode("gbk"), "gbk"
    yield (
        "GBK, a lost byte",
        first.encode("gbk") + "。春天来了".encode("gbk")[1:] + second.encode("gbk"),
        "gbk",
    )
    yield "UTF-8 that says GBK", utf_8, "gbk"
    yield "GBK that says UTF-8", gbk, "utf-8"
    yield "GBK that says ISO-8859-1", gbk, "iso-8859-1"
    yield "GBK that says Big5", gbk, "big5"
    yield "UTF-8 with comments in GBK", with_comments(text, "utf-8", "gbk"), "utf-8"
    yield "GBK with comments in UTF-8", with_comments(text, "gbk", "utf-8"), "gbk"
    yield "UTF-8 of text read as Latin-1", utf_8.decode("latin-1").encode(), "utf-8"


def ratio(body: bytes, charset: str, rounds: int) -> float:
    """Return our best time over Scrapy's best time."""
    header = f"text/html; charset={charset}"

    def scrapy() -> object:
        return HtmlResponse("http://blog.test/", body=body, headers={"Content-Type": header}).text

    def ours() -> object:
        return decode(body, header)

    pairs = [(seconds(ours), seconds(scrapy)) for _ in range(rounds)]
    return min(mine for mine, _ in pairs) / min(theirs for _, theirs in pairs)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall seconds of a few calls."""
    start = perf_counter()
    for _ in range(CALLS):
        work()
    return perf_counter() - start


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each ordinary page and for each damaged one."""
    text, rounds = page(), 1 if small else ROUNDS
    rows = [
        Row(f"decode: {name}, ordinary", "at most 2 ×", f"{ratio(body, charset, rounds):.1f} ×")
        for name, body, charset in ordinary(text)
    ]
    return rows + [
        Row(f"decode: {name}", "at most 10 ×", f"{ratio(body, charset, rounds):.1f} ×")
        for name, body, charset in damaged(text)
    ]
