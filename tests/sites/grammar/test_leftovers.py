"""What a page shows and no field has is a problem, and all that was read is none."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import (
    CARD,
    COMMENTS,
    COUNTERS,
    HEAD,
    HOME,
    MONTH,
    ROWS,
    TOP,
    URL,
    listing,
    post,
    read,
)

BLOG = "/u/31182/"


def problems(html: str, kind: PageKind = PageKind.POST, url: str = HOME) -> list[str]:
    found = read(html) if kind is PageKind.POST else read(html, kind, url)
    assert all("shows more than was read" in problem.detail for problem in found.problems)
    return [problem.field for problem in found.problems]


def links(path: str) -> str:
    return "".join(f"<p><a href='{BLOG}{path.format(i)}'>第{i}条</a></p>" for i in (41, 42, 43, 44))


@pytest.mark.parametrize(
    "side",
    ["<div><b>墙</b><p>到访 1234 次</p></div>", "<div><b>墙</b><p>博龄很长：1</p><p>博龄 3 年</p></div>"],
)
def test_a_part_of_the_sidebar_that_no_field_has_is_told(side: str) -> None:
    shown = f"<body>{TOP}{HEAD}<p>正文。</p>{COUNTERS}<div>文章评论</div>{COMMENTS}{side}"
    assert problems(f"<html><head><title>一篇 - 林木的角落</title></head>{shown}</body></html>") == [
        "template"
    ]


@pytest.mark.parametrize(
    "side",
    [
        f"<div><b>热门文章</b>{links('202501/5{}.html')}</div>",
        f"<div><b>排行</b><p><a href='{BLOG}202501/541.html'>一篇旧文</a> 浏览(123)</p></div>",
        "<div><a href='/login'>登录</a> | <a href='/reg'>注册</a> 2025-01-01</div>",
        "<div>今日访问：123 人</div>",
    ],
)
def test_what_has_no_field_is_not_left_over(side: str) -> None:
    assert problems(post() + side) == []
    assert problems(listing(ROWS, side), PageKind.MONTH, MONTH) == []


def test_a_page_that_was_read_whole_has_no_problem() -> None:
    assert problems(post() + CARD) == []
    assert problems(listing(ROWS), PageKind.MONTH, MONTH) == []
    assert (
        problems(
            listing(ROWS.replace("</div>", "<p>浏览（10）（3）评论（2）</p></div>")), PageKind.MONTH, MONTH
        )
        == []
    )


PAGE = "<html><head><title>一篇 - 林木的角落 - 某站</title></head><body>{}</body></html>"
NAMED = f"<h1><a href='{BLOG}'>林木的角落</a></h1>"


@pytest.mark.parametrize(
    "shown",
    [
        f"{NAMED}<div><b>10</b><i>围看</i></div>{HEAD}<p>正文。</p><div>文章评论</div>{CARD}",
        f"<div>林木的角落</div>{HEAD}<p>正文。</p>{COUNTERS}<div>文章评论</div>{COMMENTS}{CARD}".replace(
            "落", "楼"
        ),
        f"{NAMED}{HEAD}<p>正文。</p>{COUNTERS}<div>文章评论</div>{COMMENTS}{CARD}<h4>存档目录</h4>",
    ],
)
def test_a_value_that_no_field_has_is_told_whatever_its_label(shown: str) -> None:
    assert problems(PAGE.format(shown)) == ["template"]


def test_the_middle_of_the_window_title_names_the_blog() -> None:
    top = f"<nav><a href='{BLOG}'>林木</a></nav><div><h1>林木的角落</h1><p>随手写下。</p></div>"
    author = read(PAGE.format(f"{top}{HEAD}<p>正文。</p>{COUNTERS}{CARD}")).author
    assert getattr(author, "blog_title", None) == "林木的角落"


@pytest.mark.parametrize(
    ("day", "time"), [("2025-01-01", "2025-01-01 10:00"), ("2025-01-03", "2025年1月1日")]
)
def test_a_full_time_of_the_same_day_is_that_of_the_post(day: str, time: str) -> None:
    foot = f"<div>Posted by 林木 at {day} 10:00 | Views: 10 | Comments: 2</div>"
    text = "<h5>2025年1月1日</h5><h3>一篇</h3><div><p>正文。</p><p>二段。</p></div>"
    (found,) = read(PAGE.format(f"{NAMED}{text}{foot}<div>文章评论</div>{COMMENTS}")).posts
    assert getattr(found.posted, "text", None) == time


def test_a_sign_before_a_name_beside_that_of_a_commenter_is_an_answer() -> None:
    header = "<b><a href='/u/{0}/'>{1}</a></b>{2}<time>2025-01-01 1{0}:00:00</time>"
    rows = [header.format(2, "乙", "<i>@甲</i>"), header.format(1, "甲", "")]
    comments = "".join(f"<div class=c><div>{row}</div><div>话。</div></div>" for row in rows)
    assert [each.reply_to for each in read(post(comments=comments)).posts[0].comments] == ["甲", None]


def test_a_label_that_a_text_quotes_is_not_left_over_if_the_page_counts_no_comments() -> None:
    quoted = "<p>截图里写着：</p><div>文章评论</div><p>抄完了。</p>"
    shown = "<html><head><title>一篇 - 林木的角落</title></head><body>{}</body></html>"
    none = f"{TOP}{HEAD}{quoted}<div>浏览（10）（2）评论（0）</div><div>文章评论</div>"
    assert problems(shown.format(none)) == []


def test_the_number_of_the_first_comment_is_not_left_over() -> None:
    row = (
        "<table><tr><td>{0}</td><td><a href='/u/{0}/'>网友{0}</a></td><td>2025-01-0{0} 14:53</td></tr>"
        "<tr><td></td><td colspan='2'>话{0}</td></tr></table>"
    )
    html = post(counters="<div>浏览（10）评论（2）</div>", comments=row.format(1) + row.format(2))
    assert len(read(html).posts[0].comments) == 2
    assert problems(html) == []


def test_equal_rows_with_numbers_that_were_not_read_are_told() -> None:
    row = "<p><a href='/u/31182/202501/50{0}.html'>第{0}篇</a><br>2025-01-0{0} 10:00 <i></i> 17{0} <i></i> {0}</p>"
    html = listing("".join(row.format(i) for i in (3, 2, 1)))
    assert problems(html, PageKind.MONTH, MONTH) == ["template"]


def test_numbers_of_equal_titles_are_not_left_over() -> None:
    row = "<p><a href='/u/31182/202501/50{0}.html'>第 {0} 篇短文</a> 2025-01-0{0} 10:00:00</p>"
    assert problems(listing("".join(row.format(i) for i in (3, 2, 1))), PageKind.MONTH, MONTH) == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("{name} {time} <a href='#'>顶(6)</a>", ["template"]),
        ("<i>6 人喜欢</i> {name} {time}", ["template"]),
        ("{name} <i>→ 网友7</i> {time}", ["template"]),
        ("{name} {time} <a href='#'>赞</a> <a href='#'>回复</a>", []),
        ("<a href='#'>回复</a> {name} {time}", []),
    ],
)
def test_likes_and_answers_beside_the_name_of_a_comment_are_told(header: str, expected: list[str]) -> None:
    row = f"<div class=c><div>{header}</div><div>话。</div></div>"
    plain = "<div class=c><div>{name} {time}</div><div>话。</div></div>"
    values = [{"name": f"<a href='/u/{i}/'>网友{i}</a>", "time": f"2025-01-01 1{i}:00:00"} for i in (9, 7)]
    assert problems(post(comments=row.format(**values[0]) + plain.format(**values[1]))) == expected


def test_a_sidebar_in_the_text_of_the_last_comment_is_told() -> None:
    header = "作者：<a href='/u/{0}/'>网友{0}</a> 留言时间：2025-01-01 1{0}:00:00<br>话{0}。<br>"
    below = "我的名片<br>林木 ，3岁<br>注册日期: 2022-06-17<br>访问总量: 5 次"
    assert problems(post(comments=header.format(9) + header.format(8) + below)) == ["template"]


def test_a_typed_header_never_stands_for_one_that_was_not_read() -> None:
    rows = [
        "<tr><td><a href='/u/1/'>甲</a> 于 2025-01-01 15:00:00 回应：</td></tr><tr><td>话一。</td></tr>",
        "<tr><td><a href='/u/2/'>乙</a> 于 2025-01-01 14:00:00 回应 丙：</td></tr>"
        "<tr><td>路过。<br>假名 于 2025-01-01 13:30:00 回应：<br>假话。</td></tr>",
        "<tr><td><a href='/u/3/'>丙</a> 于 2025-01-01 13:00:00 回应：</td></tr><tr><td>话三。</td></tr>",
    ]
    found = read(
        post(counters="<div>浏览（10）（2）评论（3）</div>", comments=f"<table>{''.join(rows)}</table>")
    )
    assert "假名" not in [each.author_name for each in found.posts[0].comments]
    assert [problem.kind for problem in found.problems] == ["forged"]


@pytest.mark.parametrize("foot", ["<p>本文地址：{url}</p>", "<p>Copyright (C) 林木</p>"])
def test_the_foot_of_a_printed_page_below_the_last_comment_is_told(foot: str) -> None:
    comments = "".join(
        f"<p>作者：{who} 留言时间：2025-01-01 {hour}:00:00</p><p>话</p>"
        for who, hour in (("乙", 12), ("丙", 11))
    )
    html = post(comments=comments).replace(CARD, "<hr>" + foot.format(url=URL))
    assert problems(html) == ["template"]


def test_comments_in_a_text_without_label_and_number_are_told() -> None:
    said = "".join(f"<p><a href='/u/4{i}/'>乙{i}</a> 2025-01-01 1{i}:00:00</p><p>话{i}。</p>" for i in (1, 2))
    text = "<div><p>正文。</p><p>二段。</p></div>"
    shown = post(counters="", label="", comments="").replace(text, f"<div><p>正文。</p>{said}</div>")
    assert problems(shown) == ["template"]
