"""Write small WARC and ARC files."""

import gzip
import sys
import zlib
from io import BytesIO
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import brotli
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def write_warc(
    path: Path,
    records: list[tuple[str, str, bytes, str]],
    *,
    date: str = "2025-02-01T09:00:00Z",
    coding: str = "gzip",
    truncated: str | None = None,
    chunk: int = 700,
) -> Path:
    """Write records of URL, content type, body and status, compressed if the name ends in .gz."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        for url, kind, body, status in records:
            packed = coded(body, coding, chunk)
            http = StatusAndHeaders(
                status,
                [
                    ("Content-Type", kind),
                    ("Set-Cookie", "a=b"),
                    ("Transfer-Encoding" if coding == "chunked" else "Content-Encoding", coding),
                ],
                protocol="HTTP/1.1",
            )
            # A fixed identifier: warcio draws one at random, and tests that damage bytes need the same file each time.
            identifier = f"<urn:uuid:{uuid5(NAMESPACE_URL, url)}>"
            headers = {"WARC-Date": date, "WARC-Record-ID": identifier}
            headers |= {"WARC-Truncated": truncated} if truncated else {}
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    BytesIO(packed),
                    len(packed),
                    http_headers=http,
                    warc_headers_dict=headers,
                )
            )
    return path


def coded(body: bytes, coding: str, chunk: int = 700) -> bytes:
    """Return the body in a content or transfer coding."""
    if coding == "gzip":
        return gzip.compress(body)
    if coding == "deflate":
        return zlib.compress(body)[2:-4]
    if coding == "br":
        return brotli.compress(body)
    if coding == "zstd":
        return zstd.compress(body)
    if coding == "chunked":
        parts = (body[start : start + chunk] for start in range(0, len(body), chunk))
        return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return body


def write_arc(path: Path, pages: list[tuple[str, bytes]], *, date: str = "20090201120000") -> Path:
    """Write an ARC file (version 1) of HTML pages, each record compressed by itself if the name ends in .gz."""
    about = b"1 0 blogarchive\nURL IP-address Archive-date Content-type Archive-length\n"
    records = [b"filedesc://a.arc 0.0.0.0 %s text/plain %d\n%s\n" % (date.encode(), len(about), about)]
    for url, body in pages:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        records.append(
            b"%s 192.0.2.1 %s text/html %d\n%s\n" % (url.encode(), date.encode(), len(block), block)
        )
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    return path
