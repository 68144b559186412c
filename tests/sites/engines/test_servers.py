"""Pages of engines that run as servers: comments on several pages, times as distances, forms in the text."""

# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name

READ_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
URL = "https://notes.example.org/notes/regen/"
TEXT = "<p>" + "早上满地都是叶子，店里的灯还亮着。谁也没有去扫，大家都在等雨停。" * 4 + "</p>"
COMMENTS = [("游客", "河边也是这样。"), ("周明", "+1"), ("雨燕", "等了一个下午，船也没有来。")]
FORM = '<form action="/say/" method="post"><p>名称: <input name="name"></p><p>评论: <textarea name="text"></textarea></p></form>'


def read(body: str, url: str = URL, window: str = "雨 | 南窗") -> ParsedPage:
    text = f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{window}</title></head><body>{body}</body></html>'
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


def post(section: str, text: str = TEXT, line: str = "2026年3月1日 08:05") -> str:
    return f"<article><h1>雨</h1><p class='line'>{line}</p><div class='entry-content'>{text}</div></article>{section}"


def names(page: ParsedPage) -> list[str]:
    return [one.author_name for one in page.posts[0].comments]


def told(page: ParsedPage) -> list[str]:
    return [problem.field for problem in page.problems]


def rows(item: str) -> str:
    return "".join(
        item.format(n=n, name=name, text=text, at=f"2026年3月{n}日 09:0{n}")
        for n, (name, text) in enumerate(COMMENTS, start=2)
    )


@pytest.mark.parametrize(
    "item",
    [
        '<div class="one" id="c{n}"><h6><span>{at} - {name}</span> <a href="#c{n}">¶</a></h6><div class="content"><p>{text}</p></div></div>',
        '<dt id="c{n}">{at} - {name}</dt><dd><p>{text}</p></dd>',
        '<li class="say"><h4>{name} <span class="when">于{at}</span> <a href="#c{n}">回复</a></h4><div class="comment-text"><p>{text}</p></div></li>',
    ],
)
def test_a_visitor_who_signs_as_a_visitor_is_the_author(item: str) -> None:
    page = read(post(f'<div id="comments"><h3>3 条评论</h3>{rows(item)}</div>'))
    assert (names(page), told(page)) == (["游客", "周明", "雨燕"], [])


@pytest.mark.parametrize("by", ["按照", "par", "by"])
def test_a_title_that_each_comment_repeats_is_not_its_author(by: str) -> None:
    item = (
        '<li><p><a href="#f{n}"><span>{n}.</span> <strong>雨, </strong><small><abbr>{at}</abbr><span>, </span>'
        + by
        + ' <span>{name}</span></small></a></p><div class="comment-content"><p>{text}</p></div></li>'
    )
    page = read(post(f'<div class="comments"><h2>留言</h2><ul>{rows(item)}</ul></div>'))
    assert (names(page), told(page)) == (["游客", "周明", "雨燕"], [])


def test_a_sign_that_links_a_comment_is_neither_its_author_nor_its_text() -> None:
    item = (
        '<div class="commentator"><a href="#c{n}"><span>_</span></a> <span class="commentator">{name}</span>'
        " <span>({at})</span></div><p>{text}</p>"
    )
    page = read(post(f'<div class="comment"><div class="cap">全 3 件</div><div>{rows(item)}</div></div>'))
    found = [(one.author_name, one.body_text) for one in page.posts[0].comments]
    assert (found, told(page)) == (COMMENTS, [])


def test_comments_below_a_text_that_quotes_one_in_one_element_are_read_and_the_form_is_not_of_the_text() -> (
    None
):
    quoted = '<div class="comment"><cite>老王</cite> <i>2019-05-06 10:20</i><p>写得真好。</p></div>'
    said = f'<h3>3 条评论</h3><dl id="comments">{rows("<dt>{at} - {name}</dt><dd><p>{text}</p></dd>")}</dl><h4>发表评论</h4>{FORM}'
    page = read(
        f'<div class="post"><h2>雨</h2><p>2026年3月1日</p><p>有人写信说：</p>{quoted}{TEXT}{said}</div>'
    )
    text = page.posts[0].body_text or ""
    assert (names(page), told(page)) == (["游客", "周明", "雨燕"], [])
    assert "写得真好。" in text
    assert text.endswith("大家都在等雨停。")


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        ("4&nbsp;月，3&nbsp;周 ago", "2026-07-09"),
        ("2 周，6 日 ago", "2026-11-10"),
        ("3 週 ago", "2026-11-09"),
        ("5 個月 ago", "2026-06-01"),
        ("1 年，2 月前", "2025-09-01"),
        ("6 月前", "2026-05-01"),
        ("3 天前", "2026-11-27"),
    ],
)
def test_a_distance_in_words_of_two_languages_or_units_is_a_time(shown: str, at: str) -> None:
    item = (
        f'<div class="media" id="comment-{{n}}"><h4>{{name}} <small>{shown}</small></h4><p>{{text}}</p></div>'
    )
    page = read(post(f'<div id="comments"><h3>评论</h3>{rows(item)}</div>', line=f"发布于 {shown}"))
    times = [one.posted and f"{one.posted.at:%F}" for one in page.posts[0].comments]
    assert (times, told(page)) == ([at] * 3, [])
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%F}" == at


