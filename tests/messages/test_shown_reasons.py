"""Commands and pages show no English reason of a failure to a Chinese reader."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from datasette.app import Datasette
from lxml import html

from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from tests.browse.conftest import close
from tests.browse.make_archive import make
from tests.messages.test_details import filled
from tests.sql import read_sql, run_sql

_ENGLISH = re.compile(r"(?<![/.\w-])[a-z]{2,} [a-z]{2,}")


@pytest.fixture(scope="module")
def archive_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with a failure for every reason there is."""
    path = make(tmp_path_factory.mktemp("reasons") / "archive.db")
    with Archive.open(path) as archive, archive.atomic():
        archive.execute("delete from failures")
        blog = Blog(site="creaders", uid="31182")
        for number, template in enumerate(Detail):
            failure = Failure(kind="incomplete", detail=filled(template), field="comments")
            url = f"https://blog.example.invalid/{number}"
            failures.record_failure(archive, blog, url, failure, run_id=None, now=datetime.now(UTC))
    return path


def run(path: Path, *words: str, language: str = "zh_CN.UTF-8") -> str:
    """Return both outputs of a command in a terminal of that language."""
    names = ("BLOGARCHIVE_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES")
    ran = subprocess.run(
        [sys.executable, "-m", "blogarchive", *words, "--db", str(path)],
        env={**os.environ, **dict.fromkeys(names, ""), "LANG": language},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("command", ["failures", "status", "verify"])
def test_a_command_shows_no_english_words_in_a_chinese_terminal(archive_path: Path, command: str) -> None:
    shown = run(archive_path, command)
    assert re.search("[一-鿿]", shown)
    assert _ENGLISH.findall(shown) == []


def test_verify_says_in_chinese_what_is_wrong_with_a_value(tmp_path: Path) -> None:
    path = make(tmp_path / "archive.db")
    run_sql(
        path,
        "update posts set views = -1, url = cast(x'c328' as text), gone_at = cast(x'c328' as text) where id = 1",
    )
    shown = run(path, "verify")
    for found in (
        "views 的值有误（超出范围）",
        "url 的值有误（不是 UTF-8）",
        "gone_at 的值有误（不是 UTF-8）",
    ):
        assert found in shown


def test_an_english_terminal_and_json_show_the_stored_reason(archive_path: Path) -> None:
    stored = {
        detail for (detail,) in read_sql(archive_path, "select detail from failures where detail like 'no %'")
    }
    assert len(stored) > 10
    english, in_json = (
        run(archive_path, "failures", language="en_US.UTF-8"),
        run(archive_path, "failures", "--json"),
    )
    assert [detail for detail in stored if detail not in english] == []
    assert all(f'"detail": "{detail}"' in in_json for detail in stored if '"' not in detail)


@pytest.mark.asyncio
async def test_the_page_of_failures_shows_no_english_words_to_a_chinese_browser(archive_path: Path) -> None:
    served = Datasette([str(archive_path)])
    await served.invoke_startup()
    try:
        for number in (1, 2, 3):
            answer = await served.client.get(
                f"/read/failures?page={number}", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
            )
            main = html.document_fromstring(answer.text).find(".//main")
            assert main is not None
            assert _ENGLISH.findall(main.text_content().replace("blogarchive failures --retry", "")) == []
    finally:
        close(served)


def test_a_reason_of_the_system_is_chinese_in_a_chinese_terminal(archive_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = run(archive_path, "export", "atom", str(tmp_path / "file" / "blog" / "feed.xml"))
    assert "不是文件夹" in shown
    assert "Not a directory" not in shown
