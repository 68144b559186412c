"""Request pages of an archive as `serve` answers them, in this process, and report answers that no reader should get."""

import io
import traceback
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from datasette.app import Datasette

from blogarchive.browse.serve import create_app
from blogarchive.errors import BlogArchiveError
from tests.browse.conftest import close

PATHS = (
    "/read", "/read/post/1", "/read/post/2/edits", "/read/author/1", "/read/search?q=第",
    "/read/search?q=第&in=comments", "/archive", "/archive/posts", "/archive/comments.json", "/archive/pages",
    "/archive/gone", "/archive.json?sql=select+*+from+posts",
)  # fmt: skip
_STATUSES = {200, 302, 400, 404, 500}


async def bad_answers(db: Path) -> list[str]:
    """Return what is wrong with the answers of a server of the archive at `db`; nothing if it refuses to start."""
    errors = io.StringIO()
    with redirect_stderr(errors), redirect_stdout(errors):
        try:
            served = create_app(db)
        except BlogArchiveError:
            return []
        try:
            found = [problem async for problem in _problems(served)]
        except Exception:  # noqa: BLE001 - what the tests look for
            found = [traceback.format_exc()]
        finally:
            close(served)
    return [*found, *([errors.getvalue()] if "Traceback" in errors.getvalue() else [])]


async def _problems(served: Datasette) -> AsyncIterator[str]:
    await served.invoke_startup()
    name = next(iter(n for n in served.databases if n != "_internal"))
    for path in PATHS:
        answer = await served.client.get(path.replace("/archive", f"/{name}"))
        if answer.status_code not in _STATUSES or "Traceback" in answer.text:
            yield f"{path}: {answer.status_code} {answer.text[:300]}"
        if answer.status_code == 500 and "blogarchive verify" not in answer.text:
            yield f"{path}: 500 {answer.text[:300]}"
