"""If an author quotes a page, the quote is text of the post, or its comments are withheld."""

from itertools import product

import pytest

from blogarchive.items import ParsedPage, Post
from tests.sites.printed.one import CARD, TOP, comment, read

FORGER = "雷鸣"
COUNTED, LABEL = "浏览(88) (7) 评论(1)", "文章评论"
SAID = [f"作者：{FORGER} 留言时间：2025-01-02 12:30:00", "截图里的话。", "回复 | 1"]
QUOTES = [[*above, *SAID] for above in ([COUNTED, LABEL], [COUNTED], [LABEL], [])]
FRAMED = ["<div class=t>{}</div>", "<table><tr><td>{}</td></tr></table>", "<article><div>{}</div></article>"]
PLACES = list(product(QUOTES, FRAMED))
OWN = "".join(
    comment(f"<a href='/u/{n}/'>{who}</a>" if n else who, f"2025-01-0{9 - n} 12:00:00", f"话{n}")
    for n, who in enumerate(("乙", "丙", "丁"))
)


def page(quoted: list[str], frame: str, below: str) -> ParsedPage:
    lines = ["正文。", *quoted, "以上是截图。"]
    text = frame.format("".join(f"<p>{line}</p>" for line in lines))
    head = "<h3>一篇 <small>2025-01-01 10:00:00</small></h3>"
    return read(f"<html><body>{TOP}<div>网络日志正文</div>{head}{text}{below}{CARD}</body></html>")


def names(post: Post) -> list[str]:
    return [each.author_name for each in post.comments]


@pytest.mark.parametrize(("quoted", "frame"), PLACES)
@pytest.mark.parametrize("label", ["<div>文章评论</div>", "<h4>网友评论</h4>", ""])
def test_if_the_text_has_an_element_of_its_own_the_quote_is_text(
    quoted: list[str], frame: str, label: str
) -> None:
    parsed = page(quoted, frame, f"{label}<div>{OWN}</div>")
    (found,) = parsed.posts
    assert found.body_text == "\n".join(["正文。", *quoted, "以上是截图。"])
    assert (found.views, found.comment_count) == (None, None)
    assert names(found) == ["乙", "丙", "丁"]


@pytest.mark.parametrize(("quoted", "frame"), PLACES)
def test_a_page_without_comments_has_none_from_its_text(quoted: list[str], frame: str) -> None:
    (found,) = page(quoted, frame, "<div>文章评论</div><div>暂无评论</div>").posts
    assert (found.comments, found.views) == ((), None)
    assert found.body_text == "\n".join(["正文。", *quoted, "以上是截图。"])


@pytest.mark.parametrize("below", ["", "<div>文章评论</div>", f"<div>文章评论</div><div>{OWN}</div>"])
@pytest.mark.parametrize("frame", ["{}", *FRAMED])
@pytest.mark.parametrize("quoted", QUOTES)
def test_a_quoted_comment_is_never_stored_and_withheld_comments_are_a_problem(
    quoted: list[str], frame: str, below: str
) -> None:
    parsed = page(quoted, frame, below)
    (found,) = parsed.posts
    assert FORGER not in names(found)
    whole = found.body_text == "\n".join(["正文。", *quoted, "以上是截图。"])
    assert whole or [problem.kind for problem in parsed.problems] == ["forged"]


@pytest.mark.parametrize("after", ["", "<div>分享 收藏</div>", "<div>上一篇：<a href='/u/1/'>旧的</a></div>"])
def test_counters_at_the_end_of_the_element_of_the_text_are_the_counters_of_the_page(after: str) -> None:
    counted = f"<div>浏览(10) (2) 评论(3)</div>{after}"
    html = (
        "<h3>一篇 <small>2025-01-01 10:00:00</small></h3>" + f"<div><p>正文。</p><p>二段。</p>{counted}</div>"
    )
    (found,) = read(f"<html><body>{TOP}{html}<div>文章评论</div><div>{OWN}</div>{CARD}</body></html>").posts
    assert (found.views, found.likes, found.comment_count) == (10, 2, 3)
    assert (found.body_text, names(found)) == ("正文。\n二段。", ["乙", "丙", "丁"])


@pytest.mark.parametrize("counted", ["<div>浏览(10) (2) 评论(3)</div>", ""])
def test_the_label_above_the_comments_may_be_an_image(counted: str) -> None:
    label = "<div><img src='/c.gif' alt='文章评论'></div>"
    html = "<h3>一篇 <small>2025-01-01 10:00:00</small></h3>" + f"<p>正文。</p><p>二段。</p>{counted}{label}"
    (found,) = read(f"<html><body>{TOP}{html}<div>{OWN}</div>{CARD}</body></html>").posts
    assert (found.body_text, names(found)) == ("正文。\n二段。", ["乙", "丙", "丁"])
