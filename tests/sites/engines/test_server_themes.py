"""Themes of servers whose comments have no section, whose answers are indented, or whose short texts stand beside longer ones."""

# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import PageKind, ParsedPage

READ_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
URL = "https://quay.example.org/notes/bell/"
TITLE = "The bell under the quay"
TEXT = "<p>" + "The bell rang twice before the tide came in, and nobody on the quay looked up. " * 5 + "</p>"
SHORT = "<p>No bell today.</p>"
COMMENTS = [("Ada", "I heard it from the hill."), ("Ben", "+1"), ("Cleo", "We thought it was the ferry.")]


def read(body: str, url: str = URL, window: str = f"{TITLE} - Quay") -> ParsedPage:
    head = f'<meta charset="utf-8"><title>{window}</title>'
    return api.parse_page(
        f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode(),
        url,
        fetched_at=READ_AT,
    )


def rows(*items: str) -> str:
    each = items * len(COMMENTS) if len(items) == 1 else items
    return "".join(
        item.format(n=n, name=name, text=text, at=f"2025-05-0{n} 09:0{n}")
        for n, (item, (name, text)) in enumerate(zip(each, COMMENTS, strict=True), start=2)
    )


def shown(page: ParsedPage) -> list[tuple[str, str, str | None]]:
    found = page.posts[0].comments
    return [(one.author_name, f"{one.posted and one.posted.at:%d %H:%M}", one.body_text) for one in found]


def answered(page: ParsedPage) -> list[str | None]:
    return [one.reply_to for one in page.posts[0].comments]


EXPECTED = [(name, f"0{n} 09:0{n}", text) for n, (name, text) in enumerate(COMMENTS, start=2)]
POST = f"<article><h1>{TITLE}</h1><p class='line'>1 May 2025 08:05</p><div class='entry-content'>{TEXT}</div></article>"
ROW = '<div class="comment @"><b>{name}</b> <i>{at}</i><p>{text}</p></div>'


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (rows(ROW.replace("@", ""), '<div class="indented">' + ROW.replace("@", ""), ROW.replace("@", "") + "</div>"), [None, "Ada", "Ada"]),
        (rows(ROW.replace("@", "commentlevel-0"), ROW.replace("@", "commentlevel-1"), ROW.replace("@", "commentlevel-2")), [None, "Ada", "Ben"]),
        (rows(*(ROW.replace('@', f'" style="margin-left: {n}px') for n in (0, 20, 0))), [None, "Ada", None]),
        (rows(*(ROW.replace("@", f"indent-{n}") for n in (1, 2, 2))), [None, "Ada", "Ada"]),
        # The classes say something else than how deep an answer is.
        (rows(*(ROW.replace("@", f"depth-{n}") for n in (5, 1, 3))), [None, None, None]),
    ],
    ids=["element around answers", "class of a level", "margin", "class of a static page", "no thread"],
)  # fmt: skip
def test_an_answer_that_is_indented_below_a_comment_answers_it(said: str, names: list[str | None]) -> None:
    page = read(f'{POST}<div id="comments"><h3>3 comments</h3>{said}</div>')
    assert (shown(page), answered(page)) == (EXPECTED, names)


def test_media_objects_of_bootstrap_with_a_time_in_their_heading_are_comments() -> None:
    row = '<div class="media"><a class="pull-left" href="#"><img src="/a.png" alt=""></a><div class="media-body"><h4 class="media-heading">{name} <small>{at}</small></h4>{text}</div></div>'
    form = '<div class="well"><h4>Leave a Comment:</h4><form><textarea></textarea></form></div>'
    post = f'<h1>{TITLE}</h1><p class="lead">by <a href="#">Dora</a></p><hr><p>Posted on May 1, 2025 at 8:05 AM</p><hr>{SHORT}<hr>{form}<hr>'
    page = read(f'<div class="container"><div class="col-lg-8">{post}{rows(row)}</div></div>')
    assert (shown(page), page.posts[0].body_text) == (EXPECTED, "No bell today.")


@pytest.mark.parametrize(
    "votes",
    [
        '<div class="panel rating"><span>Currently unrated</span><ul><li>1</li><li>2</li></ul></div>',
        '<div class="votes"><div>+4</div><div>-1</div><div>vote</div></div>',
    ],
)
def test_the_rating_of_a_comment_is_not_its_text(votes: str) -> None:
    row = '<div class="comment media"><div class="media-body"><h4 class="media-heading">{name} <small>{at}</small></h4><div class="comment-content"><p>{text}</p>@</div></div></div>'
    page = read(f'{POST}<div id="comments"><h3>Comments</h3>{rows(row.replace("@", votes))}</div>')
    assert shown(page) == EXPECTED


