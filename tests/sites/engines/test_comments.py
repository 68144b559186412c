"""Comments in the markup of engines and themes that name their parts otherwise, or not at all; or a problem that says so."""

# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import ParsedPage

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://notes.example.org/2019/regen/"
TEXT = "<p>" + "Am Morgen lag das Laub auf der Straße, und der Laden hatte noch Licht. " * 6 + "</p>"
COMMENTS = [
    ("Jutta", "09:05", "<p>Das war bei uns am See auch so.</p>"),
    ("Sven K.", "17:40", "<p>+1</p>"),
    (
        "user88",
        "23:59",
        "<p>Ich dachte es auch.</p><p>Aber bis zum 4.5.2017 kam niemand über den Fluss, sagte man.</p>",
    ),
    ("Ö. Lind", "00:10", "<p>Siehe <a href='/karte/'>die Karte</a> von 2018-02-03, sie hat alle Wege.</p>"),
]
THEMES = {
    "floor before, votes below": (
        '<div id="blog-comments-placeholder">',
        '<div class="feedbackItem"><div class="subtitle"><a href="#{id}">#{n}楼</a> <span class="comment_date">{day} {time}</span>'
        ' <a id="a_comment_author_{id}" href="https://u.example.org/{id}">{name}</a></div><div class="feedbackCon">'
        '<div id="comment_body_{id}" class="blog_comment_body">{text}</div><a href="#">支持(0)</a><a href="#">反对(0)</a></div></div>',
    ),
    "name, then words, then the time": (
        '<div id="commentszbp"><h4>评论列表</h4>',
        '<ul class="msg" id="cmt{id}"><li><p class="commentname"><a href="/u/{id}">{name}</a>&nbsp;<small>评论于 [{day} {time}:00]'
        ' <a href="#">回复</a></small></p><div class="info">{text}</div></li></ul>',
    ),
    "time after the text": (
        '<div id="comments">',
        '<li id="li-comment-{id}"><div class="comment-author"><strong>{link}</strong><div>{text}</div><span><a href="#">回复</a>'
        " <span>{day} {time} (Windows 10 x64 Edition / Chrome 77)</span></span></div></li>",
    ),
    "parts of a definition list": (
        '<dl id="comments-block">',
        '<dt id="c{id}000000000000000">{link} said...</dt><dd class="comment-body">{text}</dd><dd><a href="#">{day} {time}</a></dd>',
    ),
    "rows of a table": (
        '<b>网友评论</b><table id="comments">',
        "<tr><td>{n}楼 作者：<font>{name}</font> 时间：{day} {time}:00</td></tr><tr><td><div>{text}</div></td></tr>",
    ),
    "time of day in an element of its own": (
        '<ol id="comments">',
        '<li><cite><span class="author">{link}</span><span>{german} / <a href="#">{time}</a></span></cite><div>{text}</div></li>',
    ),
    "time of day before the day, in an element of its own": (
        '<ol class="commentlist">',
        '<li class="comment" id="comment-{id}"><h4>{link} <span class="meta">{time} <em>on</em> {day} <a href="#">Reply</a></span></h4>'
        '<div class="commentcontent">{text}</div></li>',
    ),
    "buttons before the time": (
        '<div class="fb-comments">',
        '<div class="UFI"><span><span class="UFICommentActorName">{name}</span></span><div><span>{text}</span></div>'
        '<div class="fsm"><a href="#">Like</a><span> · </span><a href="#">Reply</a><span> · </span><abbr title="{day} {time}">2y</abbr></div></div>',
    ),
    "name in a heading above the text": (
        '<div><h2 id="c">Comments</h2></div>',
        '<h3 class="comment"><a href="#c{id}">{name} wrote:</a></h3><div class="commentbody">{text}</div><div class="commentinfo">{day} {time} [203.0.113.{n}]</div>',
    ),
    "a body of comments for each": (
        '<div class="comments-head">この記事へのコメント</div>',
        '<div class="comments-body">{text}<div class="comments-post">Posted by {name} at {day} {time}</div></div>',
    ),
    "heading that says so far": (
        '<section><h2>Comments so far</h2>',
        '<article><header>From {link}, <time>{day} {time}</time></header>{text}</article>',
    ),
    "words before the name": (
        '<div id="bFeedback"><h4>Comments</h4>',
        '<div class="bComment"><h3><a href="#c{id}">Comment</a> from: {link} [Visitor]</h3><div>{text}</div><i>{day} @ {time}</i></div>',
    ),
    "name after the time": (
        '<div id="comments">',
        "<dt><a href='#c{id}'>{n}.</a> Le mardi {day}, {time} par {link}</dt><dd>{text}</dd>",
    ),
    "time and name in rows of a list": (
        '<div id="comments"><h3>Comments</h3>',
        '<div class="comment"><h4>Re: Regen</h4><div class="comment_body">{text}</div><ul><li>{day} {time}</li><li>{name}</li>'
        '<li><a href="#">URL</a></li></ul></div>',
    ),
    "relative time": (
        '<ol class="comment-list">',
        '<li id="comment-{id}"><b class="fn">{name}</b> <time datetime="{day}T{time}:00+00:00">5 years, 3 months ago</time>'
        "{text}<a href='#'>Link to this comment</a></li>",
    ),
    "time in front of the name": (
        '<div id="comments">',
        '<div class="comment"><span class="submitted">{day} {time} — {link}</span><h3><a href="#">Re: Regen</a></h3>'
        '<div class="content">{text}</div></div>',
    ),
    "one link for name and time": (
        '<div id="thread" class="itemComments">',
        '<div class="hd"><a href="#c{id}">{name} posted at {day} {time}</a></div><div class="bd">{text}</div>',
    ),
    "the text beside name and time in one paragraph": (
        '<ol class="commentlist">',
        '<li><span>{n}楼</span><p><a href="#{id}">{name}</a><span>({day} {time}:00)</span><br>{plain}</p></li>',
    ),
    "a heading alone above them, in a header": (
        "<header><h2>Kommentare</h2></header>",
        "<article><header><strong>{name}</strong> <time>{german}, {time}</time></header><div>{text}</div></article>",
    ),
    "the time of day before the day": (
        '<div class="comments">',
        '<div class="note"><div>{text}</div><p><span>{time}</span> <span>{english}</span> <i class="author">{name}</i></p></div>',
    ),
    "a stamp in another attribute": (
        '<div class="comments" id="comments">',
        '<li><h5><a href="#{id}">{name}</a></h5><small data-stamp="{day}T{time}:00Z">7 years ago</small><p>{plain}</p></li>',
    ),
    "a name behind @ is that of another": (
        '<ul class="comments" id="comments">',
        '<li><div>{name} @<a href="#1">Jutta Maier</a> • <time>{day} {time}</time> <i>+</i></div><div>{text}</div></li>',
    ),
    "a badge beside the name, a subject above the text": (
        '<section id="comments">',
        '<article><p class="comment__author"><span>{name}</span> <em>IP:Jena</em></p><p>{day} {time}</p>'
        '<div class="comment__content"><h3><a href="#{id}">Re: Regen</a></h3><div>{text}</div><ul><li><a href="#">Reply</a></li></ul></div></article>',
    ),
    "number and day without a separator": (
        "<h2>Comments</h2>",
        '<div class="comment"><p>Comment {n} by {name} {english}, {time}</p>{text}</div>',
    ),
    "a relative time, and the whole one beside it": (
        '<ol id="comments">',
        '<li><div class="who">{link}</div><div class="when"><span>7 年前</span><i>{day} {time}:00</i></div><div>{text}</div></li>',
    ),
    "a relative time in other words beside the whole one, below the text": (
        '<div id="comments">',
        '<li id="comment-{id}"><div class="head">{link}</div><div class="text">{text}</div><div class="when">7 月前 <div class="details">{day} {time}:00</div></div></li>',
    ),
    "a number and a point before the name": (
        '<ol id="comments-list">',
        '<li class="comment"><h4>#{n} · {link} · {english}, {time}</h4>{text}</li>',
    ),
    "the section and its parts named by their style": (
        '<div class="commentViewBoxStyle">',
        '<div class="commentBoxStyle"><div class="commentDateStyle">{english} {time}:00 (UTC+00:00)</div><div class="commentBodyStyle">{text}</div>'
        '<div class="commentBoxPosterStyle">{link}</div></div>',
    ),
    "a section whose name begins with a line": (
        '<div class="_commentContainer"><ul class="cmlist">',
        '<li class="_countable"><dl><dt><a class="nick" href="#">{name}</a> <span class="date">{day} {time}</span> <a href="#">답글</a></dt><dd class="comm">{text}</dd></dl></li>',
    ),
    "the whole time in a title behind words, a place beside it": (
        '<div id="comments">',
        '<div class="note"><div><a href="/u/{id}">{name}</a> <span>V</span></div><div><span title="发表于 {day} {time}:00">7年前 ({day})</span>'
        ' <span>来自江苏</span> <a href="#r">回复</a></div><div class="text">{text}</div></div>',
    ),
    "a level beside the name, in the element of the time": (
        '<div class="article-comments">',
        '<li id="li-comment-{id}"><div class="comment--author">{name} <i>·</i><span>初识</span><i>·</i>'
        '<div class="comment--time">{day} {time}</div></div><div class="comment-content">{text}</div></li>',
    ),
    "the name in the block of the text, beside the time": (
        '<div class="case"><h4>评论</h4><div>',
        '<div class="row"><span>{day} {time}</span><div class="side"><a class="j-name" href="#">{name}</a><div>{text}</div></div></div>',
    ),
    "the text in a quotation": (
        '<section id="comment"><h4>评论列表</h4>',
        '<blockquote id="cmt{id}"><cite><b>{name}</b> <time>发表时间 {day} {time}:00</time></cite>'
        '<q>{plain} <i class="revertcomment">引用</i></q></blockquote>',
    ),
    "a form and a filter above them": (
        '<div id="comments"><form><p>Felder mit einem Stern sind Pflicht, die Adresse wird nicht gezeigt.</p></form><ol>'
        '<div><a class="btn-by-author" href="?by=author">只看作者</a></div>',
        '<li id="comment-{id}"><h4>{link} <small>{day} {time}</small></h4>{text}</li>',
    ),
    "the browser and the likes in the element of the text": (
        '<div id="comments">',
        '<div id="comment-{id}"><b>{name}</b> <span>{day} {time}</span><div class="content-text">{text}'
        '<div class="comment-os"><span>Windows</span> <span>江苏省</span></div>'
        '<p class="comment-likes"><a href="/?like_comment={id}"><span>Like</span></a><span>Like</span></p></div></div>',
    ),
    "a label before the name": (
        '<div id="comments">',
        '<li class="comment"><div class="head"><div class="comment-author">Автор: {link}</div><div class="pub">Дата: {german} at {time}</div></div>'
        '<div class="comment-body">{text}</div></li>',
    ),
    "a verb before the day, the name behind it": (
        "<h2>Commentaires</h2>",
        "<article><div>{text}</div><div><p>Posté le {english} {time} par {name}</p></div></article>",
    ),
    "a verb before the day, the name in bold above it": (
        "<h2>Commentaires</h2>",
        '<section class="row"><p><strong>{name}</strong></p><p>Rédigé le {german} à {time}</p><div>{text}</div><a href="/report">Signaler</a></section>',
    ),
    "the time in the title of a link alone": (
        '<div id="comments"><h3>Comments</h3>',
        '<h4>Added by <a href="/u/{id}">{name}</a> <a title="{day} {time}" href="/a">almost 5 years</a> ago</h4><div>{text}</div>',
    ),
    "the text in the block itself, a line of the name below it": (
        '<h3 class="header">Comments</h3>',
        '<div class="segment">{plain}<div class="comment-date">{english} {time}</div><div class="comment-info">Added by <a href="/u/{id}">{name}</a></div></div>',
    ),
    "a button beside the picture, named as the author": (
        '<div id="comments">',
        '<li id="comment-{id}"><div class="comment-author"><i></i><a class="comment-reply-link" href="#">Reply</a></div>'
        '<div class="comment-body">{text}<div><cite class="fn">{name}</cite> <a href="#">{english} at {time}</a></div></div></li>',
    ),
    "the browser beside the name": (
        '<div id="comments"><ol>',
        '<li id="comment-{id}"><h5>{name} <i></i> Chrome 90 <i></i> Windows 10</h5>{text}<p><span>{day} {time}</span></p></li>',
    ),
    "a weekday in brackets before the time of day": (
        '<div class="comments">',
        '<div class="post"><b>{n}</b> <strong>{name}</strong> <span>{chinese} (木) {time}:05</span> <i>ID: {id}a9</i><div>{text}</div></div>',
    ),
    "the floor, the name and the time in one text": (
        '<div class="cmt-box"><h3>发表评论</h3>',
        '<div class="cmt-item"><div class="cmt-title"> 第{n}楼 用户: {name} 发表时间： {day} {time}:00 </div><div class="cmt-body">{text}</div></div>',
    ),
    "the subject in a link to the comment": (
        '<div id="comments">',
        '<a id="comment-{id}"></a><div class="comment"><div class="submitted">{day} - {time} — {name}</div><h3><a href="/node/5#comment-{id}">Regen {n}</a></h3><div class="content">{text}</div></div>',
    ),
    "the subject in a heading of its own": (
        '<h4 id="comment">コメント</h4>',
        '<h5>Regen {n}</h5><div class="comment">{text}</div><p class="comment_state">{day}(木) {time}:05 | URL | {name} #- [<a href="/edit"> 編集</a>]</p>',
    ),
    "an element of the text named in one word": (
        "<h4>Comments</h4>",
        '<div class="bComment"><div class="bCommentTitle">Comment from: <span>{name}</span> [Besucher]</div><div class="bCommentText">{text}</div><div><i>{day}</i> @ <i>{time}</i></div></div>',
    ),
    "the number, the name and the time in French": (
        '<div class="commentsMain"><h3>Commentaires</h3>',
        '<div class="commentContainer"><div class="commentMessage">{text}</div><div><i>Commentaire n°{n} posté par {name} le {german} à {time}</i></div></div>',
    ),
    "a heading with the title of the post": (
        "<h4>Comments for: Regen</h4>",
        '<li class="row"><b>{name}</b><i>{day} {time}</i><div>{text}</div></li>',
    ),
    "a shortened weekday before the time, and a button, in another language": (
        '<div id="comments">',
        '<div class="comment"><span class="submitted">śr., {day} {time} — {link}</span><div class="content">{text}</div>'
        '<ul class="links"><li><a href="/comment/reply/93/{id}">odpowiedz</a></li></ul></div>',
    ),
    "a form with the number of the post": (
        '<div class="cmt_box"><form><textarea id="comment_47"></textarea></form>',
        '<div class="box"><span class="name">{name}</span> <span>| {day} {time} | <a href="/47#comment{id}">PERMALINK</a></span><div class="desc">{text}</div></div>',
    ),
    "a box that ends above the text, the next name behind the time": (
        '<div id="comments"><h4>comments:</h4><div id="comments-block"><div class="cmt">',
        '<div id="c{id}"></div><b>{link} said...</b></div><div class="cmt">{plain}<br><a href="#c{id}" title="comment permalink">{day} {time}</a><br>',
    ),
}  # fmt: skip


