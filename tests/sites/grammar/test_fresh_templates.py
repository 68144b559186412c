"""Parts of pages by templates that the reader has no words for."""

import re

import pytest

from blogarchive.items import PageKind
from tests.sites.grammar.test_unseen_markups import AT, BLOG, TIME, TITLE, entry, page
from tests.sites.printed.one import HOME, ROWS, listing, read

LINKS = "".join(f"<li><a href='{BLOG}202312/{i}.html'>旧文{i}</a></li>" for i in range(9))


@pytest.mark.parametrize(
    "below",
    [
        "<div class=act><a href='#'>珍藏</a><a href='#'>转告</a></div><div class=vote>12 路过 0 鸡蛋</div>",
        "<footer>收于：<b><a href='#'>时政</a></b></footer><nav><a href='#'>旧文</a></nav>",
        "<form>投票 <b>3</b></form>",
    ],
)
def test_many_short_lines_in_elements_of_the_template_are_no_text(below: str) -> None:
    head = f"{TITLE}{TIME}<div class=counts>浏览(9) 评论(0)</div>"
    found = read(page(entry(head, f"{below}<div class=rel><b>作者的旧作</b><ul>{LINKS}</ul></div>")))
    assert found.posts[0].body_text == "正文。\n二段。"


@pytest.mark.parametrize(
    "below",
    [
        "<ul><li>带伞</li><li>带水</li></ul>",
        "<div class=more>处处闻啼鸟</div>",
        "".join("<div class=poem>花落知多少</div>" for _ in range(30)),
        "".join(f"<div class=poem>一九{i}年</div>" for i in range(30)),
        "<blockquote class=q>花落知多少</blockquote>",
        "<footer>附记：桥修好了</footer>",
        "</div></div>" + "<p>We went home in 1999.</p>" * 12,
        "</div></div>" + "<p>We went home</p>" * 2,
        "</div></div><h3>一共三样</h3><p>We went home</p>",
        "<div class=more>1999 年，我在<a href='http://example.com/'>这里</a>住过</div>",
    ],
)
def test_short_lines_of_the_author_below_an_element_of_his_text_are_text(below: str) -> None:
    shown = page(
        f"<div class=main><div class=post>{TITLE}{TIME}<div class=text>一共三样</div>{below}</div><h3>评论</h3></div>"
    )
    (post,) = read(shown).posts
    assert post.body_text.replace("\n", "") == "一共三样" + re.sub("<[^>]*>", "", below)


@pytest.mark.parametrize(
    "row",
    [
        "林木 写于 2025-01-01 10:20 | 归入 时政 | 阅读次数 [9] 留言 [0] | Trackback(0)",
        "林木 记于 2025-01-01 10:20 | 天气 晴 | 浏览(9) | 评论(0) | 印",
        "2025-01-01 10:20 浏览 9 暂无评论",
    ],
)
def test_counts_may_be_among_unknown_data_of_a_post(row: str) -> None:
    (post,) = read(page(entry(f"<div>2025-01-01</div>{TITLE}", f"<div class=foot>{row}</div>"))).posts
    assert (post.views, post.comment_count, post.body_text) == (9, 0, "正文。\n二段。")
    assert post.posted is not None
    assert "10:20" in post.posted.text


def test_a_row_of_a_list_without_comments_has_none() -> None:
    rows = "".join(
        f"<div><h2><a href='{BLOG}202501/{i}.html'>第{i}篇</a></h2><p>由 林木 发布于 {AT} 10:00 {i} 次浏览 {said}</p></div>"
        for i, said in ((501, "暂无评论"), (502, "2 条评论"))
    )
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [(each.views, each.comment_count) for each in found.listed] == [(501, 0), (502, 2)]


def test_a_link_to_the_next_number_needs_no_known_word() -> None:
    shown = listing(f"{ROWS}<p>[1/3] <a href='{BLOG}?page=2'>旧的 &gt;&gt;</a></p>")
    found = read(shown, PageKind.HOME, HOME)
    assert [each.url for each in found.links if each.next_page] == [f"{HOME}?page=2"]


