"""Request pages of an archive as `serve` answers them, in this process, and report answers that no reader should get.

`python -m tests.faults.serve_pages [EACH]` damages an archive EACH times in each of 12 ways.
"""

import asyncio
import io
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from datasette.app import Datasette

from blogarchive.browse.serve import create_app
from blogarchive.errors import BlogArchiveError
from tests.browse.conftest import close
from tests.faults.damage import damaged_copies
from tests.faults.make_archive import make_archive

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


def main() -> None:
    """Print what is wrong, and a total."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    bad = total = 0
    with TemporaryDirectory() as folder:
        whole = make_archive(Path(folder)).read_bytes()
        for name, data in damaged_copies(whole, each, seed=7):
            db = Path(folder) / f"{name}.db"
            db.write_bytes(data)
            found = asyncio.run(bad_answers(db))
            db.unlink()
            total, bad = total + 1, bad + bool(found)
            sys.stdout.writelines(f"{name}: {problem}\n" for problem in found)
    sys.stdout.write(f"{total} variants, {len(PATHS)} pages each, {bad} with a wrong answer\n")


if __name__ == "__main__":
    main()
