"""The next page is found by any pager's words, and other links are not taken for it."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import COMMENTS, COUNTERS, HOME, MONTH, ROWS, URL, listing, post, read

STEPS = [
    "<a href='{}'>下一頁</a>",
    "<a href='{}'>下页&gt;</a>",
    "<a href='{}'>下一页 »</a>",
    "<a href='{}'>向后翻页</a>",
    "1/3 <a href='{}'>▶</a>",
    "第1页/共3页 <a href='{}'>►</a>",
    "<b>1</b> <a href='{}'>2</a> <a href='{}'>❯</a>",
    "<a href='{}'>»</a>",
    "<a href='{}'>▶</a>",
    "<a href='{}' title='下一页'>&gt;</a>",
    "<a href='{}' rel=next>›</a>",
    "<a href='{}'>加载更多</a>",
    "<a href='{}'>更多…</a>",
]


def following(parsed: object) -> list[str]:
    return [link.url for link in parsed.links if link.next_page]  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("kind", "url"), [(PageKind.HOME, HOME), (PageKind.MONTH, MONTH)])
def test_the_next_page_of_a_list_is_found_by_words_and_arrows(step: str, kind: PageKind, url: str) -> None:
    pager = step.replace("{}", "?page=2")
    assert following(read(listing(f"{ROWS}<div>{pager}</div>"), kind, url)) == [f"{url}?page=2"]


@pytest.mark.parametrize(
    "step",
    [
        *STEPS,
        "<a href='{}'>更多评论</a>",
        "<a href='{}'>查看更多评论&gt;&gt;</a>",
        "<a href='{}'>较旧的评论 »</a>",
    ],
)
def test_the_next_page_of_comments_is_found_by_words_and_arrows(step: str) -> None:
    claimed = COUNTERS.replace("评论（2）", "评论（5）")
    comments = f"<div>{COMMENTS}</div><div>{step.replace('{}', '?cp=2')}</div>"
    parsed = read(post(counters=claimed, comments=comments))
    assert (following(parsed), parsed.problems) == ([f"{URL}?cp=2"], ())


@pytest.mark.parametrize("older", ["« 较早的文章", "« Older entries", "&lt;&lt; 更早的日志"])
def test_a_link_to_older_posts_may_point_left(older: str) -> None:
    pager = f"<div><a href='?page=2'>{older}</a></div>"
    assert following(read(listing(ROWS + pager), PageKind.HOME, HOME)) == [f"{HOME}?page=2"]


@pytest.mark.parametrize("url", ["/u/31182/2.html", "list_2.html", "page/2", "?p=2"])
def test_a_link_to_more_is_the_next_page_if_its_url_has_the_next_number(url: str) -> None:
    pager = f"<div><a href='{url}'>更多</a></div>"
    assert len(following(read(listing(ROWS + pager), PageKind.HOME, HOME))) == 1


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/u/31182/all.php'>更多</a>",
        "<a href='/u/31182/?page=7'>更多</a>",
        "<a href='/u/31182/?y=2'>▶</a> <a href='/u/5/?page=2'>▶</a>",
        "<a href='?page=1'>« 上一页</a>",
        "<a href='/u/31182/'>»</a>",
    ],
)
def test_other_links_with_such_words_are_no_next_page(link: str) -> None:
    assert following(read(listing(f"{ROWS}<div>{link}</div>"), PageKind.HOME, HOME)) == []


def test_a_pager_may_begin_the_page() -> None:
    pager = "<p>1</p><p><a href='/u/31182/?page=2'>2</a></p>"
    parsed = read(f"<html><body>{pager}{ROWS}</body></html>", PageKind.HOME, HOME)
    assert [link.url for link in parsed.links if link.next_page] == [f"{HOME}?page=2"]
