"""Comments in the rows of server engines: classes that differ, forms, buttons and dates inside, pages of comments."""

# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from blogarchive import api
from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name

READ_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
URL = "https://notes.example.org/notes/bridge/"
TEXT = "<p>" + "河水涨到了桥墩的第三道线，卖菜的人都往坡上挪。傍晚放晴，孩子们又回到桥上。" * 4 + "</p>"
FOOTER = "<footer><p>北坡</p><p>每周一篇</p><p>写于河边</p></footer>"
COMMENTS = [("青禾", "第三道线是哪一年刻的？"), ("老木", "+1"), ("青禾", "坡上那家面馆还在吗。")]


def read(
    section: str, lang: str = "zh", when: str = "2025年5月1日 08:05", url: str = URL, text: str = TEXT
) -> ParsedPage:
    post = f"<article><h1>桥</h1><p class='line'>{when}</p><div class='entry-content'>{text}</div></article>"
    head = '<meta charset="utf-8"><title>桥 | 北坡</title>'
    text = f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{post}{section}</body></html>'
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


def shown(page: ParsedPage) -> list[tuple[str, str | None, str | None]]:
    found = page.posts[0].comments
    times = [one.posted and one.posted.at for one in found]
    return [
        (x.author_name, at and f"{at:%m-%d %H:%M}", x.body_text) for x, at in zip(found, times, strict=True)
    ]


def timeless() -> list[tuple[str, None, str]]:
    return [(name, None, text) for name, text in COMMENTS]


def expected(*texts: str) -> list[tuple[str, str, str]]:
    rows = zip(COMMENTS, texts or [text for _, text in COMMENTS], strict=True)
    return [(name, f"05-0{n} 09:0{n}", text) for n, ((name, _), text) in enumerate(rows, start=2)]


def rows(item: str, at: str = "2025年5月{n}日 09:0{n}", **more: list[str]) -> str:
    """Return the three comments in the markup of `item`; `more` are other parts of each."""
    return "".join(
        item.format(
            n=n, name=name, text=text, at=at.format(n=n), **{key: one[n - 2] for key, one in more.items()}
        )
        for n, (name, text) in enumerate(COMMENTS, start=2)
    )


@pytest.mark.parametrize(
    "item",
    [
        # The classes of a row say its place, and whether the author of the blog wrote it.
        '<dt id="k{n}" class="{place}"><a href="#k{n}">{n}.</a> {at} {name}</dt><dd class="{odd}"><p>{text}</p></dd>',
        '<li class="{place} answer{n}"><span class="commentDate">{at}</span> <span class="commentAuthorName">{name}</span><p>{text}</p></li>',
        # The word for a link to the home page of the commenter stands without a link.
        '<dt class="{odd}">第{n}点</dt><dd>{text}</dd><dd><ul><li>{at}</li><li>{name} URL</li></ul></dd>',
        '<dd class="said"><div class="top"><a href="#c{n}">Commentaire</a> de: {name} [Membre]</div><div class="text">{text}</div><small>{at}</small></dd>',
        # The number of the comment is a link, its dot is not.
        '<dd class="said"><h3><a href="#c{n}">{n}</a>. {name} schreef:</h3><div class="said-text">{text}</div><small>{at}</small></dd>',
        # A microformat names the text as the name of the entry.
        '<dd class="h-cite"><p class="p-content p-name">{text}</p><a class="u-author h-card" href="#">{name}</a> <time class="dt-published">{at}</time></dd>',
        # A button to the profile stands in the element that other themes have the name in.
        '<li class="comment {odd}" id="c-{n}"><div class="comment-author avatar"><a href="#">Profile</a></div><div class="date">{at}</div><div class="comment_author">{name}</div><div class="comment-body">{text}</div></li>',
        '<div class="comment-item" id="k{n}"><dl><dt>Nick</dt><dd><span>{name}</span></dd><dt>Data dodania</dt><dd>{at}</dd></dl><div class="comment-item-text">{text}</div></div>',
        # The text has no element of its own.
        '<li class="{odd}"><cite>Comment by <strong>{name}</strong> <a href="mailto:a@example.org">Email</a> &#8212; {at}</cite><br>{text}<br></li>',
    ],
)
def test_a_row_of_another_class_is_a_comment_too(item: str) -> None:
    said = rows(item, place=["odd first", "", "me odd"], odd=["odd", "", "odd"])
    page = read(f'<div id="comments"><h3>评论</h3><dl>{said}</dl></div>')
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    "item",
    [
        '<li id="comment-{n}"><div class="comment-body"><cite class="fn">{name}</cite> <a href="#comment-{n}">{at}</a><p>{said}{text}</p><div class="reply"><a href="?replytocom={n}">回复</a></div></div></li>',
        '<li><p class="info"><a href="http://x{n}.example.com/">{name}</a> {at} <a href="#r{n}">回复</a></p><p>{said}{text}</p></li>',
    ],
)
def test_a_text_behind_the_quotation_that_it_answers_is_stored(item: str) -> None:
    quoted = "<blockquote><b>引用 青禾 2025-05-02 09:02 的评论：</b><br>第三道线是哪一年刻的？</blockquote>"
    page = read(f'<div id="comments"><h3>3 条评论</h3><ol>{rows(item, said=["", quoted, ""])}</ol></div>')
    text = f"引用 青禾 2025-05-02 09:02 的评论：\n{COMMENTS[0][1]}\n+1"
    assert (shown(page), page.problems) == (expected(COMMENTS[0][1], text, COMMENTS[2][1]), ())


@pytest.mark.parametrize("box", ["div class='quote'", "fieldset", "table", "pre", "ul"])
def test_words_beside_a_box_that_ends_the_paragraph_of_a_comment_are_told(box: str) -> None:
    inner, tag = {"table": "<tr><td>{}</td></tr>", "ul": "<li>{}</li>"}.get(box, "{}"), box.split()[0]
    quoted = f"<{box}>{inner.format('第三道线是哪一年刻的？')}</{tag}>坡上的人说是 1931 年，我没有问过别人。"
    item = '<li id="comment-{n}"><cite class="fn">{name}</cite> <i>{at}</i><p>{said}{text}</p></li>'
    page = read(f'<div id="comments"><h3>3 条评论</h3><ol>{rows(item, said=["", quoted, ""])}</ol></div>')
    assert [one.field for one in page.problems] == ["comments"]
    assert [one[0] for one in shown(page)] == [one[0] for one in expected()]


def test_a_date_that_a_commenter_writes_does_not_part_the_rows_of_others() -> None:
    item = '<li id="comment-{n}"{own}><p class="author"><cite><strong>{name}</strong></cite> 于 {at}</p><div class="content"><p>{text}</p>{more}</div></li>'
    more = ["", "<p>发表于 2015年3月4日</p>", "<p>发表于 2016年3月4日</p>"]
    said = rows(item, own=["", ' class="author_comment"', ""], more=more)
    page = read(f'<section id="comments"><h3>3 条评论</h3><ol>{said}</ol></section>')
    assert [row[:2] for row in shown(page)] == [row[:2] for row in expected()]
    assert page.problems == ()


def test_comments_with_links_to_their_authors_on_the_host_are_no_list_of_posts() -> None:
    item = '<li id="item-{n}"><p>By <a href="/profile/user-{n}">{name}</a> <span>{at}</span></p><div class="text"><p>{text}</p></div></li>'
    page = read(f'<div id="comments"><h3>评论</h3><ul>{rows(item)}</ul></div>', text="<p>停电。</p>")
    assert (page.kind, len(page.posts), len(page.posts[0].comments)) == (PageKind.POST, 1, 3)


def test_a_date_in_a_text_without_a_name_of_its_own_is_no_time_of_a_comment() -> None:
    item = '<div class="comment"><div class="commenttitle">桥</div><div>作者: <b>{name}</b> 于 {at}</div><div>{text}{more}</div></div>'
    page = read("<h3>3 条评论</h3>" + rows(item, more=["", "<br>发表于 2015年3月4日", ""]))
    assert [row[:2] for row in shown(page)] == [row[:2] for row in expected()]


def test_a_list_without_a_name_holds_comments_that_have_names() -> None:
    """Of a short post, the longest comment is not the text."""
    item = '<li id="comment{n}"><p class="writer"><cite>{name}</cite> <span>{at}</span></p><p class="content">{text}</p></li>'
    said = rows(item).replace("+1", TEXT.replace("p>", "i>"))
    page = read(f"<div class='list'><ol>{said}</ol></div>", text="<p>停电。</p>")
    assert (page.posts[0].body_text, len(page.posts[0].comments)) == ("停电。", 3)


def test_the_time_of_a_single_comment_is_not_the_date_that_its_author_writes() -> None:
    item = '<ol class="comment-list"><li id="li-comment-7"><div class="comment-header"><span class="comment-author">青禾</span></div><div class="comment-content"><p>发表于 2015年3月4日 12:30</p><p>从前写的。</p></div><div class="comment-meta"><time class="comment-time">2025-05-02</time></div></li></ol>'
    (comment,) = read(f'<div id="comments">{item}</div>').posts[0].comments
    assert comment.posted is not None
    assert comment.posted.at == datetime(
        2025, 5, 2, tzinfo=comment.posted.at.tzinfo if comment.posted.at else None
    )


@pytest.mark.parametrize(
    "buttons",
    [
        '<div class="right"><a href="#c{n}">Permalink</a> <button>Reply</button></div>',
        '<ul class="links"><li><a href="/login">登录</a>以发表评论</li></ul>',
        '<form><label>名字</label><input name="name"><label>评论</label></form>',
    ],
)
def test_a_row_of_buttons_and_a_form_are_not_of_the_text_of_a_comment(buttons: str) -> None:
    item = (
        '<div class="media"><div class="head"><strong>{name}</strong> <time>{at}</time></div><div class="comment-content"><p>{text}</p>'
        + buttons
        + "</div></div>"
    )
    page = read(f'<section id="comments"><h2>评论</h2>{rows(item)}</section>')
    assert (shown(page), page.problems) == (expected(), ())


