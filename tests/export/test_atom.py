from pathlib import Path

import feedparser
import pytest
from lxml import etree

from blogarchive.export.atom import export_atom

NS = {"a": "http://www.w3.org/2005/Atom"}


def test_a_feed_reader_finds_every_post_with_its_facts(archive: Path, tmp_path: Path) -> None:
    done = export_atom(archive, tmp_path / "feed.xml")
    feed = feedparser.parse(done.out.read_bytes())
    assert not feed.bozo
    assert feed.feed.title == "林木的角落、北窗夜话"
    assert [entry.title for entry in feed.entries] == ["已删的一篇", "泡沫与房价", "改过的一篇", "繁體的一篇"]
    entry = feed.entries[1]
    assert (entry.author, entry.published) == ("林木", "2025-01-28T01:46:53-08:00")
    assert entry.link == "https://blog.creaders.net/u/31182/202501/101.html"
    assert [tag.term for tag in entry.tags] == ["经济", "随笔"]
    assert "第一段谈泡沫。" in entry.content[0].value
    assert feed.entries[0].published == "2024-12-01T00:00:00+00:00"
    assert feed.entries[2].updated == "2025-02-05T09:00:00+00:00"
    assert (done.posts, done.missing) == (4, 1)


@pytest.mark.parametrize("which", ["archive", "hostile_archive"])
def test_each_entry_has_the_fields_of_rfc_4287_and_a_unique_id(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    tree = etree.parse(export_atom(request.getfixturevalue(which), tmp_path / "feed.xml").out)
    for name in ("title", "id", "updated"):
        assert len(tree.findall(f"a:{name}", NS)) == 1
        for entry in tree.iterfind("a:entry", NS):
            assert len(entry.findall(f"a:{name}", NS)) == 1
    ids = [element.text for element in tree.iterfind("a:entry/a:id", NS)]
    assert len(set(ids)) == len(ids)


def test_a_hostile_body_carries_no_script_into_a_feed_reader(hostile_archive: Path, tmp_path: Path) -> None:
    text = export_atom(hostile_archive, tmp_path / "feed.xml").out.read_text(encoding="utf-8")
    contents = [
        element.text or "" for element in etree.fromstring(text.encode()).iterfind("a:entry/a:content", NS)
    ]
    assert contents
    assert not [body for body in contents if "<script" in body or "onerror" in body or "javascript:" in body]


def test_the_same_archive_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    one, two = (export_atom(archive, tmp_path / name).out.read_bytes() for name in "12")
    assert one == two