@pytest.mark.parametrize(
    "last", ["<strong>Twice!</strong>", '<a href="https://bells.example.com/" rel="nofollow">Twice!</a>']
)
@pytest.mark.parametrize(
    ("row", "around"),
    [
        ('<li id="comment-{n}"><cite><a href="http://{name}.example.com">{name}</a></cite> Says:<br><small class="commentmetadata"><a href="#comment-{n}">{at}</a></small><p>{text}</p></li>', '<ol class="commentlist">@</ol>'),
        ('<a name="c{n}"></a><p>{text}</p><span class="comments-post">Posted by: {name} at {at}</span>', '<div class="comments-body">@</div>'),
    ],
    ids=["Kubrick", "Movable Type"],
)  # fmt: skip
def test_the_last_paragraph_of_a_comment_may_be_bold_or_a_link_alone(
    row: str, around: str, last: str
) -> None:
    said = rows(row).replace("hill.</p>", f"hill.</p><p>{last}</p><p></p>")
    page = read(f'{POST}<h3 id="comments">3 Responses</h3>{around.replace("@", said)}')
    assert shown(page) == [("Ada", "02 09:02", f"{COMMENTS[0][1]}\nTwice!"), *EXPECTED[1:]]


def test_tables_of_words_below_the_title_are_all_of_the_text() -> None:
    tables = [
        f"<table><tr><td>{word}</td><td>{word}er {word}ed {word}ing</td></tr></table>"
        for word in ("toll", "ring", "chime")
    ]
    page = read(f"<h1>{TITLE}</h1>{''.join(tables)}")
    assert [word in (page.posts[0].body_text or "") for word in ("toll", "ring", "chime")] == [True] * 3


def test_a_secret_comment_of_tistory_has_no_name() -> None:
    row = '<li id="comment115833{n}"><div><span class="name">{name}</span><br><span class="date">{at} <a href="/report/{n}">신고</a></span> <span class="control"><a href="#" class="modify"><span>수정/삭제</span></a> <a href="#"><span>댓글쓰기</span></a></span></div><p>{text}</p></li>'
    said = rows(row).replace(">Ben<", "><").replace("+1", "비밀댓글입니다")
    page = read(f'{POST}<div id="commentList"><div>댓글 3개가 달렸습니다.</div><ol>{said}</ol></div>')
    secret = [
        (name, at, text) if name != "Ben" else ("", at, "비밀댓글입니다") for name, at, text in EXPECTED
    ]
    assert (shown(page), page.problems) == (secret, ())
    # Another comment has no element of this name, or the name may be a picture.
    for other in (said.replace('"name">A', '"n">A'), said.replace('name"><', 'name"><img src="/b.png"><')):
        page = read(f'{POST}<div id="commentList"><div>댓글 3개가 달렸습니다.</div><ol>{other}</ol></div>')
        assert (shown(page), [one.field for one in page.problems]) == ([], ["comments"])


@pytest.mark.parametrize("count", [0, 3])
def test_the_number_of_the_post_around_its_comments_is_not_their_number(count: int) -> None:
    row = '<div id="425{n}.99" class="COMMENT_TAIL"><a href="#425{n}">#</a> Commented by <strong>{name}</strong> at {at}</div><div class="COMMENT_BODY"><div><div id="comment_425{n}.99">{text}</div></div></div>'
    said, head = (rows(row), f"<p>덧글 ({count})</p>") if count else ("", "")
    page = read(f'{POST}{head}<div id="cmt2175316"><div class="COMMENT">{said}</div></div>')
    assert (shown(page), page.problems) == (EXPECTED[:count], ())


