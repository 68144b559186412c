"""Pages of old engines and diaries: lists whose titles have no link, one page for each day, parts that few names tell."""
# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
HOST = "https://notes.example.org"
URL = f"{HOST}/2020/05/06/bridge/"
TITLE = "桥上的早晨"
TEXT = "<p>" + "天亮以前桥上没有人，河水很急，也有人在钓鱼。" * 6 + "</p>"
HEAD = f"<h1>{TITLE}</h1><p>2020-05-06</p>"


def read(body: str, url: str = URL, window: str = f"{TITLE} - 山居", head: str = "") -> ParsedPage:
    text = f"<!DOCTYPE html><html><head><title>{window}</title>{head}</head><body>{body}</body></html>"
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


def found(page: ParsedPage) -> tuple[PageKind, list[str | None], list[str]]:
    titles = [post.title for post in page.posts] or [post.title for post in page.listed]
    return page.kind, titles, [problem.field for problem in page.problems]


@pytest.mark.parametrize("path", ["/notes/2020/05/06/bridge/", "/notes/posts/bridge/"])
def test_a_feed_that_each_page_links_beside_itself_does_not_make_the_page_a_blog(path: str) -> None:
    feed = '<link rel="alternate" type="application/atom+xml" href="atom.xml">'
    top = '<header><a class="logo" href="/notes/">山居</a></header>'
    page = read(f'{top}<div class="post">{HEAD}<div class="entry">{TEXT}</div></div>', HOST + path, head=feed)
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert page.author is not None
    assert page.author.uid == "notes.example.org/notes"


def test_the_page_of_a_day_with_one_text_is_a_post() -> None:
    page = read(f'<article>{HEAD}<div class="entry">{TEXT}</div></article>', f"{HOST}/2020/05/06/")
    assert found(page) == (PageKind.POST, [TITLE], [])


def test_the_page_of_a_day_without_a_post_is_an_empty_list() -> None:
    page = read("<h1>山居</h1><p>这一天没有文章，请看别的日子。</p>", f"{HOST}/2020/05/06/", window="2020 年")
    assert (page.kind, page.posts) == (PageKind.HOME, ())


def month_of(*rows: str) -> ParsedPage:
    posts = "".join(f'<div class="post">{row}</div>' for row in rows)
    return read(f"<div>{posts}</div>", f"{HOST}/2020_05_01_archive.html", window="山居")


@pytest.mark.parametrize("mark", ["title='permanent link'", "rel='bookmark'"])
def test_the_post_of_a_month_is_behind_the_time_and_has_the_title_above_it(mark: str) -> None:
    text = f"{TEXT[:60]} <a href='/2019/01/first-boat.html'>第一条船</a></p>"
    row = f"<h3>{TITLE}</h3>{text}<p>by 李 at <a href='/2020/05/bridge.html' {mark}>11:18 AM</a></p>"
    page = month_of(row)
    assert [(one.title, one.url) for one in page.listed] == [(TITLE, f"{HOST}/2020/05/bridge.html")]


def test_a_permanent_link_without_a_heading_has_no_title_yet() -> None:
    page = month_of("<p>雨</p><p>2020-05-06 <a href='/2020/05/rain.html'>Permalink</a></p>")
    assert [(one.title, one.title_cut) for one in page.listed] == [("", True)]


def test_a_tag_beside_the_only_post_of_a_month_is_no_post() -> None:
    tag = "<a href='/c/rivers/index.html' rel='category tag'>河</a>"
    page = read(f"<h2><a href='/2020/05/06/bridge/'>桥</a></h2><p>{tag} 2020-05-06</p>", f"{HOST}/2020/05/")
    assert [one.title for one in page.listed] == ["桥"]


def note(text: str, line: str) -> str:
    return f'<div class="note-body"><p>{text}</p><span class="note-line">{line}</span></div>'


