"""Tests of the row mapping: query rows to dataclasses, and values by column to rows."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from blogarchive.errors import ArchiveDamaged
from blogarchive.items import PageKind
from blogarchive.store.database.archive import Archive

_BODY = b"<html>"


@dataclass(frozen=True, kw_only=True, slots=True)
class _PageRow:
    url: str
    kind: PageKind
    closed: bool
    uid: str | None
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _OptionalRow:
    kind: PageKind | None
    closed: bool | None


def _insert_page(archive: Archive, url: str, **values: str | int) -> int:
    row = {"fetched_at": "2025-02-01T09:00:00+00:00", "status": 200, "kind": PageKind.POST, "site": "s"}
    digests = {"body": _BODY, "body_size": len(_BODY), "sha256": "0", "reader_version": 1}
    return archive.insert_row("pages", {"url": url, **row, **digests, **values})


def test_a_row_is_returned_as_the_dataclass_of_its_columns(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        _insert_page(archive, "https://a/1")
        _insert_page(archive, "https://a/2", closed=False, uid="9")
        found = archive.all_as(_PageRow, "select url, kind, closed, uid, body from pages order by id")
        assert found == (
            _PageRow(url="https://a/1", kind=PageKind.POST, closed=True, uid=None, body=_BODY),
            _PageRow(url="https://a/2", kind=PageKind.POST, closed=False, uid="9", body=_BODY),
        )
        assert found[0].kind is PageKind.POST
        assert found[0].closed is True
        first = "select url, kind, closed, uid, body from pages where url = :url"
        assert archive.one_as(_PageRow, first, {"url": "https://a/2"}) == found[1]
        assert archive.one_as(_PageRow, first, {"url": "https://a/3"}) is None


def test_optional_columns_are_converted_unless_they_are_null(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        found = archive.all_as(_OptionalRow, "select null as kind, null as closed union all select 'post', 0")
        assert found == (_OptionalRow(kind=None, closed=None), _OptionalRow(kind=PageKind.POST, closed=False))


@dataclass(frozen=True, kw_only=True, slots=True)
class _NamesRow:
    names: tuple[str, ...]


def test_a_json_array_is_returned_as_a_tuple(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        found = archive.one_as(_NamesRow, "select json_array('甲', '乙') as names")
        assert found == _NamesRow(names=("甲", "乙"))


@pytest.mark.parametrize("value", ["x'ff'", "7", "1e999", "null"])
def test_a_value_of_another_type_than_its_field_is_damage(value: str, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        with pytest.raises(ArchiveDamaged, match="names has a wrong value"):
            archive.one_as(_NamesRow, f"select {value} as names")
        with pytest.raises(ArchiveDamaged, match="names has a wrong value"):
            list(archive.dicts(f"select '[]' as names union all select {value} as names", like=_NamesRow))


def test_a_row_of_other_columns_is_not_taken_for_the_dataclass(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive, pytest.raises((KeyError, TypeError)):
        archive.one_as(_OptionalRow, "select 'post' as kind, 0 as closed, 1 as more")


def test_a_row_is_updated_by_its_id_alone(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        first, second = (_insert_page(archive, f"https://a/{number}") for number in (1, 2))
        archive.update_row("pages", second, {"encoding": "gb18030", "status": 404})
        assert archive.rows("select id, encoding, status from pages order by id") == [
            (first, None, 200),
            (second, "gb18030", 404),
        ]


def test_first_columns_texts_and_presence_are_read_directly(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        _insert_page(archive, "https://a/1")
        assert archive.column("select url from pages") == ["https://a/1"]
        assert archive.text("select url from pages") == "https://a/1"
        assert archive.text("select encoding from pages") is None
        assert archive.text("select url from pages where id = 9") is None
        assert archive.exists("select 1 from pages where url = ?", ("https://a/1",))
        assert not archive.exists("select 1 from pages where url = ?", ("https://a/2",))
