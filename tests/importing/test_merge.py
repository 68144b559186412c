import json
import os
import shutil
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from blogarchive.errors import ArchiveDamaged, NoArchive, UsageError
from blogarchive.importing.html import import_html
from blogarchive.importing.merge import merge_archive
from blogarchive.store.database import totals
from blogarchive.store.database.archive import Archive
from tests.importing.archives import add_comment, add_image, dump, rows
from tests.importing.pages import NEWER, OLDER, PNG, page, post_url, save, saved_from
from tests.sql import run_sql
from tests.tool import Ran, run_command

BETWEEN = datetime(2024, 9, 1, 8, tzinfo=UTC)
HELD = {
    "posts": "select number, title, body_html, views, posted_at, first_seen_at, "
    "last_seen_at, gone_at from posts order by number",
    "revisions": "select p.number, r.title, r.body_html, r.captured_at from post_revisions r "
    "join posts p on p.id = r.post_id order by 1, 4",
    "comments": "select p.number, fingerprint, c.body_text, c.first_seen_at, c.last_seen_at "
    "from comments c join posts p on p.id = c.post_id order by 1, 2",
    "series": "select p.number, s.captured_at, s.views from post_stats s join posts p on "
    "p.id = s.post_id order by 1, 2",
    "visits": "select captured_at, total_visits from author_stats order by 1",
    "pages": "select url, fetched_at, sha256 from pages order by 1, 2",
    "media": "select url, sha256 from media order by 1",
}


def everything(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: rows(archive, sql) for name, sql in HELD.items()}


@pytest.fixture
def archives(tmp_path: Path) -> tuple[Path, Path]:
    """Return two archives of one blog: alternating crawls, an edit seen by one only, one extra post in each."""
    body = "<p>第 {} 版的正文，长短都差不多这样。</p>"
    for name, at, number, version in (
        ("a", OLDER, 101, 1), ("b", BETWEEN, 101, 2), ("a", NEWER, 101, 3), ("a", OLDER, 102, 1), ("b", NEWER, 103, 1),
    ):  # fmt: skip
        text = page(
            number,
            title=f"第 {number} 篇文章",
            top=saved_from(number),
            body=body.format(version),
            views=version * 10,
        )
        save(tmp_path / name / f"{number}-{at:%Y%m}.html", text, at=at)
    for name in "ab":
        import_html(tmp_path / f"{name}.db", tmp_path / name)
    return tmp_path / "a.db", tmp_path / "b.db"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names of any bytes")
