"""Traditional labels in Big5: a div for each item, `<br>` between its lines, full-width punctuation.

Header, text and footer of a comment are lines of one div. The sidebar comes after the post.
"""

from tests.demo.blogs.labels import TRADITIONAL, Labels
from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.blogs.urls import Urls
from tests.demo.markup.base import SWITCH, Markup, name_link
from tests.demo.markup.charset import Charset
from tests.demo.markup.page_content import ListView, PageFrame, Paging, PostView
from tests.demo.markup.sidebar import Row, SideRow
from tests.demo.markup.tags import esc, link

_NAME = 'target="_blank"'
_HEAD = """<html>
<head>
<meta http-equiv="content-type" content="text/html; charset=big5">
<title>{}</title>
<style>
body {{ font: 15px serif; width: 900px; margin: auto; }}
#right {{ float: right; width: 230px; }}
#left {{ width: 640px; }}
.c {{ border-top: 1px dotted #999; }}
</style>
</head>
<body>
"""


class LinesMarkup(Markup):
    """See the module's docstring."""

    charset = Charset(codec="big5hkscs", declared="big5", content_type="text/html; charset=big5")
    urls = Urls(
        month="/u/{uid}/archive.php?date={month}",
        month_more="/u/{uid}/archive.php?date={month}&wid={page}",
        home_more="/u/{uid}/?pg={page}",
        category_more="/u/{uid}/{number}.html?pg={page}",
        comments_more="/u/{uid}/{month}/{number}.html?pg={page}",
        day="/u/{uid}/calendar.php?d={day}",
    )

    def labels(self, traditional: bool) -> Labels:
        """Return Traditional labels for any blog."""
        return TRADITIONAL

    def paragraph(self, html: str) -> str:
        """Return a paragraph as text and a line break."""
        return f"{html}<br>"

    def post(self, view: PostView) -> str:
        """Return title and time on lines of their own; further comment pages repeat the post."""
        words, post = self.words(view.frame), view.post
        comments = "".join(self.comment(words, comment) for comment in view.comments)
        main = (
            f'<div>{words.body}</div>\n<div class="t"><a class="diary_title">{esc(post.title)}</a><br>\n'
            f'{post.posted_text}</div>\n<div class="diary_content">{self.body(post)}</div>\n'
            f"<div>{self.counters(words, post)}</div>\n"
            f'<div><a href="#write">{words.write_comment}</a></div>\n<div>{words.comment_section}</div>\n'
            f"{comments}{self._pager(words, view.paging)}"
        )
        return self._page(view.frame, post.title, main)

    def listing(self, view: ListView) -> str:
        """Return a div for each post."""
        words = self.words(view.frame)
        entries = "".join(self._entry(view, words, post) for post in view.posts)
        main = (
            f"<div>{esc(f'{words.diary_list} {view.heading}'.rstrip())}</div>\n"
            f"{entries}{self._pager(words, view.paging)}"
        )
        return self._page(view.frame, view.heading, main)

    def notice(self, frame: PageFrame | None, words: str) -> str:
        """Return a notice of one line, with a link back."""
        return f"{_HEAD.format('提示')}<div>{esc(words)}<br><a href='/'>返回</a></div>\n</body></html>\n"

    def side_row(self, row: SideRow) -> str:
        """Return a line."""
        match row.kind:
            case Row.CALENDAR:
                return row.text
            case Row.TITLE:
                return f"· {link(row.href, row.text)}<br>"
            case Row.HEADING:
                return f"<b>{esc(row.text)}</b><br>"
            case _:
                return f"{link(row.href, row.text) if row.href else esc(row.text)}<br>"

    def counters(self, words: Labels, post: DemoPost) -> str:
        return (
            f"{words.views}{words.paren(post.views)} <img src='/images/good.gif'>{words.paren(post.likes)} "
            f"{words.comments}{words.paren(post.comment_count)}"
        )

    def comment(self, words: Labels, comment: DemoComment) -> str:
        reply = f" {words.reply} {esc(comment.reply_to)}" if comment.reply_to else ""
        return (
            f'<div class="c">{words.author}{words.colon}{name_link(comment, _NAME)}{reply} '
            f"{words.comment_time}{words.colon}{comment.posted_text}<br>\n{esc(comment.text)}<br>\n"
            f'<a href="#write">{words.reply}</a> | {comment.likes}</div>\n'
        )

    def _entry(self, view: ListView, words: Labels, post: DemoPost) -> str:
        title = self.pin(view, post) + link(view.frame.index.blog.post_path(post), post.title)
        return (
            f"<div>{title}<br>\n{post.posted_text}<br>\n{self.excerpt(view, post)}\n"
            f"{self.counters(words, post)}</div>\n"
        )

    def _pager(self, words: Labels, paging: Paging) -> str:
        if paging.page == paging.pages:
            return ""
        return f"<div>{link(self.page_href(paging, paging.page + 1), words.next_page)}</div>\n"

    def _page(self, frame: PageFrame, title: str, main: str) -> str:
        blog, words = frame.index.blog, self.words(frame)
        return (
            _HEAD.format(self.window_title(frame, title))
            + f"<div>{words.site_bar} {SWITCH}<br>{words.desk}</div>\n"
            + f"<div>{esc(blog.title)}<br>\n{esc(blog.tagline)}<br>\n{self.home_link(frame)} &gt; "
            + f"{link('#copy', words.copy)} &gt; {link('#mark', words.bookmark)}</div>\n"
            + f'<table width="100%"><tr valign="top"><td id="left">\n{main}</td>\n'
            + f'<td id="right">\n{self.side(frame)}\n</td></tr></table>\n'
            + f"<div>{words.footer}<br>Copyright (C) 1998-2025. Creaders.NET. All Rights Reserved.</div>\n"
            + "</body>\n</html>\n"
        )