def read(section: str, text: str = TEXT) -> ParsedPage:
    article = f"<article><h1>Regen</h1><p>20. Mai 2019</p><div class='entry-content'>{text}</div></article>"
    page = f"<html><head><title>Regen – Notizen</title></head><body><main>{article}{section}</main></body></html>"
    return api.parse_page(page.encode(), URL, fetched_at=READ_AT)


def section(theme: str, count: int) -> str:
    start, item = THEMES[theme]
    items = "".join(
        item.format(
            id=4100 + n, n=n, name=name, time=time, text=text, plain=text.replace("<p>", "").replace("</p>", "<br>"), day=f"2019-05-2{n}",
            german=f"2{n}.05.2019", english=f"May 2{n}, 2019", chinese=f"2019年05月2{n}日",
            link=f'<a href="https://u.example.org/">{name}</a>' if n % 2 else name,
        )
        for n, (name, time, text) in enumerate(COMMENTS[:count], start=1)
    )  # fmt: skip
    return start + items


def told(page: ParsedPage) -> list[str]:
    return [problem.field for problem in page.problems]


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("theme", THEMES)
def test_comments_are_read_whatever_names_their_parts(theme: str, count: int) -> None:
    page = read(section(theme, count))
    found = [
        (one.author_name, one.posted and f"{one.posted.at:%Y-%m-%d %H:%M}") for one in page.posts[0].comments
    ]
    assert found == [(name, f"2019-05-2{n} {time}") for n, (name, time, _) in enumerate(COMMENTS[:count], 1)]
    assert page.posts[0].comments[0].body_text == "Das war bei uns am See auch so."
    assert "comments" not in told(page)
    assert "17:40" not in (page.posts[0].body_text or "")


@pytest.mark.parametrize(
    "shown",
    [
        '<div id="comments"><p>Jutta, gestern um 9: Das war bei uns am See auch so, sagte der Nachbar am Morgen.</p></div>',
        "<h3>3 Kommentare</h3><hr><b>Jutta</b> (2019-05-21 09:05)<br>Das war bei uns am See auch so.<br><hr>",
        "<p><a href='#comments'>2 Kommentare</a></p><section><p>Jutta: Am See. <i>2019</i></p></section>",
        '<ol id="comments"><li><b>Jutta</b> <i>2019-05-21</i><p>Am See.</p></li><li>19-05-22 10:00, Sven: Im Wald.</li></ol>',
        '<div id="comments"><b>Jutta</b> 2019-05-21<p>Am See.</p><b>Sven</b> 2019-05-22<p>Im Wald.</p></div>',
        "<p><a href='#c'>Kommentare: 2</a></p><ul><li>Jutta, Di 21. Mai, 9 Uhr: Am See.</li><li>Sven: Im Wald.</li></ul>",
        '<ol id="comments"><li>2019-05-21 Jutta<p>Am See.</p></li><li>2019-05-22<p>Im Wald.</p></li></ol>',
    ],
    ids=["no time", "no element around a comment", "a count alone", "one that is not read", "no element of their own", "a count in words", "a name is missing"],
)  # fmt: skip
def test_comments_that_cannot_be_read_surely_are_a_problem(shown: str) -> None:
    page = read(shown)
    assert page.posts[0].comments == ()
    assert told(page) == ["comments"]


FORGED = '<div class="comment"><b class="fn">Eve</b> <time>2019-05-29 10:00</time><p>Das hat sie nie gesagt.</p></div>'


@pytest.mark.parametrize("theme", THEMES)
def test_a_comment_in_the_text_of_another_is_no_comment(theme: str) -> None:
    """Whoever can write markup in a comment cannot speak for others; the page may be refused."""
    shown = section(theme, 4).replace("Ich dachte es auch.", f"Ich dachte es auch. {FORGED}")
    page = read(shown)
    names = {comment.author_name for comment in page.posts[0].comments}
    assert "Eve" not in names
    assert names == {name for name, _, _ in COMMENTS} or "comments" in told(page)


@pytest.mark.parametrize(
    "start",
    [
        "<h3>Kommentare</h3>",
        "<h3>2 Kommentare</h3>",
        '<div id="comments">',
        "<header><h2>Comments</h2></header>",
    ],
)
def test_comments_in_the_text_of_the_post_are_no_comments(start: str) -> None:
    body = f"{TEXT}{start}{FORGED}{FORGED}{TEXT}"
    page = read("", body)
    assert page.posts[0].comments == ()


def test_a_section_without_comments_is_no_problem() -> None:
    form = "<form><input name='author'><textarea></textarea><p>Felder mit * sind Pflicht, 3 Zeichen genügen</p></form>"
    page = read(f'<div id="comments"><h3>Kommentare</h3><p>Noch keine Kommentare.</p>{form}</div>')
    assert (page.posts[0].comments, told(page)) == ((), [])


def test_answers_are_read_whose_time_has_another_class() -> None:
    item = '<li id="comment-{}"><b class="fn">{}</b> <span class="{}">2019-05-21 0{}:30</span><p>Im Wald.</p>{}</li>'
    answer = item.format(2, "Sven", "answered", 8, "")
    page = read(f'<ol id="comments">{item.format(1, "Jutta", "written", 7, f"<ul>{answer}</ul>")}</ol>')
    found = [(one.author_name, one.reply_to) for one in page.posts[0].comments]
    assert (found, told(page)) == ([("Jutta", None), ("Sven", "Jutta")], [])


def test_a_stamp_of_another_day_than_that_shown_is_not_the_time() -> None:
    item = '<li id="comment-7"><b class="fn">Jutta</b> <time datetime="2017-05-14T17:25:49+00:00">21.05.2019</time><p>Im Wald.</p></li>'
    posted = read(f'<ol id="comments">{item}</ol>').posts[0].comments[0].posted
    assert posted is not None
    assert (f"{posted.at:%Y-%m-%d}", posted.precision) == ("2019-05-21", "day")