def test_comments_in_an_aside_of_the_post_are_read_by_their_class() -> None:
    row = '<li class="comment-li comment-item"><a name="forum{n}"></a><p class="comment-meta"><a href="#forum{n}">#</a> {at}, par <strong class="fn">{name}</strong></p><div class="comment-texte"><p>{text}</p></div></li>'
    aside = (
        f'<aside><div class="comments"><h2>Forum</h2><ul class="comments-ul">{rows(row)}</ul></div></aside>'
    )
    page = read(POST.replace("</article>", f"{aside}</article>"))
    assert (shown(page), page.problems) == (EXPECTED, ())


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("", '<div class="container_postbtn"><span>공감</span><span>5</span></div><div class="another_category another_category_color_blue"><h4>\'<a href="/category/bells">bells</a>\' 카테고리의 다른 글</h4><table><tr><th><a href="/7?category=5">A longer title than the text of this post</a></th><td>2024.05.06</td></tr><tr><th><a href="/8?category=5">And one more, on the ferry and its rope</a></th><td>2024.05.05</td></tr></table></div>'),
        ('<div class="field field-name-post-date"><div>Thursday, May 1, 2025 - 08:05</div></div>', ""),
        ("", '<h3 class="related_post_title">You may like…</h3><ul class="related_post"><li><a href="/ferry/">The ferry</a></li></ul>'),
        ("", '<p class="sectionfooter"><a href="/252">Permalink</a> | <a href="/252#c">コメント(2)</a> | 23:16</p><div class="refererlist"><p>トラックバック - http://quay.example.org/252/3</p></div>'),
    ],
    ids=["Tistory", "Drupal", "plugin of WordPress", "Hatena Diary"],
)  # fmt: skip
def test_what_a_theme_adds_to_the_element_of_a_short_text_is_not_of_it(above: str, below: str) -> None:
    line = "" if above else "<p class='line'>1 May 2025 08:05</p>"
    own = '<a href="/252?category=5#commentList">댓글</a>'
    page = read(f'<h1>{TITLE}</h1>{line}<div class="entry-content">{above}{SHORT}{below}</div>{own}', "https://quay.example.org/252")  # fmt: skip
    found = page.posts[0]
    assert (found.body_text, f"{found.posted and found.posted.at:%d %H:%M}") == ("No bell today.", "01 08:05")
    assert "댓글" not in found.categories


@pytest.mark.parametrize(
    "below",
    [
        '<div class="about"><h3>About Dora, author of this post:</h3><blockquote>She paints boats, doors and ropes in the old shed.</blockquote></div>',
        '<div id="form"><h3>2 comments</h3><div id="c1"><p>3 May 2025 - 09:03</p><p>Where was it, and who rang it?</p></div><div id="c2"><p>4 May 2025 - 09:04</p><p>By the mill, I think, at six.</p></div></div>',
        '<div id="form"><h3>15 comments</h3><h3>Write a comment</h3><form><textarea></textarea></form></div>',
    ],
    ids=["box of the author", "comments without names", "headings"],
)  # fmt: skip
def test_a_short_text_is_stored_and_not_a_longer_one_below_it(below: str) -> None:
    article = f"<article><header><h1>{TITLE}</h1><p>By Dora - <time datetime='2025-05-01'>1 May 2025</time></p></header><section>{SHORT}</section></article>"
    page = read(f'<div id="page"><section id="content">{article}{below}</section></div>')
    assert page.posts[0].body_text == "No bell today."


def test_the_line_below_the_title_in_the_header_is_not_a_short_text() -> None:
    header = f"<header><div class='title'><h1>{TITLE}</h1></div><div class='small text-muted'><span class='icon'></span> <time datetime='2025-05-01T08:05:00+00:00'>05/01/25</time> by <a href='/user:1'><span>Dora</span></a>, in <a href='/ropes/'>Ropes</a></div></header>"
    text = f"<section class='full'><div class='full_text clearfix'>{SHORT}</div></section>"
    footer = "<footer><p>Filed in : <a href='/category1/work'>Work</a> - Words : <a href='/tag/notes'>notes</a>, <a href='/tag/bells'>bells</a></p></footer>"
    page = read(f"<main><div><article>{header}{text}{footer}</article></div></main>", "https://quay.example.org/blog/2025/the-bell")  # fmt: skip
    found = page.posts[0]
    assert (found.body_text, found.posted is not None) == ("No bell today.", True)


def test_columns_of_links_beside_a_text_are_not_of_the_text() -> None:
    menu = "".join(
        f'<li><a href="/{word}/">{word}</a></li>' for word in ("Home", "About", "Blog", "Feeds", "Tags")
    )
    columns = f'<div class="col-md-2 left"><ul>{menu}</ul></div><div class="col-md-7 middle"><h6 class="post-meta">1 May 2025 08:05</h6>{TEXT}</div><div class="col-md-3 right"><ul>{menu}{menu}</ul></div>'
    page = read(f'<h1>{TITLE}</h1><div class="container"><div class="row">{columns}</div></div>')
    text = page.posts[0].body_text or ""
    assert (text[:8], "Feeds" in text) == ("The bell", False)


