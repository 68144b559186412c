"""Pages of hosts with other words: English labels, written dates, labels of cards, rows of data about a post."""

import pytest

from blogarchive.items import PageKind, ParsedPage
from tests.sites.printed.one import CARD, COMMENTS, HOME, MONTH, post, read

BODY = "<div class=text><p>正文。</p><p>二段。</p></div>"
SHOWN = "正文。\n二段。"
CATEGORY = "<a href='/u/31182/36001.html'>杂记</a>"
BOB, EVE = "<a href='/u/41/'>乙</a>", "<a href='/u/42/'>丙</a>"
TIMES = ("2025-01-01 11:00:00", "2025-01-01 12:00:00")
FORM = "<h4>发表评论</h4><form><textarea></textarea></form>"


def page(comments: str, meta: str = "2025-01-01 10:00:00", label: str = "评论 (2)") -> ParsedPage:
    return read(
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2>{meta}</div>{BODY}"
        f"<div><h4>{label}</h4>{comments}</div>{FORM}</body></html>"
    )


def comments(each: str) -> str:
    named = zip((BOB, EVE), TIMES, ("话一", "话二"), strict=True)
    return "".join(each.format(name=name, time=time, text=text) for name, time, text in named)


@pytest.mark.parametrize(
    ("meta", "time", "views"),
    [
        (f"<p>Posted on December 12th, 2024 10:23 AM in {CATEGORY}</p>", "December 12th, 2024 10:23 AM", None),
        ("<p>由 林木 提交于 星期四, 2024-12-12 10:23</p>", "2024-12-12 10:23", None),
        ("<p>發表於 民國113年12月12日 22:23</p>", "民國113年12月12日 22:23", None),
        ("<p>分类：随笔　日期：2024-12-12　阅读：233　评论：2</p>", "2024-12-12", 233),
        ("<p>2024-12-12 10:23 Comments (2) · Views (233)</p>", "2024-12-12 10:23", 233),
        ("<ul><li>作者: 林木</li><li>时间: 2024-12-12</li><li>分类: 杂记</li></ul>", "2024-12-12", None),
    ],
)  # fmt: skip
def test_the_time_of_a_post_may_be_written_in_other_forms(meta: str, time: str, views: int | None) -> None:
    parsed = page(COMMENTS, meta)
    (found,) = parsed.posts
    assert found.posted is not None
    assert (found.title, found.posted.text, found.views) == ("一篇", time, views)
    assert (found.body_text, found.comment_count, parsed.problems) == (SHOWN, 2, ())


@pytest.mark.parametrize(
    "label", ["2 Responses to “一篇”", "Comments (2)", "迴響(2)", "2 則留言", "2 评论", "已有 2 条评论"]
)
def test_the_number_of_comments_may_be_in_other_labels(label: str) -> None:
    (found,) = page(comments("<div><p>{name} {time}</p><p>{text}</p></div>"), label=label).posts
    assert (found.body_text, found.comment_count, len(found.comments)) == (SHOWN, 2, 2)


@pytest.mark.parametrize(
    "each",
    [
        "<div><p>迴響 #1 {name} 於 {time}</p><p>{text}</p></div>",
        "<div><p>{name} said on {time}:</p><p>{text}</p></div>",
        "<div><p>由 {name} (未验证) 提交于 星期三, {time}。</p><p>{text}</p></div>",
        "<li><cite>{name}</cite> Says:<br><small>{time}</small><p>{text}</p></li>",
        "<div><p>{name} <i>Chrome 90.0</i> <i>Windows 10</i> {time} <b>回复</b></p><p>{text}</p></div>",
    ],
)
def test_comments_may_have_other_words_around_the_name(each: str) -> None:
    (found,) = page(comments(each)).posts
    got = [(each.author_name, each.posted and each.posted.text, each.body_text) for each in found.comments]
    assert [(name, text) for name, _, text in got] == [("乙", "话一"), ("丙", "话二")]
    assert all(time is not None and time.endswith(TIMES[n]) for n, (_, time, _) in enumerate(got))


@pytest.mark.parametrize("claimed", ["评论 (2)", "评论"])
def test_a_typed_header_is_no_comment_if_the_real_headers_have_unknown_words(claimed: str) -> None:
    typed = "话一<br>某人 2025-01-01 11:30:00<br>写得真好。"
    each = "<div><b>{name}</b> ~ {text} ~ {time}</div>"
    shown = each.format(name="乙", time="一月一日", text=typed) + each.format(
        name="丙", time="一月一日", text="话二"
    )
    parsed = page(shown, label=claimed)
    assert parsed.posts[0].comments == ()
    assert [problem.kind for problem in parsed.problems] == ["forged"]