def test_a_sign_between_name_and_time_is_of_neither() -> None:
    item = '<div class="box"><div class="header"><div>\n{name}\n&sdot;\n<span class="muted">{at}</span></div></div><div class="body"><p>{text}</p></div></div>'
    page = read(f'<div id="comments">{rows(item)}</div>')
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize("sign", ["&nbsp;-&nbsp;\n\t", "–"])
def test_a_name_behind_the_time_has_no_sign_and_no_space_before_it(sign: str) -> None:
    item = (
        '<div class="row"><div class="head"><span class="date">{at}</span>\n'
        + sign
        + '{name}</div><div class="text"><p>{text}</p></div></div>'
    )
    page = read(f'<div id="comments"><h5>3 comments</h5><div class="list">{rows(item)}</div></div>')
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize("count", [1, 3])
def test_the_word_comment_that_links_each_one_is_no_heading_of_all(count: int) -> None:
    item = '<a id="c{n}"></a><article class="panel"><div class="head"><h4><a href="#c{n}">Comment</a> from: <span class="user">{name}</span></h4></div><div class="panel-body"><div class="text"><p>{text}</p></div><footer><small><time>{at}</time> <a href="?reply_ID={n}#form">Reply to this comment</a></small></footer></div></article>\n'
    said = "".join(rows(item).splitlines()[:count])
    page = read(f'<section class="said"><h3>{count} comments</h3>{said}</section>')
    assert (shown(page), page.problems) == (expected()[:count], ())


def test_the_months_of_a_distance_are_no_monday() -> None:
    item = '<li><p class="info"><span class="author">{name}</span> <span class="date">{at} (14 months ago)</span></p><div class="comment-text"><p>{text}</p></div></li>'
    # The tenth of February is a Monday.
    said = rows(item, at="{n}/10/2025 9:0{n}am").replace(">4/10/2025", ">14/10/2025")
    page = read(f'<ul id="comments">{said}</ul>', "en")
    assert [at for _, at, _ in shown(page)] == ["10-02 09:02", "10-03 09:03", "10-14 09:04"]


def test_a_name_in_camel_case_is_that_of_the_comments() -> None:
    said = "".join(
        f'<div class="blosxomComment"><a name="{n}"></a>Posted by {name} at Fri, 02 May 2025 09:0{n}<br>{TEXT}<br></div>'
        for n, (name, _) in enumerate(COMMENTS)
    )
    post = f'<div class="blosxomEntry"><h3>桥</h3><div class="blosxomBody">{TEXT}</div><p>posted at: 08:05</p></div>'
    body = f'<h1>北坡</h1><h2>Thu, 01 May 2025</h2>{post}<div class="blosxomComments">{said}</div>'
    text = f"<!DOCTYPE html><html lang='zh'><head><title>北坡 : 桥</title></head><body>{body}</body></html>"
    page = api.parse_page(text.encode(), URL, fetched_at=READ_AT)
    assert "Posted by" not in (page.posts[0].body_text or "")
    assert [row[:2] for row in shown(page)] == [
        (name, f"05-02 09:0{n}") for n, (name, _) in enumerate(COMMENTS)
    ]
    assert page.problems == ()


def test_a_link_to_the_answered_comment_names_whom_it_answers() -> None:
    item = '<li><div class="comment-author">{name}</div><div class="comment-content"><span class="at">{to}</span><p>{text}</p></div><div class="meta"><time>{at}</time></div></li>'
    page = read(
        f'<ol id="comments">{rows(item, to=["", "<a href=#c2>@青禾</a>", "<a href=#c3>@老木</a>"])}</ol>'
    )
    assert (shown(page), page.problems) == (expected(), ())
    assert [one.reply_to for one in page.posts[0].comments] == [None, "青禾", "老木"]


def test_an_answer_to_an_answer_names_whom_its_line_names_and_not_the_first_author() -> None:
    item = '<div class="comment-body"><b><cite class="fn">{}</cite></b><span>{}</span> <time>2025-05-0{} 09:05</time><div class="comment-content"><p>{}</p></div>{}</div>'
    answers = (
        item.format(name, f" <i>回复</i> <b>@{to}</b> ", n, text, "")
        for n, name, to, text in [(3, "老木", "青禾", "去年。"), (4, "小满", "老木", "是前年。")]
    )
    first = item.format("青禾", "", 2, "第三道线是哪一年刻的？", f"<div>{''.join(answers)}</div>")
    page = read(f'<section id="comments"><h3>评论</h3>{first}</section>')
    found = [(one.author_name, one.reply_to, one.body_text) for one in page.posts[0].comments]
    assert found == [
        ("青禾", None, "第三道线是哪一年刻的？"),
        ("老木", "青禾", "去年。"),
        ("小满", "老木", "是前年。"),
    ]
    assert page.problems == ()


def test_the_words_around_name_and_time_in_the_element_of_the_text_are_not_of_it() -> None:
    page = read(
        f'<h4>Comments</h4><ol id="commentList">{rows("<li>posted by <b>{name}</b> on <i>{at}</i>:<br>{text}<hr></li>")}</ol>'
    )
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    "item",
    [
        '<li><a href="#c{n}">{at}</a> <cite>{name}</cite> сказал(ла): <br/><p>{text}</p>{more}</li>',
        "<li><b>{n}</b> {name}<br><i>Le {at} </i><br><p>{text}</p>{more}</li>",
        "<li><h5>{name}</h5> {at} <a href='?replytocom={n}#respond'> - Reply</a><p>{text}</p>{more}</li>",
        '<li><a name="c{n}"># {n}</a><cite>{name}</cite> dice: <br><i>{at}</i><p>{text}</p>{more}</li>',
    ],
)
def test_bare_words_above_the_paragraphs_of_a_comment_are_not_of_its_text(item: str) -> None:
    more = ["", "<p>坡上的人说是去年。</p>", "<p>今天<b>没有</b>开门。</p><p>明天再去。</p>"]
    page = read(f"<h3 id='comments'>评论</h3><ol>{rows(item, more=more)}</ol>")
    (_, first), (_, second), (_, third) = COMMENTS
    texts = (first, f"{second}\n坡上的人说是去年。", f"{third}\n今天没有开门。\n明天再去。")
    assert (shown(page), page.problems) == (expected(*texts), ())


def test_an_answer_in_the_second_part_of_a_comment_has_its_own_name_and_names_whom_it_answers() -> None:
    item = '{start}<dt class="comment"><b class="author">{name}</b> <i>{at}</i></dt><dd class="comment"><div class="format_text"><p>{text}</p></div>{end}'
    inner = rows(item, start=["", '<dl class="children">', ""], end=["", "</dd></dl></dd>", "</dd>"])
    page = read(f"<div id='comments'><p>3 comments</p><dl>{inner}</dl></div>")
    assert (shown(page), page.problems) == (expected(), ())
    assert [one.reply_to for one in page.posts[0].comments] == [None, "青禾", None]


def test_paragraphs_named_for_comments_are_no_areas_of_them() -> None:
    item = '<p class="commentOpen"><strong>{name}</strong> <em>{at}</em></p><p class="commentBody">{text}</p>'
    page = read(f'<div class="mentions"><h3>评论</h3><p class="small">从旧站移来。</p>{rows(item)}</div>')
    assert (shown(page), page.problems) == (expected(), ())


def test_a_name_of_an_anchor_that_no_tag_closes_makes_no_link_of_a_comment() -> None:
    item = '<a name="comment-{n}"><div class="commentor_block"><div><span class="commentor">{name}</span> <span class="postdate"><a href="#comment-{n}">{at}</a></span><br><div class="comment_post"><p>{text}</p></div></div></div>'
    page = read(f"<h2>评论</h2>{rows(item)}")
    assert (shown(page), page.problems) == (expected(), ())


def test_an_element_around_the_title_is_no_comment_whatever_its_name() -> None:
    left = '<div><div>2025年5月1日</div><div><a href="#comments">0</a></div><div>Comments</div></div>'
    right = f'<div><a href="{URL}"><h1>桥</h1></a><h6>By : <a href="/author/a/">青禾</a></h6>{TEXT}</div>'
    form = "<h2>Post a comment</h2><form><label>Name</label><input name='name'><textarea></textarea></form>"
    post = f'<div class="comment_block">{left}{right}</div><div>{form}</div>'
    text = f"<!DOCTYPE html><html lang='zh'><head><title>桥 | 北坡</title></head><body><div class='content'>{post}</div></body></html>"
    (found,) = api.parse_page(text.encode(), URL, fetched_at=READ_AT).posts
    assert (found.comments, "河水涨到了" in (found.body_text or "")) == ((), True)


def test_two_ids_of_each_comment_are_counted_once() -> None:
    item = '<a name="comment-17000{n}" id="comment-17000{n}"></a><div class="comment" id="comment{n}"><p>{text}</p><p class="details">Posted by <b>{name}</b> on {at}</p></div>'
    page = read(
        f'<div class="comments" id="comments"><div class="comments-head">Comments:</div>{rows(item)}</div>'
    )
    assert (shown(page), page.problems) == (expected(), ())


def test_a_date_that_a_page_repeats_for_machines_tells_whether_the_day_is_first() -> None:
    item = '<li><p class="author"><cite>{name}</cite> said {at}:</p><div class="content"><p>{text}</p></div></li>'
    said = f'<section id="comments"><h3>3 comments</h3><ol>{rows(item, at="0{n}/05/2025 at 09h0{n}")}</ol></section>'
    when = '<time datetime="{}">01/05/2025</time>'
    page = read(said, "en", when.format("2025-05-01T08:05:00+00:00"))
    assert (shown(page), page.problems) == (expected(), ())
    months = [at[:2] for _, at, _ in shown(read(said, "en", when.format("2025-01-05T08:05:00+00:00")))]
    assert months == ["02", "03", "04"]