@pytest.mark.parametrize("heading", ["Trackbacks", "TrackBack Pings (1)", "トラックバック", "引用通告"])
def test_links_from_other_blogs_in_the_elements_of_comments_are_no_comments(heading: str) -> None:
    first = note("我也去过那座桥。", "Posted by: <a href='/u/1'>Lin</a> on May 7, 2020 08:30 PM")
    second = note("那里现在没有船了。", "Posted by: <a href='/u/2'>Hua</a> on May 8, 2020 09:45 AM")
    ping = note("<b>Excerpt:</b> 桥的故事", "<b>Tracked:</b> May 9, 2020 10:00 PM")
    top, last = "<div class='note-head'>Comments</div>", f"<div class='note-head'>{heading}</div>"
    page = read(f'{HEAD}<div class="entry">{TEXT}</div>{top}{first}{second}{last}{ping}')
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert [one.author_name for one in page.posts[0].comments] == ["Lin", "Hua"]


def test_a_text_shorter_than_counted_comments_in_a_forum_is_the_post() -> None:
    items = "".join(
        f'<div class="row" id="answer_list_{n}"><div><p><a href="/people/{n}">{name}</a></p></div>'
        f'<div><div class="markup">{text}</div></div><div><span>2020-05-0{n} 20:29</span></div></div>'
        for n, name, text in (
            (7, "林", "那里的水现在还是很急，船也少了。"),
            (8, "华", "去年冬天我在桥上等过日出。"),
        )
    )
    post = f'<h1>{TITLE}</h1><div class="content">桥上没有人，河水很急！</div><div class="meta"><em>2020-05-06</em></div>'
    page = read(f"<div>{post}</div><div><div><h2>2 个评论</h2></div><div>{items}</div></div>")
    assert page.posts[0].body_text == "桥上没有人，河水很急！"
    assert [one.author_name for one in page.posts[0].comments] == ["林", "华"]


def test_a_form_with_the_name_of_the_text_is_not_the_text() -> None:
    labels = "".join(f"<tr><td>{label}</td><td><input></td></tr>" for label in ("题目", "姓名", "网站"))
    help_text = "<p>邮件地址不会公开，需要新评论的通知时请填写，随时可以取消。</p>"
    form = f"<form><table>{labels}<tr><td><textarea></textarea>{help_text}</td></tr></table></form>"
    text = '<div class="blogEntryBody"><p>天亮以前桥上没有人。</p></div>'
    page = read(
        f'<div class="whole">{HEAD}{text}<div class="blogEntryBody"><div><b>写评论</b>{form}</div></div></div>'
    )
    assert page.posts[0].body_text == "天亮以前桥上没有人。"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("投稿者 Lin : 2020/05/07 17:55", "Lin"),
        ("投稿者 <a href='https://lin.example.org/'>Lin</a> : 2020/05/07 17:55", "Lin"),
        ("<cite>lin.example.org/</cite> <a href='#c1'>2020-05-07 17:55</a>", "lin.example.org/"),
        ("<b>Lin</b> / 2020-05-07 17:55", "Lin"),
        ("<b>居然。</b> 2020-05-07 17:55", "居然。"),
    ],
)
def test_the_name_of_a_commenter_is_without_words_and_signs_beside_it(line: str, name: str) -> None:
    item = f'<div class="comment" id="comment-1"><p>我也去过那座桥。</p><div>{line}</div></div>'
    page = read(f'{HEAD}<div class="entry">{TEXT}</div><div id="comments"><h3>1 条评论</h3>{item}</div>')
    assert [one.author_name for one in page.posts[0].comments] == [name]


def test_a_hyphen_beside_one_chinese_word_separates_the_title_from_author_and_host() -> None:
    link = f"<div><a href='/2020/05/06/bridge/'>{TITLE}</a><em>2020-05-06 14:03</em></div>"
    page = read(f'{link}<div class="entry">{TEXT}</div>', window=f"{TITLE}-linhua-Unix博客")
    assert found(page) == (PageKind.POST, [TITLE], [])