def test_a_text_behind_the_time_that_is_not_the_name_is_none() -> None:
    """The bold text is another name: of two names, none is taken from beside the time."""
    item = '<div class="note"><b>{}</b><div><i>2019-05-2{} 09:05</i> <span>Firefox auf dem Telefon</span></div><div class="text">Im Wald.</div></div>'
    page = read(f'<div id="comments">{item.format("Jutta", 1)}{item.format("Sven", 2)}</div>')
    assert [one.author_name for one in page.posts[0].comments] == ["Jutta", "Sven"]


def test_what_holds_the_text_of_the_post_is_no_comment() -> None:
    item = '<div class="comment"><div class="date">2019-05-2{} 09:05</div><strong>Jutta</strong><p>Im Wald am {}. Tag.</p></div>'
    items = "".join(item.format(n, n) for n in range(1, 5))
    post = f'<div class="head"><h1>Regen</h1></div><div class="content">{TEXT}<p>Wir gehen im Sommer.</p></div><hr>'
    page = f"<html><head><title>Regen – Notizen</title></head><body><div>{post}{items}</div></body></html>"
    read_page = api.parse_page(page.encode(), URL, fetched_at=READ_AT)
    names = {one.author_name for one in read_page.posts[0].comments}
    assert names == {"Jutta"} or (not names and "comments" in told(read_page))


def test_the_text_of_the_post_as_the_first_of_the_comments_is_none() -> None:
    item = '<div class="floor"><b class="author">{}</b> <i>2019-05-2{} 09:05</i><div class="message">{}</div></div>'
    shown = [
        item.format("Maria", 0, TEXT),
        item.format("Sven", 1, "Im Wald."),
        item.format("Jutta", 2, "Am See."),
    ]
    page = read(f'<div id="comments">{"".join(shown)}</div>')
    assert [one.author_name for one in page.posts[0].comments] == ["Sven", "Jutta"]


def test_the_answered_name_before_the_time_of_an_answer_is_not_that_of_its_author() -> None:
    item = '<li id="comment-{}"><strong>{}</strong><b>{}</b><div>Im Wald.</div><span><a href="#">Reply</a> 2019-05-21 0{}:30</span>{}</li>'
    answer = item.format(2, "Sven", '<a href="#comment-1">@Jutta</a>', 8, "")
    page = read(f'<ol id="comments">{item.format(1, "Jutta", "", 7, f"<ul>{answer}</ul>")}</ol>')
    found = [(one.author_name, one.reply_to) for one in page.posts[0].comments]
    assert (found, told(page)) == ([("Jutta", None), ("Sven", "Jutta")], [])


def test_the_language_of_a_page_tells_the_day_from_the_month() -> None:
    item = '<div class="note"><b class="author">Jutta</b> <i>04/05/2019 09:05</i><p>Im Wald.</p></div>'
    shown = f'<html lang="fr"><head><title>Regen</title></head><body><h1>Regen</h1><div class="entry-content">{TEXT}</div>'
    page = api.parse_page(
        f'{shown}<div id="comments">{item}</div></body></html>'.encode(), URL, fetched_at=READ_AT
    )
    posted = page.posts[0].comments[0].posted
    assert posted is not None
    assert f"{posted.at:%Y-%m-%d %H:%M}" == "2019-05-04 09:05"


def test_comments_that_are_longer_than_the_post_are_not_its_text() -> None:
    item = '<div class="media"><h4>{}</h4><p>{}</p><p>{}</p><p><small>2019-05-2{} 09:05</small></p></div>'
    long = "Am Abend, als es dunkel war, gingen wir zum Fluss, und der Regen hörte nicht auf. " * 8
    items = "".join(
        item.format(name, f"{n}: {long}", long, n) for n, name in enumerate(("Jutta", "Sven", "Maria"), 1)
    )
    page = f"<html><head><title>Regen</title></head><body><h1>Regen</h1><div class='content'>{TEXT}</div><div><h3>Comments</h3>{items}</div></body></html>"
    post = api.parse_page(page.encode(), URL, fetched_at=READ_AT).posts[0]
    assert (post.body_text or "").startswith("Am Morgen lag das Laub")
    assert [one.author_name for one in post.comments] == ["Jutta", "Sven", "Maria"]


def test_answers_in_other_elements_that_are_not_read_are_a_problem() -> None:
    parts = '<div class="comment-author">{}</div><div class="comment-date">2019-05-2{} 09:05</div><div class="comment-text">Im Wald.</div>'
    answers = "".join(
        f'<div class="answer">{parts.format(name, n)}</div>' for n, name in ((3, "Sven"), (4, "Maria"))
    )
    first = f'<li><div class="main">{parts.format("Jutta", 1)}</div><div class="answers">{answers}</div></li>'
    page = read(
        f'<ul class="comments">{first}<li><div class="main">{parts.format("Otto", 2)}</div></li></ul>'
    )
    names = [one.author_name for one in page.posts[0].comments]
    assert sorted(names) == ["Jutta", "Maria", "Otto", "Sven"] or told(page) == ["comments"]


def test_a_time_of_day_that_is_not_read_is_a_problem() -> None:
    item = '<div class="note"><b class="author">Jutta</b> <i>May 21, 2019 gegen vormittags 09:05</i><p>Im Wald.</p></div>'
    page = read(f'<div id="comments">{item}</div>')
    found = [(one.author_name, one.posted and one.posted.at) for one in page.posts[0].comments]
    assert (found, told(page)) == ([("Jutta", None)], ["comments"])


def test_a_section_in_the_text_with_a_heading_alone_is_no_problem() -> None:
    page = read("", f'{TEXT}<section class="comments"><h4>Bình luận (0)</h4></section>')
    assert told(page) == []


def test_a_title_of_the_post_before_the_time_is_not_the_name_behind_by() -> None:
    item = '<li class="comment"><p><b>{}.</b> <i>Regen, </i><small>{}. Mai 2019, 09:05, par <span>{}</span></small></p><div>Am See {}.</div></li>'
    items = "".join(item.format(n, 20 + n, name, n) for n, name in enumerate(("Jutta", "Sven"), 1))
    page = read(f'<ul class="comments">{items}</ul>')
    assert [one.author_name for one in page.posts[0].comments] == ["Jutta", "Sven"]


def test_a_text_in_an_element_named_as_a_line_is_read_where_it_has_no_links() -> None:
    item = '<div class="note"><div class="head"><i>{}</i> <i>0</i> <i>3</i></div><p>2019-05-2{} 09:05</p><div class="message-info">{}</div></div>'
    items = item.format("Jutta", 1, "Am See war es still.") + item.format(
        "Sven", 2, "Im Wald auch, sagt man."
    )
    page = read(f'<div class="comment-list">{items}</div>')
    assert [one.body_text for one in page.posts[0].comments] == [
        "Am See war es still.",
        "Im Wald auch, sagt man.",
    ]


def test_a_word_for_the_owner_of_the_blog_is_not_the_name() -> None:
    item = '<li class="comment-item"><div><strong>{}</strong>{}<time>2019-05-2{} 09:05</time></div><p>Am See {}.</p></li>'
    items = item.format("Jutta", "", 1, 1) + item.format("Sven", " <span>OWNER</span> ", 2, 2)
    page = read(f'<section id="comments"><ol>{items}</ol></section>')
    assert [one.author_name for one in page.posts[0].comments] == ["Jutta", "Sven"]


@pytest.mark.parametrize(
    "item",
    [
        "<div><p>Jutta Maier aus Jena</p><p>2019-05-21 09:05</p></div><div>Schön</div>",
        '<div class="head"><b class="user-name">Jutta Maier aus Jena</b> <i>0</i></div><p>2019-05-21 09:05</p><div class="info">Schön</div>',
    ],
)
def test_a_single_text_shorter_than_its_name_is_not_the_name(item: str) -> None:
    (comment,) = read(f'<h3>Comments</h3><div class="one">{item}</div>').posts[0].comments
    assert (comment.author_name, comment.body_text) == ("Jutta Maier aus Jena", "Schön")


def test_comments_beside_a_line_with_their_name_that_cannot_be_read_are_a_problem() -> None:
    item = '<div class="line">{} 2019-05-2{} 09:05 <div class="item-date">{}</div></div>'
    items = item.format("<b>Jutta</b>", 1, "Am See war es still.") + item.format(
        "<b>Sven</b>", 2, "Siehe <a href='/karte/'>die Karte</a> vom Wald."
    )
    page = read(f'<p class="comment"><b>评论：</b></p>{items}')
    assert len(page.posts[0].comments) == 2 or told(page) == ["comments"]


def test_answers_in_the_element_of_the_text_are_no_part_of_it() -> None:
    item = '<blockquote id="cmt{}"><cite><b>{}</b> <time>2019-05-2{} 09:05</time></cite><q>Am See {}.{}</q></blockquote>'
    section = item.format(1, "Jutta", 1, 1, item.format(2, "Sven", 2, 2, "")) + item.format(
        3, "Otto", 3, 3, ""
    )
    comments = read(f'<section id="comments"><h4>评论列表</h4>{section}</section>').posts[0].comments
    assert [(one.author_name, one.body_text) for one in comments] == [
        ("Jutta", "Am See 1."),
        ("Sven", "Am See 2."),
        ("Otto", "Am See 3."),
    ]


def test_a_count_inside_the_heading_is_not_the_section() -> None:
    item = '<div class="media"><p><small>2019-05-2{} 09:05</small></p><h4 class="user-name">{}</h4><p>Am See {}.</p></div>'
    items = "".join(item.format(n, name, n) for n, name in enumerate(("Jutta", "Sven"), 1))
    page = read(f'<div class="col"><h2>Kommentare <small>2 Kommentare</small></h2>{items}</div>')
    assert ([one.author_name for one in page.posts[0].comments], told(page)) == (["Jutta", "Sven"], [])


def test_a_link_to_answer_behind_the_paragraphs_is_no_part_of_the_text() -> None:
    item = '<li id="comment-{}"><p><strong>{}</strong></p><i>2019-05-2{} 09:05</i><div class="media">{}<a href="#r">回复</a></div></li>'
    items = item.format(1, "Jutta", 1, "<p>Am See.</p>") + item.format(
        2, "Sven", 2, "<p>Im Wald.</p><p>Ja.</p>"
    )
    comments = read(f'<div id="comments"><ol>{items}</ol></div>').posts[0].comments
    assert [one.body_text for one in comments] == ["Am See.", "Im Wald.\nJa."]


def authors(page: ParsedPage) -> list[tuple[str | None, str | None]]:
    return [(one.author_name, one.body_text) for one in page.posts[0].comments]