@pytest.mark.parametrize("label", ["站长档案", "关于博主", "统计信息", "博客统计"])
def test_the_card_may_have_another_label(label: str) -> None:
    fields = "<li>建站时间：2022-06-17</li><li>今日访问：3</li><li>总浏览人次：1,234</li>"
    name = "" if "统计" in label else "<li>林木</li>"
    card = f"<div><h4>{label}</h4><ul>{name}{fields}</ul></div>"
    parsed = read(f"<html><body>{card}<div>{_ROWS}</div></body></html>", PageKind.MONTH, MONTH)
    assert parsed.author is not None
    assert parsed.author.registered is not None
    assert (parsed.author.registered.text, parsed.author.total_visits) == ("2022-06-17", 1234)
    assert parsed.author.nickname == ("林木" if name else None)
    assert [post.number for post in parsed.listed] == ["501", "502"]


_ROWS = "".join(
    f"<div><b><a href='/u/31182/202501/{number}.html'>第{number}篇</a></b></div><div>作者：林木 2025-01-02 10:00</div>"
    for number in (501, 502)
)


@pytest.mark.parametrize("word", ["博主", "作者", "主人", "栏目", "月份"])
def test_a_short_word_in_a_text_is_no_label_of_the_sidebar(word: str) -> None:
    body = BODY.replace("<p>二段", f"<p>{word}</p><p>二段")
    html = (
        "<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2>"
        f"<p>2025-01-01 10:00</p>{body}</div></body></html>"
    )
    assert read(html).posts[0].body_text == f"正文。\n{word}\n二段。"


@pytest.mark.parametrize(
    ("label", "rows", "months"),
    [
        ("Archives", "<a href='/u/31182/202501/'>January 2025</a> (3)", ["2025-01"]),
        ("月份", "<a href='/u/31182/202501/'>2025年1月</a>", ["2025-01"]),
        ("網誌存檔", "<a href='/u/31182/202501/'>2025年1月</a> (3)", ["2025-01"]),
    ],
)
def test_the_months_may_have_another_label(label: str, rows: str, months: list[str]) -> None:
    categories = "<div><h4>Categories</h4><a href='/u/31182/36001.html'>杂记</a></div>"
    html = f"<html><body>{categories}<div><h4>{label}</h4>{rows}</div></body></html>"
    parsed = read(html, PageKind.HOME, HOME)
    assert [row.month for row in parsed.months] == months
    assert [row.name for row in parsed.categories] == ["杂记"]


def test_the_title_of_a_blog_may_be_the_window_title_of_its_home_page() -> None:
    head = "<html><head><title>林木的角落</title></head><body><div><h1>林木的角落</h1></div>"
    html = f"{head}<div>{_ROWS}</div></body></html>"
    parsed = read(html, PageKind.HOME, HOME)
    assert parsed.author is not None
    assert parsed.author.blog_title == "林木的角落"


@pytest.mark.parametrize(
    "meta",
    [
        "<tr><td>作者:林木 日期:2025-01-01 10:00:00</td></tr>",
        "<tr><td>2025-01-01 10:00:00　<a href='/u/31182/36001.html'>杂记</a></td></tr>",
    ],
)
def test_the_author_and_the_category_beside_a_time_are_no_titles(meta: str) -> None:
    html = (
        f"<html><head><title>角落-一篇</title></head><body><table><tr><td><b>一篇</b></td></tr>{meta}<tr><td>{BODY}</td></tr></table>"
        f"<div><h4>评论</h4>{COMMENTS}</div></body></html>"
    )
    (found,) = read(html).posts
    assert (found.title, found.body_text) == ("一篇", SHOWN)


def test_a_post_above_a_box_of_other_posts_with_times_is_no_list() -> None:
    box = _ROWS.replace("501", "601").replace("502", "602").replace("10:00", "11:00", 1)
    html = (
        f"<html><head><title>一篇 - 角落</title></head><body><div><h2>一篇</h2><p>2025-01-01 10:00:00</p>{BODY}</div>"
        f"<div><h3>相关文章</h3>{box}</div></body></html>"
    )
    assert [post.title for post in read(html).posts] == ["一篇"]


def test_a_post_whose_title_is_the_word_of_a_button_stays_in_its_list() -> None:
    row = "<h2><a href='{url}'>{title}</a></h2><p>2025-01-02 10:00</p><p><a href='{url}#c'>{count} 条评论</a></p>"
    rows = "".join(
        row.format(url=f"/u/31182/202501/{number}.html", title=title, count=number)
        for number, title in ((501, "第一篇"), (502, "评论"), (503, "第三篇"))
    )
    parsed = read(f"<html><body>{rows}</body></html>", PageKind.MONTH, MONTH)
    assert [post.title for post in parsed.listed] == ["第一篇", "评论", "第三篇"]