def test_a_title_in_the_banner_that_the_text_repeats_has_the_time_beside_it() -> None:
    banner = f'<header id="page-header"><h1 class="post-title">{TITLE}</h1><div><time>2020-05-06</time></div></header>'
    page = read(f'{banner}<div class="entry"><h1>{TITLE}</h1>{TEXT}</div>', f"{HOST}/archives/12.html")
    assert found(page) == (PageKind.POST, [TITLE], [])


@pytest.mark.parametrize("window", ["{} - 山居", "{}_山居_河边博客", "{} | 山居", "山居: {}", "{}"])
@pytest.mark.parametrize("title", ["……", "？！", "。。。"])
def test_a_title_of_signs_alone_is_the_title_and_not_the_name_of_the_blog(title: str, window: str) -> None:
    site = "<div class='site'><h2><a href='/'>山居</a></h2></div>"
    page = read(
        f"{site}<h1>{title}</h1><p>2020-05-06</p><div class='entry'>{TEXT}</div>", window=window.format(title)
    )
    assert found(page) == (PageKind.POST, [title], [])


def test_a_sign_in_a_heading_that_the_window_title_lacks_is_not_the_title() -> None:
    page = read(f"<h3>»</h3>{HEAD}<div class='entry'>{TEXT}</div>", window=f"山居 » {TITLE}")
    assert found(page) == (PageKind.POST, [TITLE], [])


@pytest.mark.parametrize("text", [TEXT, "<p>桥上没有人。</p><p>河水很急。</p>"])
def test_the_comments_of_sablog_under_a_heading_of_visitors_are_no_part_of_the_text(text: str) -> None:
    line = (
        '<p class="line">Submitted by <a href="./?action=user&id=1">山人</a> on 2020-05-06, 21:30. 杂记</p>'
    )
    licence = (
        '本站采用<a href="/by">创作共享</a>协议，署名，非商业，保持一致。本站欢迎任何非商业应用的转载，'
        "但要注明来自本站，保留原来的链接，此外还要有原来的标题，没有这些就请先写信来问。"
    )
    other = '<a href="./?action=show&id=3">车站</a> (浏览: <i>81</i>, 评论: <i>4</i>)'
    items = "".join(
        f'<a name="cm{n}"></a><p class="less" id="comm_{n}">{said}</p>'
        f'<p class="date">Post by {name} on 2020-05-0{n}, 09:12 <i>#{n}</i></p>'
        for n, name, said in ((7, "老木", "我也去过，那座桥很窄，水很深。"), (8, "wind", "现在没有船了。"))
    )
    page = read(
        f'<div id="content"><div><h2>{TITLE}</h2></div>{line}<div class="content">{text}</div><hr>{licence}<hr>'
        f"<h2><span>2条</span>相关文章</h2><div>{other}</div><h2><span>2条记录</span>访客评论</h2>{items}"
        "<h2>发表评论</h2><form><p>名字：<input></p><p>内容：<textarea></textarea></p></form></div>",
        f"{HOST}/?action=show&id=87",
    )
    assert found(page) == (PageKind.POST, [TITLE], [])
    (post,) = page.posts
    assert text in (post.body_html or "")
    assert "老木" not in (post.body_text or "")
    assert [one.author_name for one in post.comments] == ["老木", "wind"]
    assert post.posted is not None
    assert post.posted.text == "2020-05-06, 21:30"


def test_pictures_that_link_the_posts_of_a_list_do_not_hide_their_titles() -> None:
    rows = "".join(
        f'<div class="row"><div class="img"><a href="/107{n}.html"><img src="/{n}.gif"></a></div>'
        f'<dl><dt><a href="/107{n}.html">{title}</a></dt><dd>{n}小时前</dd><dd>{text}</dd></dl></div>'
        for n, title, text in (
            (1, "桥", "桥上的早晨没有人，河水很急，也有人在钓鱼。"),
            (2, "车站", "车站后面有一条小路，走到头就是学校的墙。"),
            (3, "信", "信是冬天寄出的，到的时候已经是春天了。"),
            (4, "雨", "下了五天雨，西屋的顶漏了，水滴在书桌上。"),
        )
    )
    page = read(f"<div><h3>杂记</h3>{rows}</div>", f"{HOST}/category-1.html", window="杂记 - 山居")
    assert found(page) == (PageKind.HOME, ["桥", "车站", "信", "雨"], [])