def test_the_time_that_the_title_of_a_distance_states_is_that_of_the_post() -> None:
    line = '<a href="/timeline" title="See timeline at 2022-02-08T05:38:51Z">5 years ago</a>'
    found = read(post("", line=f"Posted: {line}")).posts[0].posted
    assert found is not None
    assert found.at is not None
    assert found.at.astimezone(UTC).isoformat() == "2022-02-08T05:38:51+00:00"


def test_the_header_of_a_post_in_a_list_is_not_beside_it_and_its_line_is_not_of_the_title() -> None:
    entry = (
        '<article><header class="page-header"><h2 class="entry-title"><a href="/notes/n{0}/">雨，第 {0} 天</a><br>'
        '<small>Written by <a href="/who/">南窗</a> on <time datetime="2026-03-0{0}T08:05:00+08:00">3月{0}日</time> in'
        ' <a href="/categories/far/">远方</a>.</small></h2></header><p>满地都是叶子。<a href="/notes/n{0}/">更多</a></p></article>'
    )
    page = read("".join(map(entry.format, range(1, 5))), url="https://notes.example.org/", window="南窗")
    assert [(one.title, one.number) for one in page.listed][:1] == [("雨，第 1 天", "notes/n1")]
    shown = read(entry.format(2).replace("<p>", TEXT + "<p>"), window="南窗 - 雨，第 2 天", url=URL)
    assert shown.posts[0].title == "雨，第 2 天"


def test_the_page_of_a_day_is_a_post() -> None:
    day = '<div class="day"><h2><span class="date"><a href="./?date=2026030{0}">2026-03-0{0}</a></span></h2><p>雨。</p></div>'
    page = read("".join(map(day.format, range(1, 5))), url="https://notes.example.org/")
    assert [one.number for one in page.listed] == [f"?date=2026030{n}" for n in range(1, 5)]
    own = read(post(""), url="https://notes.example.org/?date=20260301")
    assert (own.kind, own.posts[0].number) == (PageKind.POST, "?date=20260301")


def test_a_page_that_asks_for_the_password_of_a_post_is_no_post() -> None:
    form = '<form method="post"><p>需要密码</p><input name="entry_password" type="password"></form>'
    assert read(post(f"<h2>需要输入密码才能查看</h2>{form}", text="")).kind is PageKind.NOTICE


def next_page(linked: list[int], shown: int | None, asked: str) -> list[str]:
    """Return the numbers of the page of comments after `shown`, which was asked for with `asked` at its end."""
    links = " ".join(f'<a href="{URL}comment-page-{n}/#comments">{n}</a>' for n in linked)
    said = rows('<li id="comment-{n}"><cite>{name}</cite> <i>{at}</i><p>{text}</p></li>')
    body = f"<title>雨</title><body>{post(f'<ol id=comments>{said}</ol><p>{links}</p>')}</body>"
    kind = PageKind.POST if shown is None else PageKind.COMMENTS
    url = URL if shown is None else f"{URL}comment-page-{shown}/"
    page = Page(url=url, fetched_at=READ_AT, status=200, headers=(), body=body.encode())
    page_no = 1 if shown is None else 2
    target = Target(url=url + asked, site="web", kind=kind, uid="notes.example.org", page_no=page_no)
    found = site_by_name("web").parse_page(page, target).links
    return [link.url.rpartition("-")[2] for link in found if link.next_page]


@pytest.mark.parametrize(
    ("linked", "shown", "asked", "following"),
    [
        ([2], None, "", ["2/"]),
        ([2, 3], None, "", ["2/#comments"]),
        ([1, 3], 2, "#comments", ["3/#comments"]),
        ([3], 2, "", ["3/#comments"]),
        ([1], 2, "#comments", ["1/"]),  # a theme says `next` for older ones
        ([2, 4], 3, "#comments", ["4/#comments"]),
        ([3], 4, "#comments", []),
        ([1, 2, 3], None, "", ["3/"]),
        ([1, 2], 3, "", ["2/"]),
        ([2, 4], 3, "", ["2/"]),
        ([1], 2, "", ["1/"]),
        ([2], 1, "", []),
    ],
)
def test_each_page_of_comments_leads_to_the_next_one_from_the_oldest_or_the_newest(
    linked: list[int], shown: int | None, asked: str, following: list[str]
) -> None:
    assert next_page(linked, shown, asked) == following
