"""Posts of blogs in European languages, and of themes that name and nest their parts otherwise."""

from datetime import UTC, datetime, timedelta

import pytest

from blogarchive import api
from blogarchive.items import PageKind, ParsedPage

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://notes.example.org/2019/das-wetter/"
TITLE = "Der Regen hört endlich auf"
TEXT = "<p>" + "Am Morgen lag das Laub auf der Straße, und der Laden hatte noch Licht. " * 6 + "</p>"
INVALID = "http://[url"


def read(
    body: str, head: str = "", url: str = URL, window: str = f"{TITLE} – Notizen", lang: str = ""
) -> ParsedPage:
    text = f"<!DOCTYPE html><html lang='{lang}'><head><title>{window}</title>{head}</head>{body}</html>"
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


def post(line: str, after: str = "", text: str = TEXT) -> str:
    content = f'<article><h1>{TITLE}</h1><p class="line">{line}</p><div class="entry-content">{text}</div>'
    return f"<body>{content}</article>{after}</body>"


def told(page: ParsedPage) -> list[str]:
    return [problem.field for problem in page.problems]


@pytest.mark.parametrize(
    ("body", "title", "doubts"),
    [
        (post("20. Mai 2019", text=f"<p><b>Regen</b> und <b>Der Regen</b></p>{TEXT}"), TITLE, []),
        (f"<body><header><h1>{TITLE}</h1></header><p>20. Mai 2019</p><p><b>Notizen</b></p>{TEXT}</body>", TITLE, []),
        (f"<body><h1>5 – {TITLE}</h1><p>20. Mai 2019</p>{TEXT}<p>{TITLE} – Notizen</p></body>", f"5 – {TITLE}", ["title"]),
        (f"<body><p>20. Mai 2019</p><p><b>Regen</b></p>{TEXT}</body>", f"{TITLE} – Notizen", ["title", "posted_at"]),
        (f"<body><h1><a href='{INVALID}'>{TITLE}</a></h1><p>20. Mai 2019</p>{TEXT}</body>", TITLE, []),
        (f"<body><h1><a href='/?p=1'>{TITLE}</a></h1><p>20. Mai 2019</p>{TEXT}</body>", TITLE, []),
    ],
    ids=["words in the text", "heading in the banner", "signature", "words alone", "invalid link", "number in the query"],
)  # fmt: skip
def test_words_of_a_longer_title_are_not_the_title(body: str, title: str, doubts: list[str]) -> None:
    page = read(body)
    assert page.posts[0].title == title
    assert told(page) == doubts


def test_a_title_above_the_columns_is_better_than_its_words_in_headings_above_the_text() -> None:
    parts = "<h2>Der Regen</h2><h4>$2 hört endlich auf</h4>"
    column = f"<div><div>{parts}</div><p>20. Mai 2019</p><div class='entry-content'>{TEXT}</div></div>"
    title = "Der Regen $2 hört endlich auf"
    page = read(
        f"<body><div class='breadcrumb'><h1>{title}</h1></div>{column}</body>", window=f"{title} – Notizen"
    )
    assert page.posts[0].title == title


CARDS = "".join(
    f"<a href='/2016/0{n}/karte/'><h5>Karte {n}</h5></a><time datetime='2016-0{n}-04'>2016</time><p>Ein Anriss.</p>"
    for n in (1, 2, 3)
)


def test_a_day_of_cards_of_other_posts_is_not_that_of_the_post() -> None:
    page = read(f"<h1>{TITLE}</h1><div class='entry-content'>{TEXT}</div><div class='css-9'>{CARDS}</div>")
    assert (page.posts[0].posted, told(page)) == (None, ["posted_at"])


def test_the_day_of_today_far_above_the_title_is_not_that_of_the_post() -> None:
    menu = "".join(f"<span>Rubrik {name}</span> " for name in "abcdefghijklmn")
    head = f"<div class='datum'>Mittwoch, 31. Dezember 2025</div><div>{menu}</div>"
    page = read(f"<body>{head}<h1>{TITLE}</h1><div class='entry-content'>{TEXT}</div></body>")
    assert (page.posts[0].posted, told(page)) == (None, ["posted_at"])


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("<img src='data:image/gif;base64,R0'><noscript><img src='/see.jpg'></noscript>", ["see.jpg"]),
        (
            "<figure><noscript><img src='/see.jpg'></noscript><figcaption>Der See</figcaption></figure>",
            ["see.jpg"],
        ),
        ("<noscript><img src='/see.jpg'></noscript><img data-src='/see.jpg'>", ["see.jpg"]),
        ("<noscript><img src='/pixel.gif' width='1' height='1'></noscript>", []),
    ],
    ids=["beside a blank", "alone", "before the loaded one", "counter of readers"],
)
def test_an_image_for_readers_without_scripts_is_stored_once(image: str, names: list[str]) -> None:
    found = read(post("20. Mai 2019", text=f"{TEXT}{image}{TEXT}")).posts[0]
    assert [one.url.rpartition("/")[2] for one in found.images] == names
    assert (found.body_html or "").count("see.jpg") == len(names)


def test_a_heading_that_substack_names_published_may_have_words_in_elements_of_their_own() -> None:
    heading = f"<h1 class='post-title published'><span>{TITLE[:9]}</span> <em>{TITLE[10:]}</em></h1>"
    page = read(f"<body>{heading}<p>20. Mai 2019</p><div class='body'>{TEXT}</div></body>", url=URL[:-4])
    assert page.posts[0].title == TITLE


def test_the_text_of_substack_ends_above_its_form_to_subscribe() -> None:
    text = f"<div class='available-content'><div class='body markup'>{TEXT}</div></div>"
    form = "<div><p>Wer abonniert, stimmt den Bedingungen zu, die hier stehen.</p></div>"
    likes = "<div class='x'><div>9 Likes</div><div>4 Restacks</div></div>"
    content = f"<div><h1>{TITLE}</h1><p>20. Mai 2019</p></div><div>{text}{form}{likes}</div>"
    page = read(
        f"<body><div class='main'><article class='newsletter-post post'>{content}</article></div></body>"
    )
    assert (page.posts[0].body_text or "").endswith("noch Licht.")


def test_the_number_of_a_post_behind_the_month_in_its_address_is_no_day() -> None:
    page = read(post("4. Mai 2019"), url="https://notes.example.org/2019/05/21-das-wetter/")
    assert told(page) == []


def test_the_address_of_a_post_below_its_text_shows_no_day() -> None:
    url = "https://notes.example.org/2019/05/03/das-wetter/"
    licence = f"<div>Der Beitrag</div><div>{url}</div><div>Datum</div><div>4. Mai 2019</div>"
    stamp = '<meta property="article:published_time" content="2019-05-04T01:20:00+02:00">'
    page = read(post("Notizen", licence), stamp, url)
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d %H:%M}" == "2019-05-04 01:20"
    assert told(page) == []


def test_the_heading_of_the_post_is_better_than_that_of_a_recipe_in_its_text_that_the_data_state() -> None:
    head = '<meta name="twitter:title" content="Soft Autumn Plum Cake Recipe">'
    text = "<p>The plums were ripe in the first week of September, and we baked all afternoon.</p>" * 3
    recipe = f'<h2 class="recipe-name">Soft Autumn Plum Cake</h2>{text}'
    page = f'<article><h1 class="entry-title">Plum Cake Recipe</h1><div class="entry-content">{text}{recipe}</div></article>'
    post = read(page, head, window="Plum Cake Recipe {Of a Grandmother}").posts[0]
    assert (post.title, (post.body_text or "").count("September")) == ("Plum Cake Recipe", 6)


def test_a_post_of_jekyll_without_a_title_has_none() -> None:
    names = '<meta property="og:title" content="Notizen"><meta property="og:site_name" content="Notizen">'
    body = f'<article><h1></h1><time>4. Mai 2019</time><div class="post-content">{TEXT}</div></article>'
    assert (
        read(f"<body>{body}<footer><p>Vom Fluss</p></footer></body>", names, window="Notizen | Vom Fluss")
        .posts[0]
        .title
        is None
    )


def test_a_title_behind_the_day_in_one_heading_is_that_of_tdiary() -> None:
    """The window title has the name of the blog and the day alone."""
    day = '<span class="date"><a href="/?date=20190504">2019-05-04</a></span>'
    heading = f'<h2>{day} <span class="title">{TITLE}</span></h2>'
    body = f'<div class="day">{heading}<div class="body">{TEXT}</div></div>'
    page = read(
        f"<body>{body}</body>", url="https://notes.example.org/?date=20190504", window="Notizen(2019-05-04)"
    )
    assert (page.posts[0].title, told(page)) == (TITLE, [])


def test_a_title_behind_the_day_below_the_name_of_the_blog_is_that_of_tdiary_with_a_doubt() -> None:
    url = "https://notes.example.org/?date=20190504"
    day = '<span class="date"><a href="/?date=20190504">2019年05月04日</a></span>'
    years = '<span class="nyear">[<a href="/?date=0504">長年日記</a>]</span>'
    heading = f'<h1>Notizen</h1><h2>{day} <span class="title">{TITLE}</span> {years}</h2>'
    text = TEXT.replace("<p>", f'<p><a name="p01" href="{url}#p01"><span class="sanchor">_</span></a> ')
    body = f'{heading}<div class="body"><div class="section">{text}</div></div>'
    stated = '<meta property="og:site_name" content="Notizen">'
    page = read(f"<body>{body}</body>", stated, url, "Notizen(2019-05-04)")
    assert (page.posts[0].title, told(page)) == (TITLE, ["title"])
    assert (page.posts[0].body_text or "").startswith("Am Morgen")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("20. Februar 2019", "2019-02-20"),
        ("Veröffentlicht am 3. März 2019 um 10:00", "2019-03-03"),
        ("le 1er août 2019", "2019-08-01"),
        ("27 juin 2019", "2019-06-27"),
        ("5 de octubre de 2019", "2019-10-05"),
        ("Mai 03, 2019", "2019-05-03"),
        ("May 3rd , 2019", "2019-05-03"),
        ("08.10.2019 | 22:00", "2019-10-08"),
        ("3 mei 2019", "2019-05-03"),
        ("den 3 maj 2019 kl. 10:20", "2019-05-03"),
        ("3 maja 2019", "2019-05-03"),
        ("3 мая 2019 в 10:20", "2019-05-03"),
        ("3 Май 2019, 10:20", "2019-05-03"),
        ("3 sierpień 2019", "2019-08-03"),
        ("3 Mayıs 2019", "2019-05-03"),
        ("3. května 2019", "2019-05-03"),
        ("4 aprilie 2019", "2019-04-04"),
        ("2019. április 4.", "2019-04-04"),
        ("4 квітня 2019", "2019-04-04"),
        ("4 Απριλίου 2019", "2019-04-04"),
        ("4 huhtikuuta 2019", "2019-04-04"),
        ("Tháng Tư 4, 2019", "2019-04-04"),
        ("4 tháng 4, 2019", "2019-04-04"),
        ("Ngày 4 tháng 4 năm 2019", "2019-04-04"),
        ("4 أبريل 2019", "2019-04-04"),
        ("أبريل 4, 2019", "2019-04-04"),
        ("4 באפריל 2019", "2019-04-04"),
        ("dom 4 mag 2019, 10:20", "2019-05-04"),
        ("4 set. 2019", "2019-09-04"),
        ("04 янв 2019 в 10:20", "2019-01-04"),
        ("4 paź 2019", "2019-10-04"),
        ("4 Ağu 2019", "2019-08-04"),
        ("4 พฤษภาคม 2019 เวลา 10:20", "2019-05-04"),
    ],
)
def test_a_european_date_is_the_day_of_the_post(line: str, day: str) -> None:
    page = read(post(line), url="https://notes.example.org/das-wetter/")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == day
    assert told(page) == []


