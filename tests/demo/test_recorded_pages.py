"""`blogarchive demo` shows the pages of the sample blogs, without the code that makes them."""

import ast
import io
from urllib.request import urlopen

import pytest
from warcio.archiveiterator import ArchiveIterator

from blogarchive.demo.host import PORT, DemoHost
from tests.demo.record import RECORDED, record
from tests.paths import ROOT


def records(content: bytes) -> list[tuple[str, str, bytes]]:
    """Return URL, HTTP head and body of each record, without the bytes that depend on the version of zlib."""
    return [
        (
            record.rec_headers["WARC-Target-URI"],
            str(record.http_headers),
            b"" if record.http_headers["Content-Type"] == "image/png" else record.content_stream().read(),
        )
        for record in ArchiveIterator(io.BytesIO(content))
    ]


def test_the_recorded_pages_are_what_the_demo_requests_today() -> None:
    assert records(RECORDED.read_bytes()) == records(record()), "run `python -m tests.demo.record`"


def test_links_lead_to_the_port_that_the_demo_found() -> None:
    with DemoHost(port=0) as host:
        for url in host.blog_urls:
            with urlopen(url) as answer:
                body = answer.read()
            assert url.encode() in body
            assert f":{PORT}".encode() not in body


@pytest.mark.parametrize("package", ["blogs", "markup", "server"])
def test_the_demo_host_shares_no_code_with_the_parsers_under_test(package: str) -> None:
    imported = {
        name
        for path in (ROOT / "tests" / "demo" / package).glob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert not [name for name in imported if name.startswith(("blogarchive", "spiders", "pipelines"))]
