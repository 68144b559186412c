"""A page saved by the blog's owner has more buttons; comments may have HTML and anonymous authors."""

import pytest

from blogarchive.items import ParsedPage
from tests.sites.printed.one import COMMENTS, HEAD, post, read

WORDS = ("推送", "置顶", "修改", "喜欢", "删除")
MENUS = {
    "text": " ".join(WORDS),
    "links": " | ".join(f"<a href='#'>{word}</a>" for word in WORDS),
    "brackets": " ".join(f"[<a href='#'>{word}</a>]" for word in WORDS),
    "spans": "".join(f"<span>{word}</span>" for word in WORDS),
}
COUNTS = "浏览（10）<img>（2）评论（2）"
PLACES = {
    "after the counters": "<div>{counts} {menu}</div>",
    "before the counters": "<div>{menu} {counts}</div>",
    "on a line above": "<div>{menu}</div><div>{counts}</div>",
    "on a line below": "<div>{counts}</div><div>{menu}</div>",
    "in another cell": "<table><tr><td>{counts}</td><td>{menu}</td></tr></table>",
}
REPLY = "<a href='#'>回复</a> | 0"
DELETE = {
    "link": "<a href='#'>删除这条评论</a>",
    "text": "删除这条评论",
    "button": "<button>删除这条评论</button>",
}
FOOTERS = ("{reply} {delete}", "{reply} | {delete}", "{delete} | {reply}", "{reply}</div><div>{delete}")


def comment(who: str, when: str, text: str, footer: str = REPLY) -> str:
    return f"<div class=c><div>作者：{who} 留言时间：{when}</div><div>{text}</div><div>{footer}</div></div>"


def page(first: str = REPLY, second: str = REPLY, *, who: str = "乙", text: str = "话一") -> ParsedPage:
    comments = comment(who, "2025-01-01 12:00:00", text, first)
    return read(post(comments=comments + comment("丙", "2025-01-01 11:00:00", "话二", second)))


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize("place", PLACES)
def test_the_owners_menu_beside_the_counters_loses_no_counter(place: str, menu: str) -> None:
    counters = PLACES[place].format(counts=COUNTS, menu=MENUS[menu])
    parsed = read(post(counters=counters, comments=COMMENTS))
    (found,) = parsed.posts
    assert (found.views, found.likes, found.comment_count, found.body_text) == (10, 2, 2, "正文。\n二段。")
    assert parsed.problems == ()


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize(
    "head",
    [
        "{head}<div>{menu}</div>",
        "<h3>一篇</h3><div>2025-01-01 10:00:00 {menu}</div>",
        "<table><tr><td>一篇</td><td>2025-01-01 10:00:00</td></tr><tr><td colspan=2>{menu}</td></tr></table>",
    ],
)
def test_the_owners_menu_below_the_title_is_no_part_of_the_post(head: str, menu: str) -> None:
    parsed = read(post(head=head.format(head=HEAD, menu=MENUS[menu])))
    (found,) = parsed.posts
    assert (found.title, found.body_text, parsed.problems) == ("一篇", "正文。\n二段。", ())


@pytest.mark.parametrize("owned", ["both", "first", "second"])
@pytest.mark.parametrize("delete", DELETE)
@pytest.mark.parametrize("footer", FOOTERS)
def test_the_owners_button_below_some_comments_loses_no_comment(footer: str, delete: str, owned: str) -> None:
    text = footer.format(reply=REPLY, delete=DELETE[delete])
    parsed = page(REPLY if owned == "second" else text, REPLY if owned == "first" else text)
    found = [(one.author_name, one.body_text, one.likes) for one in parsed.posts[0].comments]
    assert (found, parsed.problems) == ([("乙", "话一", 0), ("丙", "话二", 0)], ())


@pytest.mark.parametrize("delete", ["link", "button"])
@pytest.mark.parametrize("between", ["</div><div>", "<br>"])
@pytest.mark.parametrize("owned", ["both", "first", "second"])
def test_the_owners_button_alone_above_the_footer_is_no_text(owned: str, between: str, delete: str) -> None:
    text = f"{DELETE[delete]}{between}{REPLY}"
    parsed = page(REPLY if owned == "second" else text, REPLY if owned == "first" else text)
    found = [(one.author_name, one.body_text, one.likes) for one in parsed.posts[0].comments]
    assert (found, parsed.problems) == ([("乙", "话一", 0), ("丙", "话二", 0)], ())


def test_the_words_of_the_button_as_the_last_line_of_a_comment_are_its_text() -> None:
    assert page(text="话一<br>删除这条评论").posts[0].comments[0].body_text == "话一\n删除这条评论"


@pytest.mark.parametrize(
    "html",
    [
        '话一<img src="http://a.example/b.jpg" border="0" width="580">',
        '话一<embed src="http://y.example/v.swf" width="400">',
        '话一<iframe src="https://www.youtube.com/embed/x"></iframe>',
        '话一<object><param name="movie" value="x"><embed src="x"></object>',
        "<table><tr><td>话一</td></tr></table>",
        "<b><font color=red>话一",
        "话一</div>",
    ],
)
def test_html_typed_into_a_comment_loses_no_comment(html: str) -> None:
    parsed = page(text=html)
    assert [(one.author_name, one.body_text) for one in parsed.posts[0].comments] == [
        ("乙", "话一"),
        ("丙", "话二"),
    ]
    assert parsed.problems == ()


def test_an_image_typed_into_a_comment_is_kept() -> None:
    parsed = page(text='话一<img src="http://a.example/b.jpg" border="0" width="580">')
    assert 'src="http://a.example/b.jpg"' in parsed.posts[0].comments[0].body_html


@pytest.mark.parametrize("who", ["匿名", "游客", "路人", "<span>匿名</span>", "匿名[1.2.3.*]"])
def test_a_comment_of_an_anonymous_reader_has_no_url_of_its_author(who: str) -> None:
    first = page(who=who).posts[0].comments[0]
    assert (first.author_name, first.author_url) == (who.replace("<span>", "").replace("</span>", ""), None)