@pytest.mark.parametrize(
    ("line", "views"),
    [
        ("2019-05-20 | 5 条评论 | 15,931 人阅读", 15931),
        ("2019-05-20 阅读<span>(1879)</span> 评论<span>(4)</span>", 1879),
        ("2019-05-20 字数 1520 阅读 3204 评论 2", 3204),
        ("已有 356 次阅读 2019-5-20 10:20", 356),
        ("20. Mai 2019, Aufrufe: 214", 214),
        ("May 20, 2019 · 1,208 views", 1208),
        ("2019-05-20 预计阅读 6 分钟 | 全文 2100 字", None),
        ("2019-05-20 浏览量: 0", None),  # a script puts the number there
        ("2019-05-20 | 评论: 4 阅读", None),
        ("<a href='/category/read/'>阅读</a> 2019年5月20日", None),
        ("2019-05-20 <span><i class='icon icon-read'></i><span class='txt'>7104</span></span>", 7104),
        ("2019-05-20 <span class='views-count'>1,234</span><span class='read-time'>6 分钟</span>", 1234),
        ("2019-05-20 <span class='comments-count'>12</span>", None),
        (
            "2019-05-20 <span class='view'>Shown : 232 , Read : 591 </span><span class='mail'>Index : 2655 </span>",
            None,
        ),
    ],
)
def test_the_number_of_views_beside_the_time_is_that_of_the_post(line: str, views: int | None) -> None:
    other = "<aside><h3>Beliebt</h3><ul><li><a href='/2019/schnee/'>Schnee</a> 阅读(77)</li></ul></aside>"
    assert read(post(line, other)).posts[0].views == views


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (TEXT, "2019-05-20T16:30:00+00:00"),
        ("<p>雨下了一夜，路上全是落叶。</p>" * 9, "2019-05-21T00:30:00+08:00"),
    ],
    ids=["German", "Chinese"],
)
def test_a_stamp_in_utc_moves_to_the_zone_of_chinese_pages_alone(text: str, at: str) -> None:
    head = '<meta property="article:published_time" content="2019-05-20T16:30:00+00:00">'
    page = read(post("", text=text), head, url="https://notes.example.org/das-wetter/")
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.at is not None
    assert page.posts[0].posted.at.isoformat() == at


@pytest.mark.parametrize(
    ("lang", "text", "offset"),
    [
        ("de", TEXT, 0),
        ("", TEXT, 0),
        ("en", "<p>雨下了一夜，路上全是落叶。</p>" * 9, 8),
        ("zh-CN", TEXT, 8),
        ("en", "<p>昨夜は雨が降り続き、近所の公園の道は落葉で一杯です。</p>" * 9, 0),
    ],
    ids=["German", "not stated", "English of the theme", "Chinese", "Japanese"],
)
def test_a_chinese_name_in_a_sidebar_does_not_move_the_times_of_a_page(
    lang: str, text: str, offset: int
) -> None:
    aside = (
        "<aside><h3>Kommentare</h3><ul><li>老周（退休）: Das war bei uns am See auch so.</li></ul></aside>"
    )
    shown = f"<head><title>{TITLE} – Notizen</title></head>{post('20. Mai 2019, 16:30', aside, text)}"
    page = api.parse_page(f'<html lang="{lang}">{shown}</html>'.encode(), URL, fetched_at=READ_AT)
    assert page.posts[0].posted
    assert page.posts[0].posted.at
    assert page.posts[0].posted.at.utcoffset() == timedelta(hours=offset)


def comments(stamp: str) -> str:
    items = "".join(
        f'<li id="comment-{number}"><cite class="fn">{name}</cite> <a href="#comment-{number}">{stamp}</a>'
        f"<p>Das war bei uns am See auch so, Nummer {number}.</p></li>"
        for number, name in enumerate(("Jutta", "Sven"), start=1)
    )
    return f'<div id="comments"><ol class="commentlist">{items}</ol></div>'


def test_german_comments_are_read_and_ones_of_no_known_time_are_a_problem() -> None:
    page = read(post("20. Mai 2019", comments("21. Mai 2019 um 11:21 Uhr")))
    assert [(one.author_name, one.posted and f"{one.posted.at:%m-%d}") for one in page.posts[0].comments] == [
        ("Jutta", "05-21"),
        ("Sven", "05-21"),
    ]
    assert told(page) == []
    page = read(post("20. Mai 2019", comments("gestern")))
    assert page.posts[0].comments == ()
    assert told(page) == ["comments"]


def test_a_comment_may_have_the_title_of_the_post_as_its_name() -> None:
    """So a page that quotes the post signs."""
    page = read(post("20. Mai 2019", comments("21. Mai 2019 um 11:21 Uhr").replace("Sven", TITLE)))
    assert ([one.author_name for one in page.posts[0].comments], told(page)) == (["Jutta", TITLE], [])


def test_a_name_does_not_take_the_time_behind_it() -> None:
    text = comments("").replace("</cite>", " schrieb am 21. Mai 2019 um 11:21 Uhr</cite>")
    page = read(post("20. Mai 2019", text))
    assert [one.author_name for one in page.posts[0].comments] == ["Jutta", "Sven"]


def test_comments_in_the_widget_of_blogger_with_the_post_are_read() -> None:
    items = "".join(
        f'<li class="comment" id="c77045691529690666{number}"><cite class="user"><a href="/p">{name}</a></cite>'
        f'<span class="datetime"><a href="#c">May 30, 2019 at 1:0{number} PM</a></span>'
        f'<p class="comment-content">Interesting place, number {number}.</p></li>'
        for number, name in enumerate(("Iwona", "Liz"))
    )
    body = (
        f'<div class="widget Blog" id="Blog1"><div class="post-outer"><h3 class="post-title">{TITLE}</h3>'
        f'<h2>Thursday, May 30, 2019</h2><div class="post-body entry-content">{TEXT}</div>'
        f'<div class="comments" id="comments"><h4>2 comments:</h4><ol>{items}</ol></div></div></div>'
    )
    page = read(f"<body>{body}</body>")
    assert [one.author_name for one in page.posts[0].comments] == ["Iwona", "Liz"]


@pytest.mark.parametrize("url", ["https://notes.example.org/?p=959", "https://notes.example.org/1927"])
def test_a_post_whose_url_looks_like_a_home_page_or_a_year_is_a_post(url: str) -> None:
    others = "".join(f'<h2><a href="/2019/{day}.html">Tag {day}</a></h2>' for day in range(9))
    page = read(post("20. Mai 2019", others).replace("<body>", '<body class="single-post">'), url=url)
    assert (page.kind, page.posts[0].title) == (PageKind.POST, TITLE)


@pytest.mark.parametrize(
    "query",
    ["?action=showlog&gid=27", "index.php?m=content&c=index&a=show&id=88", "?x=entry%3Aentry190520-091500"],
    ids=["emlog", "PHPCMS", "FlatPress"],
)
def test_a_post_whose_number_is_in_the_query_is_no_home_page(query: str) -> None:
    page = read(post("20. Mai 2019"), url=f"https://notes.example.org/{query}")
    assert (page.kind, page.posts[0].number) == (PageKind.POST, query.removeprefix("index.php"))


@pytest.mark.parametrize(
    ("own", "link", "more"),
    [
        ("?post=9", "?post=9&comment-page=2#comments", "?post=9&comment-page=2"),
        (
            "?x=entry:entry190520-091500",
            ";comments:1#comments",
            "?x=entry%3Aentry190520-091500%3Bcomments%3A1",
        ),
        ("2019/05/20/wetter/", "comments_page/2/#comments", "2019/05/20/wetter/comments_page/2/"),
    ],
    ids=["emlog", "FlatPress", "Chyrp Lite"],
)
def test_pages_of_comments_that_the_url_names_are_of_the_post(own: str, link: str, more: str) -> None:
    home = "https://notes.example.org/"
    after = f'<a href="{home}{link if link.startswith("?") else own + link}">2 Kommentare</a>'
    page = read(post("20. Mai 2019", after), url=home + own)
    assert [(one.url, one.kind, one.number) for one in page.links if one.next_page] == [
        (home + more, PageKind.COMMENTS, page.posts[0].number)
    ]
    second = read(post("20. Mai 2019", comments("21. Mai 2019 um 11:21 Uhr")), url=home + more)
    assert (second.posts[0].number, len(second.posts[0].comments)) == (page.posts[0].number, 2)


@pytest.mark.parametrize(
    ("own", "more", "anchor"),
    [("article.asp?id=9", "&page=2", "comm_top"), ("blogs/news/wetter", "?page=2", "Comments-7")],
    ids=["PJBlog", "Shopify"],
)
def test_a_page_of_comments_may_begin_at_an_anchor_of_any_name(own: str, more: str, anchor: str) -> None:
    url = f"https://notes.example.org/{own}"
    page = read(post("20. Mai 2019", f'<a href="{url}{more}#{anchor}">2</a>'), url=url)
    assert [(one.url, one.kind) for one in page.links if one.next_page] == [(url + more, PageKind.COMMENTS)]


