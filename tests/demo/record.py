"""Write `blogarchive/demo/pages.warc.gz`: the answers of the demo host to `blogarchive demo`.

`python -m tests.demo.record` backs up the sample blogs from the demo host, and records the answer to each path that
was requested. The same code writes the same records.
"""

import io
import sys
import uuid
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.demo import SAMPLE_MARKUPS, DemoHost, sample_blogs
from tests.demo.server.response import Answer, GetRequest
from tests.demo.server.router import DemoSite
from tests.paths import ROOT
from tests.tool import Tool

RECORDED = ROOT / "blogarchive" / "demo" / "pages.warc.gz"
_URL = "http://127.0.0.1:8917"
_DATE = "2025-01-29T00:00:00Z"


def record() -> bytes:
    """Return the WARC file."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
    for path, answer in _answers(_requested_paths()):
        _write(writer, _URL + path, answer)
    return file.getvalue()


def _requested_paths() -> list[str]:
    """Return the paths that a backup of the sample blogs requests."""
    with TemporaryDirectory() as folder, DemoHost(sample_blogs(), markups=SAMPLE_MARKUPS) as host:
        Tool(Path(folder), media=True).run("backup", *(host.blog_url(uid) for uid in SAMPLE_MARKUPS))
        return sorted(host.counts())


def _answers(paths: Iterable[str]) -> Iterable[tuple[str, Answer]]:
    """Yield the answer to each path; a new host numbers its sessions from one."""
    site = DemoSite(sample_blogs(), "tables", SAMPLE_MARKUPS)
    for path in paths:
        yield path, site.answer(GetRequest(path=path, base=_URL))


def _write(writer: WARCWriter, url: str, answer: Answer) -> None:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, url)
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            io.BytesIO(answer.body),
            len(answer.body),
            warc_headers_dict={"WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": _DATE},
            http_headers=StatusAndHeaders(status, list(answer.headers), protocol="HTTP/1.1"),
        )
    )


if __name__ == "__main__":
    sys.stdout.write(f"{RECORDED.write_bytes(record())} bytes in {RECORDED}\n")
