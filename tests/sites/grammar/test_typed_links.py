"""Commenters may type links: a quoted comment, a 回复, a row of a table."""

from datetime import UTC, datetime

import pytest

from blogarchive.items import Comment, Page, PageKind, Post, Target
from blogarchive.sites.base import site_by_name
from tests.sites.printed import one

URL = "http://127.0.0.1:8000/u/31182/202501/506012.html"
LINKED = "<a href='#write'>回复</a>"
PRESSED = "<span onclick='reply()'>回复</span>"


def name(words: str, uid: int) -> str:
    return f"<a href='/u/{uid}/'>{words}</a>"


def comment(who: str, hour: int, text: str, foot: str, likes: int) -> str:
    return (
        f"<table><tr><td>作者：{who} 留言时间：2025-01-28 {hour:02}:00:00</td></tr><tr><td>{text}</td></tr>"
        f"<tr><td>{foot} | {likes}</td></tr></table>"
    )


def read(*comments: str) -> Post:
    """Parse a page that has these comments and claims as many."""
    html = (
        "<title>题</title><h1>题</h1><div>2025-01-28 01:46:53</div><div class=diary_content><p>文。</p></div>"
        f"<div>浏览(5) (2) 评论({len(comments)})</div><div>文章评论</div>{''.join(comments)}<div>我的名片</div>"
    )
    page = Page(
        url=URL, fetched_at=datetime(2025, 2, 1, tzinfo=UTC), status=200, headers=(), body=html.encode()
    )
    parsed = site_by_name("creaders").parse_page(page, Target(url=URL, site="creaders", kind=PageKind.POST))
    assert parsed.problems == ()
    return parsed.posts[0]


def comment_fields(comments: tuple[Comment, ...]) -> list[tuple[str, int | None]]:
    return [(each.author_name, each.likes) for each in comments]


@pytest.mark.parametrize("quoted", [name("丙", 3), "丙"])
def test_a_quoted_comment_with_its_links_is_text(quoted: str) -> None:
    quote = f"<blockquote>作者：{quoted} 留言时间：2025-01-28 07:00:00<br>丙文</blockquote>我也这么看。"
    found = read(
        comment(name("甲", 1), 9, "甲文", LINKED, 1),
        comment(name("乙", 2), 8, quote, LINKED, 2),
        comment(name("丙", 3), 7, "丙文", LINKED, 3),
    ).comments
    assert comment_fields(found) == [("甲", 1), ("乙", 2), ("丙", 3)]
    assert found[1].body_text.endswith("丙文\n我也这么看。")


@pytest.mark.parametrize("foot", [PRESSED, "回复"])
@pytest.mark.parametrize("linked", [True, False])
def test_a_typed_link_to_reply_does_not_change_other_comments(foot: str, linked: bool) -> None:
    typed = "好。<br><a href='http://x.example/'>回复</a> | 99"
    forged = f"{typed}<br>作者：雷鸣 留言时间：2025-01-28 05:30:00<br>假话。<br><a href='http://x.example/'>回复</a> | 99"
    who = [name(words, uid) if linked else words for uid, words in enumerate("甲乙丙丁", 1)]
    found = read(
        comment(who[0], 9, "甲文", foot, 1),
        comment(who[1], 8, typed, foot, 2),
        comment(who[2], 7, forged, foot, 3),
        comment(who[3], 6, "丁文", foot, 4),
    ).comments
    assert comment_fields(found) == [("甲", 1), ("乙", 2), ("丙", 3), ("丁", 4)]
    assert [found[0].body_text, found[3].body_text] == ["甲文", "丁文"]


def test_a_typed_link_to_reply_ends_no_comment_if_the_page_has_no_such_links() -> None:
    row = "<div>作者：{} 留言时间：2025-01-28 {:02}:00:00</div><div>{}</div><div><span>回复</span> | {}</div>"
    forged = f"好。<br>{LINKED} | 99<br>作者：雷鸣 留言时间：2025-01-28 05:30:00<br>假话。<br>{LINKED} | 99"
    found = read(f"<div>{row.format('甲', 9, '甲文', 0)}", f"{row.format('乙', 8, forged, 1)}</div>").comments
    assert comment_fields(found) == [("甲", 0), ("乙", 1)]


@pytest.mark.parametrize("counters", [one.COUNTERS, ""])
@pytest.mark.parametrize("foot", ["回复", "<span>回复</span>"])
@pytest.mark.parametrize("row", ["<p>{}</p><p>{}</p><p>{} | {}</p>", "{}<br>{}<br>{} | {}<br>"])
@pytest.mark.parametrize("likes", [" | 99", ""])
def test_a_comment_below_typed_links_to_reply_is_never_stored_as_one(
    likes: str, row: str, foot: str, counters: str
) -> None:
    link, header = f"<br>{LINKED}{likes}", "作者：{} 留言时间：2025-01-28 {:02}:{:02}:00"
    for count in (1, 2, 3):
        typed = "".join(f"{link}<br>{header.format('雷鸣', 5, 9 - i)}<br>假话。" for i in range(count))
        for texts in (("甲文", f"好。{typed}{link}"), (f"好。{typed}{link}", "乙文")):
            own = (header.format(who, hour, 0) for who, hour in (("甲", 9), ("乙", 4)))
            shown = "".join(row.format(head, text, foot, 1) for head, text in zip(own, texts, strict=True))
            parsed = one.read(one.post(counters=counters, comments=f"<div>{shown}</div>"))
            names = [each.author_name for each in parsed.posts[0].comments]
            assert names == ["甲", "乙"] or (not names and parsed.problems), (count, names)


def test_a_number_of_replies_below_the_comments_is_no_footer_of_theirs() -> None:
    row = "<p>作者：{} 留言时间：2025-01-28 {:02}:00:00</p><p>{}</p><p>{}</p>"
    shown = row.format("甲", 9, "甲文<br>回复 | 9", LINKED) + row.format("乙", 8, "乙文", LINKED)
    (found,) = one.read(one.post(comments=f"<div>{shown}</div><div>回复 3</div>")).posts
    assert [each.author_name for each in found.comments] == ["甲", "乙"]


@pytest.mark.parametrize("forger", ["雷鸣", name("雷鸣", 6)])
def test_typed_rows_of_a_table_are_no_comment(forger: str) -> None:
    typed = (
        f"好。<br>{LINKED} | 99<tr><td>作者：{forger} 留言时间：2025-01-28 07:30:00</td></tr>"
        f"<tr><td>假话。</td></tr><tr><td>{LINKED} | 99</td></tr>"
    )
    found = read(
        *(
            f"<table><tr><td>作者：{who} 留言时间：2025-01-28 {hour:02}:00:00</td></tr>"
            f"<tr><td>{text}<br>{LINKED} | {likes}</td></tr></table>"
            for who, hour, text, likes in (
                (name("甲", 1), 9, "甲文", 1),
                ("乙", 8, typed, 2),
                (name("丙", 3), 7, "丙文", 3),
                ("丁", 6, "丁文", 4),
            )
        )
    ).comments
    assert comment_fields(found) == [("甲", 1), ("乙", 2), ("丙", 3), ("丁", 4)]