def test_a_text_between_links_of_a_menu_is_no_list() -> None:
    menu, more = (
        "".join(f"<li><a href='/{part}{n}.html'>Teil {n}</a></li>" for n in range(6)) for part in "ab"
    )
    body = f"<ul>{menu}</ul><h1>{TITLE}</h1><p>20. Mai 2019</p>{TEXT * 4}<ul>{more}</ul>"
    page = read(f"<body>{body}</body>", url="https://notes.example.org/das-wetter/")
    assert (page.kind, page.posts[0].title) == (PageKind.POST, TITLE)


def test_a_link_to_the_category_above_the_post_leaves_its_date() -> None:
    line = '20. Mai 2019 | <a href="https://notes.example.org/wetter/regen/">Regen</a>'
    page = read(post(line), url="https://notes.example.org/wetter/regen/das-ende.html")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2019-05-20"


def test_a_bookmark_that_leads_elsewhere_in_a_mirror_leaves_its_date() -> None:
    own = '<a href="../index.html%3Fp=9.html" rel="bookmark"><time datetime="2019-05-20">20. Mai 2019</time></a>'
    page = read(
        post(f'{own} <span class="updated">29. Mai 2019</span>'), url="https://notes.example.org/?p=9"
    )
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2019-05-20"


def test_words_of_a_post_that_wordpress_puts_into_classes_do_not_name_parts() -> None:
    content = f'<div class="post type-post hentry tag-meta category-ads"><div class="a">{TEXT}</div></div>'
    page = read(f"<body><h1>{TITLE}</h1><ul><li>20. Mai 2019, 10:55, Allgemein</li></ul>{content}</body>")
    assert (page.posts[0].body_text or "").startswith("Am Morgen lag das Laub")


def test_whole_posts_below_that_of_the_title_are_not_its_text() -> None:
    """A magazine loads the next posts below the one that was asked for, and they may be longer."""
    more = f'<article><h2>Noch ein Tag</h2><p>21. Mai 2019</p><div class="entry-content">{TEXT * 4}</div></article>'
    page = read(post("20. Mai 2019", after=more * 2))
    assert page.posts[0].body_text == TEXT.removeprefix("<p>").removesuffix(" </p>")
    assert told(page) == []


def test_a_line_of_the_author_and_the_day_above_a_text_is_not_of_it() -> None:
    """The window title is the name of the blog: the address of the post confirms its title."""
    line, title = '<p>von <a href="/author/hans/">Hans Karl Berg</a>, 8.5.19</p>', "Ein Regen am Abend"
    text = f"<div><h2>{title}</h2></div><div>{line}<div>{TEXT}</div></div>"
    page = read(f"<body>{text}</body>", url="https://notes.example.org/ein-regen-am-abend/", window="Notizen")
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text == "8.5.19"
    assert (page.posts[0].body_text or "").startswith("Am Morgen")
    assert (page.posts[0].title, told(page)) == (title, [])


def test_a_heading_in_a_box_named_header_leaves_the_dates_of_other_boxes_beside() -> None:
    head = f'<div class="header"><h1>{TITLE}</h1></div>'
    stamp = '<meta name="date" content="2019-05-20">'
    page = read(f"<body>{head}{TEXT}<footer><p>Erstellt: 27. Mai 2015</p></footer></body>", head=stamp)
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text == "2019-05-20 00:00"


def test_links_from_other_blogs_alone_are_no_comments_that_are_missed() -> None:
    item = (
        '<li id="comment-{n}"><cite>Pingback von <a href="https://other.example.org/{n}">Heft</a></cite>'
        '<a href="#comment-{n}">{n}.06.2019 10:43</a><p>[…] so war es […]</p></li>'
    )
    after = f'<h3 id="comments">2 Kommentare</h3><ol class="commentlist">{item.format(n=11)}{item.format(n=12)}</ol>'
    page = read(post("20. Mai 2019", after=after))
    assert (page.posts[0].comments, told(page)) == ((), [])


def test_days_of_other_texts_below_a_form_for_letters_are_no_comments() -> None:
    form = '<form><label>Newsletter</label><input type="email"></form>'
    more = f'{form}<h2>Siehe auch</h2><div><a href="/2018/b/">Schnee</a>, am 28. Mai 2018</div>'
    page = read(post("20. Mai 2019", after=f"<div>{more}</div>"))
    assert told(page) == []


def test_links_to_other_posts_in_the_text_of_a_theme_are_not_of_it() -> None:
    links = '<div class="navigation"><div>« <a href="/a/">Schnee</a></div><div><a href="/c/">Eis</a> »</div></div>'
    page = read(post("20. Mai 2019", text=TEXT + links))
    assert "Schnee" not in (page.posts[0].body_text or "")


def test_the_title_that_spip_repeats_in_each_comment_is_not_the_name_of_its_author() -> None:
    """`Le 3 juillet à 10:43, par NAME. En réponse à : TITLE`, with the whole time as the title of the short one."""
    item = (
        '<li class="comment-item"><div class="comment hreview"><p class="comment-meta"><a href="#forum{n}">#</a>'
        '<abbr class="dtreviewed" title="2019-07-0{n}T10:43:00Z">Le {n} juillet à 10:43</abbr>, par <span>{name}</span></p>'
        '<p>En réponse à : <cite class="author"><a href="#forum{n}">{title}</a></cite></p>'
        '<div class="comment-content"><p>Très bon texte, merci à toi.</p></div></div></li>'
    )
    items = "".join(item.format(n=n, name=name, title=TITLE) for n, name in ((3, "Rouge"), (4, "Vert")))
    page = read(
        post(
            "21 juin 2018", after=f'<div class="comments-posts"><h2>2 commentaires</h2><ul>{items}</ul></div>'
        )
    )
    assert [one.author_name for one in page.posts[0].comments] == ["Rouge", "Vert"]
    assert told(page) == []


def test_a_section_that_is_said_to_have_advertisements_is_not_one() -> None:
    page = read(
        post("20. Mai 2019", text="").replace(
            "<div class=", f'<div class="o-section--has-ads">{TEXT}</div><div class='
        )
    )
    assert (page.posts[0].body_text or "").startswith("Am Morgen")


@pytest.mark.parametrize(
    "line",
    [
        "Dieser Beitrag wurde am Montag, 20. Mai 2019 um 10:43 Uhr in <a href='/tag/a/'>Regen</a> veröffentlicht.",
        "This entry was posted on Monday, May 20th, 2019 at 10:43 am and is filed under <a href='/tag/a/'>Regen</a>.",
    ],
)
def test_the_line_of_kubrick_below_a_text_says_when_it_was_published(line: str) -> None:
    tags = "".join(f"<a href='/tag/{n}/'>Wort {n}</a> " for n in range(20))
    text = f'{TEXT}<p class="postmetadata">{tags}</p><p class="postmetadata alt"><small>{line}</small></p>'
    page = read(f'<body><h1>{TITLE}</h1><div class="entry">{text}</div></body>')
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text.replace(" um ", ", ").replace(" at ", ", ")[:12] in (
        "20. Mai 2019",
        "May 20th, 20",
    )


def test_a_link_with_the_first_words_of_the_window_title_is_not_the_title() -> None:
    """A window title of several sentences, a tag with the first one, and a heading with other words."""
    body = post("20. Mai 2019", after='<div>Mehr: <a href="/tag/der-regen/">Der Regen</a></div>')
    body = body.replace("<h1>", '<h1 class="entry-title">').replace(TITLE, "Der Regen. Das neue Laub?")
    page = read(body, window="Der Regen. Das Laub. Ein Tag am Fluss")
    assert (page.posts[0].title, told(page)) == ("Der Regen. Das neue Laub?", ["title"])


def test_a_box_above_the_title_that_is_named_as_the_text_is_not_the_text() -> None:
    """Drupal names the body of each block of a theme as that of a post, also in the banner."""
    box = '<div class="field--name-body"><p><a href="/spenden">Jetzt spenden</a></p></div>'
    inner = "".join(f"<div><div><p>{part}.</p></div></div>" for part in TEXT[3:-4].split(". "))
    page = read(f"<body>{box}<div><h1>{TITLE}</h1><p>20. Mai 2019</p><div>{inner}</div></div></body>")
    assert "Am Morgen" in (page.posts[0].body_text or "")
    assert "spenden" not in (page.posts[0].body_text or "")
    assert told(page) == ["body"]


def test_comments_of_spip_in_a_column_named_navigation_are_not_missed() -> None:
    """The texts of SPIP's forum stand in no menu. Some of their authors gave no name: nothing is read, and said so."""
    item = (
        '<li class="forum-fil"><div class="forum-top">{}<div class="forum-nav">(22 juin 2018 @11h{}3)</div></div>'
        '<div class="forum-message"><div class="forum-texte"><p>Très bon texte, merci.</p></div></div></li>'
    )
    items = item.format("<b>Rouge</b>", 1) + item.format("", 2)
    forum = f'<div id="navigation"><h2>2 commentaires</h2><ul class="forum">{items}</ul></div>'
    page = read(post("21 juin 2018", after=forum))
    assert page.posts[0].comments == ()
    assert told(page) == ["comments"]


