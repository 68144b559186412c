"""Checks of `verify`: they run side by side, and name what ends another command."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.row_checks import Damage, run_checks
from blogarchive.store.verify import verify_archive
from tests.new_archive import new_archive

COUNT = (
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 300000000) select count(*) from n"
)
"""It takes half a minute."""


def test_no_check_goes_on_after_verify_was_stopped(tmp_path: Path) -> None:
    finished: list[int] = []

    def stop(archive: Archive) -> Iterable[Damage]:
        raise KeyboardInterrupt

    def check(archive: Archive) -> Iterable[Damage]:
        finished.append(archive.scalar(COUNT))
        return ()

    with (
        Archive.open(new_archive(tmp_path / "archive.db"), read_only=True) as archive,
        pytest.raises(KeyboardInterrupt),
    ):
        run_checks(archive, [stop, check], threads=2)
    assert finished == []


def test_verify_names_a_kind_of_page_that_ends_each_update(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive.db", create=True) as archive:
        insert = """insert into frontier(key, url, site, uid, kind, state, found_at)
                values (?1, 'https://blog.creaders.net/u/1/', 'creaders', '1', ?1, 'todo', '2025-01-28T01:46:53+00:00')"""
        for kind in ("home", "mine"):
            archive.execute(insert, (kind,))
        named = "frontier, row 2: kind has a wrong value (mine)"
        assert [named in text for text in verify_archive(archive).damage] == [True]