@pytest.mark.parametrize(
    "line",
    [
        'posted @ <span id="post-date">2020-05-06 08:32</span> 山人 阅读(318)',
        "<b>版权声明：</b>本站原创文章，于2020-05-06 08:32，由 <b>山人</b> 发表。",
        "本文由 山人 于 2020-05-06 08:32 发布",
    ],
    ids=["cnblogs", "Begin", "by"],
)
def test_the_time_of_a_post_is_found_far_below_the_text(line: str) -> None:
    signs = "".join(f"<li>{word}</li>" for word in "作出声好要关收分粉加推反上下")
    page = read(
        f'<h1>{TITLE}</h1><div class="postBody">{TEXT}</div><ul>{signs}</ul><div class="postDesc">{line}</div>'
    )
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text == "2020-05-06 08:32"


def test_the_time_in_a_bar_below_the_text_of_blogbus_is_that_of_the_post() -> None:
    foot = '<div class="postFooter"><div class="menubar"><span class="time">2020-05-06/08:32:00</span> | 评论</div></div>'
    page = read(f'<div class="postHeader"><h2>{TITLE}</h2></div><div class="postBody">{TEXT}</div>{foot}')
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%F %H:%M}" == "2020-05-06 08:32"


def test_a_link_to_the_comments_in_the_header_of_a_post_does_not_make_it_the_home_page() -> None:
    head = f'<header><h1>{TITLE}</h1><a href="/2300/#comments">没有评论</a> 2020-05-06</header>'
    page = read(f'<article>{head}<div class="entry">{TEXT}</div></article>', f"{HOST}/2300/")
    assert found(page) == (PageKind.POST, [TITLE], [])


def test_the_titles_of_a_list_are_read_in_the_header_of_each_card() -> None:
    rows = "".join(
        f'<div class="a-post"><div class="header"><a class="label" href="/cat/note">杂记</a>'
        f'<h3><a href="/{n}07.html">{title}</a></h3></div><div class="content"><p>{title}的早晨没有人。</p></div></div>'
        for n, title in ((3, "桥"), (2, "车站"), (1, "信"))
    )
    page = read(f'<div class="header"><h1><a href="/">山居</a></h1></div>{rows}', f"{HOST}/", window="山居")
    assert found(page)[:2] == (PageKind.HOME, ["桥", "车站", "信"])


def test_the_inner_of_two_elements_named_as_the_text_is_the_text() -> None:
    """Puock has the time of the post below the text, in an element that is named as well."""
    last = '<div><a href="/cat/note">杂记</a> <span>2020-05-06</span></div>'
    text = TEXT * 3
    page = read(
        f'<h1>{TITLE}</h1><div class="entry-content-box"><div class="entry-content">{text}</div>{last}</div>'
    )
    post = page.posts[0]
    assert (post.body_text or "").endswith("钓鱼。")
    assert post.posted is not None
    assert post.posted.text == "2020-05-06"