def test_the_cards_of_other_posts_are_not_the_text() -> None:
    card = '<div class="card" itemprop="articleBody">Ein anderer Beitrag, in einem Satz gesagt.</div>'
    page = read(
        f'<body><div id="all"><h1>{TITLE}</h1><p>20. Mai 2019</p><div>{TEXT}{TEXT}</div></div>{card * 3}</body>'
    )
    assert (page.posts[0].body_text or "").startswith("Am Morgen lag das Laub")
    assert told(page) == ["body"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("2019/das-wetter/", post("20. Mai 2019", f"<a class='next' href='{INVALID}'>weiter</a>")),
        ("", "".join(f"<h2><a href='/2019/{day}.html'>Tag {day}</a></h2>" for day in range(9))),
        ("blog/", "".join(f"<h2><a href='/blog/2019/{day}.html'>Tag {day}</a></h2>" for day in range(9))),
        ("sitemap.xml", f"<urlset><url><loc>{INVALID}</loc></url></urlset>"),
        ("sitemap.xml", f"<sitemapindex><sitemap><loc>{INVALID}</loc></sitemap></sitemapindex>"),
        ("atom.xml", f'<feed><link rel="next" href="{INVALID}"/><entry><link href="{INVALID}"/></entry></feed>'),
        ("content.json", f'[{{"url": "{INVALID}", "title": "x"}}]'),
        ("robots.txt", f"Sitemap: {INVALID}"),
    ],
)  # fmt: skip
def test_an_invalid_url_is_left_out(path: str, text: str) -> None:
    rels = ("home", "canonical", "shortlink", "next", "https://api.w.org/")
    head = "".join(f'<link rel="{rel}" href="{INVALID}">' for rel in rels)
    feed = f'<link rel="alternate" type="application/rss+xml" href="{INVALID}">'
    is_page = path.endswith("/") or not path
    page = (
        f"<html><head><title>{TITLE}</title>{head}{feed}</head><body>{text}</body></html>"
        if is_page
        else text
    )
    parsed = api.parse_page(page.encode(), f"https://notes.example.org/{path}", fetched_at=READ_AT)
    assert not [link for link in parsed.links if "[" in link.url]
    assert not [one for one in parsed.listed if "[" in (one.url or "")]


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("19. Juni 2019 / 6:16", "2019-06-19 06:16"),
        ("le 10 mai 2017 à 14h05", "2017-05-10 14:05"),
        ("2017/5/10(水) 12:30", "2017-05-10 12:30"),
        ("2017/05/10 在 上午 9:22", "2017-05-10 09:22"),
        ("2017年5月10日 於 下午 8:11", "2017-05-10 20:11"),
        ("10 mai 2017 à 14 h 05 min", "2017-05-10 14:05"),
        ("10. Mai 2017, 14.05 Uhr", "2017-05-10 14:05"),
        ("10.5.2017 klo 14.05", "2017-05-10 14:05"),
        ("10.05.2017 в 2:05 пп", "2017-05-10 14:05"),
        ("10.05.2017 в 12:05 дп", "2017-05-10 00:05"),
        ("10 de mayo de 2017, 2:05 p. m.", "2017-05-10 14:05"),
        ("10 Μαΐου 2017 στις 2:05 μμ", "2017-05-10 14:05"),
        ("13/05/2017 lúc 2:05 chiều", "2017-05-13 14:05"),
        ("2017년 5월 10일 오후 2:05", "2017-05-10 14:05"),
        ("10. Mai 2017, um 8:29 Uhr", "2017-05-10 08:29"),
        ("von Anna, 8.5.12", "2012-05-08 00:00"),
        ('<span class="updated">2019-01-07T17:27:31</span> <span>Juni 19th, 2018</span>', "2018-06-19 00:00"),
        (
            '<b class="post-update-date"><i>2019-01-07</i></b> <b class="post-create-date"><i>2018-06-19</i></b>',
            "2018-06-19 00:00",
        ),
    ],
)
def test_a_date_has_the_time_behind_any_sign_and_is_not_that_of_a_change(line: str, at: str) -> None:
    page = read(post(line))
    posted = page.posts[0].posted
    assert posted is not None
    assert (posted.at and f"{posted.at:%Y-%m-%d %H:%M}", told(page)) == (at, [])


def test_a_lone_heading_is_better_than_the_window_title() -> None:
    body = f"<body><h1>Das Wetter</h1><p>20. Mai 2019</p><div class='entry-content'>{TEXT}</div></body>"
    page = read(body, window="Notizen aus Kiel")
    assert (page.posts[0].title, told(page)) == ("Das Wetter", ["title"])
    page = read(body.replace("<h1>", "<h1><time>20. Mai</time> "), window="Notizen aus Kiel")
    assert page.posts[0].title == "Das Wetter"


def test_a_tag_with_the_words_of_the_url_is_not_the_title() -> None:
    """The post has no heading: a quotation and its source alone."""
    body = f"<body><p>20. Mai 2019</p><div class='entry'>{TEXT}</div><p><a href='/tags/ada-lind/'>ada-lind</a></p></body>"
    page = read(body, url="https://notes.example.org/2019/May/20/ada-lind/", window="Ein Satz von Ada Lind")
    assert (page.posts[0].title, told(page)) == ("Ein Satz von Ada Lind", ["title"])


@pytest.mark.parametrize("link", ["/category-2.html", "/?cate=2", "/catalog.asp?cate=2"])
@pytest.mark.parametrize("window", ["随笔 - 山居", "-随笔-山居"])
def test_the_category_of_a_post_without_a_title_is_not_its_title(link: str, window: str) -> None:
    """So Z-Blog writes its window title."""
    line = f"<h6>2020-05-06 | 分类：<a href='{link}'>随笔</a></h6><div class='post-body'>{TEXT}</div>"
    page = read(f"<body><p><a href='/'>山居</a></p>{line}</body>", window=window)
    assert told(page)[0] == "title"


@pytest.mark.parametrize("site", ["-MRN 山居气象", " 山居气象站附属图书馆"])
def test_a_long_heading_is_the_title_if_the_window_title_begins_with_it(site: str) -> None:
    title = "今年最冷的一天终于来了，湖面结冰五厘米 ICE"
    page = read(post("2019-05-20").replace(TITLE, title), window=title + site)
    assert (page.posts[0].title, told(page)) == (title, [])


def test_the_suffix_of_a_bundler_names_no_part() -> None:
    """`Cc` in it is no licence."""
    text = f"<div class='main_content-LcrEruCc'><div class='text-3zQ3cZD4'>{TEXT}</div></div>"
    page = read(f"<body><h1>{TITLE}</h1><p>20. Mai 2019</p>{text}</body>")
    assert (page.posts[0].title, told(page)) == (TITLE, [])
    assert "<p>" in (page.posts[0].body_html or "")


def test_a_month_before_a_day_above_12_is_the_day_of_the_post() -> None:
    page = read(post("5/20/19 11:04am"), url="https://notes.example.org/das-wetter/")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d %H:%M}" == "2019-05-20 11:04"


def test_a_commenter_has_the_name_of_the_innermost_element_without_the_badge_of_the_author() -> None:
    text = comments("21. Mai 2019 / 11:21").replace('fn">Sven', 'fn">Sven <span>Autor</span>')
    text = text.replace("<cite", '<div class="comment-author">Di, <cite').replace(
        "</cite>", "</cite> sagt</div>"
    )
    page = read(post("20. Mai 2019", text))
    assert [one.author_name for one in page.posts[0].comments] == ["Jutta", "Sven"]
    assert told(page) == []
    page = read(post("20. Mai 2019", text.replace("Jutta", "admin")))
    assert [one.author_name for one in page.posts[0].comments] == ["admin", "Sven"]


@pytest.mark.parametrize(
    ("more", "doubts"),
    [
        ('<li class="pingback" id="comment-8">Pingback: <a>Anna</a></li>', []),
        # Typecho numbers them so.
        (
            '<li id="pingback-8"><cite class="fn">Anna</cite> <a href="#pingback-8">21. Mai 2019 um 11:21 Uhr</a>'
            "<p>[...] am See [...]</p></li>",
            [],
        ),
        ('<li id="comment-8"><p>Hier fehlen Name und Zeit.</p></li>', ["comments"]),
    ],
    ids=["pingback", "pingback by its id", "comment"],
)
def test_a_comment_that_is_numbered_and_not_read_is_a_problem(more: str, doubts: list[str]) -> None:
    text = comments("21. Mai 2019 um 11:21 Uhr").replace("<ol", "<h2>3 Gedanken</h2><ol")
    page = read(post("20. Mai 2019", text.replace("</ol>", f"{more}</ol>")))
    assert (page.posts[0].comment_count, len(page.posts[0].comments), told(page)) == (3, 2, doubts)


def test_answers_in_other_elements_than_comments_are_read_if_all_have_numbers() -> None:
    items = "".join(
        f'<div class="item"><div class="{kind}"><a id="comment-{number}"></a><b>Jutta</b>'
        f' <a class="when">21. Mai 2019 um 11:21 Uhr</a></div><p>Das ist Nummer {number}.</p></div>'
        for number, kind in enumerate(("info", "info", "answer"))
    )
    page = read(post("20. Mai 2019", f'<div id="comments">{items}</div>'))
    assert (len(page.posts[0].comments), told(page)) == (3, [])


def test_the_block_of_a_class_names_a_section_of_comments_and_an_empty_one_is_none() -> None:
    text = comments("21. Mai 2019 um 11:21 Uhr").replace('id="comments"', 'class="Comments__List-x1 a"')
    assert len(read(post("20. Mai 2019", text)).posts[0].comments) == 2
    assert told(read(post("20. Mai 2019", text=f'{TEXT}<div id="comments"></div>'))) == []


@pytest.mark.parametrize("short", ["/?p=7", "/?p=7&lang=de", "/?lang=de&p=7"])
def test_comments_that_the_page_shows_in_part_are_asked_of_the_interface(short: str) -> None:
    head = f'<link rel="https://api.w.org/" href="/wp-json/"><link rel="shortlink" href="{short}">'
    page = read(post("20. Mai 2019", comments("gestern")), head)
    assert [link.is_whole for link in page.links if "wp/v2/comments?post=7&" in link.url] == [True]
    assert (page.posts[0].comments, told(page)) == ((), ["comments"])  # in case the interface refuses
    page = read(post("20. Mai 2019", comments("21. Mai 2019 um 11:21 Uhr")), head)
    assert (page.links, len(page.posts[0].comments)) == ((), 2)


def test_a_date_that_the_url_confirms_is_not_doubted_for_the_time_of_a_change() -> None:
    head = '<meta property="article:published_time" content="2019-06-01T11:00:00+02:00">'
    url = "https://notes.example.org/2019/05/20/das-wetter/"
    assert told(read(post("20. Mai 2019"), head, url=url)) == []
    assert told(read(post("20. Mai 2019"), head)) == ["posted_at"]


def test_a_dialog_about_cookies_and_a_form_for_a_newsletter_are_not_the_text() -> None:
    text = f'{TEXT}<div class="box-newsletter"><p>Bleiben Sie auf dem Laufenden, Woche für Woche.</p></div>'
    body = post(
        "20. Mai 2019",
        f'<div class="c-modal c-modal--cookies">{TEXT.replace("Laden", "Keks") * 3}</div>',
        text,
    )
    page = read(body.replace("entry-content", "m-post-content"))
    assert (page.posts[0].body_text or "").count("Laden") == 6
    assert "Woche" not in (page.posts[0].body_text or "")
    assert told(page) == []