def test_the_browser_of_a_commenter_is_not_the_text() -> None:
    item = '<li id="comment-{n}"><div class="main"><div class="wp-useragent">Google Chrome 59.0.3071.9 <i>Windows 7 x64 Edition</i></div><p>{text}</p><div class="meta"><span class="author">{name}</span> {at}</div></div></li>'
    page = read(f'<ol class="commentlist">{rows(item)}</ol>')
    assert (shown(page), page.problems) == (expected(), ())


def test_the_number_of_a_comment_is_not_the_text_where_the_texts_are_in_other_elements() -> None:
    item = '<li id="comment-{n}"><div class="top"><div class="no">{n}</div> <b class="fn">{name}</b><br><a href="#comment-{n}">{at}</a></div>{said}</li>'
    said = ["<p>顶</p>", f"<p>{COMMENTS[0][1]}</p>", f"<blockquote><p>{COMMENTS[2][1]}</p></blockquote>"]
    page = read(f'<ol class="commentlist">{rows(item, said=said)}</ol>')
    texts = [text for _, _, text in shown(page)]
    assert (texts, page.problems) == (["顶", COMMENTS[0][1], COMMENTS[2][1]], ())


def test_all_paragraphs_below_a_box_of_the_commenter_are_the_text_and_code_between_them() -> None:
    box = '<div class="tip"><p>{name}</p><p>***@example.org</p></div>'
    text = "<p>先看这里，桥下的水尺也是它量的：</p><p>{text}</p><pre>python bridge.py</pre><p>就这样。</p><pre>exit()</pre>"
    item = f'<li id="comment-{{n}}"><div class="photo">{box}</div><div class="main" id="div-comment-{{n}}">{text}<div class="meta"><span class="author">{{name}}</span>4年前 ({{at}})</div></div></li>'
    page = read(f'<ol class="commentlist">{rows(item)}</ol>')
    texts = [
        f"先看这里，桥下的水尺也是它量的：\n{text}\npython bridge.py\n就这样。\nexit()"
        for _, text in COMMENTS
    ]
    assert (shown(page), page.problems) == (expected(*texts), ())


def test_comments_that_a_script_shows_are_read_and_hidden_ones_are_not() -> None:
    item = '<li id="comment-{n}"{hidden}><cite>{name}</cite> <i>{at}</i><p>{text}</p></li>'
    section = '<div id="postcomments" style="display:none"><ol class="commentlist">{}</ol></div>'
    page = read(section.format(rows(item, hidden=["", "", ""])))
    assert (shown(page), page.problems) == (expected(), ())
    page = read(section.format(rows(item, hidden=["", "", " style='display: none'"])))
    assert shown(page) == expected()[:2]
    # How-To Geek does not number its comments.
    item = '<li class="comment-def"><cite>{name}</cite> <i>{at}</i><p>{text}</p></li>'
    page = read(section.format(rows(item)))
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    "notice", ["评论已关闭。", "Comments are closed.", "Los comentarios están cerrados.", "谢谢。"]
)
def test_comments_in_one_element_with_the_text_are_read_beside_a_notice_that_they_are_closed(
    notice: str,
) -> None:
    said = rows('<li id="comment-{n}"><cite>{name}</cite> <i>{at}</i><p>{text}</p></li>')
    section = f'<div id="comments"><div class="top"><h2>评论</h2><h3>{notice}</h3></div><ol id="commentlist">{said}</ol></div>'
    links = "".join(f'<li><a href="/notes/{n}/">坡上的第{n}家店</a></li>' for n in range(4))
    post = f"<h2>桥</h2><div class='line'>2025年5月1日 <a href='#comments'>评论</a></div>{TEXT}{section}"
    columns = (
        f"<div class='column'>{post}</div><div class='column last'><h3>新文章</h3><ul>{links}</ul></div>"
    )
    text = f"<title>桥 | 北坡</title><body><div id='post_content'>{columns}</div></body>"
    page = api.parse_page(text.encode(), URL, fetched_at=READ_AT)
    told = [problem.field for problem in page.problems]
    assert (shown(page), told) == (expected(), [])
    assert all(word not in (page.posts[0].body_text or "") for word in ("坡上的第", "面馆"))


def test_the_long_title_of_a_linked_pingback_is_the_name_of_its_author() -> None:
    item = "<dt id='comment-{n}'><a href='#comment-{n}'>#{n}</a> {at} <span><a href='http://b{n}.example/'>{title}</a> replied:</span></dt><dd><p>{text}</p></dd>"
    long = "Notes from the bridge, the water gauge and the third line &laquo; A diary of the northern slope"
    page = read(f'<h3 id="comments">Replies</h3><dl>{rows(item, title=["Ada", long, "Ben"])}</dl>')
    names = [one.author_name for one in page.posts[0].comments]
    assert (names, page.problems) == (["Ada", long.replace("&laquo;", "«"), "Ben"], ())


def test_the_line_of_categories_and_feeds_is_not_of_a_short_text() -> None:
    line = "This entry was posted on Friday, May 2nd, 2025 at 8:05 am and is filed under Bridges. You can follow any responses to this entry through the RSS 2.0 feed. Both comments and pings are currently closed."
    entry = (
        f"<p>The water reached the third line today.</p><p class='postmetadata alt'><small>{line}</small></p>"
    )
    text = f"<title>Bridge | Slope</title><h2>Bridge</h2><div class='entry'>{entry}</div>"
    page = api.parse_page(text.encode(), URL, fetched_at=READ_AT)
    assert page.posts[0].body_text == "The water reached the third line today."


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("<p>{}</p><ul><li>eins</li><li>zwei</li></ul>", "{}\neins\nzwei"),
        ("<ol><li>eins</li></ol><p>{}</p>", "eins\n{}"),
        ("<blockquote><p>eins</p></blockquote><p>{}</p>", "eins\n{}"),
        ("<p>{}</p><table><tr><td>a1</td><td>b2</td></tr></table>", "{}\na1 b2"),
        ("<p>{}</p><pre>exit()</pre>", "{}\nexit()"),
    ],
)
@pytest.mark.parametrize(
    "item",
    [
        '<li id="comment-{n}"><cite>{name}</cite> <i>{at}</i>{said}</li>',
        '<li id="comment-{n}">{said}<p><cite>{name}</cite> — {at}</p></li>',
        '<li id="comment-{n}"><div><b>{name}</b> <i>{at}</i></div>{said}<div class="foot"><a href="#">Reply</a></div></li>',
    ],
)
def test_lists_and_quotations_beside_the_paragraphs_of_a_comment_are_of_its_text(
    item: str, said: str, lines: str
) -> None:
    texts = [text for _, text in COMMENTS]
    page = read(
        f'<ol id="comments" class="commentlist">{rows(item, said=[said.format(one) for one in texts])}</ol>'
    )
    assert (shown(page), page.problems) == (expected(*map(lines.format, texts)), ())


def next_page(url: str, *links: str) -> list[str]:
    """Return the further page of comments to which the page of a post at `url` leads."""
    item = '<li id="comment-{n}"><cite>{name}</cite> <i>{at}</i><p>{text}</p></li>'
    anchors = "".join(f"<a href='{link}'>{n}</a>" for n, link in enumerate(links))
    body = f"<title>桥</title><article><h1>桥</h1><div class='entry-content'>{TEXT}</div></article><ol id=comments>{rows(item)}</ol><p>{anchors}</p>"
    target = Target(url=url, site="web", kind=PageKind.POST, uid="notes.example.org", page_no=1)
    if url != URL:
        target = replace(target, kind=PageKind.COMMENTS, page_no=2)
    page = Page(url=url.partition("#")[0], fetched_at=READ_AT, status=200, headers=(), body=body.encode())
    return [link.url for link in site_by_name("web").parse_page(page, target).links if link.next_page]


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (URL, ["?page=0", "?page=1", "?page=2"], ["?page=2"]),  # Drupal counts from 0
        (f"{URL}?page=2", ["?page=0", "?page=1"], ["?page=1"]),
        (f"{URL}?page=1", ["?page=0", "?page=2"], []),
        (URL, ["?start=10", "?start=20"], ["?start=10"]),  # Joomla counts comments
        (f"{URL}?start=10", ["?start=20"], ["?start=20#comments"]),
        (f"{URL}?start=20#comments", ["?start=10"], []),
        (URL, ["?cp=1", "?cp=2", "?cp=3"], ["?cp=3"]),
        (URL, ["/notes/other/?cp=2", "/?page=2"], []),
    ],
)
def test_pages_of_comments_are_counted_in_the_query_too(
    url: str, links: list[str], following: list[str]
) -> None:
    assert next_page(url, *links) == [f"{URL}{one}" for one in following]


@pytest.mark.parametrize(
    "word",
    [
        "응답",
        "Atsakyti",
        "Atbildēt",
        "Erantzun",
        "ตอบกลับ",
        "Responder a este comentario",
        "このコメントに返信",
    ],
)
def test_a_link_to_answer_in_the_box_of_the_text_is_not_of_it(word: str) -> None:
    item = f'<li class="comment"><div class="details"><b>{{name}}</b> <span><a href="#re{{n}}">{word}</a></span> <i>{{at}}</i><p>{{text}}</p><p>{{text}}</p></div></li>'
    page = read(f'<ol class="comments">{rows(item)}</ol>')
    assert [text for _, _, text in shown(page)] == [f"{text}\n{text}" for _, text in COMMENTS]