def test_the_links_below_a_short_text_are_not_of_it() -> None:
    links = '<ul class="links inline"><li><a href="/blogs/dora">Dora\'s blog</a></li><li><a href="/login">Log in</a> to post comments</li></ul>'
    page = read(f'<h1>{TITLE}</h1><div class="node"><div class="post-info">Thu, 05/01/2025 - 08:05</div><div class="content">{SHORT}</div>{links}</div>')  # fmt: skip
    assert page.posts[0].body_text == "No bell today."


def test_a_name_that_begins_with_a_number_behind_the_heading_is_no_count() -> None:
    said = rows('<div class="l"><b>{name}</b><div class="info">{at} <a href="#">回复</a></div><div class="con">{text}</div></div>')  # fmt: skip
    said = said.replace("Ada", "2楼的猫").replace("+1", "《旧文》<br>发表于 2015年3月4日 12:30")
    page = read(f'{POST}<div class="t">评论:</div><div class="c">{said}</div>')
    assert [name for name, _, _ in shown(page)] == ["2楼的猫", "Ben", "Cleo"]
    assert page.posts[0].comment_count is None


def test_the_home_page_in_a_folder_names_the_blog_on_posts_in_its_query() -> None:
    name = '<h1><a href="/m/">Quay</a></h1>'
    post = f'<div class="posttitle">{TITLE}</div><div class="postinfo">2025-05-01 08:05</div><div class="postcont">{TEXT}</div>'
    page = read(f'<div id="top">{name}</div><div id="m">{post}</div>', "https://quay.example.org/m/?post=3")
    assert page.posts[0].title == TITLE


@pytest.mark.parametrize(
    "path", ["page_4.html", "tags-12.html", "category-3.html", "cat_6.html", "date-2019-3.html"]
)
def test_a_list_of_zblog_with_one_post_is_no_post(path: str) -> None:
    row = f'<div class="post multi-post"><h4>2025年05月01日 08:05:00</h4><h2 class="post-title"><a href="/post/1.html">{TITLE}</a></h2><div class="post-body"><p>The bell rang twice…</p></div></div>'
    page = read(f'<div id="divMain">{row}<div class="pagebar"><a href="/">1</a></div></div>', f"https://quay.example.org/{path}", "Quay")  # fmt: skip
    assert page.kind is PageKind.HOME
    assert [one.url for one in page.listed] == ["https://quay.example.org/post/1.html"]


def test_a_form_in_a_section_beside_that_of_comments_makes_none_a_single_comment() -> None:
    item = '<li class="media"><div class="media-body"><h4 class="media-heading">{}</h4><p>{}</p><a href="?to={}#respond">Reply</a><time datetime="2025-05-0{}T09:00:00+00:00"><a href="#c{}"><small>May {}, 2025</small></a></time><hr>{}</div></li>'
    answer = f"<ul>{item.format('Ben', 'Me too.', *'4444', '')}</ul>"
    said = f"<section id='comments'><h3>2 answers to “{TITLE}”</h3><ol>{item.format('Ada', 'I heard it.', *'3333', answer)}</ol></section>"
    form = (
        "<section id='respond'><h3>Leave a reply</h3><form><textarea></textarea></form></section></article>"
    )
    page = read(POST.replace("</article>", said + form))
    assert (shown(page), answered(page)) == ([("Ada", "03 09:00", "I heard it."), ("Ben", "04 09:00", "Me too.")], [None, "Ada"])  # fmt: skip


@pytest.mark.parametrize(
    "other", ["profile.php?lookup=1", "print.php?type=N&amp;item_id=13", "email.php?n=13"]
)
def test_a_date_beside_a_link_to_another_script_is_that_of_the_post(other: str) -> None:
    line = f"<p class='info'>Posted by <a href='/{other}'>Ada</a> on May 01 2025 08:05:00</p>"
    page = read(
        f"<h1>{TITLE}</h1><div class='entry-content'>{TEXT}</div>{line}",
        "https://quay.example.org/news.php?readmore=13",
    )
    assert page.posts[0].posted
    assert f"{page.posts[0].posted.at:%F %T}" == "2025-05-01 08:05:00"
    assert page.problems == ()