def test_a_date_in_a_link_to_a_source_is_no_time_of_a_comment() -> None:
    item = '<article class="comment"><p>{} <a href="#c{}">2019-05-2{} 09:05</a></p><div>{}</div></article>'
    items = item.format("Jutta", 1, 1, "Am See.") + item.format(
        "Sven", 2, 2, '<p>Siehe <a href="https://x.example.org/">die Karte vom 17.05.1999</a> im Amt.</p>'
    )
    page = read(f'<div id="comments"><h3>2 Kommentare</h3>{items}</div>')
    assert authors(page) == [("Jutta", "Am See."), ("Sven", "Siehe die Karte vom 17.05.1999 im Amt.")]
    assert "comments" not in told(page)


def test_comments_are_found_behind_a_heading_beside_a_link_to_write_one() -> None:
    item = '<li><p><a href="/u/{}">{}</a> <em>2019-05-2{} 09:05</em></p><div>Am See {}.</div></li>'
    items = item.format(1, "Jutta", 1, 1) + item.format(2, "Sven", 2, 2)
    head = '<div class="tit"><strong>评论</strong> <span><a href="#post">[发评论]</a></span></div>'
    page = read(f'<div class="all">{head}<ul>{items}</ul></div>')
    assert authors(page) == [("Jutta", "Am See 1."), ("Sven", "Am See 2.")]


@pytest.mark.parametrize("form", ["发表评论", ""])
def test_texts_before_the_lines_of_their_authors_are_not_given_to_others(form: str) -> None:
    item = '<div class="lesser">Am {}.</div><div class="lessdate">Post by <a href="#u">{}</a> on 2019-05-2{}, 09:05</div>'
    items = item.format("See", "Jutta", 1) + item.format("Berg", "Sven", 2)
    page = read(f"<div class='title'>评论列表</div>{items}<div class='title'>{form}</div><form></form>")
    assert authors(page) == [("Jutta", "Am See."), ("Sven", "Am Berg.")]


def test_paragraphs_without_an_element_around_each_comment_are_its_whole_text() -> None:
    item = "{}<p class='posted'>Posted by {} at 2019-05-2{} 09:05</p>"
    items = item.format("<p>Am See.</p><p>Am Ufer.</p>", "Jutta", 1) + item.format(
        "<p>Im Wald.</p>", "Sven", 2
    )
    page = read(f"<h2>Comments</h2>{items}<h2>Post a comment</h2><form></form>")
    assert authors(page) == [("Jutta", "Am See.\nAm Ufer."), ("Sven", "Im Wald.")]


@pytest.mark.parametrize(
    "item",
    [
        "<div>{text} <small>by {name} - 2019-05-2{day} 09:05</small></div>",
        "<div><strong>{name}</strong>: {text} <small>(2019-05-2{day} 09:05)</small></div>",
    ],
)
def test_a_word_in_bold_type_in_a_text_is_no_name(item: str) -> None:
    texts = {
        "Jutta": "Am See.",
        "Sven": "Drei Dinge.<br><b>Erstens</b>, das Ufer ist zu.",
        "Otto": "Im Wald.",
    }
    shown = (item.format(name=name, day=day, text=texts[name]) for day, name in enumerate(texts, 1))
    page = read(f"<h4>Comments</h4>{''.join(shown)}")
    assert [name for name, _ in authors(page)] == ["Jutta", "Sven", "Otto"]


def test_a_word_that_names_comments_beside_a_name_is_neither_name_nor_text() -> None:
    item = '<li><h6 class="c-content"></h6><div class="of"><font>{}</font> <font>评论：</font></div><div class="noter-txt">{}</div><font>2019-05-2{} 09:05</font></li>'
    page = read(f'<section class="comment-list"><ul>{item.format("Jutta", "Schön", 1)}</ul></section>')
    assert authors(page) == [("Jutta", "Schön")]


def test_three_comments_of_one_author_are_read() -> None:
    item = "<div class='l'><b>Jutta</b><div>2019-05-2{0} 09:05 <a href='#'>回复</a></div><div>Am See {0}.</div></div>"
    page = read(f"<div>Kommentare</div><div>{''.join(map(item.format, (1, 2, 3)))}</div>")
    assert authors(page) == [("Jutta", f"Am See {n}.") for n in (1, 2, 3)]


@pytest.mark.parametrize("label", ["postado por", "kirjoittanut"])
@pytest.mark.parametrize(
    "names", [("Dirceu", "<a href='/u/2'>Neide</a>"), ("<a href='/u/1'>Dirceu</a>", "<i>Neide</i>")]
)
def test_words_before_the_names_of_all_commenters_are_no_part_of_them(
    label: str, names: tuple[str, str]
) -> None:
    item = (
        "<li><i>2019-05-2{0} 09:05</i><span class='commentAuthorName'>{1} {2}</span><p>Am See {0}.</p></li>"
    )
    items = (item.format(n, label, name) for n, name in enumerate(names, 1))
    page = read(f"<h3>2 Kommentare</h3><ul class='itemCommentsList'>{''.join(items)}</ul>")
    assert authors(page) == [("Dirceu", "Am See 1."), ("Neide", "Am See 2.")]


@pytest.mark.parametrize(
    "line",
    [
        "Napsal {} dne {}", "Napísal {} dňa {}", "Dodane przez {} dnia {}", "Írta {} {}", "Scris de {} la {}", "Публикувано от {} на {}",
        "Objavio {} u {}", "Kirjoittanut {} klo {}", "Skrivet av {} den {}", "Skrevet af {} d. {}", "Geplaatst door {} op {}",
        "Gönderen {} tarihinde {}", "Ditulis oleh {} pada {}", "Đăng bởi {} vào {}", "Από {} στις {}", "מאת {} ב- {}", "بواسطة {} في {}",
        "توسط {} در {}", "Опублікував {} о {}", "Опубликовал {} в {}", "Postado por {} em {}", "Scritto da {} il {}", "Parašė {} {}",
        "글쓴이 {} {}", "{} napsal(a): {}", "{} mówi: {}", "{} szerint: {}", "{} a spus: {}", "{} казва: {}", "{} kaže: {}", "{} sanoo: {}",
        "{} säger: {}", "{} zegt: {}", "{} dedi ki: {}", "{} berkata: {}", "{} viết: {}", "{} λέει: {}", "{} אמר: {}", "{} يقول: {}",
        "{} گفت: {}", "{} пише: {}", "{} говорит: {}", "{} disse: {}", "{} dice: {}", "{} ha detto: {}", "{}님의 말: {}", "{} より: {}", "{} 提到... {}",
    ],
)  # fmt: skip
def test_words_of_any_language_around_a_name_are_no_part_of_it(line: str) -> None:
    page = read(
        f"<div id='comments'><div><p>Am See.</p><p>{line.format('Ada Holm', '2019-05-21 09:05')}</p></div></div>"
    )
    assert authors(page) == [("Ada Holm", "Am See.")]


@pytest.mark.parametrize("line", ["<b>听说</b> {}", "<b>听说</b>说：{}", "听说 说：{}"])
def test_a_name_that_ends_with_a_word_for_saying_is_whole(line: str) -> None:
    comment = f"<div id='comments'><div><p>{line.format('2019-05-21 09:05')}</p><p>湖边。</p></div></div>"
    assert authors(read(comment)) == [("听说", "湖边。")]


@pytest.mark.parametrize(
    "button",
    ["Rispondi", "Odpowiedz", "Odpovědět", "Válasz", "Svara", "Beantwoorden", "Cevapla", "Yanıtla", "Balas", "Trả lời", "Απάντηση", "השב",
     "رد", "پاسخ", "Відповісти", "Răspunde", "Vastaa", "Отговор", "返信"],
)  # fmt: skip
def test_a_link_to_answer_the_only_comment_is_no_name(button: str) -> None:
    item = (
        f"<p>2019-05-21 09:05 — Ada Holm</p><div>Am See.</div><ul><li><a href='/r/1'>{button}</a></li></ul>"
    )
    assert authors(read(f"<div id='comments'><div>{item}</div></div>")) == [("Ada Holm", "Am See.")]


def test_two_commenters_with_the_same_first_name_keep_it() -> None:
    item = "<li><i>2019-05-2{0} 09:05</i><span class='author'>{1}</span><p>Am See {0}.</p></li>"
    items = map(item.format, (1, 2), ("Anna", "Anna <a href='/u/2'>Berg</a>"))
    page = read(f"<h3>2 Kommentare</h3><ul id='comments'>{''.join(items)}</ul>")
    assert authors(page)[0] == ("Anna", "Am See 1.")


def test_the_names_of_the_columns_of_a_table_are_not_that_of_an_author() -> None:
    head = "<tr><th>No</th><th>Name</th><th>Comment</th><th>Time</th></tr>"
    row = "<tr><td>1</td><td>Otto Ost</td><td>Gut :)</td><td>2019-05-21 09:05</td></tr>"
    page = read(f'<div id="comment-list"><table>{head}{row}</table></div>')
    assert "Time" not in [name for name, _ in authors(page)]


@pytest.mark.parametrize(
    "shown",
    [
        "<form><label>Name</label><input><textarea></textarea></form><ul><li><b>Jutta</b><p>Am See.</p><i>May 21st, 2019</i></li></ul>",
        "<p>Comments:</p><ul>Autor: Jutta<br>Das war bei uns am See auch so, sagte der Nachbar am Morgen zu uns, als es regnete.<br></ul>",
    ],
    ids=["below a form alone", "names without times"],
)
def test_comments_that_no_name_or_no_time_shows_are_a_problem(shown: str) -> None:
    page = read(shown)
    assert page.posts[0].comments == ()
    assert told(page) == ["comments"]


def test_a_name_in_a_sentence_before_the_time_is_read() -> None:
    item = "<li><p>来自用户<span class='address'>{}</span>的评论<span>(2019-05-2{} 09:05)</span><br>Am See war es still.</p></li>"
    items = item.format("Jutta", 1) + item.format("Sven", 2)
    page = read(f'<h3>评论</h3><ol id="comment_list">{items}</ol>')
    assert [name for name, _ in authors(page)] == ["Jutta", "Sven"]


def test_a_time_of_day_before_the_date_of_a_comment_is_kept() -> None:
    item = "<li><span class='author'>{}</span> <i>{}, 2{}/05/2019</i><p>Am See.</p></li>"
    items = item.format("Jutta", "09:05", 1) + item.format("Sven", "23:59", 2)
    comments = read(f'<ol id="comments">{items}</ol>').posts[0].comments
    times = [one.posted.at.strftime("%d %H:%M") for one in comments if one.posted and one.posted.at]
    assert times == ["21 09:05", "22 23:59"]