def test_an_archive_whose_name_is_in_another_charset_is_merged(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    other = archives[1].rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xb8\xb7\xdd.db"))
    assert merge_archive(archives[0], other).pages == 2


def test_a_merged_archive_equals_one_archive_of_all_crawls(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    a, b = archives
    done = merge_archive(a, b)
    assert (done.pages, done.posts) == (2, 1)
    for name in "ab":
        import_html(tmp_path / "whole.db", tmp_path / name)
    assert everything(a) == everything(tmp_path / "whole.db")
    with Archive.open(a, read_only=True) as merged:
        assert totals.wrong_totals(merged) == []
    assert [row[2] for row in rows(a, HELD["series"]) if row[0] == "101"] == [10, 20, 30]


def test_the_order_of_merging_does_not_matter(archives: tuple[Path, Path], tmp_path: Path) -> None:
    for order, paths in (("ab", archives), ("ba", archives[::-1])):
        for path in paths:
            merge_archive(tmp_path / f"{order}.db", path)
    assert everything(tmp_path / "ab.db") == everything(tmp_path / "ba.db")


def test_the_time_of_an_edit_is_the_earliest_in_any_order_of_merging(tmp_path: Path) -> None:
    for name, at, version in (("a", OLDER, 1), ("a", BETWEEN, 2), ("b", NEWER, 2)):
        text = page(101, title="文章", top=saved_from(101), body=f"<p>第 {version} 版的正文。</p>", views=1)
        save(tmp_path / name / f"{at:%Y%m}.html", text, at=at)
    for name in "ab":
        import_html(tmp_path / f"{name}.db", tmp_path / name)
    for order in ("ab", "ba"):
        for name in order:
            merge_archive(tmp_path / f"{order}.db", tmp_path / f"{name}.db")
        found = rows(
            tmp_path / f"{order}.db", "select version_at, last_changed_at from posts where number = '101'"
        )
        assert found == [(BETWEEN.isoformat(), BETWEEN.isoformat())]


def test_merging_twice_changes_nothing_and_never_touches_the_other(archives: tuple[Path, Path]) -> None:
    a, b = archives
    other = dump(b)
    merge_archive(a, b)
    before = dump(a)
    again = merge_archive(a, b)
    assert (again.pages, again.same, again.posts) == (0, 2, 0)
    assert dump(a) == before
    assert dump(b) == other


def test_a_merge_leaves_no_file_beside_the_other_archive(archives: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = archives
    alone = tmp_path / "alone" / "b.db"
    alone.parent.mkdir()
    b.rename(alone)
    merge_archive(a, alone)
    assert [path.name for path in alone.parent.iterdir()] == ["b.db"]


def test_series_marks_comments_and_images_without_a_page_are_merged(archives: tuple[Path, Path]) -> None:
    a, b = archives
    run_sql(
        b,
        "insert into post_stats(post_id, captured_at, views) select id, "
        "'2025-04-01T08:00:00+00:00', 77 from posts where number = 103",
    )
    run_sql(
        b,
        "update posts set gone_at = '2025-05-01T08:00:00+00:00', gone_reason = '404', "
        "own_page_gone_at = '2025-05-01T08:00:00+00:00' where number = 101",
    )
    add_image(b, "http://x.example/1.png", PNG)
    add_comment(b, "number = 103")
    assert merge_archive(a, b).pictures == 1
    assert rows(a, "select host, status from media where sha256 is not null") == [("x.example", "stored")]
    assert rows(a, "select views from posts where number = 103") == [(77,)]
    assert rows(a, "select count(*) from comments where fingerprint = '1|过客'") == [(1,)]
    assert rows(a, "select gone_at, gone_reason from posts where number = 101") == [
        ("2025-05-01T08:00:00+00:00", "404")
    ]
    assert rows(a, "select url, sha256 from media") == [("http://x.example/1.png", sha256(PNG).hexdigest())]


def test_every_file_of_an_image_is_kept_and_the_newest_is_current(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    a, b = archives
    url, days = "http://x.example/1.png", ("2025-02-01", "2025-03-01", "2025-04-01")
    files = [PNG + bytes([number]) for number in range(3)]
    digests = [sha256(body).hexdigest() for body in files]
    for archive, numbers in ((a, [1]), (b, [0, 2])):
        for number in numbers:
            run_sql(archive, "delete from media")
            add_image(archive, url, files[number])
        run_sql(archive, "update media set fetched_at = ?", f"{days[numbers[-1]]}T09:00:00+00:00")
        for number in numbers[:-1] and numbers:
            moment = f"{days[number]}T09:00:00+00:00"
            run_sql(
                archive,
                "insert into media_versions(url, sha256, first_seen_at, last_seen_at) values (?1, ?2, ?3, ?3)",
                url, digests[number], moment,
            )  # fmt: skip
    c, d = shutil.copy(a, tmp_path / "c.db"), shutil.copy(b, tmp_path / "d.db")
    for target, other in ((a, b), (d, c), (a, b)):
        merge_archive(target, other)
        versions = rows(target, "select sha256, substr(first_seen_at, 1, 10) from media_versions order by 2")
        assert versions == list(zip(digests, days, strict=True))
        assert rows(target, "select sha256 from media") == [(digests[2],)]


def test_an_image_that_the_other_could_not_fetch_is_retried_by_the_next_run(
    archives: tuple[Path, Path],
) -> None:
    a, b = archives
    run_sql(
        b,
        "insert into media(url, host, status, attempts) values ('http://x.example/1.png', 'x.example', 'dead', 3)",
    )
    merge_archive(a, b)
    assert rows(a, "select count(*) from media") == [(0,)]


def test_a_later_sighting_removes_a_gone_mark(archives: tuple[Path, Path]) -> None:
    a, b = archives
    run_sql(
        b, "update posts set gone_at = '2024-10-01T08:00:00+00:00', gone_reason = '404' where number = 101"
    )
    merge_archive(b, a)
    assert rows(b, "select gone_at from posts where number = 101") == [(None,)]


def test_an_interrupted_merge_is_finished_by_the_same_command(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    a, b = archives
    whole = Path(shutil.copy(a, tmp_path / "whole.db"))
    merge_archive(whole, b)
    before = everything(a)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_archive(a, b, progress=stop)
    assert everything(a) == before, "a slice is saved as a whole, and no page is stored that was not parsed"
    assert merge_archive(a, b).pages == 2
    assert everything(a) == everything(whole)


@pytest.mark.parametrize("table", ["comments", "post_stats", "media_files"])
def test_an_archive_with_an_unreadable_table_is_not_merged_in_part(
    archives: tuple[Path, Path], table: str
) -> None:
    a, b = archives
    before = dump(a)
    ((root,),) = rows(b, f"select rootpage from sqlite_master where name = '{table}'")
    ((size,),) = rows(b, "pragma page_size")
    with b.open("r+b") as file:
        file.seek((int(str(root)) - 1) * int(str(size)))
        file.write(bytes(range(1, 101)))
    with pytest.raises(ArchiveDamaged, match=b.name):
        merge_archive(a, b)
    assert dump(a) == before


def test_archives_that_cannot_be_merged_are_errors(archives: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = archives
    with pytest.raises(NoArchive):
        merge_archive(tmp_path / "new.db", tmp_path / "absent.db")
    assert not (tmp_path / "new.db").exists()
    with pytest.raises(UsageError, match="itself"):
        merge_archive(a, a)
    run_sql(b, "pragma user_version = 999")
    with pytest.raises(UsageError, match="newer"):
        merge_archive(a, b)


def run(*words: object) -> Ran:
    return run_command(*map(str, words), folder=Path.cwd())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    done = run("import", "html", tmp_path / "in", "--db", tmp_path / "a.db")
    assert done.code == 0, done.err
    return tmp_path / "a.db"


def test_an_export_prints_its_path_and_a_warc_and_an_archive_are_restored(
    archive: Path, tmp_path: Path
) -> None:
    done = run("export", "warc", tmp_path / "all.warc.gz", "--db", archive, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["out"] == str(tmp_path / "all.warc.gz")
    again = run("import", "warc", tmp_path / "all.warc.gz", "--db", tmp_path / "b.db", "--json")
    assert json.loads(again.out)["posts"] == 1
    merged = run("merge", tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    assert json.loads(merged.out)["pages"] == 1


def test_several_archives_are_merged_by_one_command(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "other" / "b.html", page(number=102, top=saved_from(102)))
    assert run("import", "html", tmp_path / "other", "--db", tmp_path / "b.db").code == 0
    merged = run("merge", archive, tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    found = json.loads(merged.out)
    assert (merged.code, found["pages"], found["posts"], found["same"]) == (0, 2, 2, 0)
    again = run("merge", archive, tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    assert [json.loads(again.out)[name] for name in ("pages", "posts", "same")] == [0, 0, 2]


def test_an_unidentified_page_is_named_and_sets_the_exit_code(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "b.html", page(own_link=False))
    done = run("import", "html", tmp_path / "in", "--db", archive)
    assert done.code == 1
    assert "b.html: nothing in it says the number" in done.err
    given = run("import", "html", tmp_path / "in" / "b.html", "--url", post_url(7), "--db", archive, "--json")
    assert (given.code, json.loads(given.out)["posts"]) == (0, 1)


def test_a_folder_of_other_things_and_an_unknown_author_are_usage_errors(
    archive: Path, tmp_path: Path
) -> None:
    assert run("export", "html", tmp_path / "in", "--db", archive).code == 2
    assert run("export", "html", tmp_path / "x", "--author", "nobody", "--db", archive).code == 2


def test_a_merge_of_an_archive_without_a_table_names_it_and_leaves_no_archive(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    run_sql(archives[1], "drop table posts")
    ran = run_command("merge", str(archives[1]), "--db", "new.db", folder=tmp_path)
    assert (ran.code, f"{archives[1]} is damaged" in ran.err) == (6, True)
    assert not (tmp_path / "new.db").exists()
