"""Comments with a time apart from the name or without a year, quoted counters, and links below a text."""

import pytest

from blogarchive.items import ParsedPage
from tests.sites.printed.one import read

BODY = "<div class=text><p>正文。</p></div>"
FORM = "<h4>发表评论</h4><form><textarea></textarea></form>"
BLOGGER = (
    "<dt><a href='/u/4{n}/'>{name}</a> 提到...</dt><dd><p>{text}</p></dd>"
    "<dd><span>{time}</span> <a href='#'>刪除</a></dd>"
)
BARE = "<div><div>{name}</div><div>{text}</div><div>{time}</div></div>"
ROW = "<tr><td>{name}</td><td>{text}</td><td>{time}</td></tr>"
FOOT = "<li><b>{name}</b><p>{text}</p><p>{time} <a href='#'>回复</a> | 3</p></li>"
ABOVE = "<div><p>{name}</p><p>{time}</p><p>{text}</p></div>"
TIMES = ("2025-01-01 11:00", "2025-01-01 12:00")


def page(
    each: str, texts: tuple[str, str], label: str = "2 条评论", posted: str = "2025-01-01 10:00:00"
) -> ParsedPage:
    named = enumerate(zip(("乙", "丙"), texts, TIMES, strict=True))
    shown = "".join(each.format(n=n, name=name, text=text, time=time) for n, (name, text, time) in named)
    outer = {"<d": "dl", "<t": "table", "<l": "ol"}.get(each[:2] if each[:4] != "<div" else "", "div")
    return read(
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2><p>{posted}</p></div>{BODY}"
        f"<div><h4>{label}</h4><{outer}>{shown}</{outer}></div>{FORM}</body></html>"
    )


@pytest.mark.parametrize("each", [BLOGGER, BARE, ROW, FOOT, ABOVE])
def test_comments_may_end_with_their_time_below_the_text(each: str) -> None:
    parsed = page(each, ("写得真好，同感。", "第一行。<br>第二行。"))
    got = [(c.author_name, c.posted and c.posted.text, c.body_text) for c in parsed.posts[0].comments]
    assert got == [("乙", TIMES[0], "写得真好，同感。"), ("丙", TIMES[1], "第一行。\n第二行。")]
    assert [comment.likes for comment in parsed.posts[0].comments] == [3 if each is FOOT else None] * 2
    assert parsed.problems == ()


@pytest.mark.parametrize("each", [BLOGGER, BARE])
@pytest.mark.parametrize(
    "typed",
    [
        "好。<br>丁 提到...<br>假话。<br>2025-01-01 11:30",
        "好。</div></div><div><div>丁</div><div>假话。</div><div>2025-01-01 11:30",
    ],
)
def test_a_typed_comment_with_a_time_of_its_own_is_never_stored(each: str, typed: str) -> None:
    parsed = page(each, (typed, "同感。"))
    assert "丁" not in [comment.author_name for comment in parsed.posts[0].comments]
    assert parsed.posts[0].comments == ()
    assert [problem.field for problem in parsed.problems] == ["comments"]


def test_bare_lines_that_may_be_texts_or_names_are_neither() -> None:
    parsed = page(BARE, ("同感", "顶"))
    assert parsed.posts[0].comments == ()
    assert [problem.field for problem in parsed.problems] == ["comments"]


@pytest.mark.parametrize("label", ["2 条评论", "评论"])
def test_a_button_beside_a_time_is_no_name(label: str) -> None:
    parsed = page(BLOGGER.replace("{name}</a> 提到...", "{name}</a> 如是"), ("好。", "同感。"), label)
    assert "刪除" not in [comment.author_name for comment in parsed.posts[0].comments]


@pytest.mark.parametrize(("posted", "names"), [("2024-12-01 10:00", ["乙", "丙"]), ("2023-12-01 10:00", [])])
def test_times_without_a_year_need_a_post_of_the_last_year(posted: str, names: list[str]) -> None:
    each = "<div><p><a href='/u/4{n}/'>{name}</a> <span>0{n}-1{n} 08:05</span></p><p>{text}</p></div>"
    shown = each.replace("0{n}-1{n}", "01-1{n}")
    parsed = page(shown, ("好。", "同感。"), posted=posted)
    assert [comment.author_name for comment in parsed.posts[0].comments] == names
    assert [problem.kind for problem in parsed.problems] == ([] if names else ["unreadable"])


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("own", ["2025-01-01 10:00:00 阅读数：233", "2025-01-01 10:00:00 阅读(233) 评论(2)"])
def test_counters_that_a_post_quotes_below_its_own_are_text(own: str, flat: bool) -> None:
    text = "<p>正文。</p><p>阅读(999) 评论(9)</p><p>二段。</p>"
    each = "<div><p><a href='/u/4{n}/'>{name}</a> {time}</p><p>{text}</p></div>"
    shown = "".join(each.format(n=n, name=name, time=TIMES[n], text="好。") for n, name in enumerate("乙丙"))
    html = (
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2><p>{own}</p></div>"
        f"{text if flat else f'<div>{text}</div>'}<div><h4>评论 (2)</h4>{shown}</div>{FORM}</body></html>"
    )
    parsed = read(html)
    (found,) = parsed.posts
    assert (found.views, found.comment_count, len(found.comments)) == (233, 2, 2)
    assert found.body_text == "正文。\n阅读(999) 评论(9)\n二段。"


def test_links_below_a_text_are_no_part_of_it_and_those_in_it_are() -> None:
    own = "<div><p>正文。</p><p><a href='/u/31182/202501/501.html'>另一篇</a></p></div>"
    below = "<footer><a href='/t/1'>#生活</a></footer><footer><a href='/u/31182/202501/502.html'>上一天</a> »</footer>"
    html = (
        "<html><head><title>一篇 - 林木</title></head><body><article><h2>一篇</h2><p>2025-01-01 10:00:00</p>"
        f"<p><a href='/u/31182/36001.html'>杂记</a></p>{own}{below}</article><h4>评论</h4>{FORM}</body></html>"
    )
    assert read(html).posts[0].body_text == "正文。\n另一篇"