def test_comments_that_an_author_writes_before_his_text_in_a_cell_are_text() -> None:
    typed = "".join(
        f"<div><b>Jutta</b><i>2019-05-2{n} 09:05</i><div>Am See {n}.</div></div>" for n in range(1, 4)
    )
    text = "<p>Wir gingen zwei Stunden lang am alten Kanal und sahen die Boote, die dort lagen.</p>" * 5
    row = f"<tr><td><b>Am Kanal</b><br>2019-05-01 08:00</td></tr><tr><td><h2>Kommentare</h2>{typed}{text}</td></tr>"
    body = f"<html><head><title>Am Kanal - Notizen</title></head><body><table>{row}</table></body></html>"
    post = api.parse_page(
        body.encode(), "https://notes.example.org/77.html", fetched_at=datetime(2026, 1, 1, tzinfo=UTC)
    ).posts[0]
    assert post.comments == ()
    assert "Am See 1." in (post.body_text or "")


@pytest.mark.parametrize("quoted", [FORGED, FORGED.replace('class="comment"', 'id="comment-9"')])
def test_a_comment_quoted_in_a_post_is_a_problem_where_the_page_shows_none(quoted: str) -> None:
    page = read("<form><textarea></textarea></form>", f"<article>{TEXT}{quoted}</article>")
    # A copy of a blog without a server may have its comments at the end of each text.
    assert (page.posts[0].comments, told(page)) == ((), ["comments", "body"])
    shown = "<h3>Kommentare</h3>" + "".join(
        f"<div><b>{name}</b> <i>2019-05-21 {at}</i><p>Am See.</p></div>" for name, at, _ in COMMENTS
    )
    page = read(shown, TEXT + quoted)
    assert [comment.author_name for comment in page.posts[0].comments] == [name for name, _, _ in COMMENTS]


def test_a_heading_names_the_author_of_all_comments() -> None:
    items = "".join(f"<li><h4>Jutta</h4><p>2019-05-2{n} 09:05</p><p>Text {n}.</p></li>" for n in range(4))
    page = read(f"<h3>4 Kommentare</h3><ul>{items}</ul>")
    assert {comment.author_name for comment in page.posts[0].comments} == {"Jutta"}


@pytest.mark.parametrize("time", ["8/7/2019 9:05 PM", "08/07/2019 21:05"])
def test_a_day_that_may_be_a_month_is_a_problem(time: str) -> None:
    item = f'<div id="comments"><ul><li><b>Jutta</b> <i>{time}</i><p>Am See.</p></li></ul></div>'
    assert told(read(item)) == ["comments"]


UNNAMED = "<div><b>{}</b> <i>2019-05-2{} 09:05</i><p>Am See.</p>{}</div>"


@pytest.mark.parametrize("answers", [("", ""), ("<a href='#a'>Antworten</a>", "")])
def test_comments_that_nothing_names_are_a_problem(answers: tuple[str, str]) -> None:
    lines = "".join(UNNAMED.format(f"Jutta {n}", n, link) for n, link in enumerate(answers))
    assert told(read(f"<section>{lines}</section>")) == ["comments"]


def test_numbered_comments_are_not_the_text_although_nothing_names_their_list() -> None:
    item = "<dt id='comment-5{}'><a href='#c'>#{}</a> On May 2nd, 2019 5:3{} pm <span><a href='/u'>Jutta {}</a> replied:</span></dt><dd>{}</dd>"
    items = "".join(item.format(n, n, n, n, LONG * 3) for n in range(3))
    page = read(
        f"<div id='content-replies'><h3>Your Replies</h3><dl>{items}</dl></div>", text="<p>So teuer.</p>"
    )
    assert page.posts[0].body_text == "So teuer."
    assert [one.posted.text for one in page.posts[0].comments if one.posted] == [
        f"On May 2nd, 2019 5:3{n} pm" for n in range(3)
    ]


def test_links_to_answer_in_brackets_are_no_part_of_a_text() -> None:
    links = "<p><small>(<a href='#r'>Reply to this</a>) (<a href='#t'>Thread</a>)</small></p>"
    item = f"<div class='comment'><b>Jutta</b> <i>2019-05-21 09:05</i><div class='text'>Am See.{links}</div></div>"
    assert read(f'<div id="comments">{item}</div>').posts[0].comments[0].body_text == "Am See."


def test_answers_deeper_than_any_are_a_problem() -> None:
    shown = "".join(f"<div><b>N{n}</b> <i>2019-05-21 09:05</i><p>Text {n}.</p>" for n in range(240))
    page = read(f'<div id="comments">{shown}{"</div>" * 240}</div>')
    assert (page.posts[0].comments, told(page)) == ((), ["comments"])


LONG = "<p>Am See stand das Wasser hoch, und wir gingen, bis es dunkel wurde, am Ufer.</p>"


@pytest.mark.parametrize(
    ("name", "read_ones", "problems"),
    [("total-comments-div", 5, []), ("comments_div", 5, []), ("", 0, ["comments", "body"])],
)
def test_long_comments_below_a_short_text_are_not_the_text(
    name: str, read_ones: int, problems: list[str]
) -> None:
    item = "<div>{}<p>Jutta at May 2{}, 2019 12:54 AM</p></div>"
    items = "".join(item.format(LONG * 3, n) for n in range(1, 6))
    page = read(f"<div class='{name}'><h3>Reply</h3>{items}</div>", text="<p>So teuer.</p>")
    assert page.posts[0].body_text == "So teuer."
    assert (len(page.posts[0].comments), told(page)) == (read_ones, problems)


def test_a_table_of_comments_that_is_named_for_the_text_is_not_the_text() -> None:
    item = "<tr><td>{}<div>Posted 5/2{}/2019 9:14 PM by <a href='/u'>Jutta</a></div></td></tr>"
    table = "".join(item.format("<p>Am See.</p>", n) for n in (1, 2))
    body = f"<h1>Regen</h1><p>20. Mai 2019</p><div>{LONG * 3}</div><table class='blogbody'>{table}</table>"
    page = f"<html><head><title>Regen – Notizen</title></head><body>{body}</body></html>"
    post = api.parse_page(page.encode(), URL, fetched_at=READ_AT).posts[0]
    assert (post.body_text or "").startswith("Am See stand")
    assert "Jutta" not in (post.body_text or "")


def test_a_time_of_day_in_words_is_part_of_the_time_and_no_name() -> None:
    item = '<div class="media" id="comment-7"><h5>Jutta</h5><p><small>发表于：2019年05月21日 09小时05分40秒</small></p><p>Im Wald.</p></div>'
    comment = read(f'<div id="comments">{item}</div>').posts[0].comments[0]
    assert comment.posted is not None
    assert (comment.author_name, f"{comment.posted.at:%Y-%m-%d %H:%M}") == ("Jutta", "2019-05-21 09:05")


def test_the_month_before_the_day_and_the_time_of_day_behind_words_are_read_in_arabic() -> None:
    item = "<li id='comment-7'><cite>هدى</cite> <span>يقول:</span> <a href='#comment-7'>مايو 21, 2019 الساعة 9:47 م</a><p>Am See.</p></li>"
    comment = read(f"<ol id='comments'>{item}</ol>").posts[0].comments[0]
    assert comment.posted is not None
    assert (comment.author_name, f"{comment.posted.at:%Y-%m-%d %H:%M}") == ("هدى", "2019-05-21 21:47")


ROW = "<tr><td><b>{}</b> schrieb am 21.05.2019:</td></tr><tr><td>{}</td></tr>"


@pytest.mark.parametrize(
    ("below", "is_read"), [("", True), ("<p>Danach kam der Bus, und alle stiegen ein.</p>", False)]
)
def test_comments_at_the_end_of_the_element_of_the_title_and_the_text_are_read_without_a_form(
    below: str, is_read: bool
) -> None:
    rows = "".join(ROW.format(name, "Am See.") for name in ("Jutta", "Sven"))
    cell = f"<h2>Regen</h2><p>20.05.2019</p>{TEXT}<h3>Kommentare (2)</h3><table>{rows}</table>{below}"
    text = f"<title>Regen</title><body><table><tr><td>{cell}</td></tr></table></body>"
    page = api.parse_page(text.encode(), URL, fetched_at=READ_AT)
    names = [one.author_name for one in page.posts[0].comments]
    assert (names, told(page)) == ((["Jutta", "Sven"], []) if is_read else ([], ["comments", "body"]))
    assert ("schrieb am" in (page.posts[0].body_text or "")) is not is_read
    assert ("Kommentare" in (page.posts[0].body_text or "")) is not is_read


def test_a_time_of_day_below_the_date_is_no_name() -> None:
    item = '<li id="comment-{}"><div class="metadata"><p class="{}">{}</p><p class="date">21 mai 2019<br>12h1{}</p></div><p>Il pleut encore au bord du lac, jour {}.</p></li>'
    for role in ("auteur", "qui"):
        items = "".join(
            item.format(number, role, name, number, number) for number, name in ((7, "Luce"), (8, "Paul"))
        )
        found = read(f'<ol id="comments">{items}</ol>').posts[0].comments
        times = [f"{one.posted.at:%F %H:%M}" for one in found if one.posted]
        assert ([one.author_name for one in found], times) == (
            ["Luce", "Paul"],
            ["2019-05-21 12:17", "2019-05-21 12:18"],
        )


def test_a_badge_with_the_class_of_an_author_is_not_the_name() -> None:
    item = (
        '<li id="comment-{n}"><div class="comment-author"><div><b>{name}</b>{badge}'
        '<a href="#comment-{n}">2019-05-2{n} 09:05</a></div></div><p>Am See {n}.</p></li>'
    )
    badge = '<span class="author badge">作者</span>'
    rows = (("Jutta", ""), ("Sven", badge), ("Maria", ""))
    items = "".join(item.format(n=n, name=name, badge=it) for n, (name, it) in enumerate(rows, 1))
    found = read(f'<div id="comments"><ol>{items}</ol></div>').posts[0].comments
    assert [(one.author_name, one.body_text) for one in found] == [
        ("Jutta", "Am See 1."),
        ("Sven", "Am See 2."),
        ("Maria", "Am See 3."),
    ]


def test_a_badge_beside_a_bold_name_is_not_the_name_where_the_picture_has_the_class_of_the_author() -> None:
    """Weisay names the element of the picture `comment-author`, and the badge of the owner `post-author`."""
    item = (
        '<li id="comment-{n}"><div class="comment-author"><img src="/{n}.jpg"></div><div class="floor">{floor}</div>'
        '<strong>{name}</strong>{badge}:<p>Am See {n}.</p><span class="datetime">2019-05-2{n} 09:05</span></li>'
    )
    badge = '<span class="post-author">博主</span>'
    rows = (("Jutta", "沙发", ""), ("Sven", "", badge), ("Maria", "板凳", ""))
    items = (item.format(n=n, name=name, floor=at, badge=it) for n, (name, at, it) in enumerate(rows, 1))
    page = read(f'<div id="comments"><ol>{"".join(items)}</ol></div>')
    assert authors(page) == [("Jutta", "Am See 1."), ("Sven", "Am See 2."), ("Maria", "Am See 3.")]


