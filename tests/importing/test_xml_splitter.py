"""An XML file is split into its elements, whatever its size and wherever a block of it ends."""

from pathlib import Path

import pytest

from blogarchive.importing.platforms.xml_file import Part, read_head, split_elements

FEED = (
    b"<?xml version='1.0'?><!-- <e>no</e> --><feed><x/>"
    b"<e>one<![CDATA[</e><e>]]></e> <e a='1'><!-- </e> -->two</e\n>"
    b"<entry>no</entry><![CDATA[<e>no</e>]]><e>three</e></feed>"
)
ELEMENTS = [b"<e>one<![CDATA[</e><e>]]></e>", b"<e a='1'><!-- </e> -->two</e\n>", b"<e>three</e>"]


def split(folder: Path, body: bytes, limit: int = 1000) -> list[Part]:
    file = folder / "feed.xml"
    file.write_bytes(body)
    return list(split_elements(file, "e", limit))


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 1000])
def test_the_elements_are_the_same_for_every_size_of_a_block(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogarchive.importing.platforms.xml_file._BLOCK", block)
    parts = split(tmp_path, FEED)
    assert [part.body for part in parts] == ELEMENTS
    assert [FEED[part.start : part.end] for part in parts] == ELEMENTS
    assert not any(part.is_cut for part in parts)
    assert read_head(tmp_path / "feed.xml", "e", 1000) == FEED[: FEED.index(b"<e>one")]


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_an_element_above_the_limit_is_named_without_its_bytes(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogarchive.importing.platforms.xml_file._BLOCK", block)
    parts = split(tmp_path, FEED.replace(b"two", b"2" * 900), limit=200)
    assert [part.body for part in parts] == [ELEMENTS[0], None, ELEMENTS[2]]


@pytest.mark.parametrize("end", [b"<e>thr", b"<e>three<![CDATA[", b"<e>three<!-- ", b"<e>three</"])
def test_the_element_in_which_the_file_ends_is_cut(end: bytes, tmp_path: Path) -> None:
    parts = split(tmp_path, FEED[: FEED.index(b"<e>three")] + end)
    assert [(part.is_cut, part.body) for part in parts][-1] == (True, end)


def test_a_file_without_the_element_has_no_part(tmp_path: Path) -> None:
    assert split(tmp_path, b"<feed></feed>") == []
    assert read_head(tmp_path / "feed.xml", "e", 1000) == b"<feed></feed>"