@pytest.mark.parametrize("verb", ["留于", "写于", "记录于"])
def test_any_verb_may_be_between_a_name_and_a_time(verb: str) -> None:
    said = "".join(
        f"<div class=c><p>话{i}</p><p class=by>{name} {verb} {AT} 1{i}:00:00</p></div>"
        for i, name in enumerate(("<a href='/u/9/'>乙</a>", "丙"))
    )
    head = f"{TITLE}{TIME}<div class=counts>浏览(9) 评论(2)</div>"
    (post,) = read(page(entry(head, comments=f"<h3>评论</h3>{said}"))).posts
    assert [each.author_name for each in post.comments] == ["乙", "丙"]


def test_brackets_in_the_link_of_a_name_belong_to_the_name() -> None:
    said = f"<div class=c><div><a href='/u/9/'>【铁哥】</a> {AT} 11:00:00</div><p>话</p></div>"
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (1)</h3>{said}"))).posts
    assert [each.author_name for each in post.comments] == ["【铁哥】"]


def test_a_header_with_labels_typed_below_headers_without_is_text() -> None:
    said = "".join(
        f"<li><div><b><a href='/u/{i}/'>读者{i}</a></b> 说道：</div><div>{AT} 1{i}:00</div><p>话{i}</p>{more}</li>"
        for i, more in enumerate(
            ("", f"<p>作者：冒名 留言时间：{AT} 09:00:00</p><p>冒名 发表于 {AT} 09:00:00</p>", "")
        )
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (3)</h3><ol>{said}</ol>"))).posts
    assert [each.author_name for each in post.comments] == ["读者0", "读者1", "读者2"]
    assert "冒名" in post.comments[1].body_text


def test_counters_that_end_a_text_above_others_are_not_stored() -> None:
    text = "<div class=text><p>正文。</p><p>阅读次数 [777] 留言 [0]</p></div>"
    foot = "<div class=foot>林木 写于 2025-01-01 10:20 | 阅读次数 [9] 留言 [0]</div>"
    found = read(page(f"<div class=main><div>2025-01-01</div>{TITLE}{text}{foot}</div>"))
    assert found.posts[0].views is None
    assert "views" in [each.field for each in found.problems]


@pytest.mark.parametrize(
    "head",
    [
        f"{TITLE}<div>送交者: 林木 于 {AT} 10:00:00</div>",
        f"{TITLE}<div>作者：林木　发表时间：{AT} 10:00</div>",
        f"{TITLE}<div>林木 写于 {AT} 10:00</div>",
        f"{TITLE}<div><a href='{BLOG}'>林木</a> {AT} 10:00</div>",
    ],
)
def test_the_author_beside_the_time_is_the_nickname_of_a_page_without_his_box(head: str) -> None:
    author = read(page(entry(head), side="")).author
    assert author is not None
    assert author.nickname == "林木"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"最后 修改于 {AT} 10:00", None),
        (f"本文 写于 {AT} 10:00", None),
        (f"作者： {AT} 10:00", None),
        (f"作者：林木发表于{AT} 10:00:00", "林木"),
        (f"Posted by John Smith on {AT} 10:00", "John Smith"),
        (f"Posted by John Smith {AT} 10:00", "John Smith"),
        ("by John May 5, 2025 10:00", "John"),
        (f"<a href='{BLOG}'>返回首页</a> {AT} 10:00", None),
        (f"作者：鲁迅 来源：网络 {AT} 10:00", None),
    ],
)
def test_a_verb_a_button_or_the_author_of_a_reprint_is_no_nickname(line: str, name: str | None) -> None:
    author = read(page(entry(f"{TITLE}<div>{line}</div>"), side="")).author
    assert author is not None
    assert author.nickname == name


