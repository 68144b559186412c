"""Lists of posts and of comments that have a next page without end, each page with new entries."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from tests.crawl.downloads.raw_host import Attack, RawHost, as_bytes
from tests.demo.server.response import GetRequest

_PAGE_NO = re.compile(r"(?<=page=)\d+")
_COMMENT_TIME = re.compile("(留言时间：".encode("gb18030") + rb"[\d-]{10}) [\d:]{8}")


def endless_list(host: RawHost) -> Attack:
    """Answer each further page of a list by its second one, with other numbers of posts."""

    def change(body: bytes, page: int) -> bytes:
        numbers = re.compile(rb"(?<=/)4\d{5}(?=\.html)")
        return numbers.sub(lambda number: b"%d" % (int(number[0]) + 1_000_000 * page), body)

    return _endless(host, change)


def invented_posts(host: RawHost) -> Attack:
    """Answer the posts that `endless_list` invents by the real ones, with the invented number."""

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        invented = int(re.findall(r"\d{6,}", path)[-1])
        real = str(invented % 1_000_000)
        answer = host.site.answer(GetRequest(path=path.replace(str(invented), real), base=url))
        body = answer.body.replace(real.encode(), str(invented).encode())
        writer.write(as_bytes(replace(answer, body=body)))

    return attack


def endless_comments(host: RawHost) -> Attack:
    """Answer each further page of comments by the second one, with other times."""

    def change(body: bytes, page: int) -> bytes:
        clock = f"{page // 3600:02}:{page // 60 % 60:02}:{page % 60:02}".encode()
        return _COMMENT_TIME.sub(rb"\1 " + clock, body)

    return _endless(host, change)


def _endless(host: RawHost, change: Callable[[bytes, int], bytes]) -> Attack:
    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        page = int(found[0]) if (found := _PAGE_NO.search(path)) else 1
        second = path if page == 1 else _PAGE_NO.sub("2", path)
        answer = host.site.answer(GetRequest(path=second, base=url))
        if page > 1:
            body = re.sub(rb'(?<=page=)3(?=")', b"%d" % (page + 1), answer.body)
            body = re.sub(rb">2/\d+ ", b">%d/%d " % (page, page + 1), body)
            answer = replace(answer, body=change(body, page))
        writer.write(as_bytes(answer))

    return attack