@pytest.mark.parametrize("button", ['<div class="tools">回复</div>', "<p><span>Reply</span></p>"])
def test_a_button_to_answer_that_is_no_link_is_not_the_text_of_a_single_comment(button: str) -> None:
    page = read(
        f'<div id="comments"><div><b>老木</b> <i>2025-05-02 09:02</i><div>顶</div>{button}</div></div>'
    )
    assert (shown(page), page.problems) == ([("老木", "05-02 09:02", "顶")], ())


@pytest.mark.parametrize("day", ["Sonntag", "Sábado", "Quinta-feira", "Воскресенье", "Zondag"])
def test_a_weekday_before_the_date_is_no_name(day: str) -> None:
    head = "<h4>{name} am <time datetime='2025-05-0{n}T09:0{n}:00'>{weekday}, {n}. Mai 2025</time>:</h4>"
    item = f"<article id=c{{n}}>{head}<div class=text>{{text}}</div><footer><time>09:0{{n}}</time> | <a>Link</a></footer></article>"
    page = read(
        f"<section id=comments><h3>评论</h3>{rows(item, weekday=[day, day, 'Montag'])}</section>", "de"
    )
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    ("lang", "at", "doubts"),
    [
        ("fr-FR", "0{n}/05/25 @ 09:0{n}", []),
        ("pt-BR", "0{n}/05/2025 09:0{n}", []),
        ("en-US", "05/0{n}/25 @ 09:0{n}", ["comments", "posted_at"]),
        ("zh", "25/05/0{n} 09:0{n}", ["comments", "posted_at"]),
    ],
)
def test_a_date_of_figures_of_posts_and_comments_is_read_if_the_language_tells_its_order(
    lang: str, at: str, doubts: list[str]
) -> None:
    item = '<div class=bComment><h3>{name}</h3><div class=bCommentText>{text}</div><div class=small>{at} <a href="?reply_ID={n}#form">Répondre</a></div></div>'
    page = read(f"<div class=bComments><h3>评论</h3>{rows(item, at)}</div>", lang, at.format(n=7))
    posted = page.posts[0].posted
    assert shown(page) == (timeless() if doubts else expected())
    assert (posted and f"{posted.at:%m-%d %H:%M}") == (None if doubts else "05-07 09:07")
    assert [one.field for one in page.problems] == doubts


def test_an_answer_without_a_name_in_a_comment_is_not_that_comment_again() -> None:
    line = "<ul class=foot><li>{at}</li>{more}</ul>"
    owner = f"<div>Danke!{line.format(at='2025/05/02(10:30)', more='')}</div>"
    foot = line.format(at="{at}", more="<li><a href='mailto:'>{name}</a></li>")
    item = f"<div class=sub id=comment{{n}}><h4>{{n}}. Satz</h4><div class=body>{{text}}</div>{foot}{{answer}}</div>"
    said = rows(item, "2025/05/0{n}(09:0{n})", answer=[owner, "", ""])
    assert shown(read(f'<div id="cm"><h3>コメント</h3>{said}</div>')) == expected()


def test_a_name_that_begins_as_a_weekday_is_a_name() -> None:
    said = rows(
        "<li><p>{text}</p><p>{visitor} am {at}</p></li>", visitor=(names := ["Monika", "Sunny", "Friedl"])
    )
    page = read(f"<div id=comments><h3>评论</h3><ol>{said}</ol></div>", "de")
    assert ([one.author_name for one in page.posts[0].comments], page.problems) == (names, ())


@pytest.mark.parametrize("behind", [" , Guest", " (Gast)", " says so:", ", guest said:"])
def test_a_badge_and_a_verb_behind_a_name_leave_no_sign(behind: str) -> None:
    said = rows(f"<li>{{name}}{behind} <small>{{at}}</small><p>{{text}}</p></li>")
    assert shown(read(f"<div id=comments><h3>评论</h3><ol>{said}</ol></div>", "en")) == expected()


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ("<li><b>&raquo; {visitor}</b> <small>{at}</small><p>{text}</p></li>", ["Jutta", "Sven", "Maria"]),
        (
            "<div class=who><p>{visitor}</p><p>Create at: {at}</p></div><div><p>{text}</p></div>",
            ["Jutta", "Sven", "Maria"],
        ),
        ("<li><p>{text}</p><i>by {visitor}, {at}</i></li>", ["Jackie Wu", "Kit & Co", "Sammy Davis Jr."]),
    ],
    ids=["a sign before the name", "a label before the time", "a short last name before the time"],
)
def test_a_name_has_neither_a_sign_nor_a_label_and_keeps_its_last_word(item: str, names: list[str]) -> None:
    said = rows(item, "May {n}, 2025 09:0{n}", visitor=names)
    page = read(f"<div id=comments><h3>Comments</h3><ol>{said}</ol></div>", "en", "May 1, 2025")
    assert ([one.author_name for one in page.posts[0].comments], page.problems) == (names, ())


def test_a_visitor_may_sign_with_one_letter_or_with_a_colon_in_the_name() -> None:
    item = '<li class="commentbody" id="comment-{n}"><cite><a href="https://{n}.example.org/">{visitor}</a></cite> <a href="#comment-{n}">{at}</a><p>{text}</p></li>'
    names = ["v", "Project:Lorna", "Sven"]
    said = rows(item, "May {n}, 2025 09:0{n}", visitor=names)
    page = read(f"<h3>Comments</h3><ol class=comments>{said}</ol>", "en", "May 1, 2025")
    assert ([one.author_name for one in page.posts[0].comments], page.problems) == (names, ())


@pytest.mark.parametrize("heading", ["コメント 3件", "3件のコメント", "コメント（3件）"])
@pytest.mark.parametrize(
    "item",
    [
        "<div class=box><b>{n}.</b> <b>{name}</b> wrote:<p>{text}</p><i>{at}</i></div>",
        "<div class=who><span class=author>Gość: <b>{name}</b>, 83.1.x</span> <i>{at}</i></div><p>{text}</p>",
    ],
    ids=["a number before the name", "the word for a guest before the name"],
)
def test_neither_a_number_nor_the_word_for_a_guest_before_a_name_is_the_name(heading: str, item: str) -> None:
    assert shown(read(f"<div><h3>{heading}</h3></div><div>{rows(item)}</div>", "ja")) == expected()


def test_a_short_date_that_ends_its_text_is_read_in_a_language_that_writes_the_day_first() -> None:
    said = rows("<li><b>{name}</b> <i>Comentou em {at}</i><p>{text}</p></li>", "0{n}/05/25")
    page = read(f"<div id=comments><h3>评论</h3><ol>{said}</ol></div>", "pt-BR", "Publicado em 01/05/25")
    days = [f"{one.posted and one.posted.at:%F}" for one in page.posts[0].comments]
    assert days == ["2025-05-02", "2025-05-03", "2025-05-04"]
    assert f"{page.posts[0].posted and page.posts[0].posted.at:%F}" == "2025-05-01"


def test_the_time_of_day_before_a_date_is_read() -> None:
    said = rows("<li><b>{name}</b> <i>9:0{n} AM on Friday, May {n}, 2025</i><p>{text}</p></li>")
    page = read(f"<div id=comments><h3>评论</h3><ol>{said}</ol></div>", "en")
    assert (shown(page), page.problems) == (expected(), ())


def test_a_date_without_a_space_behind_its_comma_is_read() -> None:
    said = rows(
        '<div><p>{text}</p><span>Posted by <a href="/u{n}">{name}</a> at May {n},2025 09:0{n}</span></div>'
    )
    page = read(f"<div id=comments><h3>回應文章</h3>{said}</div>")
    assert (shown(page), page.problems) == (expected(), ())


def test_a_visitor_may_sign_as_a_number_in_bold_type_and_numbers_alone_are_no_names() -> None:
    item = '<div class="comment" id="comment-{n}"><b>{name} </b><br><i>{at}</i><div class="comment-content">{text}</div></div>'
    page = read(f"<h3>评论</h3>{rows(item).replace('老木', '2333')}")
    assert [name for name, _, _ in shown(page)] == ["青禾", "2333", "青禾"]
    page = read(f"<h3>评论</h3>{rows(item.replace('{name}', '10{n}'))}")
    assert (page.posts[0].comments, {one.field for one in page.problems}) == ((), {"comments"})


def test_a_text_before_its_time_is_not_that_of_the_comment_above() -> None:
    said = rows('<p class="text">{text}</p><p class="line">Post by {name} on {at}</p>')
    pages = '<div class="p_bar"><span>Records: 5</span><a href="#">2</a></div>'
    assert shown(read(f'<div id="comments"><h3>3 条评论</h3>{said}{pages}</div>')) == expected()


@pytest.mark.parametrize(
    "other",
    [
        '<div class="said"><b>Trackback from: 灯下</b><div class="text">桥的事我也写过。</div><i>2025年5月9日 09:09</i></div>',
        '<div class="said"><b><a href="#c9">Trackback</a> de: 灯下</b><div class="text">桥的事我也写过。</div><i>2025年5月9日 09:09</i></div>',
        '<div id="trackbacks"><div class="said"><b>灯下</b><div class="text">桥的事我也写过。</div><i>2025年5月9日 09:09</i></div></div>',
        '<div class="said"><b>灯下</b><div class="text">Pingback from 灯下</div><i>2025年5月9日 09:09</i></div>',
        '<ol id="trackback-area"><li class="said"><i>2025年5月9日</i><b>引用通告 : <a href="http://lamp.example.org/7">灯下</a></b></li></ol>',
    ],
)
def test_a_link_from_another_blog_is_no_comment(other: str) -> None:
    said = rows('<div class="said"><b>{name}</b><div class="text">{text}</div><i>{at}</i></div>')
    page = read(f'<div id="comments"><h3>评论</h3>{said}{other}</div>')
    assert (shown(page), page.problems) == (expected(), ())
    page = read(f'<div id="comments"><h3>评论</h3>{other}</div>')
    assert (shown(page), page.problems) == ([], ())


