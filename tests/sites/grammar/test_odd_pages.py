"""Pages of other hosts: each test has one odd form, all else is usual."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import (
    CARD,
    COMMENTS,
    COUNTERS,
    HOME,
    MONTH,
    ROWS,
    TOP,
    URL,
    comment,
    listing,
    post,
    read,
)


@pytest.mark.parametrize("title", ["华为新机发布", "浪费时间", "生命在于", "出发日期", "致读者：", "时间"])
@pytest.mark.parametrize(
    "row",
    [
        "<h3>{} <small>2025-01-01 10:00:00</small></h3>",
        "<div><a class=diary_title href='#'>{}</a> <span>2025-01-01 10:00:00</span></div>",
        "<table><tr><td><a class=diary_title href='#'>{}</a></td><td>2025-01-01 10:00:00</td></tr></table>",
    ],
)
def test_a_title_keeps_its_last_words(row: str, title: str) -> None:
    (found,) = read(post(row.format(title))).posts
    assert (found.title, found.posted and found.posted.text) == (title, "2025-01-01 10:00:00")


@pytest.mark.parametrize(
    "row",
    [
        "<h3>一篇 <small>发表于 2025-01-01 10:00:00</small></h3>",
        "<h3>一篇</h3><div>时间：2025-01-01 10:00:00</div>",
        "<h3>一篇</h3><div>2025-01-01 10:00:00 分类：时政</div>",
        "<h3>一篇</h3><div>2025-01-01 10:00:00 | 分类：时政</div>",
        "<h3>一篇</h3><div>作者：林木 发表时间：2025-01-01 10:00:00</div>",
        "<div>一篇 发表时间：2025-01-01 10:00:00</div>",
    ],
)
def test_words_beside_the_time_are_neither_title_nor_text(row: str) -> None:
    (found,) = read(post(row)).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025-01-01 10:00:00")
    assert (found.body_text, len(found.comments)) == ("正文。\n二段。", 2)


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        ("浏览（10）（2） <a href='#c'>评论</a>", (10, 2, None)),
        ("评论(2) 浏览(10) (2)", (10, 2, 2)),
        ("本文浏览(10) (2) 评论(2)", (10, 2, 2)),
        ("浏览(10) (2) 评论(2) <a href='#'>TOP</a>", (10, 2, 2)),
        ("<p>浏览(10)</p><p>(2)</p><p>评论</p><p>(2)</p>", (10, 2, 2)),
        ("浏览【10】【2】评论【2】", (10, 2, 2)),
        ("<a href='#c'>评论(2)</a> <a href='#l'>(2)</a> 浏览(10)", (10, 2, 2)),
        ("浏览(10) 评论(2) (2)", (10, 2, 2)),
        ("浏览数 10 · 赞 2 · 评论 2", (10, 2, 2)),
        ("浏览(10)，喜欢(2)，评论(2)，分享(3)", (10, 2, 2)),
        ("浏览(10) (2) 评论(2) | 收藏 | 分享到：", (10, 2, 2)),
        ("发表于 2025-01-01 10:00 | 浏览(10) (2) 评论(2)", (10, 2, 2)),
        ("分类：时政 浏览(10) (2) 评论(2)", (10, 2, 2)),
    ],
)
def test_counters_are_parsed_in_other_orders_and_without_a_number(
    counters: str, expected: tuple[int, int, int | None]
) -> None:
    parsed = read(post(counters=f"<div>{counters}</div>"))
    (found,) = parsed.posts
    assert (found.views, found.likes, found.comment_count) == expected
    assert (found.body_text, len(found.comments), parsed.problems) == ("正文。\n二段。", 2, ())


def test_counters_of_an_unknown_form_are_a_problem() -> None:
    parsed = read(post(counters="<div>★ 浏览 10 人 ★ 评论 2 条 ★</div>"))
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "views")]


def test_without_counters_and_labels_comments_are_no_part_of_the_body() -> None:
    linked = COMMENTS.replace("乙", "<a href='/u/2/'>乙</a>").replace("丙", "<a href='/u/3/'>丙</a>")
    (found,) = read(post(counters="", comments=linked, label="")).posts
    assert (found.body_text, [each.author_name for each in found.comments]) == (
        "正文。\n二段。",
        ["乙", "丙"],
    )


@pytest.mark.parametrize("reply", ["回复 {}", "[回复 {}]", "回复：{}", "【回复 {}】"])
def test_the_name_replied_to_is_parsed_with_and_without_brackets(reply: str) -> None:
    answer = comment(f"乙 {reply.format('丙')}", "2025-01-01 12:00:00", "话一")
    (found,) = read(post(comments=answer + comment("丙", "2025-01-01 11:00:00", "话二"))).posts
    assert [(each.author_name, each.reply_to) for each in found.comments] == [("乙", "丙"), ("丙", None)]


@pytest.mark.parametrize(("each", "is_read"), [("<li>{}</li>", True), ("{}", False)])
def test_comments_with_texts_above_their_headers_need_elements(each: str, is_read: bool) -> None:
    foot = "<div><a href='#'>回复</a> | 0</div>"
    comments = "".join(
        each.format(f"<p>{text}</p><div>作者：{who} 留言时间：2025-01-01 {hour}:00:00</div>{foot}")
        for who, hour, text in (("乙", 12, "话一"), ("丙", 11, "话二"))
    )
    parsed = read(post(comments=f"<ul>{comments}</ul>"))
    if is_read:
        assert [(c.author_name, c.body_text) for c in parsed.posts[0].comments] == [
            ("乙", "话一"),
            ("丙", "话二"),
        ]
        assert parsed.problems == ()
        return
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "comments")]
    assert parsed.posts[0].comments == ()


def test_typed_counters_on_a_further_page_are_ignored() -> None:
    typed = COMMENTS.replace("话一", "看这里<br>浏览(99999) (999) 评论(12)<br>完")
    html = f"<html><body>{TOP}<div>文章评论</div>{typed}{CARD}</body></html>"
    (found,) = read(html, PageKind.COMMENTS, f"{URL}?cp=2", page_no=2).posts
    assert (found.views, found.likes, found.comment_count) == (None, None, None)
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


def test_a_post_that_links_to_many_is_a_post() -> None:
    links = " ".join(f"<a href='/u/31182/202501/{number}.html'>第{number}篇</a>" for number in range(9))
    html = f"<title>目录</title><h1>目录</h1><div>2025-01-01 10:00:00</div><p>{links}</p>{COUNTERS}<div>文章评论</div>{CARD}"
    parsed = read(html.replace("评论（2）", "评论（0）"))
    assert (parsed.kind, [found.title for found in parsed.posts]) == (PageKind.POST, ["目录"])


@pytest.mark.parametrize(("page_no", "following"), [(1, 2), (2, 3)])
def test_a_further_page_of_a_list_may_have_the_url_of_a_post(page_no: int, following: int) -> None:
    pager = f"<p>1 <a href='{MONTH}{following}.html'>{following}</a> <a href='{MONTH}{following}.html'>下一页</a></p>"
    here = MONTH if page_no == 1 else f"{MONTH}{page_no}.html"
    parsed = read(listing(ROWS + pager), PageKind.MONTH, here, page_no)
    assert parsed.kind is PageKind.MONTH
    assert [link.url for link in parsed.links if link.next_page] == [f"{MONTH}{following}.html"]
    assert [found.number for found in parsed.listed] == ["501", "502"]


def test_rows_of_the_archive_in_an_unknown_form_are_a_problem() -> None:
    cells = "<table><tr><td>2025-01-02</td><td>-</td><td>2025-01-29</td></tr></table>"
    parsed = read(listing(ROWS, f"<div><h4>存档目录</h4>{cells}</div>{CARD}"), PageKind.HOME, HOME)
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [
        ("unreadable", "archive_months")
    ]


def test_a_link_to_report_a_comment_is_no_text() -> None:
    row = "<table><tr><td>作者：{} 留言时间：{}</td><td><a href='#'>举报</a></td></tr></table>"
    comments = comment("乙", "2025-01-01 12:00:00", "话一", row) + comment(
        "丙", "2025-01-01 11:00:00", "话二", row
    )
    (found,) = read(post(comments=comments)).posts
    assert [each.body_text for each in found.comments] == ["话一", "话二"]


def test_the_month_of_a_post_pinned_in_the_future_is_a_month_and_a_title_of_two_dates_is_none() -> None:
    future = "".join(
        f"<li><a href='/u/31182/?m={year}'>{year}-01-02 - {year}-01-29</a></li>" for year in (2025, 2026)
    )
    titled = "<div><a href='/u/31182/202501/503.html'>2024-01-19 - 2024-01-29</a> 2025-01-03 10:00:00</div>"
    parsed = read(
        listing(ROWS + titled, f"<div><h4>存档目录</h4><ul>{future}</ul></div>{CARD}"), PageKind.HOME, HOME
    )
    assert [row.month for row in parsed.months] == ["2025-01", "2026-01"]
    assert not parsed.problems
    assert [row.month for row in read(listing(ROWS + titled), PageKind.HOME, HOME).months] == []


@pytest.mark.parametrize(
    "pager",
    [
        "<span>‹</span><b>1</b><a href='?page=2'>2</a><a href='?page=3'>3</a><a href='?page=2'>›</a>",
        "<b>1</b><a href='?page=2'>2</a><a href='?page=3'>3</a>",
        "共12篇 1/3 <a href='?page=2'>&gt;</a>",
        "<a href='?page=2'>下一页（2/3）</a>",
        "<a href='?page=2'>更早的文章</a>",
        "<a href='?page=2'>Older Posts »</a>",
    ],
)
def test_a_pager_may_have_numbers_without_spaces_or_link_to_older_posts(pager: str) -> None:
    parsed = read(listing(f"{ROWS}<div>{pager}</div>"), PageKind.HOME, HOME)
    assert [link.url for link in parsed.links if link.next_page] == [f"{HOME}?page=2"]


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("<p class=to>回复 丙</p>", "回复 丙"),
        ("<div class=to>回复 @丙：</div>", "回复 丙"),
        ("<div class=to>回覆給 丙</div>", "回复 丙"),
        ("<p>回复 丙</p>", ""),
    ],
)
def test_the_name_replied_to_may_be_in_an_element_of_its_own(to: str, shown: str) -> None:
    answer = comment("乙", "2025-01-01 12:00:00", f"{to}<p>话一</p>")
    parsed = read(post(comments=answer + comment("丙", "2025-01-01 11:00:00", "<p>话二</p>")))
    (first, _) = parsed.posts[0].comments
    assert (first.reply_to, first.body_text) == (("丙", "话一") if shown else (None, "回复 丙\n话一"))


@pytest.mark.parametrize("foot", ["", "<div>回复 | 3</div>"])
def test_a_comment_without_text_may_be_among_those_with_the_text_above(foot: str) -> None:
    texts = (("乙", 13, "话一"), ("丙", 12, ""), ("丁", 11, "话三"))
    comments = "".join(
        f"<div class=c><div>{text}</div><div>{who} 2025-01-01 {hour}:00:00</div>{foot}</div>"
        for who, hour, text in texts
    )
    (found,) = read(post(counters=COUNTERS.replace("评论（2）", "评论（3）"), comments=comments)).posts
    assert [(c.author_name, c.body_text) for c in found.comments] == [(who, text) for who, _, text in texts]


def test_a_rule_of_signs_below_a_comment_is_no_text() -> None:
    comments = "<p>--------</p>".join(
        f"<p><a href='/u/{uid}/'>{who}</a> 2025-01-01 1{uid}:00:00</p><p>{text}</p>"
        for who, uid, text in (("乙", 2, "话一"), ("丙", 1, "话二"))
    )
    assert [c.body_text for c in read(post(comments=comments)).posts[0].comments] == ["话一", "话二"]


@pytest.mark.parametrize("header", ["作者：{} (IP:1.2.3.*) 留言时间：{}", "{}（IP：1.2.3.*） 时间：{}"])
def test_an_address_is_no_part_of_a_name(header: str) -> None:
    comments = "".join(
        comment(who, f"2025-01-01 1{i}:00:00", "话", header) for who, i in (("乙", 2), ("丙", 1))
    )
    pager = f"<div><a href='{URL}?page=2'>下一页</a></div>"
    (found,) = read(
        post(counters=COUNTERS.replace("评论（2）", "评论（9）"), comments=comments + pager)
    ).posts
    assert [c.author_name for c in found.comments] == ["乙", "丙"]


@pytest.mark.parametrize(
    ("top", "tagline"),
    [
        (f"<div><h1><a href='{HOME}'>林木的角落</a></h1><p>随手写下。</p></div>", "随手写下。"),
        (f"<div><a href='{HOME}'>林木的角落</a><small>随手写下</small></div>", "随手写下"),
        (
            f"<div><span><a href='{HOME}'>林木的角落</a></span><span>随手写下</span><span>{HOME}</span></div>",
            "随手写下",
        ),
        (f"<div><h1><a href='{HOME}'>林木的角落</a></h1><p>首页 相册</p></div>", None),
        (f"<div><h1><a href='{HOME}'>林木的角落</a></h1><p>博主：林木</p></div>", None),
        (f"<div><h1><a href='{HOME}'>林木的角落</a></h1><p>2025年1月2日 星期四</p></div>", None),
        (f"<div><h1><a href='{HOME}'>林木的角落</a></h1><p><a href='/x'>日志</a></p></div>", None),
    ],
)
def test_the_tagline_is_beside_or_below_the_title_of_the_blog(top: str, tagline: str | None) -> None:
    author = read(post().replace(TOP, top)).author
    assert author is not None
    assert (author.blog_title, author.tagline) == ("林木的角落", tagline)


@pytest.mark.parametrize(
    "card",
    [
        "<dl><dt>昵称</dt><dd>林木</dd><dt>博龄</dt><dd>3岁</dd><dt>注册日期</dt><dd>2022-06-17</dd><dt>访问总量</dt><dd>5</dd></dl>",
        "<p>Name: 林木</p><p>3岁</p><p>Since 註冊日期: 2022-06-17</p><p>Visits 訪問總量: 5</p>",
        "<p>林木</p><p>3岁</p><p><i title='注册日期'></i>2022-06-17</p><p><i title='访问总量'></i>5</p>",
    ],
)
def test_a_card_may_have_a_list_icons_or_two_languages(card: str) -> None:
    author = read(post().replace(CARD, f"<div><h4>我的名片</h4>{card}</div>")).author
    assert author is not None
    assert author.registered is not None
    assert (author.nickname, author.account_age, author.registered.text) == ("林木", 3, "2022-06-17")
    assert author.total_visits == 5


def test_a_card_without_a_label_may_have_each_label_above_its_value() -> None:
    values = (
        "<div><div>注册日期</div><div>2022-06-17</div></div><div><div>访问总量</div><div>1,234</div></div>"
    )
    author = read(post().replace(CARD, f"<div><div>林木</div>{values}</div>")).author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 1234)


def test_labels_in_two_languages_are_read_as_those_in_chinese() -> None:
    counters = "<table><tr><td>Views 浏览: 10</td><td>Likes 赞: 2</td><td>Comments 评论: 2</td></tr></table>"
    parsed = read(post(counters=counters, label="Comments 文章评论").replace("回复</a>", "Reply 回复</a>"))
    (found,) = parsed.posts
    assert (found.views, found.likes, found.comment_count) == (10, 2, 2)
    assert [c.body_text for c in found.comments] == ["话一", "话二"]


def test_a_badge_beside_a_linked_name_is_no_part_of_it() -> None:
    who = "<a href='/u/5/'>乙</a> <b>博主</b> 回复 丙"
    parsed = read(
        post(
            comments=comment(who, "2025-01-01 12:00:00", "话一")
            + COMMENTS[COMMENTS.rindex("<div class=c>") :]
        )
    )
    assert [(c.author_name, c.reply_to) for c in parsed.posts[0].comments] == [("乙", "丙"), ("丙", None)]


def test_advertisements_and_other_posts_around_a_marked_text_are_no_part_of_it() -> None:
    above = "<div class=ad><a href='/ads.php?url=http://ads.example/1'><img src='http://ads.example/1.gif'></a></div>"
    other = "<li><a href='/u/31182/202412/7.html'>另一篇</a> 浏览(9) 评论(1)</li>"
    below = f"<div><a href='#'>微信</a></div><div><b>推荐博文</b><ul>{other * 4}</ul></div>"
    html = post().replace(
        "<div><p>正文。</p><p>二段。</p></div>", f"{above}<div class=diary_content><p>正文。</p></div>{below}"
    )
    (found,) = read(html).posts
    assert (found.body_text, found.images) == ("正文。", ())


def test_a_day_in_the_sidebar_is_none_of_the_times_below_comments() -> None:
    comments = "".join(
        f"<div class=c><div>{who}</div><div>{text}</div><div>2025-01-01 {hour}:00 赞 {hour} 回复</div></div>"
        for who, text, hour in (("乙", "话一。", 12), ("丙", "话二。", 11))
    )
    card = "<section><p>林木</p><p>注册日期</p><p>2022-06-17</p></section>"
    (found,) = read(post(comments=comments).replace(CARD, card)).posts
    assert [(c.author_name, c.body_text, c.likes) for c in found.comments] == [
        ("乙", "话一。", 12),
        ("丙", "话二。", 11),
    ]


def test_a_title_in_one_element_with_many_lines_has_no_tagline() -> None:
    lines = "<br>".join(("林木的角落", "一", "二", "三", "四"))
    parsed = read(f"<title>林木的角落</title><div>{lines}</div>", PageKind.HOME)
    assert parsed.author is not None
    assert (parsed.author.blog_title, parsed.author.tagline) == ("林木的角落", None)
