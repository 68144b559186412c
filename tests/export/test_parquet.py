"""`export parquet`: read back by DuckDB and pandas, stable bytes, and the questions of the guide."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import duckdb
import pytest
from pyarrow.fs import FileSelector, FileSystem

from blogarchive.errors import UsageError
from blogarchive.export.parquet import export_parquet, export_to_store
from blogarchive.store.posts.posts import content_hash
from blogarchive.store.read.exports import Filters
from blogarchive.store.read.flat_tables import FLAT_TABLES
from tests.export.conftest import SEEN, Made, all_bytes, png
from tests.paths import ROOT
from tests.ports import port_for_later, wait_for_port
from tests.sql import read_sql, run_sql
from tests.tool import Ran, run_command

BLOCK = re.compile(r"```(sql|python)\n(.*?)```", re.DOTALL)


@pytest.fixture
def many(made: Made) -> Path:
    """Return an archive of two blogs with comments, edits, deletions, series and images in two years."""
    first, second = made.blog("31182"), made.blog("27282", nickname="山里人")
    for author in (first, second):
        for number in range(6):
            posted = f"{2024 + number % 2}-0{1 + number}-05T07:00:00-08:00"
            post = made.post(
                author, str(100 + number), f"第{number}篇", f"<p>正文{number}</p>", posted_at=posted
            )
            made.row(
                "post_stats", post_id=post, captured_at=SEEN, views=10 * number, likes=1, comment_count=number
            )
            made.row("post_stats", post_id=post, captured_at="2025-03-01T00:00:00+00:00", views=25 * number)
            for comment in range(number):
                made.comment(
                    post, f"读者{comment}", "好文", reply_to=f"读者{comment - 1}" if comment else None
                )
            made.picture(post, f"https://blog.creaders.net/upfile/{number}.png", png(number))
    made.post(first, "7", "无日期", None, posted_at=None, posted_at_text=None)
    gone = made.post(second, "8", "删了", "<p>旧</p>", posted_at="2024-07", gone_at=SEEN, gone_reason="404")
    made.row(
        "post_revisions", post_id=gone, content_hash=content_hash("旧题", "<p>更旧</p>"), title="旧题",
        body_html="<p>更旧</p>",
        body_text="更旧", captured_at=SEEN,
    )  # fmt: skip
    made.page("https://blog.creaders.net/u/31182/", b"<html></html>")
    return made.done()


def test_a_site_whose_name_is_a_path_stays_in_the_folder(many: Path, tmp_path: Path) -> None:
    run_sql(many, "update authors set site = '/../../../escaped' where uid = '31182'")
    out = tmp_path / "exported" / "parquet"
    assert export_parquet(many, out).posts
    assert len(list(out.glob("posts/site=／..／*escaped/year=*/*.parquet"))) == 3
    assert [path.name for path in out.parent.iterdir()] == ["parquet"]


def query(out: Path, sql: str) -> list[tuple[object, ...]]:
    return duckdb.connect().execute(sql.format(out=out)).fetchall()


def test_duckdb_reads_every_row_of_the_archive_with_site_and_year(many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = export_parquet(many, out)
    assert (done.posts, done.comments, done.missing) == (14, 30, 1)
    for table, source in (("posts", "posts"), ("comments", "comments"), ("revisions", "post_revisions")):
        (count,) = read_sql(many, f"select count(*) from {source}")[0]
        assert query(out, f"select count(*) from '{{out}}/{table}/*/*/*.parquet'") == [(count,)]
    years = query(out, "select year, count(*) from '{out}/posts/*/*/*.parquet' group by 1 order by 1")
    assert years == [(0, 1), (2024, 7), (2025, 6)]
    (row,) = query(
        out,
        "select site, uid, title, posted_at, posted_on::text, first_seen_at = timestamptz '2025-02-01 09:00:00+00'"
        " from '{out}/posts/*/*/*.parquet' where uid = '31182' and number = '103'",
    )
    assert row == ("creaders", "31182", "第3篇", "2025-04-05T07:00:00-08:00", "2025-04-05", True)
    assert query(out, "select posted_at, posted_on from '{out}/posts/*/*/*.parquet' where number = '8'") == [
        ("2024-07", None)
    ]


def test_a_table_without_rows_has_its_schema(made: Made, tmp_path: Path) -> None:
    made.post(made.blog(), "1", "题", "<p>文</p>")
    export_parquet(made.done(), tmp_path / "out")
    for table in FLAT_TABLES:
        columns = query(tmp_path / "out", f"describe from '{{out}}/{table.name}/*/*/*.parquet'")
        assert [column[0] for column in columns] == [*table.columns, "site", "year"]


def test_the_same_archive_gives_the_same_bytes_and_only_changed_files_are_replaced(
    many: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_parquet(many, out)
    before, inodes = all_bytes(out), {path: path.stat().st_ino for path in out.rglob("*.parquet")}
    export_parquet(many, tmp_path / "again")
    assert all_bytes(tmp_path / "again") == before
    run_sql(many, "update posts set title = '新题' where number = '104'")
    run_sql(many, "delete from posts where number = '7'")
    export_parquet(many, out)
    changed = {path for path, inode in inodes.items() if not path.exists() or path.stat().st_ino != inode}
    assert {str(path.relative_to(out)) for path in changed} == {
        "posts/site=creaders/year=0/archive.parquet",
        "posts/site=creaders/year=2024/archive.parquet",
    }


def test_a_text_that_is_no_time_is_null_and_ends_no_export(many: Path, tmp_path: Path) -> None:
    run_sql(
        many,
        "update posts set first_seen_at = 'once', posted_at = '2024-02-31T09:00:00' where number = '102'",
    )
    export_parquet(many, tmp_path / "out")
    rows = query(
        tmp_path / "out",
        "select number, first_seen_at is null, posted_on is null from '{out}/posts/*/*/*.parquet'"
        " where uid = '31182' and number in ('100', '102') order by 1",
    )
    assert rows == [("100", False, False), ("102", True, True)]


def test_times_are_exported_in_utc_to_the_microsecond(many: Path, tmp_path: Path) -> None:
    times = {
        "100": ("1969-12-31T23:59:59.999999+00:00", "1969-12-31 23:59:59.999999"),
        "101": ("2025-02-01 09:00:00+08:00", "2025-02-01 01:00:00"),
        "102": ("2025-02-01T09:00:00Z", "2025-02-01 09:00:00"),
        "103": ("2025-02-01", "2025-02-01 00:00:00"),
    }
    for number, (text, _time) in times.items():
        run_sql(
            many,
            "update posts set first_seen_at = ?, posted_at = '1969-07-20' where number = ?",
            text,
            number,
        )
    export_parquet(many, tmp_path / "out")
    rows = query(
        tmp_path / "out",
        "select number, timezone('UTC', first_seen_at)::text, posted_on::text"
        " from '{out}/posts/*/*/*.parquet' where year = 1969 and uid = '31182' order by number",
    )
    assert rows == [(number, time, "1969-07-20") for number, (_text, time) in times.items()]


def test_zeros_nulls_and_large_counts_are_exported_as_stored(many: Path, tmp_path: Path) -> None:
    texts = [None, "", "一\0二", "𠀀" * 70_000]
    counts = [0, None, 2**63 - 1, -(2**63)]
    for number, values in enumerate(zip(texts, counts, strict=True), 100):
        run_sql(many, "update posts set title = ?, likes = ? where number = ?", *values, str(number))
    export_parquet(many, tmp_path / "out")
    rows = query(
        tmp_path / "out",
        "select title, likes from '{out}/posts/*/*/*.parquet' where number < '104' and uid = '31182' order by number",
    )
    assert rows == list(zip(texts, counts, strict=True))


@pytest.mark.parametrize("value", ["''", "'many'", "x'35'", "1e30"])
def test_a_count_that_is_no_number_is_damage_and_no_other_count(
    many: Path, tmp_path: Path, value: str
) -> None:
    run_sql(many, f"update posts set views = {value} where number = '100' and author_id = 1")
    ran = run_command("export", "parquet", "out", "--db", str(many), folder=tmp_path)
    assert ran.code == 6
    assert "views has a wrong value" in ran.err


def test_archives_share_a_folder_and_no_file(many: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other.db"
    export_parquet(many, out)
    before = all_bytes(out)
    with sqlite3.connect(many) as archive, sqlite3.connect(other) as copy:
        archive.backup(copy)
    assert export_parquet(other, out, filters=Filters(authors=("27282",))).missing == 0
    assert all_bytes(out).items() >= before.items()
    assert query(out, "select count(*) from '{out}/posts/*/*/*.parquet'") == [(14 + 7,)]


def test_what_cannot_be_exported_is_one_line(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="only --author"):
        export_parquet(many, tmp_path / "out", filters=Filters(categories=("随笔",)))
    with pytest.raises(UsageError, match="is a file"):
        export_parquet(many, many)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match=r"extra blogarchive\[parquet\]"):
        export_parquet(many, tmp_path / "out")


@pytest.mark.parametrize("guide", ["research.md", "research.zh.md"])
def test_sql_and_pandas_of_the_guide_give_the_same_answers(
    guide: str, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_parquet(many, tmp_path / "parquet")
    monkeypatch.chdir(tmp_path)
    blocks = [match.groups() for match in BLOCK.finditer((ROOT / "docs" / guide).read_text("utf-8"))]
    sql = [text for kind, text in blocks if kind == "sql"]
    python = [text for kind, text in blocks if kind == "python"]
    assert (len(sql), len(python)) == (11, 11)
    import pandas  # a second, which each worker would take to collect the tests

    database, names = duckdb.connect(), {}
    database.execute(sql[0])
    exec(python[0], names)
    for question, code in zip(sql[1:], python[1:], strict=True):
        rows = database.execute(question).fetchall()
        exec(code, names)
        answer = names["answer"]
        assert isinstance(answer, pandas.DataFrame)
        assert rows, question
        assert [tuple(map(str, row)) for row in answer.itertuples(index=False)] == [
            tuple(map(str, row)) for row in rows
        ], question


# object stores


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Yield the address of a local S3 server."""
    pytest.importorskip("moto")
    port = port_for_later()
    words = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of an empty bucket."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"shards-{uuid4()}"
    urlopen(Request(f"{endpoint}/{name}", method="PUT")).close()
    return f"s3://{name}"


