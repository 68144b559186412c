"""Tests of ids that no integer of SQLite can have: 163 has ids of 18 to 30 digits."""

import json
from dataclasses import replace
from pathlib import Path

from blogarchive.export.jsonl import export_jsonl
from blogarchive.items import Link, PageKind
from blogarchive.sites.links import order_key, parse_decimal_id
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import frontier
from blogarchive.store.read.posts import find_posts
from tests.store.fake_blog import Clock, FakeBlog, a_blog, crawl, texts


def long_blog() -> FakeBlog:
    """Return 198 posts with ids of 18 to 30 digits; neighbours differ in the last digit."""
    blog, long = a_blog(198, comments=0), FakeBlog(per_page=40, latest=0, titles=0)
    for place, entry in enumerate(blog.entries.values()):
        long.add(replace(entry, number=3 * 10 ** (17 + place // 16) + place))
    return long


def test_198_posts_with_long_ids_stay_198_posts(
    archive: Archive, clock: Clock, path: Path, tmp_path: Path
) -> None:
    blog = long_blog()
    crawl(archive, blog, clock)
    assert sorted(texts(archive, "select number from posts"), key=str) == sorted(map(str, blog.entries))
    assert texts(archive, "select distinct typeof(number) from frontier where kind = 'post'") == ["text"]
    edited, gone, *_ = blog.entries
    blog.entries[edited].text = "改过的正文。"
    blog.entries[gone].status, blog.entries[gone].listed = 404, False
    crawl(archive, blog, clock, full=True)
    assert texts(archive, "select number from edited_posts") == [str(edited)]
    assert texts(archive, "select number from posts where gone_at is not null") == [str(gone)]
    for number in (str(edited), f"0{edited}"):
        assert [post.number for _, post in find_posts(archive, number)] == [str(edited)]
    archive.checkpoint()
    export_jsonl(path, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["number"] for line in lines} == set(map(str, blog.entries))


def test_the_newest_long_ids_are_requested_first(archive: Archive, clock: Clock) -> None:
    blog = long_blog()
    frontier.add_targets(archive, [blog.post_target(number) for number in blog.entries], now=clock())
    requested = [
        target.number for target in frontier.next_targets(archive, blog.blog, limit=198, now=clock())
    ]
    newest = [str(number) for number in sorted(blog.entries, reverse=True)]
    assert [len(number or "") for number in requested] == [len(number) for number in newest]
    assert requested[-16:] == newest[-16:]


def test_ids_without_order_are_requested_in_the_order_of_the_listing(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    ids = ["4701280b0102e5x1", "4701280b0102abcd", "200605_902"]
    found = [
        replace(blog.post_target(500000), number=number, url=f"http://blog.test/{number}") for number in ids
    ]
    frontier.add_targets(archive, found, now=clock())
    assert [t.number for t in frontier.next_targets(archive, blog.blog, limit=9, now=clock())] == ids


def test_the_key_of_a_target_has_the_whole_id() -> None:
    number = "123456789012345678901234567890"
    link = Link(url="http://blog.test/x", kind=PageKind.POST, number=number)
    assert frontier.link_key("netease", "99", link) == f"netease/99/{number}"


def test_ids_compare_by_value_and_by_month() -> None:
    ordered = ["9", "68854", "421017", "9" * 18, "1" + "0" * 18, "9" * 30]
    assert sorted(set(ordered), key=order_key) == ordered
    assert sorted(["200606_7", "200605_902", "200605_1003"], key=order_key) == [
        "200605_902",
        "200605_1003",
        "200606_7",
    ]
    assert order_key("4701280b0102e5x1") > order_key("4701280b01016tx9")


def test_a_decimal_id_loses_its_leading_zeros() -> None:
    assert [parse_decimal_id(text) for text in ("0506012", "000", "", "1_0", "-1")] == [
        "506012",
        "0",
        None,
        None,
        None,
    ]