def test_other_views_beside_the_time_leave_the_counters_below_the_text_out_of_it() -> None:
    head = f"{TITLE}<div>{AT} 10:00:00 阅读(8)</div>"
    (post,) = read(page(entry(head, "<div>浏览(9) 评论(1)</div>"))).posts
    assert (post.views, post.comment_count, post.body_text) == (9, 1, "正文。\n二段。")


def test_counts_of_the_blog_in_a_column_before_the_post_are_not_its_counters() -> None:
    box = "<table><tr><td>站点<br>日志：26<br>评论：92<br>访问：906966</td></tr></table>"
    (post,) = read(page(f"{box}{entry(TITLE + TIME, '<div>浏览(9) 评论(0)</div>')}", side="")).posts
    assert (post.title, post.views) == ("一篇", 9)
    (post,) = read(page(entry(TITLE + TIME), side=box)).posts
    assert (post.views, post.comment_count, post.body_text) == (None, None, "正文。\n二段。")


def test_the_name_answered_may_begin_a_text_below_a_label_of_the_time() -> None:
    said = "".join(
        f"<div class=c><div>作者：<a href='/u/{i}/'>{name}</a> 时间：{AT} 1{i}:00:00</div><div>{text}</div></div>"
        for i, (name, text) in enumerate((("乙", "话一"), ("丙", "@乙 话二")))
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3>{said}"))).posts
    assert [(each.reply_to, each.body_text) for each in post.comments] == [(None, "话一"), ("乙", "话二")]


def test_the_window_title_of_a_list_alone_is_the_name_of_the_blog() -> None:
    top = f"<nav><a href='{BLOG}'>我的</a></nav><h1><a href='{BLOG}'>林木的角落</a></h1>"
    author = read(f"<title>林木的角落</title>{top}{ROWS}", PageKind.HOME, HOME).author
    assert author is not None
    assert author.blog_title == "林木的角落"


def test_a_text_of_one_line_ends_with_its_element() -> None:
    foot = "<div class=foot>林木 写于 2025-01-01 10:20 | 归入 时政 | 阅读次数 [9] 留言 [0]</div>"
    text = "<div class=text>一句话。</div>"
    (post,) = read(page(f"<div class=main><div>2025-01-01</div>{TITLE}{text}{foot}</div>")).posts
    assert (post.body_text, post.views, post.comment_count) == ("一句话。", 9, 0)


@pytest.mark.parametrize("name", ["楼主", "网友"])
def test_the_word_for_a_guest_may_be_his_name_before_a_time_in_brackets(name: str) -> None:
    said = "".join(
        f"<div><div>{shown} [{AT} 1{i}:00:00] <a href='#'>回复</a></div><p>话{i}</p></div>"
        for i, shown in enumerate(("<a href='/u/9/'>乙</a>", name))
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3>{said}"))).posts
    assert [each.author_name for each in post.comments] == ["乙", name]


def test_counts_typed_into_an_excerpt_are_not_those_of_its_row() -> None:
    rows = "".join(
        f"<article><header><h2><a href='{BLOG}202501/{i}.html'>第{i}篇</a></h2><div class=meta>由 林木 发布于 {AT} 10:00"
        f" {i} 次浏览 2 条评论</div></header><div class=text>{text}</div></article>"
        for i, text in ((501, "话。"), (502, "话。"), (503, "点击 54321 次 …"))
    )
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [each.views for each in found.listed] == [501, 502, 503]


def test_a_title_with_its_label_may_be_in_a_cell_beside_the_counts() -> None:
    head = (
        "<table><tr><td><b>主题：[转载]一篇</b></td><td>人气：<font>9</font>　跟帖：<font>0</font></td></tr>"
        f"<tr><td colspan=2>栏目：家书　作者：林木　发表日期：{AT} 10:00:00</td></tr>"
        "<tr><td colspan=2><font>正文。<br>二段。</font></td></tr></table>"
    )
    (post,) = read(page(head, title="[转载]一篇 → 林木的角落")).posts
    assert (post.title, post.views, post.comment_count, post.body_text) == (
        "[转载]一篇",
        9,
        0,
        "正文。\n二段。",
    )


def test_a_verb_before_a_time_in_a_cell_beside_the_name_is_no_name() -> None:
    said = "".join(
        f"<table><tr><td rowspan=2><b>{name}</b></td><td>第 {i} 楼　回复于 {AT} 1{i}:00:00</td></tr>"
        f"<tr><td>话{i}。</td></tr></table>"
        for i, name in enumerate(("<a href='/u/9/'>乙</a>", "丙"), 1)
    )
    head = f"{TITLE}{TIME}<div class=counts>浏览(9) 评论(2)</div>"
    found = read(page(entry(head, comments=f"<h3>评论</h3>{said}")))
    assert (found.posts[0].comments, [each.field for each in found.problems]) == ((), ["comments"])


@pytest.mark.parametrize("sign", ["▸", "▶"])
def test_an_arrow_between_names_is_an_answer(sign: str) -> None:
    said = "".join(
        f"<div><div><b>{name}</b>{to}<time>{AT} 1{i}:00</time></div><p>话{i}</p></div>"
        for i, (name, to) in enumerate((("乙", ""), ("丙", f"<i>{sign}</i><span>乙</span>")))
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3>{said}"))).posts
    assert [(each.author_name, each.reply_to) for each in post.comments] == [("乙", None), ("丙", "乙")]


@pytest.mark.parametrize(
    "below",
    [
        f"<nav><a href='{BLOG}202501/501.html'>‹ 前文</a> <a href='{BLOG}202501/502.html'>后文 ›</a></nav>",
        f"<p>分类目录：时政</p><p>点赞 收藏 分享</p><div>← <a href='{BLOG}202501/501.html'>前文</a></div>",
        f"<h3>猜你喜欢</h3><ul><li><a href='{BLOG}202501/501.html'>前文</a> 2024-01-02</li></ul>",
        "<table><tr><td><div>38</div>路过</td><td><div>0</div>鸡蛋</td></tr></table>",
    ],
)
def test_what_is_below_a_post_without_text_is_no_text(below: str) -> None:
    shown = f"{TITLE}{TIME}<p>浏览(9) 评论(0)</p><div class=text></div>{below}<h3>评论</h3>"
    found = read(page(f"<div class=main>{shown}</div>"))
    assert found.posts[0].body_text == ""
    assert [each.field for each in found.problems] == ["body"]


def test_a_portrait_beside_each_text_is_no_part_of_it_and_names_may_begin_as_a_button() -> None:
    rows = (("回复狂", "话一"), ("丙", "回复回复狂：话二"))
    said = "".join(
        f"<dl><dt>{i}楼 <b>{name}</b> {AT} 1{i}:00发表 <a href='#'>[回复]</a></dt>"
        f"<dd class=face><img src='/face/{i}.jpg'></dd><dd class=text>{text}</dd></dl>"
        for i, (name, text) in enumerate(rows, 1)
    )
    head = f"{TITLE}{TIME}<div class=counts>浏览(9) 评论(2)</div>"
    (post,) = read(page(entry(head, comments=f"<h3>评论</h3>{said}"))).posts
    shown = [(each.author_name, each.reply_to, each.body_html) for each in post.comments]
    assert shown == [("回复狂", None, "话一"), ("丙", "回复狂", "话二")]


@pytest.mark.parametrize(("name", "nickname"), [("林木", "林木"), ("林木的角落", None)])
def test_the_name_above_the_button_to_follow_is_the_nickname(name: str, nickname: str | None) -> None:
    box = f"<div><img src='/me.jpg'><p>{name}</p><p>加关注 | 发纸条</p></div>"
    author = read(page(entry(TITLE + TIME), box)).author
    assert author is not None
    assert author.nickname == nickname


def test_a_guest_book_in_the_sidebar_is_no_comments_and_hides_no_months() -> None:
    said = "".join(f"<table><tr><td>{n}</td><td>第 1 楼　回复于 {AT} 11:00</td></tr></table>" for n in "乙丙")
    main = f"<td><h2>一篇</h2><p>{AT} 10:00:00</p><p>人气：9　跟帖：2</p><p>正文。</p><h4>网友跟帖</h4>{said}</td>"
    rows = "".join(f"<a href='{BLOG}20250{i}/'>2025年{i}月</a><br>" for i in (1, 2))
    guests = "".join(f"<b>{name}</b>（{AT} 12:00:00）<br>路过<br>" for name in ("丁", "戊"))
    found = read(
        page(f"<table><tr>{main}<td><p>按月查看</p><p>{rows}</p><p>{guests}</p></td></tr></table>", "")
    )
    assert [each.month for each in found.months] == ["2025-01", "2025-02"]
    assert found.posts[0].comments == ()
    assert "comments" in [each.field for each in found.problems]


@pytest.mark.parametrize("buttons", ["<span>回应</span> <span>转告 3</span>", "<a href='#'>有用</a>"])
@pytest.mark.parametrize("names", ["乙丙", "乙丙丁"])
def test_a_line_that_ends_all_comments_is_no_text(buttons: str, names: str) -> None:
    said = "".join(
        f"<li><div><b>{name}</b> {AT} 1{i}:00</div><p>话{i}。</p><div class=do>{buttons}</div></li>"
        for i, name in enumerate(names)
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 ({len(names)})</h3><ol>{said}</ol>"))).posts
    assert [each.body_text for each in post.comments] == [f"话{i}。" for i in range(len(names))]


def test_lines_alike_in_the_element_of_the_texts_are_text_and_counted_likes_are_likes() -> None:
    said = "".join(
        f"<li><div><b>{name}</b> {AT} 1{i}:00</div><p>话{i}。</p><p>同上</p><div class=do>顶({i + 3})</div></li>"
        for i, name in enumerate("乙丙")
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3><ol>{said}</ol>"))).posts
    assert [(each.body_text, each.likes) for each in post.comments] == [
        ("话0。\n同上", 3),
        ("话1。\n同上", 4),
    ]


def test_a_link_to_nowhere_below_a_sole_comment_is_no_text() -> None:
    said = f"<li><div><b>乙</b> {AT} 11:00</div><p>话。</p><div><a href='#'>有用</a></div></li>"
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (1)</h3><ol>{said}</ol>"))).posts
    assert [each.body_text for each in post.comments] == ["话。"]


@pytest.mark.parametrize(
    "header",
    [
        "{name} {at} 第{i}楼",
        "{name} {at} IP属地：北京",
        "{name} {at} 发布于 上海",
        "{name} {at} · 上海",
        "{name}　IP：24.36.7.*　发表于：{at}",
        "读者：{name} {at}",
        "{name} 讨论于 {at}",
        "作者：{name} 提交时间：{at}",
    ],
)
def test_places_floors_and_labels_may_be_beside_a_name_and_a_time(header: str) -> None:
    said = "".join(
        f"<li><div>{header.format(name=name, at=f'{AT} 1{i}:00:00', i=i)}</div><p>话{i}</p></li>"
        for i, name in enumerate(("李·明", "丙"), 1)
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3><ol>{said}</ol>"))).posts
    assert [(each.author_name, each.body_text) for each in post.comments] == [("李·明", "话1"), ("丙", "话2")]


def test_the_word_for_the_author_may_be_a_name_in_a_cell_beside_a_labelled_time() -> None:
    row = (
        f"<tr><td>第1楼　<a href='/u/9/'>楼主</a></td><td>发表于：{AT} 11:00:00</td></tr><tr><td>话</td></tr>"
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>网友跟贴 (1)</h3><table>{row}</table>"))).posts
    assert [each.author_name for each in post.comments] == ["楼主"]


@pytest.mark.parametrize(
    ("time", "views"),
    [
        (f"{AT} PM 03:05", 1234),
        (f"{AT} 3:05 p.m.", 1234),
        (f"{AT} 15:05:06.0", 1234),
        (f"{AT} 15:05:06 PST", 1234),
        ("2025年1月1日15时05分", 1234),
        ("2025年1月1日15点05分", 1234),
    ],
)
def test_a_time_may_have_a_half_day_a_fraction_a_zone_or_words(time: str, views: int) -> None:
    (post,) = read(page(entry(f"{TITLE}<div>分类：时政 {time} {views} 次浏览 2 条讨论</div>"))).posts
    assert (post.posted and post.posted.text, post.views, post.comment_count) == (time, views, 2)


@pytest.mark.parametrize("said", ["讨论", "回帖", "跟帖"])
@pytest.mark.parametrize("seen", ["看过", "查看"])
def test_any_usual_word_counts_readers_and_comments(said: str, seen: str) -> None:
    (post,) = read(page(entry(TITLE + TIME, f"<div>{seen}(9) {said}(0) 发表{said}</div>"))).posts
    assert (post.views, post.comment_count, post.body_text) == (9, 0, "正文。\n二段。")


def test_any_number_of_known_lines_may_be_below_a_text() -> None:
    head = f"{TITLE}<div>{AT} 10:00 阅读 9 评论 0</div>"
    near = "".join(
        f"<p>{word}：<a href='{BLOG}202501/{i}.html'>旧文{i}</a></p>"
        for i, word in enumerate(("前一篇", "后一篇"))
    )
    below = f"<div class=lab>文章分类：<a>时政</a></div><div class=up>推荐7</div>{near}"
    below += f"<div class=rel><h3>话题</h3><ul>{LINKS}</ul></div>"
    (post,) = read(page(entry(head, below, "<h3>0 条评论</h3>"))).posts
    assert (post.body_text, post.categories, post.likes) == ("正文。\n二段。", ("时政",), 7)


@pytest.mark.parametrize(
    "words",
    ["本文仅代表作者个人观点，不代表本站立场。", "作者简介：写字的人。", "最后修改于 2025-01-02 03:04:05"],
)
def test_a_remark_of_the_site_below_a_text_is_no_text(words: str) -> None:
    (post,) = read(page(entry(TITLE + TIME, f"<div>{words}</div><div>浏览(9) 评论(0)</div>"))).posts
    assert post.body_text == "正文。\n二段。"


def test_the_menu_of_the_site_above_title_and_url_of_a_blog_is_not_its_title() -> None:
    top = "<table><tr><td>首页 | 博客 | 播客</td></tr></table><div>林木的角落</div><div>http://blog.creaders.net/u/31182/</div>"
    author = read(page(top + entry(TITLE + TIME), title="一篇-林木的角落-万维")).author
    assert author is not None
    assert author.blog_title == "林木的角落"


@pytest.mark.parametrize("visits", ["您是本站第1234位访客", "总阅读量：1234", "总流量：1234", "点击率：1234"])
def test_visits_have_many_words(visits: str) -> None:
    author = read(page(entry(TITLE + TIME), f"<h3>博客信息</h3><p>博主：林木</p><p>{visits}</p>")).author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 1234)


def test_a_link_of_a_row_may_have_the_label_of_a_count_alone() -> None:
    row = "<div><a href='{url}'>第{i}篇</a><p>({at} 10:00)</p><p><a href='{url}'>阅读</a>({i})┊ "
    row += "<a href='{url}#c'>评论</a> (2)┊转载┊查看全文&gt;&gt;</p></div>"
    rows = "".join(row.format(url=f"{BLOG}202501/{i}.html", i=i, at=AT) for i in (501, 502))
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [(each.views, each.comment_count) for each in found.listed] == [(501, 2), (502, 2)]


def test_a_name_and_visits_may_be_around_the_time_of_submission_below_a_title() -> None:
    row = f"<div>作者：<a href='{BLOG}'>林木</a>　提交日期：{AT} 2:26:26　访问：9 评论：0</div>"
    (post,) = read(page(entry(f"<h2>[时政]一篇</h2>{row}", comments="<h3>文章评论：</h3>"))).posts
    assert (post.title, post.views, post.comment_count) == ("一篇", 9, 0)
    assert post.posted is not None
    assert post.posted.text == f"{AT} 2:26:26"


def test_a_time_that_an_excerpt_quotes_is_not_that_of_its_row() -> None:
    rows = "".join(
        f"<div><a href='{BLOG}202501/{i}.html'>第{i}篇</a><p>{said}</p><div class=meta>赞 3 {AT} 1{i % 10}:00</div></div>"
        for i, said in ((501, "话。"), (502, "灯下（2003-04-05 06:07:08写于旧屋）。"), (503, "话。"))
    )
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [each.posted and each.posted.text for each in found.listed] == [f"{AT} 1{i}:00" for i in (1, 2, 3)]


def test_the_hour_of_a_day_may_be_below_a_long_text_beside_a_link_to_the_post() -> None:
    rows = "".join(
        f"<div><h3>2025年1月{i - 500}日</h3><h4><a href='{BLOG}202501/{i}.html'>第{i}篇</a></h4>{'<p>话。</p>' * i}"
        f"<div>21:1{i % 10} | <a href='{BLOG}202501/{i}.html'>固定链接</a></div></div>"
        for i in (502, 503)
    )
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [each.posted and each.posted.text for each in found.listed] == [
        "2025年1月2日 21:12",
        "2025年1月3日 21:13",
    ]


def test_a_face_and_a_name_above_the_time_and_the_counts_are_no_text() -> None:
    name = (
        f"<div><a href='{BLOG}'><img src='/a.jpg'></a></div><div><a href='{BLOG}'>林木</a> <a>关注</a></div>"
    )
    shown = page(entry(f"<h1>一篇</h1>{name}<div>{AT} 10:00 阅读 9 评论 0</div>"), title="一篇 - 万维博客")
    assert "正文。" in (read(shown).posts[0].body_text or "")


def test_a_problem_of_a_post_does_not_hide_that_the_visits_were_not_read() -> None:
    shown = page(entry(TITLE + TIME, comments="<h3>评论 (3)</h3>"), "<p>造访 1234 次</p>")
    assert [each.field for each in read(shown).problems] == ["comments", "template"]


def test_a_text_with_a_link_to_itself_may_go_on_to_the_template_and_is_told() -> None:
    link = "<p>链接：<a href='/u/31182/202501/506012.html'>http://…</a></p>"
    shown = entry(TITLE + TIME).replace("<p>二段。</p>", f"<p>二段。</p>{link}")
    assert "template" in [each.field for each in read(page(shown)).problems]


@pytest.mark.parametrize("last", ["谢谢", "顶(999)"])
def test_equal_last_lines_that_visitors_typed_in_an_editor_are_text(last: str) -> None:
    said = "".join(
        f"<li><div><b>{name}</b> {AT} 1{i}:00</div><div class=t>话{i}。<div>{last}</div></div></li>"
        for i, name in enumerate("乙丙")
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3><ol>{said}</ol>"))).posts
    assert [(each.body_text, each.likes) for each in post.comments] == [
        (f"话0。\n{last}", None),
        (f"话1。\n{last}", None),
    ]


def test_a_line_with_which_one_visitor_signs_all_comments_is_text() -> None:
    said = "".join(
        f"<li><div><b>乙</b> {AT} 1{i}:00</div><div class=t>话{i}。<p><a href='http://my.example/'>我的博客</a></p></div></li>"
        for i in range(2)
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3><ol>{said}</ol>"))).posts
    assert [each.body_text for each in post.comments] == ["话0。\n我的博客", "话1。\n我的博客"]


@pytest.mark.parametrize("beside", ["·回复", " · 回复 | 3"])
def test_a_dot_before_the_button_to_answer_may_be_beside_the_time(beside: str) -> None:
    said = "".join(
        f"<li><div><b>{name}</b> {AT} 1{i}:00:00{beside}</div><p>话{i}。</p></li>"
        for i, name in enumerate("乙丙")
    )
    (post,) = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (2)</h3><ol>{said}</ol>"))).posts
    assert [each.author_name for each in post.comments] == ["乙", "丙"]


def test_the_views_above_a_text_may_stand_again_below_it_with_the_number_of_comments() -> None:
    html = page(f"{TITLE}<div>{AT} 10:00 阅读 9</div><p>正文。</p><p>二段。</p><div>浏览(9) 评论(0)</div>")
    (post,) = read(html).posts
    assert (post.views, post.comment_count, post.body_text) == (9, 0, "正文。\n二段。")


@pytest.mark.parametrize("heading", ["讨论", "热评", "读者来信"])
def test_a_heading_of_the_author_is_no_label_of_comments(heading: str) -> None:
    text = f"<p>正文。</p><h3>{heading}</h3><p>二段很长很长的话。</p><p>三段。</p>"
    (post,) = read(page(f"{TITLE}{TIME}<div class=text>{text}</div>")).posts
    assert post.body_text == f"正文。\n{heading}\n二段很长很长的话。\n三段。"


def test_a_line_of_the_blog_s_data_without_counts_ends_no_text_of_a_page_without_counters() -> None:
    text = f"<p>正文。</p><p>博客信息</p>{'<p>又一段。</p>' * 5}"
    (post,) = read(page(f"{TITLE}{TIME}<div class=text>{text}</div>")).posts
    assert post.body_text == "正文。\n博客信息" + "\n又一段。" * 5


@pytest.mark.parametrize("first", ["t", "t first"])
def test_the_time_of_an_update_is_not_that_of_a_row_whatever_the_class_of_the_first_row(first: str) -> None:
    row = "<div><h3><a href='{url}'>第{i}篇</a></h3><p class='{name}'>{at}</p><p class=up>更新于 2025-02-01 11:00</p></div>"
    rows = "".join(
        row.format(
            url=f"{BLOG}202501/{i}.html", i=i, name=first if i == 501 else "t", at=f"{AT} 1{i % 10}:00"
        )
        for i in (501, 502, 503)
    )
    found = read(listing(rows), PageKind.HOME, HOME)
    assert [each.posted and each.posted.text for each in found.listed] == [f"{AT} 1{i}:00" for i in (1, 2, 3)]


def test_the_views_may_be_in_the_cell_beside_their_label_above_a_text() -> None:
    data = f"<tr><td>作者</td><td>林木</td><td>发表日期</td><td>{AT} 10:00:00</td></tr>"
    data += (
        f"<tr><td>所属栏目</td><td><a href='{BLOG}3003.html'>时论</a></td><td>点击次数</td><td>1769</td></tr>"
    )
    text = "<tr><td colspan=4>正文。<br>二段。</td></tr>"
    top = f"<table><tr><td colspan=4><b>一篇</b></td></tr>{data}{text}</table>"
    (post,) = read(page(top)).posts
    assert (post.views, post.body_text) == (1769, "正文。\n二段。")


def test_a_number_in_the_cell_beside_whole_views_is_not_of_them() -> None:
    row = f"<tr><td>{AT} 10:00:00</td><td>阅读(1769)</td><td>12</td></tr><tr><td colspan=3>正文。<br>二段。</td></tr>"
    (post,) = read(page(f"<table><tr><td colspan=3><b>一篇</b></td></tr>{row}</table>")).posts
    assert (post.views, post.likes) == (1769, None)


def test_the_number_of_a_month_may_be_before_its_name_in_the_link() -> None:
    rows = "".join(f"<a href='{BLOG}20250{i}/'><span>{i}</span>2025年0{i}月</a><br>" for i in (1, 2))
    found = read(page(entry(TITLE + TIME), f"<div>往期</div><div>{rows}</div>"))
    assert [each.month for each in found.months] == ["2025-01", "2025-02"]
