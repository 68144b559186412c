"""Checks of `verify` that run side by side."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.row_checks import Damage, run_checks
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