def test_a_text_of_lines_between_br_beside_lines_of_pjblog_has_none_of_them() -> None:
    text = "修车摊摆了十六年，今年收了。<br/><br/>气筒还在，谁用谁打。"
    top = f'<h1 class="ContentTitle"><strong>{TITLE}</strong></h1><h2 class="ContentAuthor">作者:山人 日期:2020-05-06</h2>'
    fonts = '<div class="Info">字体大小: <a href="#">小</a> <a href="#">中</a> <a href="#">大</a></div>'
    lines = "<br/>".join(
        f'<strong>{label}:</strong> <a href="/?tag={n}">{word}</a>'
        for n, (label, word) in enumerate(
            (("文章来自", "本站原创"), ("引用通告", "查看所有引用"), ("Tags", "街坊"))
        )
    )
    last = '<div class="Content-bottom">评论: 1 | <a href="/?tag=tb">引用: 0</a> | 查看次数: 402</div>'
    comment = (
        '<div class="comment"><div class="commenttop"><span>回复</span><a href="#"><strong>顺风车</strong></a>'
        '<span>[2020-05-07 09:31 AM | <a href="#">&nbsp;</a>]</span></div>'
        '<div class="commentcontent">我家楼下也有一个。</div></div>'
    )
    page = read(
        f'<div class="Content"><div>{top}</div>{fonts}<div id="logPanel" class="Content-body">{text}</div>'
        f'<div class="Content-body">{lines}</div>{last}</div>{comment}'
    )
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert page.posts[0].body_text == "修车摊摆了十六年，今年收了。\n气筒还在，谁用谁打。"
    assert [one.author_name for one in page.posts[0].comments] == ["顺风车"]


@pytest.mark.parametrize("day", ["2020年5月6日<br>", "2020/05/06: "])
def test_the_day_above_the_title_in_its_heading_is_not_of_the_title(day: str) -> None:
    page = read(f'<h1 class="headline">{day}{TITLE}</h1><article>{TEXT}</article>')
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert page.posts[0].posted is not None


def test_the_last_line_of_movable_type_has_the_time_beside_links_to_lists() -> None:
    links = '<a href="cat_6.html">川</a> | <a href="../index.html">メインへ</a>'
    line = f'<span class="posted">投稿者 Yet : 2020年05月06日 | {links}<br></span>'
    post = f'<h2>{TITLE}</h2><div class="blogbody">{TEXT}{line}</div>'
    page = read(post, f"{HOST}/yama/archives/000123.html")
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert (page.posts[0].body_text or "").endswith("。")


@pytest.mark.parametrize("name", ["contentpaneopen", "entrybox"])
def test_the_time_in_another_row_of_the_table_of_the_text_is_not_of_the_text(name: str) -> None:
    rows = f"<tr><td>Автор: Тамара</td></tr><tr><td>06.05.2020 20:34</td></tr><tr><td>{TEXT}</td></tr>"
    page = read(
        f"<table><tr><td class='contentheading'>{TITLE}</td></tr></table><table class='{name}'>{rows}</table>"
    )
    post = page.posts[0]
    assert (post.posted and f"{post.posted.at:%F %R}", post.body_text) == ("2020-05-06 20:34", TEXT[3:-4])


def test_the_name_of_the_blog_in_its_logo_is_not_the_title_where_no_heading_shows_one() -> None:
    logo = "<div id='top'><a href='/'><img src='/logo.png' alt='山居'></a></div>"
    cite = f"<div class='own'>本文作者：阿树 标题：<a href='{URL}'>{TITLE}</a> 来自“<b>山居</b>”</div>"
    body = f"{logo}<div class='biaoti'>{TITLE}</div><p>2020-05-06</p><div class='entry'>{TEXT}</div>{cite}"
    assert found(read(body)) == (PageKind.POST, [TITLE], [])


def test_the_day_of_a_calendar_before_its_year_and_month_is_that_of_the_post() -> None:
    leaf = "<div class='post_time'><h5>17</h5><h6>2014<br>05</h6></div>"
    page = read(f"<div class='post'>{leaf}<h2>{TITLE}</h2><div class='post_content'>{TEXT}</div></div>")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%F}" == "2014-05-17"


def test_comments_with_numbers_below_an_area_of_their_form_are_read() -> None:
    form = "<div id='respond-post-9' class='respond'><form><textarea></textarea><button>发表</button></form></div>"
    head = "<a href='/u'><strong class='fullname'>{name}</strong></a> <small><a href='#c'>{at}</a></small>"
    item = "<li class='row' id='comment-{n}'>" + head + "<p>{text}</p></li>"
    rows = [("阿青", "2020-05-06 20:05", "桥栏杆换过了吗？"), ("老木", "2020-05-07 08:11", "换过两根。")]
    said = "".join(item.format(n=n, name=name, at=at, text=text) for n, (name, at, text) in enumerate(rows))
    page = read(f"{HEAD}<div class='entry'>{TEXT}</div>{form}<ol class='stream'>{said}</ol>")
    names = [(one.author_name, one.posted and f"{one.posted.at:%F %H:%M}") for one in page.posts[0].comments]
    assert (names, page.problems) == ([(name, at) for name, at, _ in rows], ())


