"""Pages with words, buttons and positions that no rule names: nothing of them is stored as a value."""

import pytest

from tests.sites.printed.one import CARD, COUNTERS, HEAD, TOP, post, read

_NAMES = ("<a href='/u/5/'>乙</a>", "丙", "<a href='/u/6/'>丁</a>")


def _lone(extra: str = "", foot: str = "<div><a>回复</a></div>") -> str:
    """Return comments whose name and time are lines of their own; the plain name has `extra` in its text."""
    return "".join(
        f"<div class=c><div class=n>{name}</div><div class=t>2025-01-01 1{9 - n}:00</div>"
        f"<div class=x><p>话{n}。{extra if n == 1 else ''}</p></div>{foot}</div>"
        for n, name in enumerate(_NAMES)
    )


def test_a_plain_name_between_linked_ones_begins_its_own_comment() -> None:
    (found,) = read(post(counters="<div>浏览：10</div>", comments=_lone())).posts
    assert [(c.author_name, c.body_text) for c in found.comments] == [
        ("乙", "话0。"),
        ("丙", "话1。"),
        ("丁", "话2。"),
    ]


def test_a_comment_typed_as_html_with_a_linked_name_is_not_stored() -> None:
    typed = (
        "<div class=c><div class=n><a href='/u/66/'>雷鸣</a></div><div class=t>2025-01-01 17:30</div>"
        "<div class=x><p>假话。</p></div></div>"
    )
    parsed = read(post(counters="<div>浏览：10</div>", comments=_lone(typed)))
    assert "雷鸣" not in [c.author_name for c in parsed.posts[0].comments]
    assert parsed.problems or len(parsed.posts[0].comments) == len(_NAMES)


@pytest.mark.parametrize("button", ["赞(3)", "赞", "支持(1)", "顶(2)"])
def test_a_button_beside_the_time_is_no_name(button: str) -> None:
    html = "".join(
        f"<li><div class=n><a href='/u/{n}/'>{who}</a></div><div class=x><p>话{n}，好。</p></div>"
        f"<div class=f><span>2025-01-01 1{n}:00</span><a>{button}</a><a>回复</a></div></li>"
        for n, who in ((2, "乙"), (1, "丙"))
    )
    (found,) = read(post(comments=f"<ul>{html}</ul>")).posts
    assert [(c.author_name, c.body_text) for c in found.comments] == [
        ("乙", "话2，好。"),
        ("丙", "话1，好。"),
    ]


def test_the_link_of_a_floor_is_no_part_of_a_name() -> None:
    html = "".join(
        f"<article><p>作者：{who} <a href='#c{n}'>#{n}</a></p>"
        f"<p>留言时间：2025-01-01 1{n}:00:00</p><div>话{n}</div></article>"
        for n, who in ((2, "乙 回复 丙"), (1, "丙"))
    )
    (found,) = read(post(comments=html)).posts
    assert [(c.author_name, c.reply_to) for c in found.comments] == [("乙", "丙"), ("丙", None)]


_TEXT = (
    "<div class=text><p>正文的第一段，有不少的字。</p><p>正文的第二段，也有不少的字，比下面的多。</p></div>"
)


def _text(below: str) -> str:
    page = f"<html><head><title>一篇 - 林木</title></head><body>{TOP}{HEAD}{_TEXT}{below}{COUNTERS}</body></html>"
    return read(page.replace("评论（2）", "评论（0）")).posts[0].body_text


@pytest.mark.parametrize("below", ["<div class=end>—— 完 ——</div>", "<div class=dig>打赏 12</div>"])
def test_a_few_unknown_words_in_an_element_below_that_of_the_text_are_none_of_it(below: str) -> None:
    assert _text(below) == "正文的第一段，有不少的字。\n正文的第二段，也有不少的字，比下面的多。"


@pytest.mark.parametrize(
    "below", ["<div class=text>又及。</div>", "<p>又及。</p>", f"<div class=more>{'后文。' * 20}</div>"]
)
def test_more_text_or_text_in_plain_elements_stays(below: str) -> None:
    assert _text(below).endswith("文。" if "后" in below else "又及。")


def test_views_in_unknown_words_beside_a_number_of_comments_are_a_problem() -> None:
    page = post(counters="<div class=f>浏览 51 次 发表在 随笔</div>", comments="", label="<h4>评论（0）</h4>")
    (problem,) = read(page.replace("<div><p>正文。</p><p>二段。</p></div>", _TEXT)).problems
    assert (problem.kind, problem.field) == ("unreadable", "views")


def test_comments_of_an_unknown_form_above_a_pager_are_a_problem() -> None:
    html = "".join(f"<div><p>乙{n}</p><p>话{n}，好。</p><p>2025-01-01 1{n}:00 回复</p></div>" for n in (3, 2))
    page = post(comments=f"{html}<a href='506012_2.html'>下一页</a>").replace("评论（2）", "评论（9）")
    parsed = read(page)
    assert parsed.posts[0].comments or [p.field for p in parsed.problems] == ["comments"]


def test_a_name_in_the_cell_below_its_label_is_the_authors() -> None:
    card = (
        "<h4>我的名片</h4><dl><dt>昵称</dt><dd>林木</dd><dt>注册日期</dt><dd>2022-06-17</dd>"
        "<dt>访问总量</dt><dd>5 次</dd></dl>"
    )
    author = read(post().replace(CARD, card)).author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 5)


@pytest.mark.parametrize(
    ("window", "banner", "title"),
    [
        ("一篇 - 林木的角落 - 万维博客", "林木的角落", "林木的角落"),
        ("一篇 | 林木的角落", "林木的角落", "林木的角落"),
        ("一篇 - 林木的角落", "林木", None),
        ("一篇 - 万维博客", "万维博客", None),
    ],
)
def test_a_line_above_the_post_is_the_blogs_title_if_it_is_a_part_of_the_window_title(
    window: str, banner: str, title: str | None
) -> None:
    page = post().replace(TOP, f"<div class=banner>{banner}</div>").replace("<title>林木", f"<title>{window}")
    author = read(page).author
    assert author is not None
    assert author.blog_title == title


def test_buttons_of_the_owner_beside_a_title_are_no_part_of_it() -> None:
    buttons = "<a href='#1'>编辑</a> <a href='#2'>删除</a> <a href='#3'>置顶</a>"
    head = f"<div><a class=diary_title href='#'>一篇</a> {buttons}</div><div>2025-01-01 10:00:00</div>"
    (found,) = read(post(head=head)).posts
    assert (found.title, found.body_text) == ("一篇", "正文。\n二段。")


def test_the_label_of_a_text_is_no_part_of_it() -> None:
    html = "".join(
        f"<div><p>评论人：{who} 评论时间：2025-01-01 1{n}:00</p><p>留言：</p><p>话{n}</p></div>"
        for n, who in ((2, "乙"), (1, "丙"))
    )
    (found,) = read(post(comments=html)).posts
    assert [c.body_text for c in found.comments] == ["话2", "话1"]
