"""Lists of posts for machines name the posts of the blog, their changes, and where they go on."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blogarchive import api
from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.save_page import save_page
from tests.sites.engines.markups import (
    COMMENT_MARKUPS,
    COMMENTS,
    DAY,
    FLAT,
    NESTED,
    NO_TITLE_IN_WINDOW,
    ONE_COMMENT,
    ONLY_CHANGED,
    PAGES,
    SECTIONS,
    SHORT,
    SHORT_POSTS,
    TITLE,
    with_quoted_comments,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOME = "https://notes.example.org"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def read(
    path: str,
    body: str | bytes,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    uid: str = "notes.example.org",
    number: str | None = None,
) -> ParsedPage:
    kind = PageKind.HOME if number is None else PageKind.COMMENTS
    target = Target(url=f"{HOME}/{path}", site="web", kind=kind, uid=uid, post_number=number, page_no=2)
    raw = body if isinstance(body, bytes) else body.encode()
    page = Page(url=target.url, fetched_at=NOW, status=200, headers=headers, body=raw)
    parsed = site_by_name("web").parse_page(page, target)
    return normalize_page(CrawledPage(target=target, page=page, parsed=parsed)).parsed


def named(page: ParsedPage) -> list[tuple[str | None, str, str | None]]:
    return [(post.number, post.title, post.version) for post in page.listed]


def following(page: ParsedPage) -> list[str]:
    return [link.url.removeprefix(HOME) for link in page.links if link.next_page]


_SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    f"<url><loc>{HOME}/</loc></url><url><loc>{HOME}/2020/a/</loc><lastmod>2020-05-06</lastmod></url>"
    f"<url><loc>{HOME}/tags/x/</loc></url><url><loc>https://other.example.org/b/</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("ago", "is_kept"), [((0, 9), False), ((0, 99), True)], ids=["of the request", "of one change"]
)
def test_a_time_that_the_host_makes_for_each_request_is_no_change(
    ago: tuple[int, int], is_kept: bool
) -> None:
    stamps = [(NOW - timedelta(minutes=minutes)).isoformat() for minutes in ago]
    urls = (f"<url><loc>{HOME}/note-{n}/</loc><lastmod>{at}</lastmod></url>" for n, at in enumerate(stamps))
    page = read(
        "sitemap.xml", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>'
    )
    assert [post.version for post in page.listed] == (stamps if is_kept else [None, None])


@pytest.mark.parametrize("body", [_SITEMAP, gzip.compress(_SITEMAP.encode())], ids=["plain", "gzip"])
def test_a_sitemap_names_the_posts_of_the_blog_alone(body: str | bytes) -> None:
    page = read("sitemap.xml", body)
    assert named(page) == [("2020/a", "", "2020-05-06")]
    assert (page.kind, following(page), page.problems) == (PageKind.HOME, [], ())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "posts"),
    [
        ("posts/a posts/b posts/c pages/about 404.html", "posts/a posts/b posts/c"),
        ("pages/8309a5 pages/f344d0 pages/0aa1c2 river", "pages/8309a5 pages/f344d0 pages/0aa1c2 river"),
        ("pages/8309a5 pages/f344d0 web ui more", "pages/8309a5 pages/f344d0 web ui more"),
        ("402.html 403.html 404.html river.html", "402.html 403.html 404.html river.html"),
        ("7/ 96/ 118/ 2008/ 2014/", "7 96 118 2008 2014"),
        ("river/ bridge/ 2008/ 2014/", "river bridge"),
        ("spip.php?rubrique2 spip.php?article5 spip.php?mot3", "spip.php?article5"),
    ],
)
def test_the_pages_of_a_generator_in_its_sitemap_are_no_posts(paths: str, posts: str) -> None:
    rows = "".join(f"<url><loc>{HOME}/{path}</loc></url>" for path in paths.split())
    page = read("sitemap.xml", f"<urlset>{rows}</urlset>")
    assert [post.number for post in page.listed] == posts.split()


def test_a_sitemap_of_too_many_entries_is_not_taken_for_the_whole_list() -> None:
    sitemap = f"<urlset><url><loc>{HOME}/a/</loc></url>{{}}</urlset>"
    assert following(read("sitemap.xml", sitemap.format("<url/>" * 49_999))) == []
    page = read("sitemap.xml", sitemap.format("<url/>" * 50_000))
    assert (named(page), following(page)) == ([("a", "", None)], ["/#walk"])


def test_a_packed_sitemap_far_larger_than_its_file_is_a_problem() -> None:
    packed = gzip.compress(_SITEMAP.replace("<urlset", f"{' ' * 2_000_000}<urlset").encode())
    assert [problem.field for problem in read("sitemap.xml", packed).problems] == ["listed"]


def test_an_index_of_sitemaps_and_robots_txt_lead_to_each_sitemap() -> None:
    index = (
        "<sitemapindex>"
        + "".join(
            f"<sitemap><loc>{HOME}/{name}.xml</loc></sitemap>" for name in ("posts-1", "posts-2", "tags")
        )
        + "</sitemapindex>"
    )
    assert following(read("sitemap.xml", index)) == ["/posts-1.xml", "/posts-2.xml"]
    assert following(read("robots.txt", f"User-agent: *\nSitemap: {HOME}/all.xml\n")) == ["/all.xml"]


def test_a_feed_goes_on_to_its_next_page_and_one_that_does_not_say_it_is_whole_to_the_home_page() -> None:
    times = "<published>2020-05-06T09:30:00+08:00</published><updated>2020-05-07T00:00:00Z</updated>"
    entry = f'<entry><title>A &amp;amp; B</title><link href="/a/"/>{times}</entry>'
    page = read("atom.xml", f'<feed {ATOM}><link rel="next" href="/atom2.xml"/>{entry}</feed>')
    assert named(page) == [("a", "A & B", "2020-05-07T00:00:00Z")]
    assert page.listed[0].posted is not None
    assert f"{page.listed[0].posted.at}" == "2020-05-06 09:30:00+08:00"
    assert following(page) == ["/atom2.xml"]
    assert following(read("atom.xml", f"<feed {ATOM}>{entry}</feed>")) == ["/#walk"]


def test_the_times_of_an_old_atom_feed_are_those_of_its_posts() -> None:
    times = "<issued>2005-05-06T09:30:00+08:00</issued><modified>2005-05-07T00:00:00Z</modified>"
    page = read(
        "atom.xml", f'<feed version="0.3"><entry><title>A</title><link href="/a/"/>{times}</entry></feed>'
    )
    assert named(page) == [("a", "A", "2005-05-07T00:00:00Z")]
    assert page.listed[0].posted is not None
    assert f"{page.listed[0].posted.at}" == "2005-05-06 09:30:00+08:00"


def test_rss_of_hugo_is_whole() -> None:
    item = f"<item><title>A</title><link>{HOME}/a/</link><pubDate>Wed, 06 May 2020 09:30:00 +0800</pubDate></item>"
    page = read("index.xml", f"<rss><channel><generator>Hugo</generator>{item}</channel></rss>")
    assert (named(page), following(page)) == ([("a", "A", None)], [])


def test_the_interface_of_wordpress_names_posts_changes_and_the_next_page() -> None:
    row = {
        "id": 7, "link": f"{HOME}/?p=7", "date": "2020-05-06T09:30:00", "date_gmt": "2020-05-06T01:30:00",
        "modified_gmt": "2020-05-08T00:00:00", "title": {"rendered": "A &#038; B"},
    }  # fmt: skip
    rows = [row | {"id": number, "link": f"{HOME}/?p={number}"} for number in range(7, 17)]
    path = "wp-json/wp/v2/posts?per_page=100&page=1"
    page = read(path, json.dumps(rows), headers=(("X-WP-TotalPages", "2"),))
    assert named(page)[0] == ("?p=7", "A & B", "2020-05-08T00:00:00")
    assert f"{page.listed[0].posted and page.listed[0].posted.at}" == "2020-05-06 09:30:00+08:00"
    assert following(page) == ["/wp-json/wp/v2/posts?per_page=100&page=2"]


def test_what_the_interface_of_wordpress_claims_is_not_believed_without_rows() -> None:
    path = "wp-json/wp/v2/posts?per_page=100&page=1"
    row = {"id": 7, "link": f"{HOME}/?p=7", "modified_gmt": "2020-05-08T00:00:00"}
    rows = json.dumps([row, None, 5, {"link": ["x"], "title": None}])
    assert following(read(path, rows, headers=(("X-WP-TotalPages", "1000000"),))) == []
    assert following(read(path, rows, headers=(("X-WP-Total", "500"),))) == ["/#walk"]
    assert read(path, "<html><body>Log in</body></html>").kind is PageKind.UNKNOWN
    comments = json.dumps([{"id": [1], "post": 7, "content": 5}, 1, {"id": 2, "post": 9}])
    page = read("wp-json/wp/v2/comments?post=7&page=1", comments, number="?p=7")
    assert len(page.posts[0].comments) == 1


def test_comments_of_wordpress_name_whom_they_answer() -> None:
    def row(number: int, name: str, parent: int) -> dict[str, object]:
        date = {"date": "2020-05-07T10:00:00", "date_gmt": "2020-05-07T02:00:00"}
        content = {"rendered": f"<p>Rain {number}</p>"}
        return {"id": number, "author_name": name, "parent": parent, "content": content, **date}

    page = read(
        "wp-json/wp/v2/comments?post=7&page=1",
        json.dumps([row(1, "Ann", 0), row(2, "Bob", 1)]),
        number="?p=7",
    )
    post = page.posts[0]
    assert (page.kind, post.number) == (PageKind.COMMENTS, "?p=7")
    assert [(one.author_name, one.reply_to, one.body_text) for one in post.comments] == [
        ("Ann", None, "Rain 1"),
        ("Bob", "Ann", "Rain 2"),
    ]


def test_a_feed_of_blogger_counts_on_and_search_indexes_of_hexo_are_lists() -> None:
    entry = f'<entry><title>A</title><link rel="alternate" href="{HOME}/2020/05/a.html"/></entry>'
    page = read("feeds/posts/default?max-results=150&start-index=1", f"<feed {ATOM}>{entry * 150}</feed>")
    assert following(page) == ["/feeds/posts/default?max-results=150&start-index=151"]
    search = (
        '<search><entry><title>A</title><url>/2020/a/</url><content type="html">…</content></entry></search>'
    )
    assert named(read("search.xml", search)) == [("2020/a", "A", None)]
    content = json.dumps({"posts": [{"title": "A", "path": "2020/a/", "date": "2020-05-06T01:30:00.000Z"}]})
    assert named(read("content.json", content)) == [("2020/a", "A", None)]
    content = json.dumps([{"title": "A", "path": "2008/"}, {"title": "2014", "path": "2014/"}])
    assert named(read("content.json", content)) == [("2008", "A", None)]


@pytest.mark.parametrize(
    "body", ["", "[", "<feed", "<urlset/>", '{"a": 1}', "\x00", "<rss><channel/></rss>", "[1, null]"]
)
def test_damaged_lists_never_raise(body: str) -> None:
    for path in ("sitemap.xml", "atom.xml", "wp-json/wp/v2/posts?page=1", "robots.txt"):
        assert read(path, body).listed == ()


def test_a_page_that_scripts_alone_make_is_refused_with_the_reason() -> None:
    text = '<title>App</title><div id="app"></div><script src="/app.js"></script>'
    page = api.parse_page(text.encode(), f"{HOME}/post/1.html", fetched_at=NOW)
    assert page.kind is PageKind.UNKNOWN
    assert "needs a browser" in page.problems[0].detail


def test_a_challenge_of_a_browser_is_a_refusal_and_no_post() -> None:
    text = (
        '<title>Just a moment...</title><h1>notes.example.org</h1><h2 id="challenge-running">Checking the connection</h2>'
        '<div id="challenge-body-text">notes.example.org needs to review the security of your connection.</div>'
    )
    page = api.parse_page(text.encode(), f"{HOME}/post/1.html", fetched_at=NOW)
    assert (page.kind, page.posts) == (PageKind.NOTICE, ())
    assert page.notice is not None
    assert page.notice.kind is NoticeKind.BLOCKED


READ_AT = datetime(2026, 1, 1, tzinfo=UTC)


def read_page(text: str, url: str = "https://notes.example.org/1.html") -> api.ParsedPage:
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


@pytest.mark.parametrize("engine", PAGES)
def test_title_day_text_and_comments_are_those_of_the_page(engine: str) -> None:
    page = read_page(PAGES[engine])
    post = page.posts[0]
    assert post.title == TITLE
    assert post.posted is not None
    assert post.posted.at is not None
    assert f"{post.posted.at:%Y-%m-%d}" == DAY
    assert (post.body_text or "").startswith("雨下了一夜")
    assert (post.body_text or "").endswith("茶的来历很长。")
    assert 'href="https://example.org/tea"' in (post.body_html or "")
    assert [image.url for image in post.images] == ["https://notes.example.org/pictures/shop.png"]
    shown = COMMENTS if engine in NESTED + FLAT else []
    got = [
        (
            one.author_name,
            one.posted and one.posted.at and one.posted.at.isoformat()[:16],
            (one.body_text or "").replace("\n", ""),
        )
        for one in post.comments
    ]
    assert got == [(name, at, text) for name, at, _, text in shown]
    if engine in NESTED:
        assert [one.reply_to for one in post.comments] == [to for _, _, to, _ in COMMENTS]
    assert page.problems == ()


def test_a_label_behind_a_date_tells_the_time_of_the_last_change() -> None:
    times = f"<span><time>{DAY}</time>发表</span><span><time>2025-01-02</time>更新</span>"
    body = f"<main><div>{times}</div><h1>{TITLE}</h1><article><p>{SHORT}</p></article></main>"
    page = read_page(f"<title>{TITLE}</title>{body}")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == DAY
    assert page.problems == ()


def test_the_next_page_of_a_list_is_the_one_with_the_next_number() -> None:
    rows = "".join(f'<h2><a href="/2020/{number}.html">第 {number} 天</a></h2>' for number in range(1, 6))
    pages = '<a href="/page/2/">2</a> <b>3</b> <a href="/page/4/">4</a> <a href="/page/9/">9</a>'
    disabled = '<div class="pagination-next is-invisible"><a href="/page/4/">下一页</a></div>'
    target = Target(url=f"{HOME}/page/3/", site="web", kind=PageKind.HOME, uid="notes.example.org", page_no=4)
    for links, expected in ((pages, ["/page/4/"]), (disabled, [])):
        page = Page(url=target.url, fetched_at=NOW, status=200, headers=(), body=f"{rows}{links}".encode())
        assert following(site_by_name("web").parse_page(page, target)) == expected


def list_at(path: str, links: str) -> ParsedPage:
    """Return the list at `path`, the third page of a chain, with whole texts and these links."""
    text = "<p>雨停了，河里的船都回来了。桥上没有人，灯也还没有亮，只有卖鱼的在收摊。</p>" * 9
    rows = "".join(f'<h2><a href="/2020/{n}.html">第 {n} 天</a></h2>{text * n}' for n in range(1, 6))
    target = Target(url=f"{HOME}{path}", site="web", kind=PageKind.HOME, uid="notes.example.org", page_no=3)
    page = Page(url=target.url, fetched_at=NOW, status=200, headers=(), body=f"{rows}{links}".encode())
    return site_by_name("web").parse_page(page, target)


def test_the_calendar_of_tdiary_leads_from_month_to_month() -> None:
    """It hides the links of its lists from programs."""
    calendar = '<table><tr><td><a href="/?date=202512">前</a></td><td>3月</td><td>次</td></tr></table>'
    assert following(list_at("/?date=202603", calendar)) == ["/?date=202512"]


def test_the_window_title_of_the_list_of_a_month_is_not_the_name_of_the_blog() -> None:
    rows = "".join(f'<h2><a href="/?p={n}">第 {n} 天</a></h2>' for n in range(1, 6))
    for path, name in (("", "山居"), ("?m=202105", None)):
        target = Target(
            url=f"{HOME}/{path}",
            site="web",
            kind=PageKind.HOME,
            uid="notes.example.org",
            page_no=1 if name else 2,
        )
        raw = f"<title>山居{'' if name else '(2021-05)'}</title>{rows}".encode()
        parsed = site_by_name("web").parse_page(
            Page(url=target.url, fetched_at=NOW, status=200, headers=(), body=raw), target
        )
        assert len(parsed.listed) == 5
        assert parsed.author is not None
        assert parsed.author.blog_title == name


def test_the_class_or_the_text_of_a_link_to_newer_posts_may_say_next() -> None:
    older = '<a href="/page/4" class="prev">« billets précédents</a>'
    links = f'<p>{older} <a href="/page/2" class="next">billets suivants »</a></p>'
    assert following(list_at("/page/3", links)) == ["/page/4"]
    assert following(list_at("/page/4", '<a href="/page/3" class="next">billets suivants »</a>')) == []
    links = '<a href="/page/2" class="prev">← Next</a> <a href="/page/4" class="next">Previous →</a>'
    assert following(list_at("/page/3", links)) == ["/page/4"]


def test_the_titles_in_columns_that_have_the_name_of_a_menu_are_the_list() -> None:
    """So Joomla names the element around all of its columns, beside a menu of categories."""
    text = "Am Morgen lag das Laub auf der Straße, und der Laden hatte noch Licht. " * 3
    rows = "".join(
        f"<h2 class='contentheading'><a href='/fluss/{n}-bruecke'>Tag {n}</a></h2><p>{text}</p>"
        for n in range(31, 36)
    )
    menu = "".join(f"<li><a href='/news/thema{n}'><img src='/{n}.png'>Thema {n}</a></li>" for n in range(6))
    page = read_page(f"<body><div class='colmask leftmenu'><ul>{menu}</ul>{rows}</div></body>", f"{HOME}/")
    assert [post.title for post in page.listed] == [f"Tag {n}" for n in range(31, 36)]


def test_a_link_to_the_older_ones_of_a_menu_is_not_that_to_the_next_page() -> None:
    assert following(list_at("/archives/P4.html", '<ul><li><a href="/archive">Older...</a></li></ul>')) == []


def test_a_list_of_whole_texts_goes_on_whatever_its_address() -> None:
    page = list_at("/archives/P3.html", '<p><a href="/archives/P4.html">next page →</a></p>')
    assert (page.kind, len(page.listed), following(page)) == (PageKind.HOME, 5, ["/archives/P4.html"])


@pytest.mark.parametrize(
    "form", ["/index{}.html", "/page{}/", "/blog/page-{}.html", "/?paged={}", "/blog/page:{}", "/p{}/"]
)
def test_the_next_page_has_a_number_in_any_form_and_a_sign_for_its_name(form: str) -> None:
    rows = "".join(f'<h2><a href="/2020/{number}.html">第 {number} 天</a></h2>' for number in range(1, 6))
    links = f'<a href="{form.format(2)}">⟩</a> <a href="{form.format(3)}">⟫</a>'
    target = Target(url=f"{HOME}/", site="web", kind=PageKind.HOME, uid="notes.example.org", page_no=2)
    url = f"{HOME}/#walk"
    page = Page(url=url, fetched_at=NOW, status=200, headers=(), body=f"{rows}{links}".encode())
    assert following(site_by_name("web").parse_page(page, target)) == [form.format(2)]


@pytest.mark.parametrize("markup", COMMENT_MARKUPS)
def test_comments_of_another_program_are_those_of_the_page(markup: str) -> None:
    page = read_page(COMMENT_MARKUPS[markup])
    got = [
        (one.author_name, one.posted and one.posted.at and one.posted.at.isoformat()[:16], one.body_text)
        for one in page.posts[0].comments
    ]
    assert got == [(name, at, text) for name, at, _, text in COMMENTS]
    assert page.problems == ()


@pytest.mark.parametrize("markup", SECTIONS)
def test_all_sections_of_a_text_are_stored(markup: str) -> None:
    page = read_page(SECTIONS[markup])
    text = page.posts[0].body_text or ""
    assert [number for number in range(1, 6) if f"第 {number} 段" in text] == [1, 2, 3, 4, 5]
    assert text.startswith("第 1 段")
    assert page.problems == ()


@pytest.mark.parametrize("shape", SHORT_POSTS)
def test_a_text_shorter_than_what_its_theme_adds_is_read_alone(shape: str) -> None:
    page = read_page(SHORT_POSTS[shape])
    post = page.posts[0]
    assert (post.title, post.body_text) == (TITLE, SHORT)
    assert post.posted is not None
    assert f"{post.posted.at:%Y-%m-%d}" == DAY


@pytest.mark.parametrize(
    ("text", "field"), [(ONLY_CHANGED, "posted_at"), (NO_TITLE_IN_WINDOW, "title")], ids=["time", "title"]
)
def test_a_title_or_a_time_that_the_page_only_suggests_is_stored_with_a_problem(
    text: str, field: str
) -> None:
    page = read_page(text)
    assert page.posts[0].title == TITLE
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == DAY
    assert field in [problem.field for problem in page.problems]


@pytest.mark.parametrize("folder", ["blog/2020/05", "tags/rivers", "posts"])
def test_the_file_of_a_folder_is_a_list_where_the_folder_is_one(folder: str) -> None:
    kinds = [site_by_name("web").parse_url(f"{HOME}/{folder}/{name}").kind for name in ("", "index.html")]
    assert kinds == [PageKind.HOME, PageKind.HOME]


def test_a_page_that_a_sitemap_names_and_that_lists_posts_is_no_post() -> None:
    rows = "".join(
        f'<li><a href="/{number}.html">第 {number} 天</a> 2020-05-0{number}</li>' for number in range(1, 6)
    )
    body = f"<title>全部 - 小城笔记</title><body><main><h1>全部</h1><ul>{rows}</ul></main></body>"
    target = Target(url=f"{HOME}/all-of-them.html", site="web", kind=PageKind.POST, uid="notes.example.org")
    page = Page(url=target.url, fetched_at=NOW, status=200, headers=(), body=body.encode())
    parsed = site_by_name("web").parse_page(page, target)
    assert (parsed.kind, parsed.posts, len(parsed.listed)) == (PageKind.HOME, (), 5)


def page_of(url: str, body: str, kind: PageKind = PageKind.POST) -> ParsedPage:
    target = Target(url=url, site="web", kind=kind, uid="notes.example.org")
    page = Page(url=url, fetched_at=NOW, status=200, headers=(), body=body.encode())
    return site_by_name("web").parse_page(page, target)


def test_a_numbered_page_of_whole_texts_is_a_list_whatever_type_it_states() -> None:
    """Starlight states the type of an article on all pages; Astro numbers those of a list, and sitemaps name them."""
    text = "<p>河水很急，船来得很早，没有人说话。</p>"
    rows = "".join(
        f'<article><h2><a href="/blog/day-{n}/">第 {n} 天</a></h2><time>2020-05-0{n}</time>{text * n**2}</article>'
        for n in range(1, 6)
    )
    head = '<title>日记 - 小城笔记</title><meta property="og:type" content="article">'
    parsed = page_of(f"{HOME}/blog/2/", f"{head}<main><h1>日记</h1><div>{rows}</div></main>")
    assert (parsed.kind, parsed.posts, len(parsed.listed)) == (PageKind.HOME, (), 5)


def test_a_front_page_that_states_the_type_of_an_article_is_no_post_if_it_shows_no_time() -> None:
    """Starlight states it on the front page of documents too; its sitemap lists the posts of the blog."""
    text = "<p>我是河边的人，白天摆渡，晚上写字，写的都是船上的事。</p>" * 3
    head = '<title>小城笔记 | 小城笔记</title><meta property="og:type" content="article">'
    head += '<link rel="sitemap" href="/sitemap-index.xml">'
    shown = f"<main><h1>小城笔记</h1><div>{text}<a href='/blog/'>博客</a></div></main>"
    parsed = page_of(f"{HOME}/", f"{head}<body>{shown}</body>", PageKind.HOME)
    assert (parsed.kind, parsed.posts) == (PageKind.HOME, ())
    assert [link.url for link in parsed.links] == [f"{HOME}/sitemap-index.xml"]
    dated = page_of(
        f"{HOME}/",
        f"{head}<body>{shown.replace('</h1>', '</h1><time>2020-05-01</time>')}</body>",
        PageKind.HOME,
    )
    assert [post.title for post in dated.posts] == ["小城笔记"]


def test_a_home_page_with_the_class_of_a_post_is_a_list_if_it_lists_some() -> None:
    rows = "".join(
        f'<article class="post"><h2><a href="/2016/day-{n}/">第 {n} 天</a></h2><p>河水很急，船来得很早。</p></article>'
        for n in range(1, 6)
    )
    body = f'<title>小城笔记</title><body class="post-template"><main>{rows}</main></body>'
    parsed = page_of(f"{HOME}/", body, PageKind.HOME)
    assert (parsed.kind, parsed.posts, len(parsed.listed)) == (PageKind.HOME, (), 5)


def test_the_home_page_of_a_blog_that_moved_below_a_path_is_no_post() -> None:
    text = "<p>我是河边的人，白天摆渡，晚上写字，写的都是船上的事。</p>" * 5
    row = "<p><a href='/journal/day-1/'>第一天</a> 2020-05-01</p>"
    body = f"<title>小城笔记</title><body><main><h1>小城笔记</h1>{text}{row}</main></body>"
    parsed = page_of(f"{HOME}/journal/", body, PageKind.HOME)
    assert (parsed.kind, parsed.posts) == (PageKind.HOME, ())


def test_a_link_of_two_figures_leads_to_a_page_of_the_list_and_one_of_three_may_be_a_post() -> None:
    links = "".join(f"<li><a href='/note-{n}'>{n}</a></li>" for n in ("灯", "河", 404, 12))
    parsed = read("notes/", f"<title>山居</title><body><main><ul>{links}</ul></main></body>")
    assert [post.number for post in parsed.listed] == ["note-灯", "note-河", "note-404"]


def test_a_link_of_the_time_alone_has_the_heading_above_it_as_its_title() -> None:
    rows = "".join(
        f'<article><h2>第 {n} 天</h2><a href="/day-{n}/"><time>2020-05-0{n}</time>,</a><p>河边。</p></article>'
        for n in range(1, 5)
    )
    listed = read("", f"<html><body><main>{rows}</main></body></html>").listed
    assert [(post.number, post.title) for post in listed] == [(f"day-{n}", f"第 {n} 天") for n in range(1, 5)]


@pytest.mark.parametrize("label", ["查看全文", "Read more »", "続きを読む"])
def test_a_link_to_the_rest_of_a_text_is_no_title_of_a_post(label: str) -> None:
    """A theme links the rest by a path that is wrong below `/page/2/`."""
    rows = "".join(
        f'<div class="row"><a href="/{name}/">第{name}篇</a> <time>2020-05-06</time> <a href="{name}/">{label}</a></div>'
        for name in ("早晨", "正午", "傍晚")
    )
    page = list_page(f"<div>{rows}</div>")
    shown = [(post.title, post.posted and post.posted.text) for post in page.listed]
    assert shown == [(f"第{name}篇", "2020-05-06") for name in ("早晨", "正午", "傍晚")]


def test_a_line_above_a_licence_in_a_card_and_a_picture_are_read_without_the_tags() -> None:
    tags = '<div class="mt"><a href="/tags/a/" class="pill">日记</a> <a href="/2020/a/">渡船停了 →</a></div>'
    card = (
        '<title>换灯泡 - 山居</title><article class="card"><div><a role="heading">换灯泡</a><small><a href="/c/">'
        '日记</a></small><span>2019-03-28 -</span></div><div class="ui-card-content"><p>今天换了灯泡。</p><blockquote>'
        '<b>作者：<a href="/about/">店员</a><br>链接：<a href="/36.html">http://notes.example.org/36.html</a><br>'
        "本文采用 <a href='/by'>CC BY-SA 4.0</a> 进行许可。</b></blockquote></div></article>"
    )
    picture = "<title>船 - 山居</title><main><article><header><h1>船</h1><time>2018-12-18</time></header>"
    picture += f'<div class="prose-hill"><p><img src="/boat.png"></p></div>{tags}</article></main>'
    posts = [read_page(text).posts[0] for text in (card, picture)]
    assert [(post.body_text, len(post.images)) for post in posts] == [("今天换了灯泡。", 0), ("", 1)]


def test_comments_that_the_text_quotes_are_of_the_text() -> None:
    alone, beside = read_page(with_quoted_comments()), read_page(with_quoted_comments(ONE_COMMENT))
    assert [one.author_name for one in alone.posts[0].comments] == []
    assert [problem.field for problem in alone.problems] == ["comments", "body"]
    assert [one.author_name for one in beside.posts[0].comments] == ["小满"]
    assert beside.problems == ()
    for page in (alone, beside):
        assert "下次一起去。" in (page.posts[0].body_text or "")


def test_more_comments_than_the_page_counts_are_a_problem() -> None:
    text = with_quoted_comments(ONE_COMMENT.replace("茶真的", ONE_COMMENT.replace("1 条评论", "") + "茶真的"))
    page = read_page(text)
    assert len(page.posts[0].comments) == 2
    assert [(problem.kind, problem.field) for problem in page.problems] == [("incomplete", "comments")]


def test_the_walk_follows_the_frames_of_a_home_page() -> None:
    frames = '<frame src="menu.htm"><frame src="new.htm"><frame src="https://ads.example.net/">'
    page = read(
        "#walk", f'<html><head><title>山居</title></head><frameset cols="150,*">{frames}</frameset></html>'
    )
    assert (following(page), page.problems) == (["/menu.htm", "/new.htm"], ())
    rows = "".join(f'<li><a href="essays/s{n}.htm">雾里的船 {n}</a></li>' for n in range(1, 9))
    assert len(read("menu.htm", f"<body><ul>{rows}</ul></body>").listed) == 8


@pytest.mark.parametrize(("day", "kind"), [("", PageKind.HOME), ("<p>2003年5月6日</p>", PageKind.POST)])
def test_a_text_in_a_frame_is_a_post_only_if_it_shows_a_time(day: str, kind: PageKind) -> None:
    page = read(
        "welcome.htm", f"<title>欢迎</title><body><h1>欢迎光临</h1>{day}<p>请从左边选择文章。</p></body>"
    )
    assert (page.kind, len(page.posts), page.problems if day == "" else ()) == (kind, bool(day), ())


def test_the_walk_follows_no_frame_outside_the_blog() -> None:
    sources = (
        "ftp://notes.example.org/ann/a",
        "%2e%2e/bob/",
        "..%2Fbob/",
        "../bob/",
        "//127.0.0.1/ann/",
        "own.htm",
    )
    frames = "".join(f'<frame src="{source}">' for source in sources)
    page = read("ann/#walk", f"<html><frameset>{frames}</frameset></html>", uid="notes.example.org/ann")
    assert following(page) == ["/ann/own.htm"]


_TO_ARCHIVE = '<h3><a href="blog/archive.html">{}</a></h3>'


@pytest.mark.parametrize(
    "more", ["", *map(_TO_ARCHIVE.format, ["Archives", "查看所有文章", "View all posts", "All writing"])]
)
def test_the_walk_goes_on_with_recent_posts_only_if_no_link_leads_to_the_archive(more: str) -> None:
    rows = "".join(f'<p><a href="blog/day-{n}.html">雾里的船 {n}</a></p>' for n in range(1, 5))
    # The next document of Sphinx is no page of the list.
    recent = '<h3><a href="blog.html">Recent Posts</a></h3>'
    recent += '<link rel="next" href="about/"><a title="next page" href="about/">About</a>' if more else ""
    page = read("#walk", f"<main>{rows}</main>{recent}{more}")
    assert (following(page), page.problems) == (["/blog/archive.html" if more else "/blog.html"], ())


def test_a_walk_without_a_next_page_goes_on_with_the_feed_and_is_unproved() -> None:
    feed = '<link rel="alternate" type="application/atom+xml" href="/atom.xml">'
    page = read("#walk", f"{feed}<main><h2><a href='/2020/lamp.html'>灯</a></h2></main>")
    assert (len(page.listed), following(page)) == (1, ["/atom.xml"])
    assert [problem.kind for problem in page.problems] == ["incomplete"]


def test_a_walk_that_finds_no_post_says_so() -> None:
    page = read("#walk", "<title>山居</title><main><h1>山居</h1><p>正在搬家。</p></main>")
    assert [problem.detail for problem in page.problems] == [
        "the home page names no post; its title is '山居'"
    ]


def list_page(rows: str, path: str = "page/2/") -> api.ParsedPage:
    menu = "".join(
        f"<li><a href='{HOME}/{name}.html'>{name}</a></li>" for name in ("about-me", "works", "maps")
    )
    page = f"<html><head><title>山居</title></head><body class='blog'><main>{rows}</main><ul>{menu}</ul></body></html>"
    return read(path, page)


def test_the_date_of_one_post_in_a_list_is_not_that_of_another() -> None:
    flat = "".join(
        f"<h2><a href='/post/{name}'>第{name}篇</a></h2><p>{line}</p>"
        for name, line in (("1", "没有日期的一篇。"), ("2", "2019-05-06"), ("3", "也没有日期。"))
    )
    assert [post.posted for post in list_page(f"<div>{flat}</div>").listed] == [None, None, None]


def test_a_date_in_a_sentence_of_a_list_is_not_the_day_of_the_post() -> None:
    rows = "".join(
        f"<div><h2><a href='/post/{name}'>第{name}篇</a></h2><p>2011年3月5日，我们搬进了第{name}所房子。</p></div>"
        for name in "123"
    )
    assert [post.posted for post in list_page(rows).listed] == [None, None, None]


def test_numbers_in_a_title_are_no_leaf_of_a_calendar() -> None:
    titles = [
        "Room <b>12</b> <i>1999</i>",
        "Top <em>10</em> 2018",
        "2018 <b>99</b> Bottles",
        "3 <i>of</i> 2018",
    ]
    rows = "".join(f"<h2><a href='/post/{n}'>{title}</a></h2><p>雾。</p>" for n, title in enumerate(titles))
    shown = ["Room 12 1999", "Top 10 2018", "2018 99 Bottles", "3 of 2018"]
    assert [post.title for post in list_page(f"<div>{rows}</div>").listed] == shown


def test_a_link_of_another_protocol_is_no_post() -> None:
    rows = "".join(
        f"<h2><a href='{kind}://notes.example.org/a.html'>雾</a></h2>" for kind in ("ftp", "https")
    )
    assert [post.url for post in list_page(rows).listed] == [f"{HOME}/a.html"]


def test_the_last_page_of_a_list_may_have_one_post() -> None:
    rows = "<div><h2><a href='/post/1'>第一篇</a></h2><p>2019-05-06</p></div>"
    assert [post.number for post in list_page(rows).listed] == ["post/1"]


def test_the_list_of_a_host_is_one_of_a_blog_below_a_path_if_it_names_its_posts() -> None:
    site, uid, home = site_by_name("web"), "notes.example.org/blog", f"{HOME}/blog"
    # The blog is walked from its home page as it was asked for: Flask knows no `/blog/` beside `/blog`.
    for chain, walked in ((None, "/blog/#walk"), (f"{home}/", "/blog/#walk"), (home, "/blog#walk")):
        target = Target(url=f"{home}/index.xml", site="web", kind=PageKind.HOME, uid=uid, page_no=2)
        target = replace(target, chain=chain)
        urls = []
        while (following := site.next_index(target)) is not None and len(urls) < 5:
            urls.append((target := following).url.removeprefix(HOME))
        assert urls[:3] == ["/sitemap.xml", "/robots.txt", walked]
    assert [number for number, *_ in named(read("sitemap.xml", _of_host("blog/one", "team"), uid=uid))] == [
        "blog/one"
    ]
    assert read("sitemap.xml", _of_host("team"), uid=uid).kind is PageKind.UNKNOWN


def _of_host(*paths: str) -> str:
    rows = "".join(f"<url><loc>{HOME}/{path}</loc></url>" for path in paths)
    return f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"


@pytest.mark.parametrize(
    ("slug", "numbers"), [("friend", ["blog/friend"]), ("home", ["blog/home"]), ("friends", [])]
)
def test_a_word_of_lists_is_the_slug_of_a_post_below_the_folder_of_the_blog(
    slug: str, numbers: list[str]
) -> None:
    page = read("sitemap.xml", _of_host("blog/two", f"blog/{slug}"))
    assert [number for number, *_ in named(page) if number != "blog/two"] == numbers


def test_a_list_that_fails_after_the_pages_were_read_does_not_ask_for_them_again(tmp_path: Path) -> None:
    root = "https://notes.example.org/blog/"
    anchors = "".join(f'<h2><a href="{root}p{number}.html">第 {number} 天</a></h2>' for number in range(1, 6))
    home = f"<title>小城笔记</title><body><main>{anchors}<a href='?page=2' rel='next'>2</a></main></body>"
    with Archive.open(tmp_path / "a.db", create=True) as archive:

        def save(url: str, seconds: int, page_no: int = 2, status: int = 200) -> None:
            chain = root if page_no > 1 else None
            target = Target(
                url=url,
                site="web",
                kind=PageKind.HOME,
                uid="notes.example.org/blog",
                page_no=page_no,
                chain=chain,
            )
            at = NOW + timedelta(seconds=seconds)
            page = Page(
                url=url.partition("#")[0], fetched_at=at, status=status, headers=(), body=home.encode()
            )
            parsed = site_by_name("web").parse_page(page, target)
            save_page(archive, CrawledPage(target=target, page=page, parsed=parsed), None)

        save(root, 0, page_no=1)
        save(f"{root}#walk", 1)
        save("https://notes.example.org/robots.txt", 2, status=404)
        states = archive.rows("select url, state from frontier where kind = 'home' and page_no < 3")
    assert (f"{root}#walk", "done") in states


@pytest.mark.parametrize(
    ("path", "title", "is_post"),
    [
        ("archives/1998/", "河边的傍晚", True),
        ("archives/1998.html", "河边的傍晚", True),
        ("archives/1998", "1998 年的文章", False),
        ("archives/1998/", "", False),
        ("archives/1998/05/", "五月", False),
    ],
)
def test_a_post_whose_number_looks_like_a_year_is_one_of_a_feed_and_of_a_list(
    path: str, title: str, is_post: bool
) -> None:
    items = "".join(
        f"<item><title>{text}</title><link>{HOME}/{last}</link></item>"
        for last, text in ((path, title), ("archives/77/", "山路"))
    )
    feed = read("feed.xml", f"<rss><channel>{items}</channel></rss>")
    assert len(feed.listed) == 1 + is_post
    rows = "".join(
        f'<h2><a href="/{last}">{text}</a></h2>' for last, text in ((path, title), ("archives/77/", "山路"))
    )
    page = read("", f"<title>小城笔记</title><body><main>{rows}</main></body>")
    assert len(page.listed) == 1 + is_post


def test_an_empty_link_over_a_card_leads_to_the_post_with_the_title_of_the_card() -> None:
    card = (
        '<div class="box"><a href="/2018/{0}.html">\n</a><div class="summary"><div class="entry-title">{1}</div>'
        "<p>桥下的水很慢，有人在洗菜，也有人在钓鱼。</p></div></div>"
    )
    rows = [("bridge", "河边的桥"), ("lamp", "灯"), ("letter", "信")]
    page = list_page("".join(card.format(*row) for row in rows), "")
    assert [(post.number, post.title) for post in page.listed] == [
        (f"2018/{slug}.html", title) for slug, title in rows
    ]


@pytest.mark.parametrize("title", ["<h1>{}</h1><p>桥下的水很慢。</p>", '<b class="title">{}</b>'])
@pytest.mark.parametrize("url", ["/notes/{}/", "notes/{}.html"])
def test_a_card_without_a_link_leads_to_its_post_by_its_script(title: str, url: str) -> None:
    card = '<div class="box" onclick="location.href=\'{0}\'"><div class="title_and_text">{1}</div></div>'
    names = ["bridge", "lamp", "letter"]
    page = list_page("".join(card.format(url.format(name), title.format(name)) for name in names), "")
    ending = url.format("").removeprefix("/").removeprefix("notes/").rstrip("/")
    assert [(post.number, post.title) for post in page.listed] == [(f"notes/{n}{ending}", n) for n in names]


def test_a_post_without_a_title_in_a_list_of_three_is_listed_by_the_link_of_its_day() -> None:
    row = '<article>{1}<a class="day" href="/{0}/"><time>2020-05-0{2}</time></a></article>'
    titles = [(name, f'<h2><a href="/{name}/">{name}</a></h2>') for name in ("bridge", "lamp")]
    rows = [row.format(*pair, day) for day, pair in enumerate([*titles, ("w3", "")], 1)]
    assert [post.number for post in list_page("".join(rows), "").listed] == ["bridge", "lamp", "w3"]


def test_a_list_has_the_time_of_a_post_that_ikiwiki_ends_with_its_year() -> None:
    row = (
        '<article><header><a href="/posts/{0}/">{0}</a></header><section><p>Es regnet.</p></section><footer>Posted '
        '<time datetime="2019-07-1{1}T21:52:22Z">Mon Jul 1{1} 21:52:22 2019</time></footer></article>'
    )
    rows = (row.format(name, day) for day, name in enumerate(("bridge", "lamp", "letter"), 1))
    page = list_page("".join(rows), "")
    days = [post.posted.at.day for post in page.listed if post.posted and post.posted.at]
    assert days == [11, 12, 13]


def test_the_newest_post_in_a_card_of_another_class_is_listed() -> None:
    card = (
        '<article class="{0}-entry"><header><h2>{1}</h2></header><footer><span>2020-05-0{2}</span></footer>'
        '<a class="entry-link" href="/posts/{2}/"></a></article>'
    )
    rows = [("first", "河边的桥", 4), ("post", "灯", 3), ("post", "信", 2), ("post", "候车室", 1)]
    page = list_page("".join(card.format(*row) for row in rows), "")
    assert [(post.number, post.title) for post in page.listed] == [
        (f"posts/{day}", title) for _, title, day in rows
    ]


def test_the_title_of_a_card_that_is_one_link_has_neither_its_labels_nor_its_day() -> None:
    """Gmeek has the posts in a `nav`, with a link of a label inside that of the card."""
    card = (
        '<a class="SideNav-item" href="post/{0}.html"><div><span class="listTitle">{1}</span></div><div>'
        '<span class="Label"><object><a href="/tag.html#x">生活</a></object></span>'
        '<span class="Label LabelTime">2020-05-0{0}</span></div></a>'
    )
    titles = ["河边的桥", "灯", "信"]
    rows = "".join(card.format(n, title) for n, title in enumerate(titles, 1))
    page = list_page(f'<div id="content"><nav class="SideNav border">{rows}</nav></div>', "")
    assert [(post.title, post.url) for post in page.listed] == [
        (title, f"{HOME}/post/{n}.html") for n, title in enumerate(titles, 1)
    ]


def test_cards_with_a_named_title_in_their_link_are_listed_beside_a_few_linked_headings() -> None:
    first = "".join(f'<h2><a href="/2015/12/{n}-bridge/">Bridge {n}</a></h2>' for n in range(3))
    card = '<a href="/2015/12/{0}-lamp/"><img src="/i.png"><span class="featured-title">Lamp {0}</span></a>'
    # Starlight links the next page so.
    older = '<a href="/blog/2/" rel="next"><span class="title">Older posts</span></a>'
    page = list_page(f"<div>{first}</div><div>{''.join(map(card.format, range(20)))}</div>{older}", "")
    assert [post.title for post in page.listed] == [f"Bridge {n}" for n in range(3)] + [
        f"Lamp {n}" for n in range(20)
    ]


def test_posts_without_a_title_are_listed_by_their_permanent_links_however_many_they_are() -> None:
    titles = ["Frost", "", "", "Tea"]
    rows = "".join(
        f'<div class="h-entry">{title and f"<h2><a href=/2020/note-{n}>{title}</a></h2>"}<p>One line.</p>'
        f'<a class="u-url" rel="permalink" href="/2020/note-{n}"><time>May {n} 2020</time></a></div>'
        for n, title in enumerate(titles, 1)
    )
    assert [post.title for post in list_page(rows, "").listed] == titles


def test_a_month_of_nucleus_is_a_list() -> None:
    row = (
        '<div><h2><a href="/index.php?itemid=7">Frost (06/05/2020)</a></h2></div><p>Frost on the window.</p>'
    )
    url = f"{HOME}/index.php?archive=2020-05&blogid=1"
    page = read_page(f"<title>Archives</title><body>{row}</body>", url)
    assert (page.kind, page.posts) == (PageKind.HOME, ())
    assert [post.number for post in page.listed] == ["?itemid=7"]


def test_blaze_blogger_is_not_blogger() -> None:
    rows = "".join(f'<h2><a href="/2020/05/{n}-note">Note {n}</a></h2>' for n in range(1, 4))
    head = '<meta name="Generator" content="BlazeBlogger 1.2.0"><title>Notes</title>'
    page = read_page(f"<head>{head}</head><body>{rows}</body>", f"{HOME}/")
    assert following(page) == ["/sitemap.xml"]


def test_a_post_without_a_title_is_listed_by_the_link_of_its_date() -> None:
    titles = ["河边的桥", "灯", "", "信", "候车室"]
    rows = "".join(
        f'<article><a class="day" href="/2018/05/0{n}/post-{n}/"><time>5月 {n}</time></a>'
        f"{title and f'<h1><a href=/2018/05/0{n}/post-{n}/>{title}</a></h1>'}</article>"
        for n, title in enumerate(titles, 1)
    )
    assert [post.title for post in list_page(rows, "archives/").listed] == titles


def test_a_post_without_a_title_is_listed_by_the_link_to_read_it() -> None:
    """Kratos Rebirth shows the text of such a post in an element of its own kind."""
    link = '<span class="right"><a class="more" href="/tag-{0}/">{1}</a></span>'
    more = f'<footer class="meta"><time>2020-05-0{{0}}</time>{link}</footer>'
    titled = (
        '<article><div class="main"><h2><a href="/tag-{0}/">Tag {0}</a></h2></div><div class="border">'
        + more
        + "</div></article>"
    )
    rows = "".join(titled.format(day, "Weiterlesen") for day in range(1, 6))
    page = list_page(f"{rows}<article><p>Nur ein Satz.</p>{more.format(6, 'Kommentare')}</article>")
    assert [(post.number, post.title) for post in page.listed][-2:] == [("tag-5", "Tag 5"), ("tag-6", "")]


def test_a_month_of_a_single_post_lists_it_with_the_title_beside_its_date_and_button() -> None:
    url = "/2018/05/13/fan/"
    day, more = f'<a class="day" href="{url}"><time>5月 13</time></a>', f'<a class="more" href="{url}">…</a>'
    rows = f'<article>{day}<h1><a href="{url}">修电风扇</a></h1><p>宿舍的风扇不转了。</p>{more}</article>'
    assert [post.title for post in list_page(rows, "archives/2018/05/").listed] == ["修电风扇"]


@pytest.mark.parametrize(
    "space", ["forum/home.php?mod=space&uid=7&do=blog&view=me&from=space", "space.php?uid=7&do=blog&view=me"]
)
def test_the_posts_of_a_member_of_discuz_are_a_list_with_their_titles(space: str) -> None:
    path, query = space.partition("?")[0], "do=blog&" if "mod=" not in space else "mod=space&do=blog&"
    row = (
        '<dl><dt><a href="/{path}?{query}uid=7&id={n}">第 {n} 天</a></dt><dd><span>2018-5-{n} 10:20</span></dd>'
        '<dd>后院来了三只浣熊。</dd><dd class="xg1"><a href="/{path}?uid=7&do=blog&classid=3&view=me">山居</a>'
        '<a href="/{path}?{query}uid=7&id={n}">{n}0 次阅读</a></dd></dl>'
    )
    page = read_page("".join(row.format(path=path, query=query, n=n) for n in range(1, 5)), f"{HOME}/{space}")
    assert (page.kind, page.posts) == (PageKind.HOME, ())
    assert [post.title for post in page.listed] == [f"第 {n} 天" for n in range(1, 5)]


@pytest.mark.parametrize("folder", ["tag/regen", "category/wetter", "author/anna"])
def test_the_feed_of_a_tag_is_not_that_of_a_blog_below_it(folder: str) -> None:
    feed = f'<link type="application/rss+xml" rel="alternate" href="{HOME}/{folder}/feed/">'
    rows = "".join(f'<h2><a href="/der-markt-{n}/">Markt {n}</a></h2>' for n in range(4))
    page = api.parse_page(f"{feed}<main>{rows}</main>".encode(), f"{HOME}/{folder}/", fetched_at=NOW)
    assert [post.url for post in page.listed] == [f"{HOME}/der-markt-{n}/" for n in range(4)]


def test_a_query_without_a_value_stays_as_it_is() -> None:
    assert site_by_name("web").parse_url(f"{HOME}/read.php?5").url == f"{HOME}/read.php?5"


def test_a_page_of_a_post_whose_text_is_not_found_is_a_failure_though_it_links_others() -> None:
    rows = "".join(f'<h3><a href="/2020/05/{n}.html">第 {n} 天</a></h3>' for n in range(1, 6))
    body = f"<title>雨 - 小城笔记</title><body><div class='post-body'></div><ul>{rows}</ul></body>"
    parsed = page_of(f"{HOME}/2020/05/9.html", body)
    assert [(one.kind, one.field) for one in parsed.problems] == [("unreadable", "body")]
    assert page_of(f"{HOME}/rain", body).problems == (), "a list may be anywhere else"


def test_a_picture_beside_links_to_tags_in_one_element_is_the_post() -> None:
    """So Ananke shows a post that is a picture alone; Hux has columns of the whole blog beside the text."""
    tags = '<ul class="pa0"><li class="list di"><a href="/tags/fluss/">Fluss</a></li></ul>'
    body = (
        f'<article><h1>Am Fluss</h1><div class="lh-copy"><p><img src="/fluss.jpg"></p>{tags}</div></article>'
    )
    (post,) = page_of(f"{HOME}/posts/fluss/", f"<title>Am Fluss | Notizen</title><body>{body}</body>").posts
    assert "fluss.jpg" in (post.body_html or "")
    text = "<p>Am Morgen lag das Laub auf der Straße, und der Laden hatte noch Licht.</p>" * 4
    beside = f'<div class="col-lg-3 sidebar-container"><h5>FEATURED TAGS</h5>{tags}</div>'
    rows = f"<article><div class='row'><div class='post-container'>{text}</div>{beside}</div></article>"
    page = page_of(
        f"{HOME}/posts/markt/", f"<title>Markt - Notizen</title><header><h1>Markt</h1></header>{rows}"
    )
    assert "FEATURED" not in (page.posts[0].body_text or "")


def test_the_home_page_of_a_blog_below_any_path_names_the_blog() -> None:
    """A login page in its place is told by this name."""
    url = f"{HOME}/weblog/"
    target = Target(url=url, site="web", kind=PageKind.HOME, uid="notes.example.org/weblog")
    body = "<title>Un carnet</title><main><h2><a href='2026/pluie.html'>La pluie</a></h2></main>"
    page = Page(url=url, fetched_at=NOW, status=200, headers=(), body=body.encode())
    author = site_by_name("web").parse_page(page, target).author
    assert author is not None
    assert (author.uid, author.blog_title) == ("notes.example.org/weblog", "Un carnet")


def test_the_domains_of_blogger_in_each_country_are_one_blog() -> None:
    rows = "".join(
        f'<h3><a href="http://notes.blogspot.{domain}/2011/03/{domain}.html">Am Fluss {domain}</a></h3>'
        for domain in ("de", "com.br", "co.uk", "com")
    )
    page = page_of("http://notes.blogspot.de/", f"<main>{rows}</main>", PageKind.HOME)
    assert page.author is not None
    assert page.author.uid == "notes.blogspot.com"
    assert {post.url for post in page.listed} == {
        f"http://notes.blogspot.com/2011/03/{domain}.html" for domain in ("de", "com.br", "co.uk", "com")
    }


def test_a_session_of_vbulletin_in_the_links_of_a_list_is_no_search() -> None:
    session = "s=df38bf2cbfa9a380c90dc51e82213564"
    rows = "".join(f'<h3><a href="/content/{n}-fluss?{session}">Am Fluss {n}</a></h3>' for n in range(5))
    assert [post.number for post in read_page(f"<main>{rows}</main>", f"{HOME}/").listed] == [
        f"content/{n}-fluss" for n in range(5)
    ]
    assert site_by_name("web").parse_url(f"{HOME}/?s=fluss").kind is PageKind.HOME, "a search is a list"


@pytest.mark.parametrize("site", ["web", "creaders"])
def test_a_blog_may_be_at_an_address_of_ipv6(site: str) -> None:
    shown = site_by_name(site).parse_url("HTTP://[2001:DB8::1]:8080//u/1/")
    assert shown.url == "http://[2001:db8::1]:8080/u/1/"
    assert site_by_name(site).parse_url("http://[2001:db8::1]:80/u/1/").url == "http://[2001:db8::1]/u/1/"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.php?/archives/5-rain.html", PageKind.POST),
        ("weblog/P5/", PageKind.HOME),
        ("post/2001/", PageKind.POST),
        ("blog/2001/", PageKind.HOME),
        ("blog/?cate=3", PageKind.HOME),
    ],
    ids=["Serendipity", "ExpressionEngine", "post with the number of a year", "year", "Z-Blog"],
)
def test_posts_and_lists_are_told_by_their_urls(path: str, kind: PageKind) -> None:
    assert site_by_name("web").parse_url(f"{HOME}/{path}").kind is kind


@pytest.mark.parametrize(
    ("path", "links", "older"),
    [
        ("posts", {2: "Previous"}, ["/posts/2"]),
        ("posts/2", {3: "Previous", 1: "Next"}, ["/posts/3"]),
        ("posts/2", {1: "Previous", 3: "Next"}, ["/posts/3"]),
    ],
)
def test_the_pages_of_a_list_go_on_where_their_numbers_grow(
    path: str, links: dict[int, str], older: list[str]
) -> None:
    titles = "".join(f'<li><a href="/posts/walk-{n}"><h2>Walk {n}</h2></a></li>' for n in range(3))
    anchors = "".join(f'<a href="/posts/{n}">{text}</a> ' for n, text in links.items())
    page = read(path, f"<html><body><ul>{titles}</ul><p>{anchors}</p></body></html>")
    assert (len(page.listed), following(page)) == (3, older)


def test_the_text_of_a_post_in_an_element_named_untitled_is_not_its_title() -> None:
    def article(name: str, heading: str) -> str:
        # As Ayer, a theme of Hexo, writes a list.
        day = f'<a href="/2019/{name}.html" class="article-date"><time datetime="2019-05-14">2019-05-14</time></a>'
        title = heading and f'<h2><a class="article-title" href="/2019/{name}.html">{heading}</a></h2>'
        return f'<article id="post-{name}">{day}{title}<div class="article-entry"><p>下午去了河边。</p></div></article>'

    rows = article("banjia", "搬家") + article("untitled-2", "") + article("shujia", "书架")
    listed = read("", f"<html><body><main>{rows}</main></body></html>").listed
    assert [(post.number, post.title) for post in listed] == [
        ("2019/banjia.html", "搬家"),
        ("2019/untitled-2.html", ""),
        ("2019/shujia.html", "书架"),
    ]