def test_a_visitor_of_figures_is_a_name_and_dates_with_hyphens_begin_with_the_month() -> None:
    head = "<span class='comment-user'>{name}</span><p>{text}</p><a href='#'>{space}{at}</a>"
    item = "<li id='comment-{n}'><div class='comment-body'>" + head + "</div></li>"
    rows = [("2333", "03-20-2018", "坐着看鱼。"), ("老木", "02-05-2018", "我也常来。")]
    space = "\n" + " " * 90  # of the markup of a theme
    said = "".join(
        item.format(n=n, name=name, at=at, text=text, space=space) for n, (name, at, text) in enumerate(rows)
    )
    views = "<ul><li>310</li></ul>"
    box = f"<div class='comments'><h3>留言</h3><div class='comments-title'>评论(2)</div><ul>{said}</ul></div>"
    post = read(f"{HEAD}<div class='entry'>{TEXT}</div>{views}{box}").posts[0]
    names = [(one.author_name, one.posted and f"{one.posted.at:%F}") for one in post.comments]
    assert (names, post.comment_count) == ([("2333", "2018-03-20"), ("老木", "2018-02-05")], 2)


def test_a_single_heading_named_for_the_post_is_the_title_below_the_motto_of_the_blog() -> None:
    head = f"<h1 class='site-subtitle'>写一点东西</h1><h1 class='post-title'>{TITLE}</h1><p>2020-05-06</p>"
    page = read(f"{head}<div class='post-body'>{TEXT}</div>", window="山居")
    assert found(page) == (PageKind.POST, [TITLE], ["title"])


def test_a_name_of_signs_alone_leaves_the_answers_above_it_to_their_authors() -> None:
    def row(number: int, name: str, at: str, text: str, inner: str = "") -> str:
        head = f"<a name='{number}'></a><div class='avatar'></div><div class='comment-info'><b>{name}</b><br>"
        line = f"<span class='comment-time'>{at}</span><div class='comment-content'>{text}</div></div>"
        return f"<div class='comment' id='comment-{number}'>{head}{line}{inner}</div>"

    last = row(4, "？", "2020-05-09 01:30", "@老木：学习了")
    inner = row(
        2, "阿青", "2020-05-07 21:17", "@几只鸭：保密。", row(3, "老木", "2020-05-08 21:37", "哪里？", last)
    )
    said = row(1, "几只鸭", "2020-05-07 21:06", "是哪一座桥？", inner)
    page = read(f"{HEAD}<div class='entry'>{TEXT}</div><div class='about'><p>评论</p>{said}</div>")
    names = [(one.author_name, one.posted and f"{one.posted.at:%d %H:%M}") for one in page.posts[0].comments]
    assert names == [("几只鸭", "07 21:06"), ("阿青", "07 21:17"), ("老木", "08 21:37"), ("？", "09 01:30")]


def test_the_day_behind_a_distance_is_that_of_a_comment() -> None:
    line = "<span class='author'>{name}</span> <span class='time'>{at}</span>"
    item = "<li id='comment-{n}'><p>{text}</p><div class='meta'>" + line + "</div></li>"
    rows = [
        ("阿青", "2周前 (12-14)", "看鱼。"),
        ("老木", "2月前 (10-30)", "常来。"),
        ("桥", "2年前 (2024-01-02)", "在。"),
    ]
    said = "".join(
        item.format(n=n, name=name, at=at, text=text) for n, (name, at, text) in enumerate(rows, 1)
    )
    page = read(
        f"{HEAD}<div class='entry'>{TEXT}</div><div id='comments'><h3>评论 (3)</h3><ol>{said}</ol></div>"
    )
    days = [one.posted and f"{one.posted.at:%F}" for one in page.posts[0].comments]
    assert days == ["2025-12-14", "2025-10-30", "2024-01-02"]