def test_a_short_post_above_related_posts_is_no_list() -> None:
    links = "".join(
        f'<li><h3><a href="/2019/tag-{n}/">Der Tag {n}</a> <small>2. Mai 2019</small></h3></li>'
        for n in range(4)
    )
    page = read(
        post(
            "20. Mai 2019",
            f'<div class="related"><h2>Mehr</h2><ul>{links}</ul></div>',
            "<p>Heute war nichts.</p>",
        )
    )
    assert (page.kind, [one.body_text for one in page.posts]) == (PageKind.POST, ["Heute war nichts."])


def test_of_two_stamps_at_the_time_that_is_shown_the_one_with_its_offset_counts() -> None:
    line = '<time datetime="2019-05-20T08:07:20+09:00" title="2019-05-20 08:07">2019-05-20 08:07</time>'
    shown = read(post(line)).posts[0].posted
    assert (shown and shown.at and shown.at.isoformat()) == "2019-05-20T08:07:20+09:00"


@pytest.mark.parametrize(("at", "hour"), [("20", "08"), ("00", "12"), ("12", "12"), ("09", "09")])
def test_the_stamp_tells_the_half_of_the_day_that_a_clock_of_12_hours_leaves_out(at: str, hour: str) -> None:
    stamp = f'<meta property="article:published_time" content="2019-05-20T{at}:07:20+09:00">'
    shown = read(stamp + post(f"2019-05-20 {hour}:07")).posts[0].posted
    assert (shown and shown.at and shown.at.isoformat()) == f"2019-05-20T{at}:07:20+09:00"


def test_the_stamp_of_a_comment_adds_its_offset_to_the_time_that_is_shown() -> None:
    shown = '<time datetime="2019-05-21T11:21:09+02:00">21. Mai 2019, um 11:21 Uhr</time>'
    posted = [
        one.posted and one.posted.at for one in read(post("20. Mai 2019", comments(shown))).posts[0].comments
    ]
    assert [at and at.isoformat() for at in posted] == ["2019-05-21T11:21:09+02:00"] * 2
    other = shown.replace("T11:21:09", "T09:00:00")
    posted = [
        one.posted and one.posted.at for one in read(post("20. Mai 2019", comments(other))).posts[0].comments
    ]
    assert [at and f"{at:%H:%M}" for at in posted] == ["11:21"] * 2


@pytest.mark.parametrize(
    "page",
    [
        post('In <a href="/category/wetter/" rel="category tag">Wetter</a>', '<a href="/tag/gras/">Gras</a>'),
        post('<a href="/categories/wetter/"> Wetter <sup>8</sup></a><a href="/categories/wetter/">mehr</a>'),
        post("", '<aside><a href="/tags/gras/">Gras</a></aside>').replace(
            "</article>", '<aside><a rel="tag" href="/thema/w">#Wetter</a></aside></article>'
        ),
        f'<body><header><h1>{TITLE}</h1><a href="/tags/wetter/">Wetter</a></header>'
        f'<div class="post-content">{TEXT}</div></body>',
    ],
    ids=["line of WordPress", "count in its own element", "aside of the post", "banner with the title"],
)
def test_categories_and_tags_around_the_text_are_those_of_the_post(page: str) -> None:
    assert read(page).posts[0].categories == ("Wetter",)


def test_tags_beside_the_element_of_heading_and_text_are_of_the_post_within_the_main_part() -> None:
    info = "<div class='info'><a href='/categories/?category=Wetter'>Wetter</a> <i>2019-05-20</i></div>"
    tags = "<div class='page-edit'><div class='tags'><a href='/tags/?tag=Gras'>#Gras</a></div></div>"
    text = f"<div class='content-wrapper'><h1>{TITLE}</h1><div class='content__default'>{TEXT}</div></div>"
    side = "<div class='tags-bar'><a href='/tags/?tag=Fluss'>Fluss</a></div>"
    page = read(f"<body><div><main class='page'><div>{info}{text}{tags}</div></main>{side}</div></body>")
    assert page.posts[0].categories == ("Wetter", "Gras")


@pytest.mark.parametrize("tag", ["article", "div"])
def test_a_column_of_categories_and_tags_in_the_main_part_is_of_the_blog(tag: str) -> None:
    """Bootstrap has no heading in the boxes of its column."""
    boxes = "".join(
        f"<div class='card'><div class='card-header'>{name}</div><a href='/tags/{name}/'>{name}</a></div>"
        for name in ("Fluss", "Berge")
    )
    line = "<p>20. Mai 2019 <a href='/category/gras/'>Gras</a></p>"
    text = f"<{tag}><h1>{TITLE}</h1>{line}<div class='post-content'>{TEXT}</div></{tag}>"
    row = f"<div class='row'><div class='col-8'>{text}</div><div class='col-4'>{boxes}</div></div>"
    assert read(f"<body><main>{row}</main></body>").posts[0].categories == ("Gras",)


def test_tags_beside_the_heading_of_comments_without_any_are_those_of_the_post() -> None:
    tags = "<div class='taxonomy-post_tag'><a href='/tag/river/' rel='tag'>Fluss</a></div>"
    form = "<h2>Comments</h2><div class='comment-respond'><h3>Leave a Reply</h3><form><textarea></textarea></form></div>"
    head = f"<main><div><h1>{TITLE}</h1><time>2020-05-06</time></div><div class='entry-content'>{TEXT}</div>"
    page = read(f"{head}<div>{tags}<div><div class='wp-block-comments'>{form}</div></div></div></main>")
    assert page.posts[0].categories == ("Fluss",)


def test_tags_inside_the_element_of_the_text_are_of_the_post_although_the_text_has_headings() -> None:
    tags = "<div class='post-footer'><b>Tags</b><ul><li><a href='/blog/tags/gras/'>Gras</a></li></ul></div>"
    line = (
        "<div class='metadata'><div class='dates'><time datetime='2019-05-20'>20. Mai 2019</time></div></div>"
    )
    text = f"<div class='sl-markdown-content'>{line}{TEXT}<div class='wrapper'><h2>Am Abend</h2></div>{TEXT}{tags}</div>"
    links = "<footer><div class='pagination-links'><a href='/2019/gras/' rel='prev'>Zurück: Das Gras</a></div></footer>"
    panels = f"<div class='panel'><h1>{TITLE}</h1></div><div class='panel'><div class='box'>{text}{links}</div></div>"
    page = read(f"<body><main>{panels}</main></body>")
    assert page.posts[0].categories == ("Gras",)


def test_links_to_categories_in_the_text_and_in_cards_of_other_posts_are_not_of_the_post() -> None:
    text = f'{TEXT}<p>Siehe <a href="/tags/gras/">Gras</a>.</p>'
    card = '<div class="card"><h3><a href="/2019/gras/">Gras</a></h3><a href="/tags/gras/">Gras</a></div>'
    page = read(post("20. Mai 2019", text=text).replace("</article>", f"{card}</article>"))
    assert page.posts[0].categories == ()


def test_another_post_with_the_name_of_the_blog_is_not_the_title() -> None:
    more = '<ul><li><h2 class="post-title"><a href="/notizen/">Notizen aus Kiel</a></h2></li></ul>'
    site = '<footer><a href="/">Notizen aus Kiel</a></footer>'
    body = f'<body><h1 class="post-title">Der Regen</h1><p>20. Mai 2019</p><div class="entry-content">{TEXT}</div>'
    page = read(f"{body}{more}{site}</body>", window="Der Regen – Notizen aus Kiel")
    assert (page.posts[0].title, told(page)) == ("Der Regen", [])


def test_a_post_without_title_has_neither_the_heading_of_comments_nor_the_name_of_the_blog() -> None:
    home = "<header><a href='/'>山居</a></header>"
    body = f"{home}<article><div class='entry-content'>{TEXT}</div></article><div id='comments'><h2>Comments</h2></div>"
    page = read(body, window="山居")
    assert page.posts[0].title is None
    assert "title" in told(page)


@pytest.mark.parametrize("shown", ["2019-05-20", "2019年5月20日", "Leave a Reply", "发表评论"])
@pytest.mark.parametrize("window", ["山居", "山居 | 山居"])
def test_a_post_without_title_has_neither_a_date_nor_the_name_of_a_form_as_title(
    shown: str, window: str
) -> None:
    home = "<header><a href='/'>山居</a></header>"
    body = f"<body>{home}<article><h2>{shown}</h2><div class='entry-content'>{TEXT}</div></article></body>"
    assert read(body, window=window).posts[0].title is None
    assert read(body, window=f"{shown} | 山居").posts[0].title == shown


def test_a_time_that_django_writes_with_hard_spaces_is_the_time_of_the_post() -> None:
    page = read(post("<h6 class='post-meta'>Posted by: ming 8\xa0years, 5\xa0months ago</h6>"))
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.precision == "month"
    assert "Posted by" not in (page.posts[0].body_text or "")


def test_the_element_of_a_short_text_with_its_tags_is_no_line_of_a_licence() -> None:
    tags = '<div class="post-tags">Tags: <a href="/tags/gras/">Gras</a></div>'
    inner = f"<div class='sl-md'><p>Es regnet, und niemand geht hinaus.</p>{tags}</div>"
    page = read(post("20. Mai 2019", text=f"{inner}<footer><a href='/2019/gras/'>Gras</a></footer>"))
    assert page.posts[0].body_text == "Es regnet, und niemand geht hinaus."


def test_words_for_screen_readers_and_a_sidebar_are_not_of_the_text() -> None:
    text = f"<h2>Gras<a href='#gras'><span class='sr-only'>Abschnitt Gras</span></a></h2>{TEXT}"
    page = read(post("20. Mai 2019", text=f"{text}<aside class='sidebar'><h3>Suche</h3></aside>"))
    body = page.posts[0].body_text or ""
    assert body.startswith("Gras\nAm Morgen")
    assert "Suche" not in body


def test_a_menu_and_the_line_of_the_time_below_the_text_are_not_of_it() -> None:
    time = '<div class="pagedate">Created in the evening of May 20th, 2019. Edited on May 21st, 2019</div>'
    menu = '<nav class="navbar"><ul><li><a href="#">Meta</a></li><li><a href="/edit">Edit</a></li></ul></nav>'
    body = f'<div class="container"><div class="entry-content">{TEXT}{time}{menu}</div></div>'
    page = read(f"<body><h1>{TITLE}</h1>{body}</body>")
    assert (page.posts[0].body_text or "").endswith("Licht.")


