"""Answers that try to exhaust a crawler: by bytes, by time, by compression, by headers, by redirects."""

import asyncio
import gzip
import socket
import struct
import sys
import zlib
from collections.abc import Iterable
from itertools import count, cycle

import brotli

from tests.crawl.downloads.raw_host import Attack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_PAGE = b"<html><body>small</body></html>"
_BOMB_MB = 24  # above the limits of pages and images


def endless(head: bytes, block: bytes, *, pause: float = 0) -> Attack:
    """Send `head`, then `block` again and again, until the client hangs up."""

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        writer.write(head)
        while True:
            writer.write(block)
            await writer.drain()
            await asyncio.sleep(pause)

    return attack


def send(data: bytes) -> Attack:
    """Send these bytes, and close."""

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        writer.write(data)

    return attack


def reset(data: bytes, sent: int) -> Attack:
    """Send the first bytes of an answer, and reset the connection."""

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        writer.write(data[:sent])
        await writer.drain()
        await asyncio.sleep(0.02)  # else the bytes would be dropped with the connection
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return attack


def headers(lines: Iterable[str], body: bytes = _PAGE) -> Attack:
    """Send these header lines before `body`."""
    text = "".join(f"{line}\r\n" for line in (*lines, f"Content-Length: {len(body)}")).encode()
    return send(HEAD + text + b"\r\n" + body)


def encoded(body: bytes, *encodings: str) -> Attack:
    """Send a body with this Content-Encoding."""
    return headers([f"Content-Encoding: {name}" for name in encodings], body)


def redirects(*, by_refresh: bool) -> Attack:
    """Redirect each path to a new one, for ever."""
    numbers = count(1)

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        new = f"{path.partition('?')[0]}?hop={next(numbers)}"
        body = f'<html><head><meta http-equiv="refresh" content="0; url={new}"></head></html>'.encode()
        if by_refresh:
            writer.write(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        else:
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {new}\r\nContent-Length: 0\r\n\r\n".encode())

    return attack


def redirects_between_hosts() -> Attack:
    """Redirect to other names of the same machine, in a loop."""
    names = cycle(("localhost", "127.0.0.2", "127.0.0.1"))

    async def attack(writer: asyncio.StreamWriter, path: str, url: str) -> None:
        new = url.replace("127.0.0.1", next(names)) + path
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {new}\r\nContent-Length: 0\r\n\r\n".encode())

    return attack


def bomb(encoding: str) -> bytes:
    """Return megabytes of blanks, compressed."""
    blanks = b"<html><body>" + b" " * (_BOMB_MB * 2**20)
    match encoding:
        case "gzip":
            return gzip.compress(blanks)
        case "deflate":
            return zlib.compress(blanks)
        case "br":
            return brotli.compress(blanks, quality=2)
    return zstd.compress(blanks)


def nested(times: int) -> bytes:
    """Return a small page, compressed again and again."""
    data = _PAGE
    for _ in range(times):
        data = gzip.compress(data)
    return data


def empty_parts(encoding: str, parts: int) -> bytes:
    """Return the beginning of a page and very many compressed parts that hold nothing."""
    compress = gzip.compress if encoding == "gzip" else zstd.compress
    return compress(b"<html>") + compress(b"") * parts