def test_a_category_in_the_query_is_a_list_of_the_articles_that_it_names() -> None:
    url = f"{HOST}/index.php?app=article&ac="
    rows = "".join(
        f"<li><h2><a href='{url}show&articleid={n}'>第{n}篇</a></h2><p>桥上。</p></li>" for n in (3, 2, 1)
    )
    page = read(f"<div><h1>桥边</h1><ul>{rows}</ul></div>", f"{url}cate&cateid=2", "桥边 - 山居")
    assert [post.url for post in page.listed] == [f"{url}show&articleid={n}" for n in (3, 2, 1)]


def test_a_list_at_a_path_whose_posts_are_beside_it_names_them() -> None:
    """Drupal lists `/node/7` at `/blog`, which has a feed of its own."""
    rows = "".join(
        f"<div class=node><h2><a href='/node/{n}'>Server {n}</a></h2><span>2019-05-2{n}</span><p>Alles läuft.</p></div>"
        for n in (1, 2, 3)
    )
    head = "<title>Blogs | Verein</title><link rel=alternate type='application/rss+xml' href='/blog/feed'>"
    text = f"<html><head>{head}</head><body><h1><a href='/'>Verein</a></h1>{rows}</body></html>"
    page = api.parse_page(text.encode(), "https://verein.example.org/blog", fetched_at=READ_AT)
    assert [one.number for one in page.listed] == ["node/1", "node/2", "node/3"]
    assert page.author is not None
    assert page.author.uid == "verein.example.org"


def test_a_line_of_a_time_and_a_heading_in_a_text_lose_nothing_of_it() -> None:
    body = f"<h3>{TITLE}</h3>{TEXT}<p>2020年5月6日 10:55 出门</p><h2>Comments</h2><p>我收到了很多信，都说桥修好了。</p>"
    page = read(f'<div class="content">{body}</div>')
    assert (page.posts[0].body_text or "").endswith("桥修好了。")


def test_a_page_of_a_list_may_show_the_start_of_each_text() -> None:
    rows = "".join(
        f'<h3><a href="/news.php?readmore={n}">第{n}条船</a></h3><p>有人在钓鱼。</p>' for n in range(1, 7)
    )
    url = f"{HOST}/news.php?rowstart=10"
    target = Target(url=url, site="web", kind=PageKind.HOME, uid="notes.example.org", page_no=2)
    text = f"<title>{TITLE} - 山居</title><div>{HEAD}{TEXT * 9}{rows}</div>"
    page = Page(url=url, status=200, headers=(), body=text.encode(), fetched_at=READ_AT)
    assert len(site_by_name("web").parse_page(page, target).listed) == 6


@pytest.mark.parametrize(("mark", "is_problem"), [("", False), (" <i>12:30</i>", True)])
def test_numbered_comments_without_a_time_are_stored_without_one(mark: str, is_problem: bool) -> None:
    item = '<li id="dsq-comment-4{}"><div><cite><a href="http://b{}.example/">{}</a></cite>{}</div><div class="dsq-comment-message"><p>{}</p></div></li>'
    said = "".join(
        item.format(n, n, name, mark, f"第{n}次过桥。") for n, name in enumerate(["Ann", "Ben Lee"])
    )
    page = read(
        f'<article>{HEAD}<div class="entry">{TEXT}</div></article><div id="disqus_thread"><ul>{said}</ul></div>'
    )
    shown = [(one.author_name, one.posted, one.body_text) for one in page.posts[0].comments]
    assert shown == ([] if is_problem else [("Ann", None, "第0次过桥。"), ("Ben Lee", None, "第1次过桥。")])
    assert found(page)[2] == ["comments"]


