"""Request every page of an archive as `serve` answers it, and print what no reader should get.

`python -m tests.hostile.serve ARCHIVE [damaged]`, in a process of its own, whose time and memory a test measures.
"""

import asyncio
import io
import sqlite3
import sys
import traceback
import warnings
from contextlib import closing, redirect_stderr, suppress
from pathlib import Path

from datasette.app import Datasette

from blogarchive.browse.guard import limit_heap
from blogarchive.browse.serve import create_app
from blogarchive.errors import BlogArchiveError
from tests.browse.conftest import close

_PAGES = (
    "", "/post/1", "/post/2", "/post/1/edits", "/author/1", "/author/1/plots", "/blogs", "/gone", "/edited", "/failures",
    "/help", "/day?on=2025-01-28", "/random", "/fleet", "/search?q=第", "/search?q=第&in=comments",
    "/search?q=章&sort=best", "/search?q=\"'", f"/post/{2**63}", f"/media/{'a' * 64}", "/feed.atom",
)  # fmt: skip
_ROWS = ("", ".json", ".json?_shape=objects", ".csv?_size=max", "?_facet=id", "?_search=第")
_LARGE_TABLES = {"posts", "posts_view", "comments", "pages", "media_files"}
"""Tables that are requested in every form; each other one in one form, which are the same template and code."""
_TABLES = """
select m.name, count(i.name) from sqlite_master m left join pragma_table_info(m.name) i on i.pk > 0
 where m.type in ('table', 'view') group by m.name
"""
_SQL = (
    "select+*+from+posts",
    "select+sum(views)+from+posts",
    "select+body+from+media_files",
    "select+zlib+from+pages",
)
_GOOD = {200, 302, 400, 404}


def paths_of(served: Datasette, db: Path) -> list[str]:
    """Return the paths of all pages of the archive at `db`."""
    name = next(iter(name for name in served.databases if name != "_internal"))
    tables: list[tuple[str, int]] = []
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(db)) as archive:
        tables = archive.execute(_TABLES).fetchall()
    paths = [f"/read{page}" for page in _PAGES] + [f"/{name}", f"/{name}.json", "/-/search", "/"]
    for place, (table, keys) in enumerate(tables):
        forms = _ROWS if table in _LARGE_TABLES else (_ROWS[place % len(_ROWS)],)
        paths += [f"/{name}/{table}{rows}" for rows in forms]
        paths += [f"/{name}/{table}/1{('', '.json')[place % 2]}"] if keys < 2 else []
    return paths + [f"/{name}.json?sql={sql}" for sql in _SQL]


async def bad_answer(served: Datasette, path: str, *, damaged: bool) -> str:
    """Return what is wrong with the answer, or nothing; of a `damaged` file it may be one line that says what to do."""
    answer = await served.client.get(path)
    is_named = damaged and answer.status_code == 500 and "blogarchive verify" in answer.text
    is_good = (answer.status_code in _GOOD or is_named) and "Traceback" not in answer.text
    return "" if is_good else f"{path}: {answer.status_code} {answer.text[:300]}"


async def _bad_answers(served: Datasette, db: Path, *, damaged: bool) -> list[str]:
    await served.invoke_startup()
    found = [await bad_answer(served, path, damaged=damaged) for path in paths_of(served, db)]
    return [one for one in found if one]


def main(db: Path, *, damaged: bool) -> None:
    """Print what is wrong, or nothing."""
    try:
        served = create_app(db)
    except BlogArchiveError:
        return  # one line refuses the whole file
    limit_heap()
    warnings.simplefilter("ignore")  # of Datasette, about a coroutine that an error left
    errors = io.StringIO()
    try:
        with redirect_stderr(errors):
            found = asyncio.run(_bad_answers(served, db, damaged=damaged))
    except Exception:  # noqa: BLE001 - what the test looks for
        found = [traceback.format_exc()]
    close(served)
    found += [errors.getvalue()] if "Traceback" in errors.getvalue() else []
    sys.stderr.writelines(f"{line}\n" for line in found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), damaged=sys.argv[2:] == ["damaged"])