def test_a_link_to_report_the_only_comment_is_no_word_of_it() -> None:
    link = "<div class='report'><a href='/report/'>Kommentar melden.</a></div>"
    item = (
        f"<li id='comment-1'><cite class='fn'>阿明</cite> <i>2025-05-02 10:00</i><p>看了三遍。</p>{link}</li>"
    )
    page = read(f"<div id='comments'><h3>1 条评论</h3><ol>{item}</ol></div>")
    assert (len(shown(page)), page.problems) == (1, ())


def test_an_hour_before_the_day_in_the_paragraph_of_the_name_is_read() -> None:
    item = '<li class="comment" id="comment-{n}"><p><strong>{name}</strong> às {at}</p><p>{text}</p></li>'
    page = read(f'<div id="comments"><ol>{rows(item, at="9h0{n} - 0{n}/05/2025")}</ol></div>', "pt")
    assert (shown(page), page.problems) == (expected(), ())


def test_days_and_months_that_nothing_tells_apart_are_told() -> None:
    said = rows('<div class="said"><b>{name}</b><p>{text}</p><i>{at}</i></div>', at="8/{n}/2025 09:0{n}")
    page = read(f'<div id="comments"><h3>评论</h3>{said}</div>')
    assert (shown(page), [one.field for one in page.problems]) == (timeless(), ["comments"])


@pytest.mark.parametrize(
    ("at", "lang", "first"),
    [
        ("0{n}.05.2025 09:0{n}", "de", "05-02 09:02"),
        ("05.0{n}.2025 at 9:0{n} am", "en-US", "05-02 09:02"),
        ("05.2{n}.2025 at 9:0{n} am", "en-US", "05-22 09:02"),
        ("2{n}.05.2025 at 9:0{n} am", "en", "05-22 09:02"),
    ],
)
def test_a_comment_is_of_the_month_behind_its_post_if_figures_do_not_tell_day_and_month(
    at: str, lang: str, first: str | None
) -> None:
    item = '<li class="comment"><h4>{name}</h4><time class="when"><a href="#{n}">{at}</a></time><p>{text}</p></li>'
    page = read(f'<ol class="comments">{rows(item, at)}</ol><p>(c) 2025</p>', lang, "May 1, 2025")
    assert shown(page)[0] == (COMMENTS[0][0], first, COMMENTS[0][1])
    assert [one.field for one in page.problems] == ([] if first else ["comments"])


@pytest.mark.parametrize(
    ("at", "when", "read_as"),
    [
        ("5/{n}/2025 at 9:0{n}am", "May 1, 2025", "05-02 09:02"),
        ("{n}/5/2025 at 9:0{n}am", "May 1, 2025", "05-02 09:02"),
        ("0{n}.05.25 @ 9:0{n} am", "May 1, 2025", "05-02 09:02"),
        ("05.0{n}.25 @ 9:0{n} am", "May 1, 2025", "05-02 09:02"),
        ("0{n}/05/25   -   09:0{n}:00", "May 1, 2025", "05-02 09:02"),
        ("5/{n}/2025 at 9:0{n}am", "February 1, 2025", None),  # 5 February and 2 May
        ("5/{n}/2025 at 9:0{n}am", "May 1, 2015", None),
    ],
)
def test_the_order_of_day_and_month_that_puts_comments_right_behind_their_post_is_theirs(
    at: str, when: str, read_as: str | None
) -> None:
    item = '<li class="comment"><h4>{name}</h4><p class="when">{at}</p><div class="text">{text}</div></li>'
    text = "<p>" + "The river rose to the third line of the pier. " * 12 + "</p>"
    page = read(f'<ol class="comments">{rows(item, at)}</ol>', "en", when, text=text)
    assert shown(page)[0] == (COMMENTS[0][0], read_as, COMMENTS[0][1])
    assert [one.field for one in page.problems] == ([] if read_as else ["comments"])


def test_milliseconds_beside_a_short_date_tell_its_order_of_day_and_month() -> None:
    stamp = int(datetime(2025, 5, 2, 16, 2, tzinfo=UTC).timestamp())
    item = (
        '<li class="comment"><b>{name}</b> <span data-publishtime="{ms}"><i>{at}</i></span><p>{text}</p></li>'
    )
    stamps = [f"{stamp + n * 86_460}123" for n in range(3)]
    said = rows(item, at="5/0{n}/25 9:0{n}am", ms=stamps)
    page = read(f'<ol class="comments">{said}</ol>', "en", "a day")
    assert shown(page) == expected()


def test_a_date_of_a_day_and_the_name_of_its_month_with_dots_is_read() -> None:
    item = '<div class="said"><span class="fecha">{at}</span><b>{name}</b><p>{text}</p></div>'
    page = read(f"<div id='comments'>{rows(item, at='0{n}.may.2025 | 09:0{n}')}</div>", "es")
    assert (shown(page), page.problems) == (expected(), ())


def test_a_rank_on_the_line_above_a_linked_name_is_not_the_name() -> None:
    item = '<div class="said" id="comment_{n}"><div class="author_name">{rank}<a href="/social/{n}">{name}</a></div><span>{at}</span><p class="comment_body">{text}</p></div>'
    ranks = ["<div>HUFFPOST SUPER USER</div>", "", "<div>Super User</div>"]
    page = read(f"<div id='comments'>{rows(item, rank=ranks)}</div>")
    assert (shown(page), page.problems) == (expected(), ())


def test_cards_below_a_heading_of_related_posts_behind_that_of_comments_are_no_comments() -> None:
    card = "<div class='grid'><a href='/notes/{n}/'><div class='name'>第{n}号桥的故事</div><div class='by'>记者 {name} <time datetime='2025-05-0{n}T09:00:00+08:00'>2小时前</time></div></a></div>"
    end = f"<div><div class='count'>Comments</div></div><div class='like'>喜欢我们</div><div><div class='head'>Related Posts</div></div><div>{rows(card)}</div>"
    page = read(end, "en")
    assert (page.posts[0].comments, [x.field for x in page.problems]) == ((), [])


@pytest.mark.parametrize(
    "at",
    [
        "vor {n} Jahren",
        "hace {n} años",
        "{n} anni fa",
        "{n} года назад",
        "acum {n} ani",
        "{n}년 전",
        "pre {n} years",
        "{n} years geleden",
    ],
)
def test_the_age_of_a_comment_is_read_in_other_languages(at: str) -> None:
    item = '<li class="comment"><h4>{name}</h4><p class="when">{at}</p><div class="text">{text}</div></li>'
    page = read(f'<ol class="comments">{rows(item, at)}</ol>', "de")
    years = [(one.posted and one.posted.at and one.posted.at.year) for one in page.posts[0].comments]
    assert (years, page.problems) == ([2024, 2023, 2022], ())


def test_comments_without_numbers_and_a_heading_are_found_by_their_class_alone() -> None:
    item = '<li class="comment"><div class="said">{text}</div><div class="who">{name}</div><i>{at}</i></li>'
    page = read(f"<ul>{rows(item)}</ul>")
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    ("before", "behind"), [("Kommentar von ", ""), ("", " to <a href='#c1'>老木</a>"), ("<i>Blogger</i>", "")]
)
def test_words_and_badges_of_a_theme_beside_a_name_are_not_of_it(before: str, behind: str) -> None:
    item = f'<li class="comment"><span class="comment-author">{before}{{name}}{behind}</span> <time>{{at}}</time><p>{{text}}</p></li>'
    assert shown(read(f'<ol class="comments">{rows(item)}</ol>')) == expected()


@pytest.mark.parametrize(
    "at",
    [
        "{n} May 25 at 09:0{n}",
        "0{n}/May/25 at 9:0{n} am",
        "0{n} May - 2025 at 09:0{n} AM",
        "<i>{n} mayo 2025</i> <i>a las</i> <i>09:0{n}:00</i>",
        "{n} May 2025 9.0{n}am",
        "0{n}-May-25 09:0{n}",
        "May {n} '25 at 9:0{n}",
        "<i>Kl. 09:0{n}</i> <i>d. {n}. May 2025</i>",
        "<i>{n} May 2025</i> <b>a las: </b><i>09:0{n}</i>",
        "{n} مايو، 2025 الساعة 9:0{n} ص",
    ],
)
def test_more_forms_of_a_date_are_read_with_the_time_of_day(at: str) -> None:
    item = '<li class="comment"><h4>{name}</h4><span class="date">{at}</span><p>{text}</p></li>'
    page = read(f'<ol class="comments">{rows(item, at)}</ol>', "en")
    assert (shown(page), page.problems) == (expected(), ())


def test_each_comment_of_z_blog_is_a_list_beside_one_of_other_posts() -> None:
    said = rows(
        '<ul class="msg"><li class="msgname">{n}.<a name="cmt{n}">{name}</a></li><li class="msgarticle">{text}</li><li class="msgtime">{at}</li></ul>'
    )
    beside = '<ul class="msg mutuality"><li class="msgarticle"><p><a href="/notes/rain/">雨</a> (2024-1-1 10:10)</p></li></ul>'
    for count in (1, 3):
        page = read(beside + "".join(f"{one}</ul>" for one in said.split("</ul>")[:count]))
        assert (shown(page), page.problems) == (expected()[:count], ())