def test_a_title_may_have_the_mark_of_a_copy_that_the_window_title_lacks() -> None:
    body = f'<h1><a href="../../home.html">山居</a></h1><div><h2>[转]{TITLE}</h2></div><p>2020-05-06</p><div class="entry">{TEXT}</div>'
    assert found(read(body, window=f"{TITLE} | 山居")) == (PageKind.POST, [f"[转]{TITLE}"], [])


def test_a_heading_that_links_nothing_is_that_of_the_blog_and_not_of_the_post() -> None:
    top = '<h1><a href=""><span>山居与河边的旧日记 – 存档</span></a></h1>'
    post = f'<div class="post"><h2><a href="{URL}" rel="bookmark">{TITLE}</a></h2><p>2020-05-06</p>'
    page = read(
        f'{top}{post}<div class="entry">{TEXT}</div></div>', window=f"山居与河边的旧日记 – 存档 » {TITLE}"
    )
    assert found(page) == (PageKind.POST, [TITLE], [])


def test_a_label_of_the_last_change_may_have_a_word_behind_it() -> None:
    day = '<span>6/5/20</span><meta property="datePublished" content="2020-05-06T00:00:00.000Z">'
    data = '<script type="application/ld+json">{"@type":"Article","headline":"%s","datePublished":"2020-05-06"}</script>'
    edit = "<footer><div><span>Actualizado el: </span><time datetime='2024-04-24T11:34:19Z'>24/4/24, 11:34</time></div></footer>"
    page = read(f"<main><h1>{TITLE}</h1>{day}<div>{TEXT}</div>{edit}</main>", head=data % TITLE)
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%F}" == "2020-05-06"


def test_the_number_before_its_label_is_that_of_the_views_beside_that_of_the_comments() -> None:
    line = "<div class='meta'><span>2020-05-06</span> <span><i class='fa fa-eye'></i> 219183浏览</span> <span><a href='#comments'>26评论</a></span></div>"
    page = read(f"<header><h1>{TITLE}</h1>{line}</header><article>{TEXT}</article>")
    assert page.posts[0].views == 219183


def test_the_feed_of_the_comments_of_a_post_does_not_make_its_page_a_blog() -> None:
    feed = '<link rel="alternate" type="application/rss+xml" href="/{}" title="山居">'
    head = feed.format("notes.xml") + feed.format("7688/bridge/feed/")
    page = read(f'{HEAD}<div class="entry">{TEXT}</div>', f"{HOST}/7688/bridge/", head=head)
    assert found(page) == (PageKind.POST, [TITLE], [])
    assert page.author is not None
    assert page.author.uid == "notes.example.org"


def test_a_page_that_a_script_shows_is_read() -> None:
    body = (
        f'<body style="display:none"><h1>{TITLE}</h1><p>2020-05-06</p><div class="entry">{TEXT}</div></body>'
    )
    html = f"<!DOCTYPE html><html><head><title>{TITLE} - 山居</title></head>{body}</html>"
    page = api.parse_page(html.encode(), URL, fetched_at=READ_AT)
    assert found(page) == (PageKind.POST, [TITLE], [])


HATOM = '<abbr class="published" title="2020-05-06T08:30">{}</abbr>'


@pytest.mark.parametrize("shown", ["May 6, 2020", "<b>06</b><b>May</b><b>20</b>"])
def test_the_title_of_the_microformat_for_published_dates_the_post_wherever_it_stands(shown: str) -> None:
    tags = "".join(f'<a rel="tag" href="/tag/{n}/">标签{n}</a>, ' for n in range(9))
    line = f"<p>Filed under {tags}</p><p>By <a href='/author/li/'>李山</a> – {HATOM.format(shown)}</p>"
    page = read(
        f'<div class="post"><h1>{TITLE}</h1><div class="entry">{TEXT}</div>{line}</div>', f"{HOST}/bridge/"
    )
    assert [post.posted and f"{post.posted.at:%F %H:%M}" for post in page.posts] == ["2020-05-06 08:30"]
    assert page.problems == ()