def test_a_line_of_rights_below_a_picture_is_not_the_text() -> None:
    rights = "<aside class='blog-rights'><p>本站文章皆为作者原创，欢迎转载，但必须保留此段声明，并在页面明显的位置给出原文的链接。</p></aside>"
    content = (
        f"<article><div class='article-body'><p><img src='/quay.png' alt=''></p>{rights}</div></article>"
    )
    page = read(f"<h1>{TITLE}</h1><span class='line'>1 May 2025 08:05</span>{content}")
    assert page.posts[0].body_text == ""
    assert [image.url for image in page.posts[0].images] == ["https://quay.example.org/quay.png"]


def test_buttons_below_a_picture_alone_are_a_problem_of_the_text() -> None:
    line = "<p class='byline'>Posted by <a href='/authors/1'>Ada</a> on 1 May 2025 08:05</p>"
    buttons = (
        "<div><a href='reply?entry=1'>Add a comment</a> <a href='ping?entry=1'>Send a TrackBack</a></div>"
    )
    shown = f"<h3>{TITLE}</h3><div class='quay_body'><p><img src='/quay.png' alt=''></p></div>{line}{buttons}"
    page = read(f"<div id='mainpane'><div id='content'>{shown}</div></div>")
    assert [problem.field for problem in page.problems] == ["body"]


@pytest.mark.parametrize(
    ("header", "window", "title"),
    [
        # Without a link to the home page, nothing but the window title says which of the two is the blog.
        ("<header><h1>Notes of the harbour</h1></header>", "Bell — Notes of the harbour", "Bell"),
        ("<header><h1>The old bell</h1></header>", "The old bell — Bell", "The old bell"),
        ("<main><header><h1>Harbour: the bell</h1></header></main>", "Bell | Harbour: the bell", "Harbour: the bell"),
    ],
    ids=["name of the blog", "title in the banner", "title in the content"],
)  # fmt: skip
def test_the_name_of_the_blog_in_the_header_is_not_the_title_of_a_post_with_a_short_one(
    header: str, window: str, title: str
) -> None:
    page = read(f"{header}<div><h2>Bell</h2><p>written on 2025-05-01</p>{TEXT}</div>", window=window)
    assert page.posts[0].title == title


def test_months_and_tags_with_their_numbers_beside_a_short_text_are_not_the_text() -> None:
    months = "".join(
        f"<h6>{year}</h6><ul><li><a href='/notes/archive/{year}/5/'>May</a> (1)</li></ul>"
        for year in range(2005, 2025)
    )
    tags = "".join(f"<li><a href='/notes/tag/{n}/'>tag {n}</a> ({n})</li>" for n in range(9))
    beside = f"<div class='col'><div><h3>Archive</h3>{months}<h3>Tags</h3><ul>{tags}</ul></div></div>"
    form = "<form><label>Your opinion of this post, from one to five</label><input name='value'></form>"
    post = f"<div class='col'><h6 class='post-meta'>Posted on 1 May 2025</h6>{SHORT}{form}</div>"
    page = read(f"<div><h1>{TITLE}</h1></div><div>{post}{beside}</div>")
    assert [one.body_text for one in page.posts] == ["No bell today."]
    assert page.posts[0].categories == ()


@pytest.mark.parametrize("time", ["3 a.m.", "11 p.m.", "noon", "midnight", "5:07 p.m."])
def test_a_whole_hour_that_django_writes_before_a_name_is_no_part_of_it(time: str) -> None:
    item = f"<dt id='c@'>May 2, 2025, {time} - {{name}}</dt><dd><p>{{text}}</p></dd>"
    said = rows(*(item.replace("@", str(n)) for n in (15, 16, 17)))
    page = read(f"{POST}<div><h3>Comments:</h3><dl id='comments'>{said}</dl></div>")
    assert [one.author_name for one in page.posts[0].comments] == ["Ada", "Ben", "Cleo"]


def test_a_date_in_the_title_that_a_breadcrumb_repeats_is_not_the_day_of_the_post() -> None:
    title = "A letter of May 3, 1998"
    path = f"<ul class='path'><li>{title}</li></ul>"
    line = "<h6 class='post-meta'>Posted by: <a href='/by/ada/'>Ada</a> 3 days ago</h6>"
    page = read(f"<h1>{title}</h1>{path}<div>{line}{TEXT}</div>", window=f"{title} | Quay")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%F}" == "2026-11-27"