def test_a_name_before_the_text_in_one_paragraph_is_not_of_it_and_answers_stand_in_a_list() -> None:
    item = '<div class="row"><p class="who"><a class="nick">{name}</a>：{text}</p><p class="date">{at}</p>{answer}</div>'
    answer = '<ul class="answer"><li class="who"><a class="nick">北坡</a> 回复 <a class="nick">老木</a>：春天。</li><li class="date">2025年5月3日 10:00</li></ul>'
    page = read(f'<div class="comment-list"><h3>評論</h3>{rows(item, answer=["", answer, ""])}</div>')
    answers = [one for one in shown(page) if one[0] == "北坡"]
    assert (len(shown(page)), [at for _, at, _ in answers], page.problems) == (4, ["05-03 10:00"], ())


def test_a_box_of_other_posts_is_no_comment_whatever_its_class() -> None:
    other = '<ul><li><a href="/notes/ferry/">渡口</a> 2025年4月2日 10:20</li></ul>'
    item = '<div class="comment-item"><b class="author">{name}</b> <span class="time">{at}</span><p>{text}</p></div>'
    page = read(f'<div class="comment"><h4>相關文章</h4>{other}</div><div class="comment">{rows(item)}</div>')
    assert (shown(page), page.problems) == (expected(), ())


def test_a_comment_that_a_page_repeats_above_an_answer_is_read_once() -> None:
    item = '<li class="item"><b class="author">{name}</b> <span class="time">{at}</span><p class="text">{text}</p></li>'
    again = item.format(name="青禾", at="2025年5月2日 09:02", text="第三道线是哪一年刻的？")
    page = read(f'<div id="comments"><h3>评论</h3><ul>{rows(item)}{again}</ul></div>')
    assert (sorted(shown(page)), page.problems) == (sorted(expected()), ())


@pytest.mark.parametrize(
    "answer",
    [
        '<div class="reply"><span class="when">2025年5月3日 10:00</span> 春天刻的。</div>',
        "<div class='reply'><p>博主回复（2025年5月3日 10:00）</p><p>春天刻的。</p></div>",
    ],
)
@pytest.mark.parametrize("heading", ["评论", "3 条评论"])
def test_an_answer_without_a_name_in_other_elements_is_told(heading: str, answer: str) -> None:
    item = '<li id="comment-{n}"><b class="author">{name}</b> <span class="time">{at}</span><p>{text}</p>{answer}</li>'
    page = read(f'<div id="comments"><h3>{heading}</h3><ul>{rows(item, answer=["", answer, ""])}</ul></div>')
    assert (shown(page), [one.kind for one in page.problems]) == (expected(), ["incomplete"])


def test_years_of_two_digits_come_first_on_chinese_pages_alone() -> None:
    item = '<li class="item"><b class="author">{name}</b> <span class="time">{at}</span><p>{text}</p></li>'
    section = f'<div id="comments"><h3>评论</h3><ul>{rows(item, at="25-05-0{n} 09:0{n}")}</ul></div>'
    page = read(section, lang="en", when="25-05-01 08:05")
    assert (shown(page), page.problems) == (expected(), ())
    assert f"{page.posts[0].posted and page.posts[0].posted.at:%F %H:%M}" == "2025-05-01 08:05"
    code = f"{TEXT}<pre>{'int main(void) { return 0; } ' * 40}</pre>"
    assert shown(read(section, lang="", text=code)) == expected()
    page = read(
        section, lang="nl", when="25-05-01 08:05", text="<p>" + "Het water steeg, tot aan de brug. " * 20
    )
    assert (page.posts[0].posted, shown(page)) == (None, timeless())
    assert {one.field for one in page.problems} >= {"posted_at", "comments"}


@pytest.mark.parametrize(
    ("at", "lang", "first"),
    [
        ("25/05/0{n} 09:0{n}", "zh-CN", "2025-05-02"),
        ("25/06/0{n} 09:0{n}", "zh-CN", None),  # long after the post
        ("0{n}/05/25 09:0{n}", "zh-CN", "2025-05-02"),
    ],
)
def test_a_year_of_two_digits_before_slashes_is_read_if_it_puts_chinese_comments_behind_their_post(
    at: str, lang: str, first: str | None
) -> None:
    item = '<li class="item"><b class="author">{name}</b> <span class="time">{at}</span><p>{text}</p></li>'
    page = read(
        f'<div id="comments"><h3>3 评论</h3><ul>{rows(item, at=at)}</ul></div>', lang, "2025-05-01 08:05"
    )
    posted = page.posts[0].comments[0].posted
    assert (posted and posted.at and f"{posted.at:%F}") == first
    assert [one.field for one in page.problems] == ([] if first else ["comments"])


def test_days_without_a_year_below_a_heading_of_comments_are_told() -> None:
    page = read(
        f"<h3>评论</h3><section>{rows('<p>{name}</p><p>{text}</p><p>{at}</p>', at='5月{n}日')}</section>"
    )
    assert (page.posts[0].comments, [one.kind for one in page.problems]) == ((), ["unreadable"])


def test_a_badge_of_the_author_before_the_name_is_not_it() -> None:
    item = '<li class="item"><a class="author" href="https://{n}.example.com/"><i>UP</i> {name}</a> <span class="time">{at}</span><p>{text}</p></li>'
    page = read(f'<div id="comments"><h3>3 條評論</h3><ul>{rows(item)}</ul></div>')
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    ("line", "claimed"),
    [
        ("阅读：96 | 评论：2 | 转载：0", 2),
        ("2025年5月1日 · 3 条评论", 3),
        ("By 老木, 2025-05-01 | Comments (12)", 12),
        ("阅读：96 | 评论：0", None),
        ("阅读 96", None),
    ],
)
def test_a_line_of_the_post_that_counts_comments_tells_that_none_is_shown(
    line: str, claimed: int | None
) -> None:
    details = [] if claimed is None else [f"the page claims {claimed} comments and shows none"]
    page = read(f"<p class='line'>{line}</p><form><textarea></textarea></form>{FOOTER}")
    assert [one.detail for one in page.problems] == details
    assert all((one.kind, one.field) == ("incomplete", "comments") for one in page.problems)


@pytest.mark.parametrize(
    "other",
    [
        '<ul><li><a href="/notes/ferry/">渡口</a> <span>阅读：96 | 评论：2</span></li></ul>',
        '<div class="card"><h3><a href="/notes/ferry/">渡口</a></h3><p>阅读：96 | 评论：2</p></div>',
        '<dl><dt><a href="/notes/ferry/">渡口</a></dt><dd>阅读(96) 评论(2)</dd></dl>',
        '<table><tr><td><a href="/notes/ferry/">渡口</a></td><td>评论(2) | 96</td></tr></table>',
        '<div class="sidebar"><p>文章：80 | 评论：245</p></div>',
        "<div><h3>统计</h3><p>文章：80 | 评论：245</p></div>",
        "<p>共有 3 条评论说起渡口。</p>",
    ],
)
def test_comments_of_other_posts_are_not_counted(other: str) -> None:
    assert read(other + FOOTER).problems == ()


@pytest.mark.parametrize("start", ["{name} | {day}, ", "{name}, {day}, ", "{name} at 09:0{n} AM on {day}, "])
def test_a_weekday_and_a_time_of_day_before_the_date_are_no_part_of_the_name(start: str) -> None:
    item = (
        f'<div class="comment"><p class="who">{start}{{at}}</p><div class="comment-body">{{text}}</div></div>'
    )
    at = "May {n}, 2025" if "AM" in start else "May {n}, 2025 at 09:0{n} AM"
    page = read(f"<div id='comments'>{rows(item, at=at, day=['Friday', 'Saturday', 'Sunday'])}</div>")
    assert (shown(page), page.problems) == (expected(), ())


def test_a_time_of_day_in_indonesian_that_is_not_read_is_told() -> None:
    item = "<li><b>{name}</b> <span>{at}</span><p>{text}</p></li>"
    page = read(f"<ol id='comments'>{rows(item, at='{n} Mei 2025 pukul 09.0{n} WIB')}</ol>", lang="id")
    assert (shown(page), [one.field for one in page.problems]) == (timeless(), ["comments"])


def test_the_author_above_a_picture_is_no_text_of_its_post() -> None:
    post = '<div class="post-content"><div><a href="/user/susan">susan</a></div><div class="post-body"><img src="/boat.png"></div></div>'
    page = api.parse_page(f"<title>Boat</title><h1>Boat</h1>{post}".encode(), URL, fetched_at=READ_AT)
    assert (page.posts[0].body_text, len(page.posts[0].images)) == ("", 1)


@pytest.mark.parametrize("is_saved", [False, True])
def test_a_time_that_is_counted_from_the_moment_of_reading_is_told_on_a_saved_page(is_saved: bool) -> None:
    item = '<div class="vcard"><span class="vnick">{name}</span><span class="vtime">{at}</span><div class="vcontent"><p>{text}</p></div></div>'
    page = f"<title>桥</title><h1>桥</h1><p>3 天前</p><div class='entry-content'>{TEXT}</div><div class='vlist' id='comments'>{rows(item, at='{n} 个月前')}</div>"
    headers = (("Content-Type", "text/html; charset=utf-8"), ("X-Imported-From", "page.html"))
    asked = Page(url=URL, fetched_at=READ_AT, status=200, headers=headers[: 1 + is_saved], body=page.encode())
    target = Target(url=URL, site="web", kind=PageKind.POST, uid="notes.example.org")
    read_page = site_by_name("web").parse_page(asked, target)
    post = read_page.posts[0]
    assert [one.author_name for one in post.comments] == [name for name, _ in COMMENTS]
    assert {bool(one.posted and one.posted.at) for one in post.comments} == {not is_saved}
    assert [one.field for one in read_page.problems] == (["comments", "posted_at"] if is_saved else [])
    assert bool(post.posted) is not is_saved


