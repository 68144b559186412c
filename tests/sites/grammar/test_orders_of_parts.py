"""Posts whose parts stand in other orders: counters above titles, floors above names, quotes in comments."""

import pytest

from tests.sites.printed.one import COUNTERS, HEAD, TOP, comment, post, read

_QUOTE = "<div>作者：丁 留言时间：2025-01-01 10:30:00<br>旧话</div>"


def _short(body: str) -> str:
    return "".join(
        f"<div><div>{who} 于 2025-01-01 {hour}:00:00 写道：</div><div>{text}</div></div>"
        for who, hour, text in (("乙", 12, body), ("丙", 11, "话二"))
    )


def _comments(html: str, head: str = HEAD, counters: str = COUNTERS) -> list[tuple[str, str, str]]:
    parsed = read(post(head=head, counters=counters, comments=html))
    assert parsed.problems == ()
    shown = parsed.posts[0].comments
    return [(c.author_name, c.posted.text if c.posted else "", c.body_text) for c in shown]


def test_a_comment_without_labels_may_quote_one_with_labels() -> None:
    assert _comments(_short(f"{_QUOTE}<p>话一</p>")) == [
        ("乙", "2025-01-01 12:00:00", "作者：丁 留言时间：2025-01-01 10:30:00\n旧话\n话一"),
        ("丙", "2025-01-01 11:00:00", "话二"),
    ]


def test_a_comment_with_labels_may_quote_one_without() -> None:
    quote = "<div>丁 于 2025-01-01 10:30:00 写道：<br>旧话</div>"
    html = comment("乙", "2025-01-01 12:00:00", f"{quote}话一") + comment("丙", "2025-01-01 11:00:00", "话二")
    assert [(name, text) for name, _, text in _comments(html)] == [
        ("乙", "丁 于 2025-01-01 10:30:00 写道：\n旧话\n话一"),
        ("丙", "话二"),
    ]


@pytest.mark.parametrize("button", ["<a href='#'>删除这条评论</a>", "<a href='#'>删除</a>"])
def test_a_button_of_the_owner_in_the_row_of_a_header_is_no_text(button: str) -> None:
    html = "".join(
        f"<table><tr><td>作者：{who} 留言时间：2025-01-01 {hour}:00:00</td><td>{button}</td></tr>"
        f"<tr><td colspan=2>{text}</td></tr><tr><td colspan=2><a href='#'>回复</a> | 0</td></tr></table>"
        for who, hour, text in (("乙", 12, "话一"), ("丙", 11, "话二"))
    )
    assert [text for _, _, text in _comments(html)] == ["话一", "话二"]


@pytest.mark.parametrize("floor", ["评论 #{}", "#{}", "{}楼", "第{}楼"])
@pytest.mark.parametrize("first", ["话一", "沙发", "2楼"])
def test_the_number_of_a_floor_above_each_header_is_no_text(floor: str, first: str) -> None:
    html = "".join(
        f"<table><tr><td>{floor.format(n)}</td></tr><tr><td>作者：{who} 留言时间：2025-01-01 {hour}:00:00</td></tr>"
        f"<tr><td>{text}</td></tr></table>"
        for n, who, hour, text in ((2, "乙", 12, first), (1, "丙", 11, "话二"))
    )
    assert [text for _, _, text in _comments(html)] == [first, "话二"]


def test_floor_name_and_time_may_be_cells_of_a_row() -> None:
    html = "".join(
        f"<table><tr><td>#{n}</td><td>{who}</td><td>2025年1月1日 {hour}时00分05秒</td></tr>"
        f"<tr><td colspan=3>{text}</td></tr></table>"
        for n, who, hour, text in (
            (2, "乙", 12, "话一，还有。"),
            (1, "<a href='/u/9/'>丙</a>", 11, "话二，也有。"),
        )
    )
    assert _comments(html) == [
        ("乙", "2025年1月1日 12时00分05秒", "话一，还有。"),
        ("丙", "2025年1月1日 11时00分05秒", "话二，也有。"),
    ]