_TITLED = "<html><head><title>林木的角落-一篇-某站</title></head><body>"


def test_the_badge_before_a_linked_name_is_no_part_of_the_name() -> None:
    form = "<div><p><em>博主</em> <a href='/u/31182/'>{}</a></p><p>{}</p><p>{}</p></div>"
    comments = form.format("林木", "2025-01-01 12:00:00", "答话") + form.format(
        "乙", "2025-01-01 11:00:00", "话"
    )
    found = read(post(comments=comments)).posts[0].comments
    assert [(c.author_name, c.author_url is None, c.body_text) for c in found] == [
        ("林木", False, "答话"),
        ("乙", False, "话"),
    ]


@pytest.mark.parametrize(
    "answer", ["<p>博主回复：谢谢来访。</p>", "<div><p>作者回复</p><p>谢谢来访。</p></div>"]
)
def test_the_answer_of_the_author_below_the_time_is_of_the_comment(answer: str) -> None:
    form = "<li><p class=n>{}</p><p class=t>{}</p><p class=d>{}</p>{}</li>"
    comments = f"<ul>{form.format('乙', '话一，长。', '2025-01-01 12:00:00', answer)}"
    comments += f"{form.format('丙', '话二，长。', '2025-01-01 11:00:00', '')}</ul>"
    first, second = read(post(comments=comments)).posts[0].comments
    shown = "".join(first.body_text.split())
    assert shown.startswith("话一，长。")
    assert shown.endswith("谢谢来访。")
    assert "谢谢来访。" in first.body_html
    assert (first.author_name, second.body_text) == ("乙", "话二，长。")


def test_a_category_without_label_between_time_and_counters_is_no_text() -> None:
    data = "<ul><li>2025-01-01 10:00:00</li><li>杂记</li><li>阅读 10</li><li>评论 0</li></ul>"
    text = "<div><p>正文。</p><p>二段。</p></div>"
    html = f"<html><head><title>一篇 - 某站</title></head><body><div><h1>一篇</h1>{data}{text}</div></body></html>"
    (found,) = read(html).posts
    assert (found.title, found.body_text, found.views) == ("一篇", "正文。\n二段。", 10)


@pytest.mark.parametrize("time", ["2025-01-01 10:00:00| 阅读(10) | 评论(2)"])
def test_the_window_title_may_begin_with_the_name_of_the_blog(time: str) -> None:
    form = "<div class=c><p>{}</p><div>—— <a href='/u/7/'>{}</a> 评论于 {}</div></div>"
    comments = form.format("话一", "乙", "2025-01-01 12:00:00") + form.format(
        "话二", "丙", "2025-01-01 11:00:00"
    )
    html = (
        f"{_TITLED}<div>林木的角落</div><div>随手写下。</div><div class=m><div class=h>一篇</div><div class=s>{time}</div>"
        f"<div class=a><p>正文，这里有好几句话。</p><p>二段，也有好几句话。</p></div>"
        f"<div class=x>评论这张</div>{comments}</div></body></html>"
    )
    (found,) = read(html).posts
    assert (found.title, found.body_text) == ("一篇", "正文，这里有好几句话。\n二段，也有好几句话。")
    assert [(c.author_name, c.body_text) for c in found.comments] == [("乙", "话一"), ("丙", "话二")]


def test_a_category_below_the_text_has_a_label_without_a_space() -> None:
    text = "<div class=t><p>正文，这里有好几句话。</p><p>二段，也有好几句话。</p></div>"
    filed = "<p class=f>归档于：<a href='/u/31182/36001.html'>杂记</a></p>"
    head = "<html><head><title>一篇 - 某站</title></head><body><h1>一篇</h1><p>2025-01-01 10:00:00 浏览(10) 评论(2)</p>"
    html = f"{head}{text}{filed}<h4>文章评论</h4>{COMMENTS}</body></html>"
    (found,) = read(html).posts
    assert (found.body_text, found.categories) == ("正文，这里有好几句话。\n二段，也有好几句话。", ("杂记",))


@pytest.mark.parametrize(
    ("card", "name", "visits"),
    [
        ("<h4>关于博主</h4><p>林木</p><p>1769 人来过</p>", "林木", 1769),
        (
            "<p>博主 林木</p><ul><li>注册于 2022-06-17</li><li>博龄 3 年</li><li>累计访问 1769</li></ul>",
            "林木",
            1769,
        ),
    ],
)
def test_a_card_may_say_so_in_other_words(card: str, name: str, visits: int) -> None:
    author = read(post().replace(CARD, f"<div>{card}</div>")).author
    assert author is not None
    assert (author.nickname, author.total_visits) == (name, visits)