def test_answers_in_other_elements_are_comments_if_the_page_counts_them() -> None:
    tools = '<div class="tools"><a>赞</a> <a>回复</a></div>'
    outer = '<div id="comment-{n}0" class="comment"><div class="author"><a href="/u/{n}" class="name">{name}</a><div class="meta"><span>{n}楼 · {at}</span></div></div><div class="comment-wrap"><p>{text}</p>{tools}</div>{answers}</div>'
    inner = '<div id="comment-{n}1" class="sub-comment"><p><div class="v-tooltip-content"><a href="/u/9">阿舟</a>：</div><span><a href="/u/{n}" class="maleskine-author">@{name}</a> 第{n}年。</span></p><div class="sub-tools"><span>2025.05.0{n} 10:0{n}</span> <a>回复</a></div></div>'
    first, *others = (
        outer.replace("{answers}", inner if n == 0 else "").replace("{tools}", tools) for n in range(3)
    )
    each = [
        x.format(n=n, name=name, text=text, at=f"2025.05.0{n} 09:0{n}")
        for n, ((name, text), x) in enumerate(zip(COMMENTS, (first, *others), strict=True), start=2)
    ]
    page = read(f"<div id='comment-list'><div class='top'><span>4条评论</span></div>{''.join(each)}</div>")
    assert [(one.author_name, f"{one.posted and one.posted.at:%H:%M}") for one in page.posts[0].comments] == [
        ("青禾", "09:02"),
        ("阿舟", "10:02"),
        ("老木", "09:03"),
        ("青禾", "09:04"),
    ]
    assert page.problems == ()


def test_a_visitor_may_sign_as_a_number_and_the_number_of_a_comment_is_no_name() -> None:
    item = '<div class="said"><b>{n}F</b> <a href="https://{n}.example.org/">{sign}</a> 於 {at} 回應<div class="commentbody">{text}</div></div>'
    page = read(f"<div id='comments'>{rows(item, sign=['1987', '2333', '青禾'])}</div>")
    assert [one.author_name for one in page.posts[0].comments] == ["1987", "2333", "青禾"]


def test_a_day_in_the_form_of_wordpress_in_chinese_is_the_time_of_the_post() -> None:
    posted = read("", when="on 5月 1st, 2025").posts[0].posted
    assert posted is not None
    assert f"{posted.at:%F}" == "2025-05-01"


def test_a_time_without_a_space_behind_its_day_is_that_of_the_comment() -> None:
    item = '<li id="comment-{n}" class="comment"><cite class="fn">{name}</cite> 在 <a href="#comment-{n}"><time datetime="2025-05-0{n}T09:0{n}:35+00:00">{at}</time></a> <div class="comment-content"><p>{text}</p></div></li>'
    page = read(f"<ol id='comments' class='commentlist'>{rows(item, at='2025/05/0{n}09:0{n}')}</ol>")
    assert (shown(page), page.problems) == (expected(), ())


YEARLESS_ROW = '<li id="comment-{n}"><cite><a href="/u/{n}">{name}</a></cite> <small><a href="#comment-{n}">{at}</a></small><p>{text}</p></li>'


def read_yearless(at: str, when: str) -> tuple[list[str | None], list[str]]:
    """Return the times of three comments, and what the failure rows of the page say."""
    page = read(f'<ol class="commentlist" id="comments">{rows(YEARLESS_ROW, at=at)}</ol>', when=when)
    assert [one.author_name for one in page.posts[0].comments] == [name for name, _ in COMMENTS]
    times = [one.posted and one.posted.at for one in page.posts[0].comments]
    return [at and f"{at:%F %H:%M}" for at in times], [str(x.detail) for x in page.problems]


@pytest.mark.parametrize(
    ("shown", "when"),
    [
        ("1 year", "2024年5月1日"),
        ("Jun {n}th at 2:41 am", ""),
        # Read on 30 November 2026: the next June since the post is none yet.
        ("Jun {n}th at 2:41 am", "2026年8月1日"),
    ],
)
def test_a_comment_whose_year_nothing_tells_is_stored_without_its_time(shown: str, when: str) -> None:
    times, details = read_yearless(shown, when)
    assert (times, details.count("a comment shows no time")) == ([None] * 3, 1)


@pytest.mark.parametrize(
    ("shown", "when", "first"),
    [
        ("Jun {n}th at 2:41 am", "2021年5月1日 08:05", "2021-06-02 02:41"),
        ("Jan {n}, 3:38 PM", "2021年12月30日", "2022-01-02 15:38"),
        ("6月{n}日 14:05", "2021年6月2日", "2021-06-02 14:05"),
        ("{n} juillet à 14:05", "2021年6月2日", "2021-07-02 14:05"),
        ("06-1{n} 14:05", "2021年6月13日 08:05", "2021-06-12 14:05"),  # another zone
        ("06-1{n} 14:05", "2021年6月15日 08:05", "2022-06-12 14:05"),
        ("Feb 2{n}, 3:38 PM", "2023年3月1日", "2024-02-22 15:38"),
    ],
)
def test_a_day_without_a_year_is_the_first_since_its_post_and_a_problem(
    shown: str, when: str, first: str
) -> None:
    times, details = read_yearless(shown, when)
    assert (times[0], None in times, details) == (first, False, ["times of comments have no year"])


def test_a_time_without_a_year_that_the_markup_states_whole_is_no_problem() -> None:
    item = YEARLESS_ROW.replace("<small>", '<small><time datetime="2025-05-0{n}T09:0{n}:00+08:00">').replace(
        "</small>", "</time></small>"
    )
    page = read(f'<ol class="commentlist" id="comments">{rows(item, at="May 0{n}, 9:0{n} am")}</ol>')
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize(
    ("stamp", "shown", "hour"),
    [
        ("2025-05-0{n}T22:30:00Z", "May {n}, 5:30 pm", "02 17:30"),  # the clock of the blog
        ("2025-05-0{n}T22:30:00Z", "0{n} mai à 10:30", "02 22:30"),  # half of the day is not shown
        ("2025-05-0{n}T22:30:00Z", "0{n} mai à 00:30", "02 00:30"),
        ("2025-05-0{n}T22:30:00Z", "1er juin à 00:30", "02 22:30"),  # another day
        ("2025-05-0{n}T22:30:00+09:00", "0{n} mai à 17:30", "02 22:30"),
    ],
)
def test_the_clock_that_a_page_shows_without_a_year_counts_beside_a_stamp_in_utc(
    stamp: str, shown: str, hour: str
) -> None:
    item = f'<li class="comment"><b>{{name}}</b> <time datetime="{stamp}">{{at}}</time><p>{{text}}</p></li>'
    text = "<p>" + "La rivière monte jusqu'à la troisième ligne du pont. " * 12 + "</p>"
    said = rows(item, at=shown).replace("青禾", "Anne").replace("老木", "Paul")
    page = read(f'<ol class="comments">{said}</ol>', "fr", "1 mai 2025", text=text)
    times = [one.posted and one.posted.at for one in page.posts[0].comments]
    assert (times[0] and f"{times[0]:%d %H:%M}", page.problems) == (hour, ())


def test_a_comma_before_the_year_and_a_time_of_day_in_a_link_are_of_one_time() -> None:
    item = '<li id="comment-{n}"><p>{text}</p><p><cite>Comment by {name} &#8212; 1{n}.07, 2011 @ <a href="#comment-{n}">13:04</a></cite></p></li>'
    page = read(f'<h3>Comments</h3><ol id="commentlist">{rows(item)}</ol>')
    shown = [(one.author_name, str(one.posted and one.posted.at)[:16]) for one in page.posts[0].comments]
    assert shown == [(name, f"2011-07-1{n} 13:04") for n, (name, _) in enumerate(COMMENTS, start=2)]


def test_a_button_to_report_and_a_box_in_the_element_of_a_name_are_not_the_name() -> None:
    item = (
        '<div id="comment-{n}" class="comments"><div><a href="#" onclick="flag()">Flag as Offensive</a></div>'
        "<b>{name}<div><span>What is this? A sign of the house for those who wrote a hundred comments, or more.</span></div></b>"
        '<span>on <a href="/c/{n}">May 1{n},  3:05 PM</a> said:</span><div class="comment-text">{text}</div></div>'
    )
    page = read(f'<div class="comments-content"><h2>Comments</h2>{rows(item)}</div>')
    assert [one.author_name for one in page.posts[0].comments] == [name for name, _ in COMMENTS]


def test_the_number_of_an_old_comment_of_blogger_tells_the_month() -> None:
    item = '<div class="cmt"><b><a href="/profile/{n}" rel="nofollow">{name}</a> said...</b></div><div class="cmt">{text} <a href="#c11575364582344{n}163">9/6/06, 2:5{n} AM</a></div>'
    page = read(f'<div class="comments" id="comments"><h4>3 comments:</h4>{rows(item)}</div>', "")
    assert {str(one.posted and one.posted.at)[:13] for one in page.posts[0].comments} == {"2006-09-06 02"}


@pytest.mark.parametrize("at", ["5/{n}/2025 09:0{n}:00 AM", "5/0{n}/25, 09:0{n} AM", "5/{n}/25 9:0{n}"])
def test_the_stamp_in_the_link_of_a_comment_tells_the_month_and_the_time_stays_that_of_the_blog(
    at: str,
) -> None:
    item = (
        '<dt id="c{n}000000000000000"><a href="http://www.blogger.com/profile/{n}">{name}</a> said...</dt><dd class="comment-body"><p>{text}</p></dd>'
        '<dd class="comment-timestamp"><a href="/2025/05/bridge.html?showComment={stamp}#c{n}000000000000000" title="comment permalink">{at}</a></dd>'
    )
    stamps = [f"{int(datetime(2025, 5, n, 16, n, tzinfo=UTC).timestamp())}000" for n in (2, 3, 4)]
    page = read(f'<dl id="comments-block">{rows(item, at, stamp=stamps)}</dl>', "")
    assert (shown(page), page.problems) == (expected(), ())