def test_a_part_of_a_time_is_never_the_name_of_a_commenter() -> None:
    html = "".join(
        f"<p><b>{who}</b> 说：</p><div>{text}</div><p>2025年1月1日 {hour}时05分07秒 <a href='#'>回复</a></p>"
        for who, hour, text in (("乙", 12, "话一，还有。"), ("丙", 11, "话二。"))
    )
    assert _comments(html) == [
        ("乙", "2025年1月1日 12时05分07秒", "话一，还有。"),
        ("丙", "2025年1月1日 11时05分07秒", "话二。"),
    ]


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("分类：<a href='/u/31182/36001.html'>时政</a> 时间：2025-01-01 10:00:00", "2025-01-01 10:00:00"),
        ("林木 于 2025-01-01 10:00:00 发表 | 评论(2) 阅读(10)", "2025-01-01 10:00:00"),
    ],
)
def test_the_line_of_the_time_may_begin_with_other_data(line: str, time: str) -> None:
    (found,) = read(post(head=f"<h2>一篇</h2><div>{line}</div>")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", time)


def test_the_number_of_comments_may_be_before_the_views() -> None:
    line = "<div>林木 于 2025-01-01 10:00:00 发表 | 评论(2) 阅读(10)</div>"
    (found,) = read(post(head=f"<h2>一篇</h2>{line}", counters="")).posts
    assert (found.views, found.comment_count, len(found.comments)) == (10, 2, 2)


def test_a_time_in_brackets_is_stored_without_them() -> None:
    (found,) = read(post(head="<center><b>一篇</b> [2025年1月1日 10时00分05秒]</center>")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025年1月1日 10时00分05秒")


def test_a_row_of_titles_beside_a_post_is_not_its_title() -> None:
    side = "<h4>最新发布</h4><ul>" + "".join(
        f"<li><a href='/u/31182/202501/{number}.html'>{title}</a></li>"
        for number, title in ((506012, "一篇"), (505011, "二篇"), (504010, "三篇"))
    )
    html = (
        f"<html><head><title>一篇 - 林木</title></head><body>{TOP}<aside>{side}</ul></aside><main><h3>一篇</h3>"
        f"<div>正文。</div><div>发表时间：2025-01-01 10:00:00</div>{COUNTERS}<div>文章评论</div>"
        f"{comment('乙', '2025-01-01 12:00:00', '话')}</main></body></html>"
    )
    (found,) = read(html.replace("评论（2）", "评论（1）")).posts
    assert (found.title, found.body_text) == ("一篇", "正文。")


def test_a_number_in_the_window_title_confirms_no_title() -> None:
    html = post(head="<h3>20 <small>2025-01-01 10:00:00</small></h3>")
    html = html.replace("<title>林木", "<title>2025年的雪").replace("<div>网络日志正文</div>", "")
    assert [problem.field for problem in read(html).problems] == ["title"]


@pytest.mark.parametrize(
    "below",
    [
        "<div class=ad><a href='http://ads.example.com/?7'>移民咨询请致电</a></div>",
        "<div><b>相关文章</b><ul><li><a href='/u/40001/202401/300001.html?sid=1'>别人的文章</a></li></ul></div>",
    ],
)
def test_links_between_text_and_counters_are_no_text(below: str) -> None:
    (found,) = read(post(counters=f"{below}{COUNTERS}")).posts
    assert found.body_text == "正文。\n二段。"


def test_a_link_at_the_end_of_a_text_is_text() -> None:
    html = post().replace("<p>二段。</p>", "<p><a href='http://example.com/'>原文</a></p>")
    assert read(html).posts[0].body_text == "正文。\n原文"


def test_data_about_the_post_may_be_a_list_with_the_counters_above_the_text() -> None:
    head = (
        "<h1>一篇</h1><ul><li>发表时间：2025-01-01 10:00:00</li>"
        "<li>分类：<a href='/u/31182/36001.html'>时政</a></li><li>浏览（10）评论（2）</li></ul>"
    )
    (found,) = read(post(head=head, counters="")).posts
    assert (found.body_text, found.views, len(found.comments)) == ("正文。\n二段。", 10, 2)


@pytest.mark.parametrize(
    "foot", ["【<a href='#'>回复</a>】【<a href='#'>支持</a>（0）】", "[<a href='#'>回复</a>]"]
)
def test_buttons_in_brackets_are_no_text(foot: str) -> None:
    html = "".join(
        f"<div>作者：{who} 留言时间：2025-01-01 {hour}:00:00</div><div>{text}</div><div>{foot}</div>"
        for who, hour, text in (("乙", 12, "话一"), ("丙", 11, "话二"))
    )
    assert [text for _, _, text in _comments(html)] == ["话一", "话二"]


def test_a_floor_in_brackets_is_not_a_part_of_the_name() -> None:
    html = "".join(
        f"<div>[{n}] 作者：{who}　[2025-01-01 {hour}:00:00]<br>{text}</div>"
        for n, who, hour, text in ((2, "乙", 12, "话一"), (1, "丙", 11, "话二"))
    )
    assert [(name, text) for name, _, text in _comments(html)] == [("乙", "话一"), ("丙", "话二")]


def test_the_path_of_the_page_names_no_second_category() -> None:
    link = "<a href='/u/31182/36001.html'>时政</a>"
    side = f"<aside><h4>分类目录</h4><ul><li>{link}</li></ul></aside>"
    html = f"<html><head><title>一篇</title></head><body>{TOP}{side}<main><p><a href='/'>首页</a> &gt; {link} &gt; 正文</p>"
    parsed = read(f"{html}{HEAD}<div><p>正文。</p></div>{COUNTERS}<div>文章评论</div></main></body></html>")
    assert [row.name for row in parsed.categories] == ["时政"]


@pytest.mark.parametrize(
    "text",
    [
        "<div><p>正文。<br>二段。</p><p><a href='http://example.com/'>原文</a></p></div>",
        "<div>正文。<br>二段。</div><div><a href='http://example.com/'>原文</a></div>",
        "<div><p>正文。</p><p>二段。</p><table><tr><td><a href='http://example.com/'>原文</a></td></tr></table></div>",
    ],
)
def test_a_link_below_lines_of_one_paragraph_is_text(text: str) -> None:
    html = post().replace("<div><p>正文。</p><p>二段。</p></div>", text)
    assert read(html).posts[0].body_text == "正文。\n二段。\n原文"
