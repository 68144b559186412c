"""Posts of a list, their titles and times, and its next page are parsed from any template."""

from datetime import UTC, datetime

import pytest

from blogarchive.items import PageKind
from blogarchive.sites.creaders.urls import parse_url
from blogarchive.sites.grammar.page import PageView, build_page_view
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
    "<a href='{}'>翻下页</a>",
    "<a href='{}'>&gt;&gt;下一页</a>",
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


@pytest.mark.parametrize("words", ["更多", "更多文章 &gt;&gt;"])
@pytest.mark.parametrize("url", ["/u/31182/2.html", "list_2.html", "page/2", "?p=2"])
def test_a_link_to_more_is_the_next_page_if_its_url_has_the_next_number(url: str, words: str) -> None:
    pager = f"<div><a href='{url}'>{words}</a></div>"
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


def test_numbers_at_both_ends_of_a_page_are_no_pager() -> None:
    html = f"<html><body><p><a href='/u/31182/?page=2'>2</a></p>{ROWS}<p>1</p></body></html>"
    assert following(read(html, PageKind.HOME, HOME)) == []


DAYS = {501: "2025-01-08", 502: "2025-01-07", 503: "2025-01-06"}


def listed(row: str) -> list[tuple[str, str | None, str | None]]:
    rows = [
        row.format(url=f"/u/31182/202501/{number}.html", title=f"第{number}篇", day=day)
        for number, day in DAYS.items()
    ]
    found = read(listing("".join(rows)), PageKind.HOME, HOME).listed
    return [(post.title, post.number, post.posted and post.posted.text) for post in found]


@pytest.mark.parametrize(
    "row",
    [
        "<div><h2><a href='{url}'>{title}</a></h2><p>林木 发表于 {day} 10:00:00</p><p>摘要</p></div>",
        "<div><h2><a href='{url}'>{title}</a></h2><p>由 林木 于 {day} 10:00:00 发表</p></div>",
        "<div><h2><a href='{url}'>{title}</a></h2><p>摘要</p><p>分类：时政 | {day} 10:00:00 | 评论(3)</p></div>",
        "<div><a href='{url}'>{title}</a><div><span>{day} 10:00:00</span><span>浏览(1)</span></div></div>",
        "<a href='{url}'><h3>{title}</h3><p>摘要</p><time>{day} 10:00:00</time></a>",
        "<div><h3><a href='{url}'>{title}</a></h3><p><a href='{url}'>摘要。</a></p><p>{day} 10:00:00</p></div>",
    ],
)
def test_a_row_may_be_one_link_and_have_more_than_its_time(row: str) -> None:
    assert listed(row) == [(f"第{number}篇", str(number), f"{day} 10:00:00") for number, day in DAYS.items()]


def test_a_time_with_a_t_keeps_its_hour() -> None:
    row = "<div><a href='{url}'>{title}</a> <i>{day}T10:00:00</i></div>"
    assert [time for _, _, time in listed(row)] == [f"{day}T10:00:00" for day in DAYS.values()]


def test_a_link_may_surround_the_title_and_the_time_of_a_post() -> None:
    row = "<a href='/u/31182/202501/{0}.html'><div><h3>第{0}篇</h3><span>2025-01-0{0} 10:00</span></div></a>"
    parsed = read(listing("".join(row.format(number) for number in (7, 6))), PageKind.HOME, HOME)
    assert [(post.title, post.posted and post.posted.text) for post in parsed.listed] == [
        ("第7篇", "2025-01-07 10:00"),
        ("第6篇", "2025-01-06 10:00"),
    ]


def _view(html: str) -> PageView:
    return build_page_view(html, URL, datetime(2026, 1, 1, tzinfo=UTC), parse_url)


def test_a_tag_path_has_the_tags_from_the_root_down() -> None:
    view = _view("<div><p>一<b>二</b></p></div><div><p>三</p></div>")
    first, second = view.lines
    assert view.tag_path(first.node_at(1)) == "html/body/div/p/b"
    assert view.tag_path(first.block) == view.tag_path(second.block) == "html/body/div/p"


def test_a_tag_path_may_be_very_deep() -> None:
    view = _view("<div>" * 2000 + "一")
    assert view.tag_path(view.lines[0].block).count("div") > 1000


def test_links_to_posts_may_be_relative_absolute_or_have_a_session() -> None:
    links = ("/u/1/202001/6.html", "6.html", "http://h/u/1/202001/6.html?PHPSESSID=a1", "/u/1/", "#top")
    view = _view("".join(f"<p><a href='{href}'>题</a></p>" for href in links))
    assert view.post_lines == {0, 1, 2}


@pytest.mark.parametrize("base", ["about:blank", "javascript:alert(1)", "data:x", "http://[x"])
def test_a_base_that_is_no_url_is_ignored(base: str) -> None:
    view = _view(f"<base target=_blank><base href='{base}'><p><a href='6.html'>题</a></p>")
    assert view.base == URL
    assert view.post_lines == {0}


SHOWN = [
    "<tr><td><a href='/u/31182/202501/{0}.html'>第{0}篇</a></td><td>2025-01-0{1}</td><td>1,{0}</td><td>{1}</td></tr>",
    "<li><a href='/u/31182/202501/{0}.html'>第{0}篇</a>（2025-01-0{1}，点击 1,{0}，评论 {1}）</li>",
]


@pytest.mark.parametrize(
    ("around", "row"),
    [
        ("<table><tr><th>標題<th>日期<th>瀏覽<th>評論</tr>{}</table>", SHOWN[0]),
        ("<table><thead><tr><td>标题<td>日期<td>阅读数<td>回复</thead><tbody>{}</table>", SHOWN[0]),
        ("<ul>{}</ul>", SHOWN[1]),
    ],
)
def test_counts_may_be_in_columns_or_beside_each_title(around: str, row: str) -> None:
    rows = "".join(row.format(number, number % 7) for number in (501, 502, 503))
    found = read(listing(around.format(rows)), PageKind.HOME, HOME).listed
    assert [(each.views, each.comment_count) for each in found] == [(1501, 4), (1502, 5), (1503, 6)]


def test_counts_beside_some_titles_are_words_of_these() -> None:
    rows = SHOWN[1].format(501, 1) + SHOWN[1].format(502, 2).replace("点击", "好评")
    found = read(listing(rows), PageKind.HOME, HOME).listed
    assert [(each.views, each.comment_count) for each in found] == [(None, None)] * 2