def test_the_main_part_that_a_script_shows_is_read() -> None:
    text = f'<h2>{TITLE}</h2><ul><li>2019/05/20</li></ul><div class="entry_body">{TEXT}</div>'
    hidden = f'<div id="main_contents" style="display: none">{text}</div>'
    page = read(f'<body><h1><a href="/">Notizen</a></h1>{hidden}</body>')
    assert (page.posts[0].title, told(page)) == (TITLE, [])


def test_the_number_of_comments_above_the_text_is_not_of_the_text() -> None:
    page = read(post("20. Mai 2019", text=f"<p>(<a href='#comments'>3 comments</a>)</p>{TEXT * 2}"))
    assert (page.posts[0].body_text or "").startswith("Am Morgen")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("<p>Es regnet.</p>", "<div class='scroll-top'><a href='#'>Nach oben</a></div>"),
        ("<p>Es regnet.</p>", "<div><a href='#'>返回顶部</a></div>"),
        ("<p><img src='/gras.png' alt=''></p>", "<div class='scroll-top'><a href='#'>Nach oben</a></div>"),
    ],
)
def test_a_link_to_the_top_is_not_of_a_short_text_or_of_a_picture(text: str, link: str) -> None:
    page = read(post("20. Mai 2019", text=text + link))
    assert page.posts[0].body_text == ("" if "img" in text else "Es regnet.")


_OF_DELICATE = (
    "<section class='post-cc'><div><b>作者：</b><a href='/about/'>Ina Steinbrecher</a></div><div><b>链接：</b>"
    "<a href='#'>https://notes.example.org/2019/das-wetter/</a></div><div><b>来源：</b>Am Fluss</div></section>"
)


@pytest.mark.parametrize("text", ["<p>Es regnet.</p>", "<p><img src='/gras.png' alt=''></p>"])
def test_boxes_below_a_short_text_or_a_picture_are_not_the_text(text: str) -> None:
    article = f"<article><h1>{TITLE}</h1><p>2019-05-20</p><section class='article'>{text}</section>"
    logo = "<section class='bottom'><img src='/logo.png' alt=''><span>Am Fluss</span></section>"
    page = read(f"<body><main>{article}{_OF_DELICATE}</article>{logo}</main></body>")
    (found,) = page.posts
    assert (found.body_text, len(found.images)) == (("", 1) if "img" in text else ("Es regnet.", 0))
    assert told(page) in ([], ["body"] if "img" in text else [])


def test_a_message_that_a_script_shows_is_not_the_text_of_a_picture() -> None:
    """Chirpy has the class of the text around the results of its search too."""
    article = (
        f"<div><h1>{TITLE}</h1><p>2019-05-20</p><div class='post-content'><img src='/gras.png'></div></div>"
    )
    hints = "<div class='col-12 post-content'><a href='/tags/gras/'>Gras</a> <a href='/tags/fluss/'>Fluss</a></div>"
    toast = "<div class='toast'><div><p>发现新版本的内容。</p><button>更新</button></div></div>"
    (found,) = read(f"<body><div id='main'>{article}</div>{hints}{toast}</body>").posts
    assert (found.body_text, len(found.images)) == ("", 1)


@pytest.mark.parametrize("start", ["", "<div class='chapo'><p>Am Fluss, im Mai, am Morgen.</p></div>"])
def test_a_box_for_subscribers_beside_the_text_of_spip_is_not_of_it(start: str) -> None:
    box = (
        "<div class='well'><div class='texte'><p>Wer liest, zahlt, und wer zahlt, liest mehr.</p></div></div>"
    )
    text = f"{start}<div class='crayon article-texte-12 texte'>{TEXT}</div>"
    page = read(
        f"<body><article><h1>{TITLE}</h1><p>2019-05-20</p><div class='main'>{text}</div>{box}</article></body>"
    )
    body = page.posts[0].body_text or ""
    assert (body.startswith("Am Fluss" if start else "Am Morgen"), "zahlt" in body) == (True, False)


def test_the_comments_of_a_page_that_is_the_home_page_are_a_problem() -> None:
    said = (
        "<li id='comment-7' class='comment'><b class='fn'>Ina</b> <time datetime='2019-05-20T09:00:00+02:00'>20. Mai"
        " 2019</time><div class='comment-content'><p>Gut gesagt.</p></div></li>"
    )
    links = "".join(f"<li><a href='/2019/gras-{n}/'>Gras {n}</a></li>" for n in range(1, 6))
    main = f"<article><h1>{TITLE}</h1><div class='entry-content'>{TEXT}<ul>{links}</ul></div></article>"
    below = f"<div id='comments'><h2>1 Kommentar</h2><ol class='comment-list'>{said}</ol></div>"
    page, plain = (
        read(f"<body class='home page'>{main}{more}</body>", url="https://notes.example.org/")
        for more in (below, "")
    )
    assert (page.kind, len(page.listed), told(page)) == (PageKind.HOME, 5, ["listed"])
    assert (plain.kind, len(plain.listed), told(plain)) == (PageKind.HOME, 5, [])


def test_headings_of_comments_and_of_their_form_are_not_the_short_text_of_a_post() -> None:
    said = "".join(
        f"<div id='c{n}'><p><b>{name}</b> <time>{n}. Juni 2019 - 09:0{n}</time></p><p>Regen ist gut, {name}.</p></div>"
        for n, name in enumerate(["Ina", "Jost", "Karl"], start=1)
    )
    form = "<h3>Einen Kommentar schreiben</h3><form><fieldset><label>Name:</label><input></fieldset></form>"
    box = "<div class='auteur'><h3>Über Ina</h3><blockquote>Sie malt Boote, Türen und das Gras.</blockquote></div>"

    def page(text: str) -> ParsedPage:
        top = "<header><h1>Gras</h1><p>Von Ina - <time>20. Mai 2019</time></p></header>"
        article = f"<article>{top}<section>{text}</section></article>{box}"
        below = f"<div id='form'><h3>3 Kommentare</h3>{said}{form}</div>"
        return read(f"<section id='content'>{article}{below}</section>", window="Gras - Am Fluss")

    assert page("<p>Es regnet.</p>").posts[0].body_text == "Es regnet."
    (picture,) = page("<img src='/gras.png' alt=''>").posts
    assert (picture.body_text, len(picture.images)) == ("", 1)


@pytest.mark.parametrize("picture", ["", "<img src='/gras.png' alt=''>"])
def test_a_text_whose_paragraphs_are_all_headings_is_read(picture: str) -> None:
    rows = "".join(
        f"<h4>Am {n}. Morgen lag das Laub auf der Straße, und es war kalt.</h4>" for n in range(1, 7)
    )
    page = read(
        f"<body><h1>{TITLE}</h1><p>20. Mai 2019</p><div>{picture}{rows}</div><div class='foot'>Am Fluss</div></body>"
    )
    assert (page.posts[0].body_text or "").count("Laub") == 6
    assert told(page) == []


CHINESE = "渡口的老人说，船在河的另一边，要等到雾散了才能过来，于是我们坐在石阶上看水。" * 4
MENU = '<p><a href="../index.htm">首页</a> | <a href="index.htm">随笔</a> | <a href="../gb.htm">留言</a></p>'
SPACE = "http://home.example.org/space.php?uid=7&do=blog&id=42"
LABELS = "".join(f'<a href="space.php?uid=7&do=tag&id={number}">标签{number}</a>' for number in range(4))


@pytest.mark.parametrize(
    ("body", "url", "window"),
    [
        (
            f"<body><table><tr><td>河边</td></tr><tr><td>{MENU}</td></tr><tr><td><p><b>雾里的船</b></p>"
            f"<p>{CHINESE}</p></td></tr></table></body>",
            "http://river.example.org/essays/boat.htm",
            "随笔——雾里的船",
        ),
        (
            f'<body><div class="entry"><div class="title"><h1>雾里的船</h1>{LABELS}</div>'
            f'<div class="article">{CHINESE}</div></div></body>',
            SPACE,
            "雾里的船 - 日志",
        ),
    ],
    ids=["menu of a page of tables", "labels beside the heading"],
)
def test_a_page_of_one_text_with_a_menu_or_labels_is_a_post(body: str, url: str, window: str) -> None:
    page = read(body, url=url, window=window)
    assert (page.kind, [one.title for one in page.posts]) == (PageKind.POST, ["雾里的船"])
    assert "船在河的另一边" in (page.posts[0].body_text or "")


@pytest.mark.parametrize(
    "leaf",
    [
        "<b>20</b><span>5月</span><span>2019</span>",
        "<i>May</i><b>20</b><i>2019</i>",
        "<b>20</b><span>2019-05</span>",
        "<b>20</b><span>2019年5月</span>",
        "2019, May 20, 10:24 PM",
        "5月20日 · 2019年",
        "<b>2019</b><span>05-20</span>",
        "<b>20</b><span>5月,2019</span>",
        "<b>20</b><span>05月2019</span>",
        "5 月 20, 2019",
        "<ul><li><b>May</b> <b>20</b> <b>Mon</b> <b>2019</b> <b>21:35</b></li></ul>",
    ],
)
def test_a_date_as_a_leaf_of_a_calendar_or_with_the_year_first_is_the_day_of_the_post(leaf: str) -> None:
    page = read(
        f'<body><div class="day">{leaf}</div><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div></body>'
    )
    assert page.posts[0].posted is not None
    assert (f"{page.posts[0].posted.at:%Y-%m-%d}", told(page)) == ("2019-05-20", [])


@pytest.mark.parametrize(
    "stamp",
    [
        '<time><a href="/2019/">2019</a>-<a href="/2019/05/">05</a>-<a href="/2019/05/20/">20</a> 21:44:00</time>',
        '<time><span>2019</span><span>-</span><span>05</span><span>-</span><span>20</span> 21:44</time>',
    ],
    ids=["links", "spans"],
)  # fmt: skip
def test_a_time_of_several_elements_is_the_time_of_the_post(stamp: str) -> None:
    posted = read(post(stamp), url="https://notes.example.org/40221.html").posts[0].posted
    assert posted is not None
    assert f"{posted.at:%Y-%m-%d %H:%M}" == "2019-05-20 21:44"