def run_anew(*words: str | Path) -> Ran:
    """Run a command line in a process of its own: a forked one has the environment of the first test."""
    command = [sys.executable, "-m", "blogarchive", *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return Ran(code=ran.returncode, out=ran.stdout, err=ran.stderr)


def stored(url: str) -> dict[str, tuple[int, object]]:
    """Return size and time of change of each object below `url`."""
    store, root = FileSystem.from_uri(url)
    found = store.get_file_info(FileSelector(root, recursive=True))
    return {one.path.removeprefix(f"{root}/"): (one.size, one.mtime_ns) for one in found if one.is_file}


@pytest.mark.slow
def test_two_archives_are_exported_to_one_bucket_and_read_from_it(
    many: Path, tmp_path: Path, bucket: str
) -> None:
    url, other = f"{bucket}/all", Path(shutil.copy(many, tmp_path / "other.db"))
    for db in (many, other):
        ran = run_anew("export", "parquet", url, "--db", db)
        assert ran.code == 0, ran.err
        assert url in ran.err
    first = stored(url)
    export_to_store(many, url)
    assert {name: one for name, one in stored(url).items() if not name.startswith("_files")} == {
        name: one for name, one in first.items() if not name.startswith("_files")
    }, "nothing is sent again"
    from pyarrow import dataset  # imports pandas

    store, root = FileSystem.from_uri(url)
    table = dataset.dataset(
        f"{root}/posts", filesystem=store, format="parquet", partitioning="hive"
    ).to_table()
    assert table.num_rows == 2 * 14
    export_parquet(many, tmp_path / "local")
    local = tmp_path / "local" / "posts" / "site=creaders" / "year=2024" / f"{many.stem}.parquet"
    assert store.open_input_stream(f"{root}/posts/site=creaders/year=2024/{many.stem}.parquet").read() == (
        local.read_bytes()
    )


@pytest.mark.slow
def test_files_that_an_archive_no_longer_has_leave_the_bucket(many: Path, bucket: str) -> None:
    url = f"{bucket}/all"
    export_to_store(many, url)
    run_sql(many, "update posts set posted_at = replace(posted_at, '2025-', '2024-')")
    export_to_store(many, url)
    assert not [name for name in stored(url) if name.startswith("posts/") and "year=2025" in name]


@pytest.mark.slow
def test_a_store_that_refuses_is_one_line(many: Path, tmp_path: Path, bucket: str) -> None:
    for url, code in (("s3://nosuchbucket/x", 6), ("hdfs://127.0.0.1:1/x", 6), ("nosuch://x/y", 2)):
        ran = run_anew("export", "parquet", url, "--db", many)
        assert (ran.code, len(ran.err.splitlines())) == (code, 1), ran.err
