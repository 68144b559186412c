"""All pages of a blog in a style, by URL."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TypeVar

from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.sites.printed.around import blog_header, by_month, entry, pager, sidebar
from tests.sites.printed.mess import messed
from tests.sites.printed.post_parts import body, comments, counters, heading, main_column, piece
from tests.sites.printed.style import Style
from tests.sites.printed.urls import BASE, Urls

T = TypeVar("T")


def print_blog(style: Style, blog: DemoBlog) -> dict[str, str]:
    """Return the HTML of each page of the blog by absolute URL."""
    urls = Urls(style, blog)
    side = sidebar(style, blog, urls)
    return {BASE + path: messed(style, html) for path, html in _pages(style, blog, urls, side)}


def _pages(style: Style, blog: DemoBlog, urls: Urls, side: str) -> Iterator[tuple[str, str]]:
    habits = blog.habits
    yield from _listing(style, blog, urls, side, ("home", "", ""), blog.shown(), habits.posts_per_home)
    for month, posts in by_month(blog).items():
        wanted = ("month", month, f"{month[:4]}-{month[4:]}")
        yield from _listing(style, blog, urls, side, wanted, posts, habits.posts_per_month)
    for category in blog.categories:
        posts = [post for post in blog.shown() if category.name in post.categories]
        wanted = ("category", str(category.number), f"【{category.name}】")
        yield from _listing(style, blog, urls, side, wanted, posts, habits.posts_per_category)
    for post in blog.shown():
        chunks = _chunks(post.comments, habits.comments_per_page)
        hrefs = [urls.post(post, page) for page in range(1, len(chunks) + 1)]
        for page in range(1, len(chunks) + 1):
            main = post_main(style, blog, urls, post, page, hrefs)
            path = urls.path_of("post", f"{post.month}/{post.number}", page)
            yield path, whole_page(style, blog, f"{post.title} - {blog.title}", main, side)


def post_main(style: Style, blog: DemoBlog, urls: Urls, post: DemoPost, page: int, hrefs: list[str]) -> str:
    """Return the main column of a post's page."""
    words = style.words
    shown = _chunks(post.comments, blog.habits.comments_per_page)[page - 1]
    with_body = page == 1 or style.has("body_again")
    text = body(style, post) if with_body else ""
    head = heading(style, post)
    label = [piece(style, f"<b>{words.body}</b>")] if style.has("label") else []
    top = (
        [piece(style, f"{head}<br>\n{text}")]
        if style.body == "titled_block"
        else [piece(style, head), piece(style, text)]
    )
    form = (
        "<form action='/post'><input name=a value=1><textarea>说点什么</textarea><input type=submit></form>"
    )
    write = piece(style, f"<a href='#write'>{words.write_comment}</a>")
    said = piece(style, comments(style, shown)) if shown else ""
    turn = piece(style, pager(style, hrefs, page)) if len(hrefs) > 1 else ""
    parts = [
        *label,
        *top,
        *(piece(style, html) for html in _between(style, blog, urls, post)),
        piece(style, counters(style, post)),
        piece(style, form) if style.form == "first" else "",
        write,
        piece(style, words.comment_section),
        piece(style, form) if style.form == "before" else "",
        turn if style.pager in ("full", "line") else "",
        said,
        turn,
        piece(style, form) if style.form == "after" else "",
    ]
    return main_column(style, "".join(parts))


def _between(style: Style, blog: DemoBlog, urls: Urls, post: DemoPost) -> Iterator[str]:
    """Return the elements of templates between a body and its counters."""
    if style.between in ("share", "both"):
        yield "<a href='#s'>分享</a> | <a href='#m'>收藏</a> | <a href='#p'>打印</a>"
    if style.between in ("neighbours", "both"):
        posts = blog.shown()
        place = next(place for place, other in enumerate(posts) if other.number == post.number)
        if place + 1 < len(posts):
            other = posts[place + 1]
            yield f"上一篇：<a href='{urls.post(other)}'>{escape(other.title)}</a>"
        if place:
            other = posts[place - 1]
            yield f"下一篇：<a href='{urls.post(other)}'>{escape(other.title)}</a>"
    if style.between == "category":
        for category in blog.categories:
            if category.name in post.categories:
                yield f"文章分类：<a href='{urls.category(category)}'>【{escape(category.name)}】</a>"
    if style.between == "fonts":
        yield "字号：<a href='#b'>大</a> <a href='#m'>中</a> <a href='#s'>小</a>"


def _listing(
    style: Style,
    blog: DemoBlog,
    urls: Urls,
    side: str,
    wanted: tuple[str, str, str],
    posts: Sequence[DemoPost],
    size: int,
) -> Iterator[tuple[str, str]]:
    kind, which, title = wanted
    chunks = _chunks(posts, size)
    hrefs = [urls.written(urls.path_of(kind, which, page)) for page in range(1, len(chunks) + 1)]
    for page, chunk in enumerate(chunks, 1):
        excerpt = blog.habits.excerpts.value
        rows = "".join(entry(style, post, urls.post(post), excerpt) for post in chunk)
        top = f"<div>{style.words.diary_list} {title}</div>\n"
        main = f"{top}<div>{rows}</div>{pager(style, hrefs, page)}"
        yield urls.path_of(kind, which, page), whole_page(style, blog, title or blog.title, main, side)


def whole_page(style: Style, blog: DemoBlog, title: str, main: str, side: str) -> str:
    """Return a page with this main part."""
    top = blog_header(style, blog, f"{BASE}{blog.path}")
    words = style.words
    left, right = (main, side) if style.side == "after" else (side, main)
    columns = {
        "tables": f"<table width='100%'><tr><td valign=top>{left}</td><td valign=top>{right}</td></tr></table>",
        "divs": f"<div id=wrap><div>{left}</div><div>{right}</div></div>",
        "html5": f"<section>{left}</section><aside>{right}</aside>",
        "center": f"<center><table><tr><td>{left}</td></tr></table><table><tr><td>{right}</td></tr></table></center>",
        "dl": f"<dl><dd>{left}</dd><dd>{right}</dd></dl>",
        "one_table": f"<table><tr><td>{left}</td></tr><tr><td>{right}</td></tr></table>",
    }[style.frame]
    base = f'<base href="{BASE}/u/">' if style.links == "base" else ""
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8">{base}<title>{escape(title)}</title></head>\n<body>\n'
        f"{top}\n{columns}\n<div>{words.footer}<br>Copyright (C) 1998-2025. Creaders.NET.</div>\n</body></html>\n"
    )


def _chunks(items: Sequence[T], size: int) -> list[list[T]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)] or [[]]