@pytest.mark.parametrize(("age", "shown"), [(900, "2年前"), (26, "3周前"), (20, "2 weeks ago")])
def test_a_day_in_the_data_for_machines_is_better_than_a_number_of_years_or_weeks_ago(
    age: int, shown: str
) -> None:
    day = f"{READ_AT - timedelta(days=age):%Y-%m-%d}"
    page = read(post(shown), f'<meta property="article:published_time" content="{day}T02:44:00+00:00">')
    assert page.posts[0].posted is not None
    assert str(page.posts[0].posted.at)[:10] == day
    assert told(page) == []


def test_the_second_part_of_a_text_is_stored_and_what_stands_below_its_end_is_not() -> None:
    more = (
        f'<div class="entry-content">{TEXT}</div><div id="extended"><p>Der zweite Teil, mit Regen.</p></div>'
    )
    page = read(f"<body><article><h1>{TITLE}</h1><p>20. Mai 2019</p>{more}</article></body>")
    assert (page.posts[0].body_text or "").endswith("Der zweite Teil, mit Regen.")
    below = '<div class="lisence">转载请保留出处。</div><div><span>正文到此结束</span></div>'
    text = read(post("2019-05-20", text=f"{TEXT}{below}")).posts[0].body_text or ""
    assert text.endswith("Licht.")


def test_the_only_title_of_a_post_by_its_class_is_better_than_a_window_title_of_other_words() -> None:
    heading = f'<div class="post-main-title">{TITLE}</div>'
    page = read(f"<body><div>{heading}<p>20. Mai 2019</p>{TEXT}</div></body>", window="Notizen | vom Land")
    assert page.posts[0].title == TITLE
    assert told(page) == ["title"]


def test_buttons_beside_the_headings_of_a_list_and_categories_are_no_posts() -> None:
    entry = (
        '<li><div class="title"><a href="cp.php?ac=share&id={0}">分享</a><h4>'
        '<a href="space.php?uid=7&do=blog&id={0}">雾 {0}</a></h4></div></li>'
    )
    rows = "".join(map(entry.format, range(41, 47)))
    page = read(f"<body><ul>{rows}</ul></body>", url=f"{SPACE[:-6]}&view=me", window="日志")
    assert [one.title for one in page.listed] == [f"雾 {number}" for number in range(41, 47)]
    row = '<li><a href="/blog-category-2.html">Rad</a> <a href="/blog-entry-{0}.html">Regen {0}</a></li>'
    rows = "".join(map(row.format, range(1, 7)))
    page = read(
        f"<body><ul>{rows}</ul></body>", url="https://notes.example.org/archives.html", window="Notizen"
    )
    assert [one.title for one in page.listed] == [f"Regen {number}" for number in range(1, 7)]


def test_the_name_of_the_feeds_is_no_title_of_a_post_without_one() -> None:
    name = "Schritt um Schritt"
    feed = f'<link rel="alternate" type="application/atom+xml" title="{name} - Atom" href="../../feed.xml">'
    top = f'<h1><a href="../../index.html">{name}</a></h1>'
    page = read(
        f"<body>{top}<h2>20. Mai 2019</h2><div class='entry-content'>{TEXT}</div></body>", feed, window=name
    )
    assert (page.posts[0].title, "title" in told(page)) == (None, True)


def test_the_title_in_a_mirror_is_not_the_name_of_the_blog_that_leads_home() -> None:
    name, words = "Notizen aus dem alten Haus", "Worte, Bilder, Wetter, und was sonst so war."
    top = f'<h1><a href="../../index.html">{name}</a></h1><p>{words}</p>'
    text = '<div class="entry"><p>Es regnet, <a href="../regen.html">wie gestern</a>.</p></div>'
    body = f'<body><div id="masthead">{top}</div><div id="main"><h3 class="headline">{TITLE}</h3>{text}</div></body>'
    post = read(body, window=f"{name} » {TITLE}").posts[0]
    assert (post.title, post.body_text) == (TITLE, "Es regnet, wie gestern.")


def test_a_sidebar_inside_the_element_of_the_text_is_not_of_the_text() -> None:
    search = '<li><h3>搜索</h3><ul id="logsearch"><form action="/index.php"><input name="keyword"></form></ul></li>'
    row = "<li><h3>雨，第 {} 天</h3><ul><li>北窗，老王，说了些什么。</li></ul></li>"
    side = f'<ul id="sidebar">{search}{"".join(map(row.format, range(10)))}</ul>'
    text = "<p>Am Morgen lag das Laub auf der Straße, und der Laden hatte noch Licht.</p>" * 3
    left = f'<div id="contentleft"><h2>{TITLE}</h2><p class="date">作者：老王 2019-5-20 08:05</p>{text}</div>'
    post = read(f'<body><div id="content">{left}{side}</div></body>').posts[0]
    assert "北窗" not in (post.body_text or "")
    assert (post.body_text or "").endswith("Licht.")


@pytest.mark.parametrize(
    ("stated", "engine"),
    [("Typecho 1.2.1/24.3.4", "typecho"), ("Z-BlogPHP 1.7.3", "z-blog"), ("emlog", "emlog"), ("Discuz! X3.4", "discuz")],
)  # fmt: skip
def test_a_post_says_which_engine_the_page_states(stated: str, engine: str) -> None:
    page = read(post("2019-05-20"), f'<meta name="generator" content="{stated}">')
    assert page.posts[0].read_by == f"engine:{engine}"


@pytest.mark.parametrize("tag", ["h1", "p"])
def test_a_feed_of_typecho_that_names_the_post_does_not_make_its_title_the_name_of_the_blog(tag: str) -> None:
    feed = (
        f'<link type="application/rss+xml" title="{TITLE} &raquo; Notizen &raquo; RSS 2.0" href="/feed/1/">'
    )
    text = f'<p>20. Mai 2019</p><div class="entry-content">{TEXT}</div>'
    body = f'<body><{tag} class="headline-p">{TITLE}</{tag}>{text}</body>'
    page = read(body, feed, window=f"{TITLE} - Notizen")
    assert (page.posts[0].title, told(page)) == (TITLE, [])


@pytest.mark.parametrize(
    ("heading", "title"), [(f"[<a href='/c/9'>Wetter</a>]{TITLE}", TITLE), ("Der Regen []", "Der Regen []")]
)
def test_the_brackets_around_the_link_of_a_category_are_no_part_of_the_title(
    heading: str, title: str
) -> None:
    text = f'<p>20. Mai 2019</p><div class="entry-content">{TEXT}</div>'
    page = read(
        f'<body><div class="title"><h1>{heading}</h1></div>{text}</body>', window=f"{title} - Notizen"
    )
    assert (page.posts[0].title, told(page)) == (title, [])


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        (f"<a href='#p01'><span>■</span> </a>{TITLE}", TITLE),
        (f"■ {TITLE}", f"■ {TITLE}"),
        ("<a href='/2019/das-wetter/'>……</a>", "……"),
    ],
)
def test_a_link_that_has_a_sign_alone_is_no_part_of_the_title(heading: str, title: str) -> None:
    text = f'<p>20. Mai 2019</p><div class="entry-content">{TEXT}</div>'
    page = read(f"<body><h1>{heading}</h1>{text}</body>", window=f"{title} - Notizen")
    assert (page.posts[0].title, told(page)) == (title, [])


@pytest.mark.parametrize(
    "text",
    [
        f'<div class="row fixed-sidebar-layout--left"><div class="article__content">{TEXT}</div></div>',
        f'<div class="entry-content">{TEXT}<div class="after widget_recent_entries"><h4>Neue Texte</h4>'
        '<ul><li><a href="/2019/markt/">Markt</a></li></ul></div></div>',
        '<div class="content"><span class="submitted-by">Submitted on Mon, 2019-05-20 13:49</span>'
        f'<div class="field field-name-body field-type-text"><div>{TEXT}</div></div></div>',
    ],
    ids=["columns", "widget of WordPress", "Drupal 7"],
)
def test_the_text_has_neither_widgets_nor_the_line_of_the_time_and_may_be_a_column(text: str) -> None:
    card = "Am Samstag, noch vor dem Regen, waren alle auf dem Markt, und viele blieben bis zum Abend. " * 3
    cards = "".join(
        f'<div><div><article class="card"><h2><a href="/2018/markt-{n}/">Markt {n}</a></h2><p>{card}</p>'
        "</article></div></div>"
        for n in range(3)
    )
    page = read(f"<body><header><h1>{TITLE}</h1></header><p>20. Mai 2019</p>{text}{cards}</body>")
    assert (page.posts[0].body_text or "").split() == " ".join([TEXT[3:-4]]).split()


def test_a_notice_below_the_form_is_not_the_text_that_has_a_name() -> None:
    notice = f'<div id="print">{TEXT.replace("Laub", "Papier, der Drucker")}</div>'
    named = f'<div class="postcontent"><h1>{TITLE}</h1>20. Mai 2019<div class="entry">{TEXT}</div></div>'
    page = read(f"<body>{named}<form><textarea></textarea></form>{notice}</body>")
    assert "Laub" in (page.posts[0].body_text or "")
    assert told(page) == ["body"]


def test_times_in_articles_that_link_other_posts_are_none_of_comments() -> None:
    rows = "".join(
        f'<article class="row"><a href="/2018/markt-{n}/">Markt</a><div><time>1{n}. Mai 2018</time></div></article>'
        for n in range(3)
    )
    page = read(post("20. Mai 2019", f"<form><input name='mail'></form>{rows}"))
    assert told(page) == []


def test_an_empty_element_at_the_end_of_a_page_may_state_the_time() -> None:
    page = read(post("") + '<time datetime="2019-05-20T08:07:20+00:00"></time>')
    assert page.posts[0].body_text


def test_the_day_behind_the_link_of_a_title_is_that_of_the_post_and_not_of_its_text() -> None:
    """Textpattern has `<h3><a>title</a> · 20 May 2019</h3>` above a text without an element."""
    head = f'<div id=content><h3><a rel=bookmark href="{URL}">{TITLE}</a> &#183; 20 May 2019</h3>{TEXT}</div>'
    post_ = read(head).posts[0]
    assert (post_.title, post_.posted and f"{post_.posted.at:%F}") == (TITLE, "2019-05-20")
    assert post_.body_text is not None
    assert "2019" not in post_.body_text