def test_a_link_of_the_profile_behind_the_bold_name_is_not_the_name() -> None:
    item = (
        '<div class="comment" id="comment-{n}"><div class="comment-info"><b>{name} </b>'
        '{card}<br><span>2019-05-2{n} 09:05</span><div class="comment-content">Am See {n}.</div></div></div>'
    )
    card = '<a class="card" href="/card?u=1">Karte</a>'
    for cards in (("", card, card), (card, card, card)):
        rows = zip(("Jutta", "Sven", "Maria"), cards, strict=True)
        items = "".join(item.format(n=n, name=name, card=it) for n, (name, it) in enumerate(rows, 1))
        found = read(f'<p class="comment-header"><b>评论：</b></p>{items}').posts[0].comments
        assert [one.author_name for one in found] == ["Jutta", "Sven", "Maria"]


@pytest.mark.parametrize("heading", ["已有 2 条评论", "回應文章", "评论区 (2)", "留言內容："])
def test_comments_under_a_heading_of_them_are_read_with_the_time_behind_the_text(heading: str) -> None:
    item = (
        '<div class="comment-body" id="comment-{n}"><div><h4>{name}</h4><div><p>Am See {n}.</p></div></div>'
        '<div class="when">2019-05-2{n} 09:05:00</div><div><a href="#">回复</a></div></div>'
    )
    items = item.format(n=1, name="Jutta") + item.format(n=2, name="Sven")
    form = '<div class="respond"><h3>添加新评论</h3><form><textarea></textarea></form></div>'
    page = read(f'<div id="talk1"><div>{heading}</div>{items}{form}</div>')
    assert ([one.author_name for one in page.posts[0].comments], told(page)) == (["Jutta", "Sven"], [])


@pytest.mark.parametrize(
    ("lang", "day", "at"),
    [
        ("zh-CN", "19.05.21", "2019-05-21"),
        ("de", "21.05.19", "2019-05-21"),
        ("", "21.05.19", "2019-05-21"),
        ("", "19.05.21", "2019-05-21"),
        ("en", "21.05.19", "2019-05-21"),
        ("en", "08.07.19", None),
    ],
)
def test_a_year_of_two_figures_is_read_only_where_the_page_tells_which_it_is(
    lang: str, day: str, at: str | None
) -> None:
    item = f'<div class="note"><b class="author">Jutta</b> <i>{day} 09:05</i><p>Im Wald.</p></div>'
    shown = f'<html lang="{lang}"><head><title>Regen</title></head><body><h1>Regen</h1><p>20. Mai 2019</p>'
    text = f'<div class="entry-content">{TEXT}</div><div id="comments">{item}</div></body></html>'
    page = api.parse_page((shown + text).encode(), URL, fetched_at=READ_AT)
    found = [one.posted and one.posted.at and f"{one.posted.at:%Y-%m-%d}" for one in page.posts[0].comments]
    assert (found, told(page)) == ([at], [] if at else ["comments"])


def test_buttons_that_count_and_share_are_neither_names_nor_texts() -> None:
    share = '<div class="tips"><a href="javascript:;">分享</a><a href="javascript:;">新浪微博</a><a href="javascript:;">微信</a></div>'
    vote = '<ul class="tools"><li><i>+1</i><a href="#">顶<b>15{n}</b></a></li><li>|<i>+1</i><a href="#">踩<b>0</b></a></li></ul>'
    row = '<span class="at">2019-05-2{n} 09:05</span>'
    item = f'<p class="cnt">{{text}}</p><div class="foot">{row}<div><a href="/more">查看回复 {{n}}</a>{share}</div></div>{vote}'
    rows = zip(("Jutta", "Sven", "Maria", "Ann"), ("Am See.", "Im Wald.", "Zu kalt.", "Ja."), strict=True)
    items = "".join(
        f'<li class="row"><a href="/u/{n}">{name}</a>{item.format(n=n, text=text)}</li>'
        for n, (name, text) in enumerate(rows, 1)
    )
    page = read(f'<div id="comments"><h3>评论</h3><ul>{items}</ul></div>')
    found = [(one.author_name, one.body_text) for one in page.posts[0].comments]
    assert found == [("Jutta", "Am See."), ("Sven", "Im Wald."), ("Maria", "Zu kalt."), ("Ann", "Ja.")]


def test_a_label_behind_the_times_of_many_comments_is_no_name() -> None:
    item = (
        '<li class="row"><p>Am See {n}.</p><div><i>2019-05-2{n} 09:05</i> <span>aus {place}</span></div></li>'
    )
    items = "".join(item.format(n=n, place="Kiel" if n == 2 else "Bonn") for n in range(1, 10))
    page = read(f'<div id="comments"><h3>Kommentare</h3><ul>{items * 2}</ul></div>')
    assert (page.posts[0].comments, told(page)) == ((), ["comments"])


def test_a_comment_of_this_moment_is_read_beside_older_ones() -> None:
    """Valine writes `刚刚` for a comment of the last minute, and `2 天前` for others."""
    rows = "".join(
        f'<div class="vcard" id="5dd375f72a6b{n}"><span class="vnick">{name}</span><span class="vtime">{time}</span>'
        f'<div class="vcontent"><p>河边 {n}。</p></div></div>'
        for n, name, time in ((1, "渔夫", "刚刚"), (2, "船工", "2 天前"))
    )
    page = read(f'<div id="vcomments"><div class="vcount"><b>2</b> 评论</div>{rows}</div>')
    assert authors(page) == [("渔夫", "河边 1。"), ("船工", "河边 2。")]
    assert [one.posted and one.posted.text for one in page.posts[0].comments] == ["刚刚", "2 天前"]


def test_the_thoughts_that_wordpress_counts_in_chinese_are_comments() -> None:
    item = '<li id="comment-7" class="comment"><b class="fn">阿明</b> <time>2019-05-20 09:05</time><p>说得好。</p></li>'
    page = read(f'<div id="comments"><h2 class="comments-title">《雨》有2个想法</h2><ol>{item}</ol></div>')
    assert (page.posts[0].comment_count, told(page)) == (2, ["comments"])


def test_a_number_at_the_end_of_a_title_above_the_heading_is_no_count_of_comments() -> None:
    related = '<div class="related-posts"><ul><li><a href="/2019/tag/">茶凉了又续 87</a></li></ul></div>'
    comment = (
        "<div class='cmt'><div><b>阿明</b> <i>2019-05-20 09:05</i></div><div>说得好，我也这么想。</div></div>"
    )
    page = read(f'{related}<div class="comments"><h3>评论（1）</h3>{comment}</div>')
    assert (page.posts[0].comment_count, told(page)) == (1, [])


def test_the_two_times_of_a_license_below_a_text_are_no_comments() -> None:
    notes = "<p>本文作者：某人</p><p>发表日期：2019-05-11 09:05:10</p><p>更新日期：2019-06-02 17:40:00</p>"
    page = read(f'<div class="license-block">{notes}</div><div class="post-comment"></div>')
    assert told(page) == []


def test_a_link_alone_is_the_text_of_a_comment() -> None:
    item = '<li id="comment-{}"><cite>{}</cite> Says:<br><small><a href="#comment-{}">2019-05-2{} 09:05</a></small><p>{}</p></li>'
    link = "https://wetter.example.org/regen"
    texts = ("Am See war es still.", f'<a href="{link}">{link}</a>')
    items = "".join(item.format(n, name, n, n, texts[n - 1]) for n, name in enumerate(("Jutta", "Sven"), 1))
    page = read(f'<h3 id="comments">2 Responses</h3><ol class="commentlist">{items}</ol>')
    assert [(one.author_name, one.body_text) for one in page.posts[0].comments] == [
        ("Jutta", "Am See war es still."),
        ("Sven", link),
    ]


def test_a_link_alone_above_its_time_is_the_text_of_a_comment_where_others_have_a_text() -> None:
    item = '<li id="comment-{0}"><p class="who"><cite>{1}</cite>:</p>{2}<p><small>comment at <a href="#comment-{0}">2{0}. May 2019</a></small></p></li>'
    texts = ("<p>Am See.</p><p>Oder im Wald.</p>", "<p><a href='/karte/' rel=''>Die Karte</a></p>")
    items = "".join(item.format(n, name, texts[n - 1]) for n, name in enumerate(("Jutta", "Sven"), 1))
    page = read(f'<h3 id="comments">2 Responses</h3><ol class="commentlist">{items}</ol>')
    assert [(one.author_name, one.body_text, told(page)) for one in page.posts[0].comments] == [
        ("Jutta", "Am See.\nOder im Wald.", []),
        ("Sven", "Die Karte", []),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Am {day} het {link} gmeint:",
        "Am {day} het {name} gmeint:",
        "{name} meent op {day}:",
        "Den {day} skrev {link}:",
    ],
)
def test_the_words_of_a_sentence_around_a_name_are_no_part_of_it(line: str) -> None:
    names = ("Jutta", "Sven K.", "Ö. Lind")
    links = (f'<a href="https://u.example.org/">{names[0]}</a>', *names[1:])
    rows = (line.format(day=f"2{n}.05.2019", name=names[n], link=links[n]) for n in range(3))
    items = "".join(f'<li id="comment-{n}">{row}<p>Im Wald.</p></li>' for n, row in enumerate(rows))
    page = read(f'<h3>3 Comments</h3><ul class="commentlist">{items}</ul>')
    assert ([one.author_name for one in page.posts[0].comments], told(page)) == ([*names], [])
    assert (page.posts[0].comments[0].author_url is not None) == ("{link}" in line)


def test_a_visitor_without_a_name_is_not_the_number_of_the_comment() -> None:
    item = '<ul class="msg" id="cmt{}"><li><div class="msgname"><span>{}L</span><a href="">{}</a> <span>2019-05-2{} 09:05:10</span></div><div class="msgcon">{}</div></li></ul>'
    rows = ((1, "访客", "Am See war es still."), (2, "访客", "Im Wald auch."), (3, "Sven", "Hier nicht."))
    items = "".join(item.format(n, n, name, n, text) for n, name, text in rows)
    page = read(f'<div id="comments"><h4>评论列表</h4>{items}</div>')
    assert [one.author_name for one in page.posts[0].comments] == ["访客", "访客", "Sven"]