@pytest.mark.parametrize("count", [1, 2])
def test_a_single_comment_is_read_beside_links_from_other_blogs_that_are_marked_as_comments(
    count: int,
) -> None:
    item = (
        '<li id="comment-{n}" class="comment depth-1"><article id="div-comment-{n}" class="comment-body"><b class="fn">{name}</b>'
        '<a href="#comment-{n}"><time>{at}</time></a><div class="comment-content"><p>{text}</p></div></article></li>'
    )
    ping = '<li id="comment-9{n}" class="pingback depth-1"><div class="comment-body">Pingback: <a href="http://other.example.org/{n}/">Die Brücke</a></div></li>'
    pings = "".join(ping.format(n=n) for n in range(count))
    first = rows(item).partition("</li>")[0] + "</li>"
    page = read(
        f'<div class="post-comments"><div id="comments"><h2>评论</h2><ol class="comment-list">{first}{pings}</ol></div></div>'
    )
    assert (shown(page), page.problems) == (expected()[:1], ())


def test_a_comment_of_some_seconds_ago_is_read_beside_older_ones() -> None:
    item = '<li class="comment"><b class="fn">{name}</b> <span class="when">{ago}</span><p>{text}</p></li>'
    ago = ["15 seconds ago", "3 mins ago", "2 hours ago"]
    page = read(f'<ol class="comments">{rows(item, ago=ago)}</ol>', "en")
    assert [one.author_name for one in page.posts[0].comments] == [name for name, _ in COMMENTS]
    assert all(one.posted and one.posted.at for one in page.posts[0].comments)


def test_an_excerpt_of_another_post_is_a_link_to_this_one_and_no_comment() -> None:
    item = '<li id="comment-{n}"><cite>{name}</cite> <small>{at}</small><p>{text}</p></li>'
    excerpt = "[…] 桥上的早晨写过这条河，也写过那年的水，还有坡上的面馆 […]"
    ping = item.format(n=9, name="山居 » 第二条船", at="2025年5月9日 09:09", text=excerpt)
    page = read(f'<h3 id="comments">4 条评论</h3><ol class="commentlist">{rows(item)}{ping}</ol>')
    assert (shown(page), page.problems) == (expected(), ())


def test_a_number_of_comments_may_have_a_comma() -> None:
    said = rows("<li id='comment-{n}'><cite>{name}</cite> {at}<p>{text}</p></li>")
    page = read(f'<div id="comments"><h3>1,618 comments</h3><ol>{said}</ol></div>')
    assert page.posts[0].comment_count == 1618


def test_comments_in_a_box_that_is_named_as_related_are_read() -> None:
    item = '<div class="comment"><div class="comment-meta"><div><a href="#u">{name}</a></div><div>{at}</div></div><p>{text}</p></div>'
    page = read(f'<div class="related cfix" id="cmt-existing"><h1>Comments</h1>{rows(item)}</div>')
    assert len(shown(page)) == 3


def test_comments_of_livefyre_are_stored_without_a_time() -> None:
    item = '<article class="fyre-comment-article"><header><a>{name}</a></header><section class="fyre-comment-body"><p>{text}</p></section></article>'
    page = read(f'<div class="comments-wrapper"><div>3 comments</div>{rows(item)}</div>')
    assert (shown(page), [one.field for one in page.problems]) == (timeless(), ["comments"])


@pytest.mark.parametrize(
    "link", ["/2008/11/bridge.html?showComment={stamp}000#c{n}000000000000000", "#c{stamp}23417{n}63"]
)
@pytest.mark.parametrize(("hours", "day"), [(-5, 26), (9, 27), (0, 27)])
def test_a_time_of_day_in_a_link_of_blogger_is_of_the_day_nearest_to_its_stamp(
    hours: int, day: int, link: str
) -> None:
    stamps = [datetime(2008, 11, 27, 2, n, tzinfo=UTC) for n in (2, 3, 4)]
    local = [f"{one + timedelta(hours=hours):%I:%M %p}" for one in stamps]
    item = (
        '<dt class="comment-author" id="c{n}000000000000000"><a href="http://www.blogger.com/profile/{n}">{name}</a> said...</dt><dd class="comment-body"><p>{text}</p></dd>'
        f'<dd class="comment-footer"><a href="{link}" title="comment permalink">{{local}}</a></dd>'
    )
    said = rows(item, stamp=[f"{one.timestamp():.0f}" for one in stamps], local=local)
    page = read(f'<dl id="comments-block">{said}</dl>', "")
    times = [one.posted and one.posted.at for one in page.posts[0].comments]
    assert [at and f"{at:%d %I:%M %p}" for at in times] == [f"{day} {one}" for one in local]
    assert page.problems == ()


def test_a_time_of_day_in_finnish_is_no_name() -> None:
    item = '<div class="comment"><p>{name}</p><p>{n}.5.2025 klo 9.0{n}</p><p>{text}</p></div>'
    page = read(f'<div id="comments">{rows(item)}</div>', "fi")
    assert not any("klo" in (one.author_name or "") for one in page.posts[0].comments)


def test_a_link_to_the_author_below_a_post_is_no_button_to_answer_a_comment() -> None:
    line = '<footer><span>Author <a href="/u/1">@kite</a></span> <time>2025-05-02 09:02</time></footer>'
    page = read(f"{line}<div id='disqus_thread'></div>")
    assert page.posts[0].comments == ()


def test_the_long_title_of_a_link_from_another_post_does_not_hide_the_comments_beside_it() -> None:
    item = """<li id="comment-{n}"><cite>{name}</cite> Says:<br><small class="commentmetadata"><a href="#comment-{n}">{at}</a></small><p>{text}</p></li>"""
    title = "北坡 &raquo; Blog Archive &raquo; 河水涨到了桥墩的第三道线，卖菜的人都往坡上挪，傍晚放晴，孩子们又回到桥上，坡上那家面馆还开着"
    name, text = f'<a href="https://other.example/well/">{title}</a>', f"[...] {TEXT[3:60]} [...]"
    ping = item.format(n=9, name=name, at="2025年5月9日 09:09", text=text)
    page = read(f'<h3>4 Responses</h3><ol class="commentlist">{rows(item)}{ping}</ol>')
    assert shown(page) == expected()
    assert page.problems == ()


def test_a_box_named_as_a_comment_around_all_numbered_ones_is_none() -> None:
    item = '<li class="comment" id="comment-{n}"><div id="div-comment-{n}"><span class="fn">{name}</span><small><a href="#comment-{n}">{at}</a></small><div class="comment-content"><p>{text}</p></div></div>'
    nested = f"{'<ul>'.join(rows(item).split('<li ')).replace('<ul>', '<ul><li ')[4:]}{'</li></ul>' * 2}</li>"
    feed = '<div class="metalinks"><a href="feed/">Feed for this Entry</a></div>'
    area = f'<h4>3 Responses</h4>{feed}<ol id="commentlist">{nested}</ol><div>Comments are closed.</div>'
    page = read(f'<div id="comment-block"><div class="comments">{area}</div></div>')
    assert shown(page) == expected()
    assert page.problems == ()


@pytest.mark.parametrize("names", [["Ole D.", "Wer weiß ...", "Anna…"]])
def test_a_name_keeps_its_initial_and_the_dots_at_its_end(names: list[str]) -> None:
    item = "<dt class='comment-author'><a href='http://r{n}.example/'>{who}</a> said...</dt><dd><p>{text}</p></dd><dd>{at}</dd>"
    page = read(f'<div id="comments"><h4>3 Comments</h4><dl>{rows(item, who=names)}</dl></div>')
    assert ([name for name, _, _ in shown(page)], page.problems) == (names, ())


def test_a_day_of_few_figures_behind_a_time_of_day_is_that_of_a_comment() -> None:
    item = "<li class='comment'><b>{name}</b> <span>{at}</span><p>{text}</p></li>"
    said = rows(item, "0{n}:43 AM 5/{n}/25").replace("04:43 AM 5/4/25", "04:43 PM 5/14/25")
    page = read(f'<div id="comments"><h4>3 Comments</h4><ul>{said}</ul></div>', "en")
    assert [at for _, at, _ in shown(page)] == ["05-02 02:43", "05-03 03:43", "05-14 16:43"]
    assert page.problems == ()


@pytest.mark.parametrize("names", [["Cita", "Ben", "Ole"], ["Mir", "Suka", "Sil"]])
def test_names_that_are_words_of_buttons_elsewhere_are_names(names: list[str]) -> None:
    item = "<div class='c'><h3><a href='#c{n}'>Re: Die Brücke</a></h3><small>von {who}, {at}</small><p>{text}</p></div>"
    page = read(f"<h2>Kommentare</h2>{rows(item, who=names)}", "de")
    assert ([name for name, _, _ in shown(page)], page.problems) == (names, ())


def test_a_day_in_the_title_of_a_neighbour_is_no_time_of_a_comment_if_one_element_has_all() -> None:
    item = "<div class='comment'><b>{name}</b> <time>{at}</time><p>{text}</p></div>"
    link = "<nav><a href='/notes/links-2025-05-02/'>Previous: links for 2025-05-02</a></nav>"
    area = f"<div class='comments'><h3>Comments</h3>{rows(item)}{link}</div></article>"
    page = read("", text=f"{TEXT}</div>{area}<div>")
    assert shown(page) == expected()
    assert page.problems == ()


def test_the_word_of_a_link_that_deletes_a_comment_is_not_of_its_text() -> None:
    button = "<a class='comment-delete' href='/delete-comment.g?postID=1'><span>delete</span></a>"
    item = "<div class='comment'><b>{name}</b> <time>{at}</time><div class='comment_body'><p>{text}</p>%s</div></div>"
    page = read(f"<div id='comments'><h3>Comments</h3>{rows(item % button)}</div>")
    assert shown(page) == expected()