@pytest.mark.parametrize(
    "line",
    [
        "Last updated on <time datetime='2021-03-03T10:00:00+00:00'>March 3, 2021</time> By Jutta",
        "Atualizado: 3 de mar. de 2021",
        "Mis à jour le 3 mars 2021",
    ],
)
def test_the_time_of_a_change_beside_other_words_is_not_that_of_the_post(line: str) -> None:
    """Genesis shows the time of the last change alone, Wix shows it nearer to the text than the day."""
    head = '<meta property="article:published_time" content="2019-05-20T10:00:00+00:00">'
    page = read(post(line), head, url="https://notes.example.org/das-wetter/")
    assert f"{page.posts[0].posted and page.posts[0].posted.at:%F}" == "2019-05-20"


def test_a_title_with_a_link_of_one_word_is_better_than_the_name_of_the_blog() -> None:
    """Hatena links words of a title, and shows the name of the blog without a link."""
    linked = TITLE.replace("Regen", "<a class=keyword href='/keyword/regen'>Regen</a>")
    words = f"<h3 class=title><a href='{URL}'><span>■</span></a> {linked}<a class=edit href='/edit'></a></h3>"
    body = f"<h1>Notizen</h1><div class=day><div class=section>{words}{TEXT}</div></div>"
    assert read(body).posts[0].title == TITLE


def test_links_of_commenters_in_headings_leave_the_day_of_the_post() -> None:
    """A theme of Django has the line of the day beside comments in one element."""
    said = "".join(
        f"<div class=media><h5><a href='/profile/{name}/'>{name}</a></h5><small>2{n} May 2019, 10:00</small>"
        f"<p>Das war bei uns am See auch so.</p></div>"
        for n, name in enumerate(("Jutta", "Sven"), start=1)
    )
    line = "<ul><li>Author: Jens</li><li>Published: 20 May 2019, 18:25</li></ul>"
    page = read(
        f"<h1>{TITLE}</h1><div class=row><article>{line}{TEXT}<hr><h4>Comments</h4>{said}</article></div>"
    )
    assert f"{page.posts[0].posted and page.posts[0].posted.at:%F %H:%M}" == "2019-05-20 18:25"


def test_the_line_of_the_time_below_the_lead_in_the_element_of_the_text_is_of_the_post() -> None:
    text = f"<p><b>Der Laden im Dorf öffnet wieder.</b></p><sub>2015.08.15 10:28</sub>{TEXT}"
    page = read(f"<body><div class='entry-content'><h1>{TITLE}</h1>{text}</div></body>")
    assert str(page.posts[0].posted and page.posts[0].posted.at)[:16] == "2015-08-15 10:28"
    assert told(page) == []


@pytest.mark.parametrize("name", ["apub:time", "dcterms.created", "parsely-pub-date", "date"])
def test_the_name_of_a_meta_element_may_say_in_other_ways_that_it_has_the_time_of_the_post(name: str) -> None:
    page = read(post(""), f'<meta name="{name}" content="2019-05-20 21:30:50">')
    assert str(page.posts[0].posted and page.posts[0].posted.at)[:16] == "2019-05-20 21:30"


def test_a_word_in_italics_between_the_day_and_the_month_is_of_the_date() -> None:
    page = read(post("<span>20 <em>of</em> May, 2019</span>"))
    assert (str(page.posts[0].posted and page.posts[0].posted.at)[:10], told(page)) == ("2019-05-20", [])


# As Ghost 6 and themes of Typecho write it.
UPGRADE = """<aside class="gh-post-upgrade-cta"><div class="gh-post-upgrade-cta-content"><h2>This post is for
paying subscribers only</h2><a class="gh-btn" data-portal="signup" href="#/portal/signup">Subscribe now</a><p><small>Already
have an account?
<a data-portal="signin" href="#/portal/signin">Sign in</a></small></p></div></aside>"""
REPLY = '<div class="reply2view"><i class="icon-lock"></i>此处内容需要评论回复后方可阅读。</div>'
# The links of WordPress to the other pages of a text, and a theme's to those of the comments.
PARTS = """<div class="page-links">Pages: <span class="post-page-numbers current">1</span>
<a class="post-page-numbers" href="/2019/bridge/2/">2</a></div>"""
# As it writes them before 4.9, and where a theme or its settings name the next one alone.
OLD_PARTS = '<p>Pages: 1 <a href="{}">2</a></p>'
OTHER_PARTS = '<div class="page-links"><a href="?cpage=2">2</a></div>'


@pytest.mark.parametrize(
    ("line", "doubts"),
    [
        (UPGRADE, ["body"]),
        (REPLY, ["body"]),
        (f"<pre><code>{REPLY[36:-6]}</code></pre>", []),
        ("", []),
        (PARTS, ["body"]),
        (OLD_PARTS.format("https://notes.example.org/2019/das-wetter/2/"), ["body"]),
        (OLD_PARTS.format("https://notes.example.org/2019/das-wetter-2/"), []),
        (OLD_PARTS.format("https://notes.example.org/2019/2/"), []),
        (OTHER_PARTS, []),
    ],
    ids=["ghost", "typecho", "in code", "whole", "pages", "old", "other", "list", "pages of comments"],
)
def test_a_text_of_which_visitors_see_a_part_on_the_page_is_told(line: str, doubts: list[str]) -> None:
    page = read(post("20. Mai 2019", text=f"{TEXT}{line}"))
    assert (told(page), "Subscribe now" in (page.posts[0].body_text or "")) == (doubts, False)


@pytest.mark.parametrize(
    ("named", "linked", "doubts"),
    [
        ("?p=5", "?p=5&amp;page=2", ["body"]),
        ("?p=5", "?p=5&amp;page=3", []),
        ("2019/wetter.html", "2019/wetter.html/2", ["body"]),
        ("2019/wetter.html", "2019/wetter.html2", []),
        ("posts/1", "posts/12/", []),
    ],
)
def test_a_text_with_pages_at_the_canonical_url_of_the_post_is_told(
    named: str, linked: str, doubts: list[str]
) -> None:
    head = f'<link rel="canonical" href="https://notes.example.org/{named}">'
    link = f'<p>Seiten: <a href="https://notes.example.org/{linked}">weiter</a></p>'
    assert told(read(post("20. Mai 2019", text=f"{head}{TEXT}{link}"))) == doubts


def test_a_text_that_only_subscribers_see_is_none() -> None:
    page = read(post("20. Mai 2019", text=UPGRADE))
    assert (page.posts[0].title, page.posts[0].body_text or None, told(page)) == (TITLE, None, ["body"])


def test_the_bookmark_of_another_post_below_a_text_does_not_date_it() -> None:
    time = '<time datetime="2018-03-04T10:00Z">4. März 2018</time>'
    line = f'<p>Davor: <a href="/2018/anders/" rel="bookmark">{time}</a></p>'
    body = f'<body><article><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div>{line}</article></body>'
    page = read(body, url="https://notes.example.org/blog/bridge/")
    assert (page.posts[0].posted, told(page)) == (None, ["posted_at"])


def test_a_bookmark_below_the_text_dates_its_post_if_it_has_the_address_of_the_canonical_link() -> None:
    """A mirror of WordPress links the post by its number, and is stored under another address."""
    head = '<head><link rel="canonical" href="../../../index.html?p=3"></head>'
    line = '<a href="../../../index.html?p=3" rel="bookmark"><time datetime="2019-05-20T08:30Z">20. Mai 2019</time></a>'
    body = (
        f'<article><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div><footer>{line}</footer></article>'
    )
    page = read(f'{head}<body class="single single-post">{body}', url="https://notes.example.org/2019/05/7/")
    assert page.posts[0].posted is not None
    assert (f"{page.posts[0].posted.at:%F}", told(page)) == ("2019-05-20", [])


@pytest.mark.parametrize(
    ("path", "day"),
    [("/2019/05/7/ende/", None), ("/2019/05/07/ende/", "2019-05-07"), ("/2019/5/7/ende/", "2019-05-07")],
)
def test_a_number_behind_the_month_in_a_url_is_a_day_only_with_the_zero_of_the_month(
    path: str, day: str | None
) -> None:
    body = f'<article><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div></article>'
    page = read(f'<body class="single single-post">{body}', url=f"https://notes.example.org{path}")
    posted = page.posts[0].posted
    assert (posted and f"{posted.at:%F}", "posted_at" in told(page)) == (day, day is None)


def test_times_beside_links_to_newest_comments_of_other_posts_date_no_post() -> None:
    newest = "".join(
        f'<li><a href="/2018/other-{n}/comment-page-2/#comment-{n}">Anna: Schön</a> <span>2021-03-0{n} 08:30</span></li>'
        for n in range(1, 5)
    )
    post = f'<article><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div></article>'
    page = read(
        f'<body><div class="left"><ul>{newest}</ul></div>{post}</body>',
        url="https://notes.example.org/2019/bridge/",
    )
    assert (page.posts[0].posted, told(page)) == (None, ["posted_at"])


def test_links_that_show_their_urls_are_of_a_text_of_them() -> None:
    link = '<p><a href="{0}">{0}</a></p>'.format
    urls = [f"https://{name}.example.net/a/long/way/to/the/bridge/" for name in ("wald", "see")]
    said = "<blockquote><p>Erst die alte, dann die neue, sagte er.</p></blockquote>"
    text = f"<h3>Karten:</h3>{link(urls[0])}{said}{link(urls[1])}"
    page = read(
        f'<body><article><h1>{TITLE}</h1><p>20. Mai 2019</p><div class="summary">{text}</div></article></body>'
    )
    assert all(url in (page.posts[0].body_text or "") for url in urls)


@pytest.mark.parametrize("lang", ["en", "pt-BR", "zh"])
@pytest.mark.parametrize(
    "shown", ["05/06/2019", "<i>05</i> <i>06</i> <i>2019</i>"], ids=["one text", "an element for each number"]
)
def test_a_day_that_may_be_a_month_is_of_the_month_in_the_address(shown: str, lang: str) -> None:
    for url, expected in (("2019/05", "2019-05-06"), ("2019/06", "2019-06-05")):
        page = read(post(shown), url=f"https://notes.example.org/{url}/das-wetter/", lang=lang)
        assert page.posts[0].posted is not None
        assert (f"{page.posts[0].posted.at:%F}", told(page)) == (expected, [])