def test_the_newest_comments_in_the_sidebar_of_zblog_do_not_hide_those_of_the_post() -> None:
    item = '<ul class="msg" id="cmt{}"><li class="msgname"><b class="commentname">{}</b><br><small>发布于 2019-05-2{} 09:05:10</small></li><li class="msgarticle">{}</li></ul>'
    answer = item.format(2, "Sven", 2, "Im Wald auch.")
    items = item.format(1, "Jutta", 1, f"Am See war es still. {answer}")
    newest = '<dl id="divComments"><dt>最新留言</dt><dd><ul><li><a href="/?id=3#cmt2">Im Wald auch.</a></li></ul></dd></dl>'
    head = '<ul class="msg msghead"><li class="tbname">评论列表:</li></ul>'
    page = read(f'{head}{items}</main><div id="divSidebar">{newest}</div>')
    assert [(one.author_name, one.reply_to, one.body_text) for one in page.posts[0].comments] == [
        ("Jutta", None, "Am See war es still."),
        ("Sven", "Jutta", "Im Wald auch."),
    ]
    assert told(page) == []


def test_a_section_that_the_author_quotes_between_two_parts_of_his_text_is_not_that_of_the_page() -> None:
    section = '<div id="comments" class="comments-area"><h3>{}</h3><ol class="comment-list">{}</ol></div>'
    quoted = section.format("1 Kommentar", f"<li>{FORGED}</li>")
    links = "".join(
        f'<li><a href="/2018/{n}/">Ein Abend am alten Kanal, Teil {n}</a></li>' for n in range(30)
    )
    text = f"<section>{TEXT}</section>{quoted}<div><p>Am Abend war alles wieder trocken.</p></div><ul>{links}</ul>"
    assert read(section.format("Kommentare", ""), text).posts[0].comments == ()


def test_the_comments_of_a_page_stay_its_own_if_sentences_stand_between_their_form_and_another() -> None:
    """A magazine has advertisements between the form, and one to report a comment."""
    item = '<div class="visitors"><h3>River</h3><p>{1}</p><p class="date">Posted by: {0}, 27 Sep 2011 | 15:2{2}</p></div>'
    rows = "".join(item.format(name, "The bridge is closed.", n) for n, name in enumerate(("Ann", "Bo")))
    form = '<div class="add_comment_block" id="{}"><form><textarea></textarea></form></div>'
    notice = "<p>Get all the latest news sent to your inbox every day.</p>"
    shown = (
        f'<div class="visitors_comment_block">{rows}</div>{form.format("add")}{notice}{form.format("flame")}'
    )
    page = read(shown, TEXT)
    assert [one.author_name for one in page.posts[0].comments] == ["Ann", "Bo"]
    assert told(page) == []


def test_a_name_that_a_commenter_types_is_not_that_of_an_answer_in_the_comment() -> None:
    head = '<div>Olga am <span class="info">2019-05-24 10:53</span> antwortet</div>'
    answer = f'<div class="panel">{head}<div class="answer">Nein, nie, und so war es auch.</div></div>'
    item = (
        '<div class="comment"><div class="top"><a href="/u/{n}"><strong>{name}</strong></a> <span class="info">2019-05-2{n}'
        ' 09:05</span></div><div class="content">Am See auch, {n} mal.<br>{rest}</div></div>'
    )
    rest = {3: f"{answer}<p><strong>Eve</strong></p>"}
    rows = "".join(
        item.format(n=n, name=name, rest=rest.get(n, ""))
        for n, name in enumerate(("11", "16", "Jutta"), start=1)
    )
    comments = read(f'<div id="commentBox">{rows}</div>').posts[0].comments
    assert [comment.author_name for comment in comments] == ["11", "16", "Jutta"]


def test_the_answered_name_in_bold_type_before_a_text_is_no_part_of_it() -> None:
    item = (
        '<div class="comment-wrap"><div id="comment-{n}"><span class="comment-meta"><b>{name}</b> <i>2019-05-2{n} 09:05</i></span>'
        '<div class="comment-content">{text}</div></div>{inner}</div>'
    )
    answer = item.format(n=2, name="Sven", text="<b>@Jutta</b> <p>Ja, <b>@Olga</b> auch.</p>", inner="")
    first = item.format(n=1, name="Jutta", text="<p>Am See auch.</p>", inner=f"<div>{answer}</div>")
    comments = read(f'<div id="comments"><h3>2 Kommentare</h3>{first}</div>').posts[0].comments
    shown = [(one.author_name, one.reply_to, one.body_text) for one in comments]
    assert shown == [("Jutta", None, "Am See auch."), ("Sven", "Jutta", "Ja, @Olga auch.")]


ANSWER = (
    '<div class="{c}reply"><div class="{c}replyname"><a href="">{name}</a> 回复：</div><div class="{c}replycon">{text}</div>'
    '<div class="{c}replydate">2019-05-2{n} 10:00:00</div></div>'
)
CMTS = (
    '<div class="cmtsitem"><div class="cmtscon"><div class="cmtshead"><div class="cmtsname"><a href="/u/{n}">{name}</a></div>'
    '<div class="cmtsdate">2019-05-2{n} 09:05:00</div></div><div class="cmtsbody"><p>{text}</p></div>{answers}'
    '<div class="cmtsfoot"><a href="#comment">回复</a></div></div></div>'
)


@pytest.mark.parametrize("answers", [1, 2])
def test_answers_in_a_comment_are_read_or_told_whatever_their_class(answers: int) -> None:
    for kind in ("cmts", "fb"):
        inner = "".join(
            ANSWER.format(c=kind, n=n, name=f"Sven {n}", text=f"Am Fluss {n}.") for n in range(answers)
        )
        first = CMTS.format(n=1, name="Jutta", text="Im Wald.", answers=inner)
        page = read(
            f'<div class="cmts">{first}{CMTS.format(n=2, name="Otto", text="Nie.", answers="")}</div>'
        )
        found = [(one.author_name, one.body_text) for one in page.posts[0].comments]
        whole = [
            ("Jutta", "Im Wald."),
            *((f"Sven {n}", f"Am Fluss {n}.") for n in range(answers)),
            ("Otto", "Nie."),
        ]
        assert found == whole if kind == "cmts" else told(page) == ["comments"]


def test_a_name_that_is_the_first_word_of_the_text_is_no_subject() -> None:
    item = (
        '<div class="post-comment"><div class="info"><span><a href="https://u{n}.example.org">{name}</a></span>'
        '<span>2019-05-2{n} 09:05:00</span></div><div class="content-text">{text}</div></div>'
    )
    rows = (
        item.format(n=n, name=name, text=f"<p>{text}</p>")
        for n, (name, text) in enumerate((("Otto", "Otto war hier."), ("Jutta", "Ich auch.")), 1)
    )
    page = read(f'<div id="comments"><h3>Kommentare</h3>{"".join(rows)}</div>')
    assert [one.author_name for one in page.posts[0].comments] == ["Otto", "Jutta"]
    assert told(page) == []


def test_the_answer_in_a_single_comment_is_not_given_to_its_author() -> None:
    item = (
        '<li class="comment depth-{n}" id="li-comment-{n}"><div class="contents"><div class="shadow"><section><h4 class="author">'
        '{name}</h4></section><div class="body"><p>{text}</p></div><div class="xia"><span><time>2019-05-2{n}</time></span></div>'
        "</div></div>{inner}</li>"
    )
    answer = item.format(n=2, name="Sven", text="Ja, am Fluss.", inner="")
    first = item.format(n=1, name="Jutta", text="Am See auch?", inner=f'<ul class="children">{answer}</ul>')
    lists = f'<div class="comments-main"><ul class="commentwrap">{first}</ul></div>'
    page = read(
        f'<div id="panel"><div class="comment-area"><section class="comments">{lists}</section></div></div>'
    )
    shown = [(one.author_name, one.reply_to, one.body_text) for one in page.posts[0].comments]
    assert shown == [("Jutta", None, "Am See auch?"), ("Sven", "Jutta", "Ja, am Fluss.")]


def test_the_whole_time_beside_a_rough_one_is_read_and_a_list_behind_a_comment_has_its_answers() -> None:
    """Argon shows `3 天前`, has the time in a hidden box, and closes the item before the list of answers."""
    item = (
        '<li class="comment-item" id="comment-{n}"><div class="comment-item-title">{name}</div>'
        '<div class="comment-item-text"><p>{text}</p></div><div class="comment-reply-time">6 年前'
        '<div class="comment-reply-time-details">2019-5-2{n} 9:05:0{n}</div></div></li>'
    )
    first, last = (
        item.format(n=1, name="Jutta", text="Am See auch?"),
        item.format(n=3, name="Maria", text="Hier nicht."),
    )
    answer = f'<ul class="children">{item.format(n=2, name="Sven", text="Ja, am Fluss.")}</ul>'
    page = read(f'<div id="comments"><ol class="comment-list">{first}{answer}{last}</ol></div>')
    shown = [
        (one.author_name, one.reply_to, one.posted and f"{one.posted.at:%F %T}")
        for one in page.posts[0].comments
    ]
    days = [f"2019-05-2{n} 09:05:0{n}" for n in (1, 2, 3)]
    assert shown == list(zip(("Jutta", "Sven", "Maria"), (None, "Jutta", None), days, strict=True))


def test_times_that_only_a_script_shows_and_comments_beside_the_text_in_its_element_are_read() -> None:
    """Bluelog, by Flask-Moment."""
    moment = '<span class="flask-moment" data-timestamp="{0}" style="display: none">{0}</span>'
    item = '<li class="list-group-item"><h5><a href="#">{name}</a></h5><small>{at}</small><p>{text}</p></li>'
    said = [("Jutta", "Am See auch."), ("Sven", "Am Fluss nicht.")]
    items = "".join(
        item.format(name=name, text=text, at=moment.format(f"2019-05-2{n}T09:05:00Z"))
        for n, (name, text) in enumerate(said, 1)
    )
    section = (
        f'<div class="comments" id="comments"><h3>7 Comments <small>latest</small></h3><ul>{items}</ul></div>'
    )
    form = '<form method="post"><textarea name="body"></textarea></form>'
    at = moment.format("2019-05-20T08:00:00Z")
    head = f'<div class="page-header"><h1>Regen</h1><small>Date: {at}</small></div>'
    body = (
        f'{head}<div class="row"><div>{TEXT}<button type="button">Share</button>{section}{form}</div></div>'
    )
    page = api.parse_page(
        f"<html><head><title>Regen – Notizen</title></head><body><main>{body}</main></body></html>".encode(),
        URL,
        fetched_at=READ_AT,
    )
    post = page.posts[0]
    assert post.posted is not None
    assert f"{post.posted.at:%F %R}" == "2019-05-20 08:00"
    assert [(one.author_name, one.posted and f"{one.posted.at:%F %R}") for one in post.comments] == [
        (name, f"2019-05-2{n} 09:05") for n, (name, _) in enumerate(said, 1)
    ]
    assert post.comment_count == 7
    assert "Share" not in (post.body_text or "")


