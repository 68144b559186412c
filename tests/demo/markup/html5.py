"""HTML5 in UTF-8: article, section and ul, half-width punctuation, the sidebar before the post.

Further comment pages have no body, only title, counters and comments.
"""

from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.blogs.urls import Urls
from tests.demo.markup.base import SWITCH, Markup, name_link
from tests.demo.markup.charset import Charset
from tests.demo.markup.page_content import ListView, PageFrame, Paging, PostView
from tests.demo.markup.sidebar import Row, SideRow
from tests.demo.markup.tags import esc, link

_HEAD = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>{}</title>
<style>
body {{ font-family: sans-serif; max-width: 1000px; margin: auto; }}
aside {{ float: right; width: 260px; background: #f3f6f3; padding: 0 1em; }}
main {{ margin-right: 310px; }}
.meta, .foot {{ color: #666; }}
</style>
</head>
<body>
"""


class Html5Markup(Markup):
    """See the module's docstring."""

    charset = Charset(codec="utf-8", declared="utf-8", content_type="text/html; charset=utf-8")
    urls = Urls(
        month="/u/{uid}/{month}/",
        month_more="/u/{uid}/{month}/?p={page}",
        home_more="/u/{uid}/?p={page}",
        category_more="/u/{uid}/{number}.html?p={page}",
        comments_more="/u/{uid}/{month}/{number}_{page}.html",
        day="/u/{uid}/cal/{day}",
    )
    half_width = True

    def paragraph(self, html: str) -> str:
        """Return a paragraph."""
        return f"<p>{html}</p>"

    def post(self, view: PostView) -> str:
        """Return an article and a section of comments."""
        words, post = self.words(view.frame), view.post
        comments = "\n".join(self.comment(words, comment) for comment in view.comments)
        body = f'<div class="diary_content">\n{self.body(post)}\n</div>\n' if view.paging.page == 1 else ""
        title = link(view.frame.index.blog.post_path(post), post.title, 'class="diary_title"')
        main = (
            f'<h2 class="section">{words.body}</h2>\n<article>\n'
            f"<header><h1>{title}</h1> <time>{post.posted_text}</time></header>\n{body}"
            f'<footer class="meta">{self.counters(words, post)}</footer>\n</article>\n'
            f'<p><a href="#write">{words.write_comment}</a></p>\n'
            f'<section class="comments">\n<h2>{words.comment_section}</h2>\n<ul>\n{comments}\n</ul>\n'
            f"{self._pager(view.paging)}</section>\n"
        )
        return self._page(view.frame, post.title, main)

    def listing(self, view: ListView) -> str:
        """Return a list of articles."""
        words = self.words(view.frame)
        entries = "\n".join(self._entry(view, words, post) for post in view.posts)
        main = (
            f'<h2 class="section">{esc(view.heading or words.diary_list)}</h2>\n'
            f"<ul>\n{entries}\n</ul>\n{self._pager(view.paging)}"
        )
        return self._page(view.frame, view.heading, main)

    def notice(self, frame: PageFrame | None, words: str) -> str:
        """Return a notice in place of the post, with header and sidebar."""
        main = f'<div class="notice"><p>{esc(words)}</p></div>\n'
        if frame is None:
            return f"{_HEAD.format('万维读者网')}<main>\n{main}</main>\n</body>\n</html>\n"
        return self._page(frame, "", main)

    def side_row(self, row: SideRow) -> str:
        """Return a heading, or a list item."""
        match row.kind:
            case Row.HEADING:
                return f"</ul>\n<h3>{esc(row.text)}</h3>\n<ul>"
            case Row.CALENDAR:
                return f"<li>{row.text}</li>"
            case Row.TITLE:
                return f"<li>· {link(row.href, row.text)}</li>"
            case _:
                return f"<li>{link(row.href, row.text) if row.href else esc(row.text)}</li>"

    def counters(self, words: Labels, post: DemoPost) -> str:
        return (
            f"{words.views}{words.paren(post.views)} "
            f'<svg width="12" height="12"><circle cx="6" cy="6" r="5"></circle></svg> '
            f"{words.paren(post.likes)} {words.comments}{words.paren(post.comment_count)}"
        )

    def comment(self, words: Labels, comment: DemoComment) -> str:
        reply = f" {words.reply} <em>{esc(comment.reply_to)}</em>" if comment.reply_to else ""
        name = name_link(comment, 'class="release_restore" target="_blank"')
        text = "".join(f"<p>{esc(line)}</p>" for line in comment.text.split("\n"))
        return (
            f"<li>\n<header>{words.author}{words.colon}{name}{reply} "
            f"<time>{words.comment_time}{words.colon}{comment.posted_text}</time></header>\n"
            f'<div class="text">{text}</div>\n'
            f'<footer class="foot"><a href="#write">{words.reply}</a> | {comment.likes}</footer>\n</li>'
        )

    def _entry(self, view: ListView, words: Labels, post: DemoPost) -> str:
        title = self.pin(view, post) + link(view.frame.index.blog.post_path(post), post.title)
        return (
            f"<li><article><h3>{title}</h3> <time>{post.posted_text}</time>\n"
            f'{self.excerpt(view, post)}\n<p class="meta">{self.counters(words, post)}</p></article></li>'
        )

    def _pager(self, paging: Paging) -> str:
        """Return numbers, the current one without link, and an arrow."""
        if paging.pages == 1:
            return ""
        near = range(max(1, paging.page - 3), min(paging.pages, paging.page + 3) + 1)
        drawn = [
            f"<b>{page}</b>" if page == paging.page else link(self.page_href(paging, page), str(page))
            for page in near
        ]
        if paging.page < paging.pages:
            drawn.append(link(self.page_href(paging, paging.page + 1), ">"))
        return f"<nav>{' '.join(drawn)}</nav>\n"

    def _page(self, frame: PageFrame, title: str, main: str) -> str:
        blog, words = frame.index.blog, self.words(frame)
        return (
            _HEAD.format(self.window_title(frame, title))
            + f"<nav>{words.site_bar} {SWITCH}</nav>\n<nav>{words.desk}</nav>\n"
            + f"<header>\n<h1>{esc(blog.title)}</h1>\n<p>{esc(blog.tagline)}</p>\n"
            + f"<p>{self.home_link(frame)} &gt; {link('#copy', words.copy)} &gt; {link('#mark', words.bookmark)}</p>\n"
            + "</header>\n"
            + f"<aside>\n<ul>\n{self.side(frame)}\n</ul>\n</aside>\n<main>\n{main}</main>\n"
            + f"<footer><p>{words.footer}</p><p>Copyright (C) 1998-2025. Creaders.NET.</p></footer>\n"
            + "</body>\n</html>\n"
        )