def test_the_footer_of_an_entry_has_its_time_and_its_comments() -> None:
    """Known: microformats name both."""
    comment = (
        '<div class="row p-comment h-cite"><div class="e-content"><p>{text}</p></div><p class="h-card"><a class="p-author p-name" '
        'href="https://{name}.example.org/">{name}</a>, <a href="/2019/regen/annotations/{n}">May 2{n} 2019</a></p></div>'
    )
    said = [("Jutta", "Am See auch."), ("Sven", "Am Fluss nicht.")]
    comments = "".join(comment.format(n=n, name=name, text=text) for n, (name, text) in enumerate(said, 1))
    time = '<time class="dt-published" datetime="2019-05-20T08:00:00+00:00">May 20 2019</time>'
    entry = (
        f'<div class="h-entry"><h2 class="p-name"><a href="{URL}">Regen</a></h2><div class="e-content">{TEXT}</div>'
        f'<div class="footer"><a rel="permalink" class="u-url" href="{URL}">{time}</a><div>{comments}</div></div></div>'
    )
    page = f"<html><head><title>Regen</title></head><body><div class='page'>{entry}</div></body></html>"
    post = api.parse_page(page.encode(), URL, fetched_at=READ_AT).posts[0]
    assert post.posted is not None
    assert f"{post.posted.at:%F %R}" == "2019-05-20 08:00"
    assert [(one.author_name, one.body_text) for one in post.comments] == said


@pytest.mark.parametrize(
    "heading", ["2 comentarios:", "2 comentários", "Comentarii (2)", "Commenti (2)", "댓글 2개", "2개의 댓글"]
)
def test_a_heading_in_another_language_counts_the_comments(heading: str) -> None:
    row = (
        '<div class="cm full" id="t{}"><span>De <strong>{}</strong> a 2019-05-21 {}</span><div>{}</div></div>'
    )
    rows = "".join(row.format(number, name, at, text) for number, (name, at, text) in enumerate(COMMENTS[:2]))
    page = read(f"<div class='titulo'>{heading}</div>{rows}")
    assert ([one.author_name for one in page.posts[0].comments], told(page)) == (["Jutta", "Sven K."], [])


def test_a_time_in_a_zone_that_the_page_names_stays_as_shown() -> None:
    row = '<div class="comment"><p>{}</p><p class="details">Posted by <b>{}</b> on May 21, 2019 at {} PM PDT</p></div>'
    page = read(
        '<div class="comments">'
        + row.format("Am See.", "Jutta", "09:14")
        + row.format("Ja.", "Sven", "11:02")
    )
    times = [str(comment.posted and comment.posted.at) for comment in page.posts[0].comments]
    assert times == ["2019-05-21 21:14:00-07:00", "2019-05-21 23:02:00-07:00"]


def test_comments_of_disqus_without_times_are_stored_without_one_and_a_problem() -> None:
    row = '<li class="comment" id="dsq-comment-{}"><cite><span>{}</span></cite><div><p>{}</p></div></li>'
    rows = "".join(
        row.format(number, name, "Am See.") for number, (name, _, _) in enumerate(COMMENTS[:2], 62)
    )
    page = read(f'<div id="disqus_thread"><ul id="dsq-comments">{rows}</ul></div>')
    said = [(one.author_name, one.posted, one.body_text) for one in page.posts[0].comments]
    assert (said, told(page)) == ([(name, None, "Am See.") for name, _, _ in COMMENTS[:2]], ["comments"])


@pytest.mark.parametrize("day", ["Lundi 20 mai 2019", "Mon, 20 May 2019", "понедельник, 20 мая 2019"])
@pytest.mark.parametrize("between", [" | ", ", ", " (", " – "])
def test_the_weekday_before_a_date_is_no_part_of_the_name(day: str, between: str) -> None:
    row = '<div class="row"><p>{}</p><p class="by">{}' + between + day + " {}</p></div>"
    page = read(
        "<h3>2 comments</h3>" + "".join(row.format(text, name, at) for name, at, text in COMMENTS[:2])
    )
    assert [comment.author_name for comment in page.posts[0].comments] == ["Jutta", "Sven K."]


def test_a_last_name_that_all_commenters_have_is_no_verb() -> None:
    item = '<div class="comment"><cite class="fn">{} lind</cite> 2019-05-2{} 09:05<p>Am See.</p></div>'
    said = "".join(item.format(name, n) for n, name in enumerate(["jutta", "sven"]))
    page = read(f'<div id="comments"><h3>2 Kommentare</h3>{said}</div>')
    assert [x.author_name for x in page.posts[0].comments] == ["jutta lind", "sven lind"]


def test_a_button_before_the_names_in_any_language_is_no_name() -> None:
    item = '<div class="comment"><a href="?to={1}">zzanswer zzthis</a> <span>{0}</span> <i>2019-05-2{1} 09:05</i><p>Am See.</p></div>'
    said = "".join(item.format(name, n) for n, name in enumerate(["Jutta", "Sven"]))
    page = read(f'<div id="comments"><h3>2 Kommentare</h3>{said}</div>')
    assert [x.author_name for x in page.posts[0].comments] == ["Jutta", "Sven"]


@pytest.mark.parametrize("above", ["<p>Man schrieb:</p>", "<h2>Was die Leser sagten</h2>"])
def test_comments_that_an_author_quotes_at_the_end_of_a_text_stay_in_it(above: str) -> None:
    item = '<div class="comment"><b>{}</b> <i>2019-05-2{} 09:05</i><p>Am See war es schön.</p></div>'
    said = "".join(item.format(name, n) for n, name in enumerate(["Jutta", "Sven"]))
    html = f"<title>Regen</title><article><h1>Regen</h1><p>2019-05-20</p>{TEXT}{above}{said}</article>"
    page = api.parse_page(html.encode(), "https://notes.example.org/bridge/", fetched_at=READ_AT)
    assert page.posts[0].comments == ()
    assert "Jutta" in (page.posts[0].body_text or "")


def test_the_comments_that_end_the_element_of_the_text_may_have_their_heading_inside() -> None:
    item = '<article id="comment-{1}" class="comment"><p>Am See.</p>{0} <time>2019-05-2{1} 09:05</time></article>'
    said = "".join(item.format(name, n) for n, name in enumerate(["Jutta", "Sven"], 1))
    section = f'<section class="comments" id="comments"><header><h3>Kommentare</h3></header>{said}</section>'
    html = f"<title>Regen</title><article><h1>Regen</h1><time>2019-05-20</time>{TEXT}{section}</article>"
    page = api.parse_page(html.encode(), "https://notes.example.org/bridge/", fetched_at=READ_AT)
    assert ([x.author_name for x in page.posts[0].comments], told(page)) == (["Jutta", "Sven"], [])
    assert "See" not in (page.posts[0].body_text or "")


def test_the_name_of_the_owner_below_a_comment_is_not_the_title() -> None:
    row = '<div class="comments-body"><p>Am See.</p><span>Posted by: <a name="c{1}">{0}</a> at 2019-05-2{1} 09:05</span></div>'
    said = "".join(row.format(name, n) for n, name in enumerate(["Jutta", "Ada Lind"], 1))
    text = TEXT.replace("</p>", " Der <b>regen</b>!</p>", 1)
    html = f"<title>Ada Lind: Regen</title><p><b>Regen</b></p>{text}<p>May 20, 2019 10:51 AM</p><p>Comments</p>{said}"
    page = api.parse_page(html.encode(), "https://notes.example.org/bridge/", fetched_at=READ_AT)
    assert (page.posts[0].title, len(page.posts[0].comments)) == ("Regen", 2)


def test_a_count_that_links_the_post_by_another_url_is_told() -> None:
    said = "".join(
        f'<div class="comment"><b>{name}</b> <i>2019-05-2{n} 09:05</i><p>Am See.</p></div>'
        for n, name in enumerate(["Jutta", "Sven"])
    )
    page = read(f'<div id="comments"><h3><a href="/?p=77#comments">3 Kommentare</a></h3>{said}</div>')
    assert (page.posts[0].comment_count, told(page)) == (3, ["comments"])


def test_code_in_a_box_beside_a_paragraph_is_of_the_text_of_a_comment() -> None:
    code = '<div class="highlight"><div><pre>int bridge(int year) { return year > 1998 ? 3 : 2; }</pre></div></div>'
    said = "".join(
        f'<div class="comment"><b>{name}</b> <i>2019-05-2{n} 09:05</i><p>Try this:</p>{code}</div>'
        for n, name in enumerate(["Jutta", "Sven"])
    )
    page = read(f'<div id="comments"><h3>2 Kommentare</h3>{said}</div>')
    texts = [(x.body_text or "").split("\n")[0] for x in page.posts[0].comments]
    assert (texts, told(page)) == (["Try this:"] * 2, [])
    assert all("int bridge" in (x.body_text or "") for x in page.posts[0].comments)


def test_a_number_in_a_card_of_another_post_above_the_comments_counts_those_of_that_one() -> None:
    card = '<article><h3><a href="/2019/wald/">Im Wald</a></h3><a href="/2019/wald/#c">238 comments</a></article>'
    item = '<div class="comment"><b>{}</b> 2019-05-2{} 09:05<p>Am See.</p></div>'
    said = "".join(item.format(name, n) for n, name in enumerate(["Jutta", "Sven"]))
    page = read(f'{card}<div id="comments">{said}</div>')
    assert (page.posts[0].comment_count, len(page.posts[0].comments), told(page)) == (None, 2, [])


def test_a_year_behind_a_raised_comma_is_read() -> None:
    item = '<div class="comment"><b>{}</b> <a href="#c{}">1{} December ’18 at 11:54</a><p>Am See.</p></div>'
    said = "".join(item.format(name, n, n) for n, name in enumerate(["Jutta", "Sven"]))
    page = read(f'<div id="comments"><h3>2 Kommentare</h3>{said}</div>')
    shown = [x.posted and f"{x.posted.at:%F %H:%M}" for x in page.posts[0].comments]
    assert (shown, told(page)) == (["2018-12-10 11:54", "2018-12-11 11:54"], [])


def test_the_element_of_the_text_of_a_single_comment_is_not_all_of_it() -> None:
    parts = '<div class="comment-author">Jutta</div><div class="comment-date">2019-05-21 09:05</div>'
    item = f'<li class="comment">{parts}<div class="comment-body"><p>Am See.</p></div></li>'
    page = read(f'<div id="comments"><h3>1 Kommentar</h3><ol>{item}</ol></div>')
    assert [(x.author_name, x.body_text) for x in page.posts[0].comments] == [("Jutta", "Am See.")]
    assert told(page) == []
