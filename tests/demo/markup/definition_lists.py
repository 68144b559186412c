"""Definition lists, labels split over inline elements, no-break spaces, images as labels.

The bytes are UTF-8, as the header declares; the page declares gb2312. Links of posts have session ids.
Punctuation is full-width. The link of the next page is an image with its label in `alt`.
"""

from html import escape

from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.blogs.urls import Urls
from tests.demo.markup.base import Markup, name_link, with_session
from tests.demo.markup.charset import Charset
from tests.demo.markup.page_content import ListView, PageFrame, Paging, PostView
from tests.demo.markup.sidebar import Row, SideRow
from tests.demo.markup.tags import esc, link

_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{}</title>
<style type="text/css">
body {{ font: 14px/1.6 sans-serif; width: 960px; margin: auto; }}
dl.side {{ width: 250px; float: right; margin: 0; background: #faf6ee; }}
dl.main {{ width: 680px; margin: 0; }}
dd {{ margin-left: 0; }}
</style>
</head>
<body>
"""
_SPACE = "&nbsp;"
_GOOD = '<img src="/images/good.gif" alt="" />'


class ListsMarkup(Markup):
    """See the module's docstring."""

    charset = Charset(codec="utf-8", declared="gb2312", content_type="text/html; charset=utf-8")
    urls = Urls(
        month="/u/{uid}/m/{month}",
        month_more="/u/{uid}/m/{month}/{page}",
        home_more="/u/{uid}/index_{page}.html",
        category_more="/u/{uid}/c/{number}/{page}",
        comments_more="/comments.php?uid={uid}&month={month}&id={number}&pn={page}",
        day="/u/{uid}/d/{day}",
    )

    def paragraph(self, html: str) -> str:
        """Return a paragraph as pasted from a word processor."""
        return f'<p class="MsoNormal"><span style="font-size:12pt"><span>{html}</span></span><o:p></o:p></p>'

    def post(self, view: PostView) -> str:
        """Return terms and definitions; further comment pages repeat the post."""
        words, post = self.words(view.frame), view.post
        title = link("#", post.title, 'class="diary_title"')
        main = (
            f"<dt><b>{words.body}</b></dt>\n"
            f"<dt><b>{title}</b>{_SPACE}{_SPACE}<span>{post.posted_text}</span></dt>\n"
            f'<dd class="diary_content">{self.body(post)}</dd>\n<dd>{self.counters(words, post)}</dd>\n'
            f'<dd><a href="#write">{words.write_comment}</a></dd>\n<dt>{words.comment_section}</dt>\n'
            + "".join(self.comment(words, comment) for comment in view.comments)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, post.title, main)

    def listing(self, view: ListView) -> str:
        """Return a term and two definitions for each post."""
        words = self.words(view.frame)
        main = (
            f"<dt><b>{words.diary_list}</b>{_SPACE}{esc(view.heading)}</dt>\n"
            + "".join(self._entry(view, words, post) for post in view.posts)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, view.heading, main)

    def notice(self, frame: PageFrame | None, words: str) -> str:
        """Return a notice in place of the post, with header and sidebar."""
        main = f"<dt><b>提示</b></dt><dd>{esc(words)}</dd>\n"
        if frame is None:
            return f"{_HEAD.format('提示')}<dl>{main}</dl>\n</body>\n</html>\n"
        return self._page(frame, "", main)

    def side_row(self, row: SideRow) -> str:
        """Return a term for headings; the heading of the calendar is an image."""
        match row.kind:
            case Row.HEADING if row.text == "Calendar":
                return '<dt><img src="/images/calendar.gif" alt="Calendar" /></dt>'
            case Row.HEADING:
                return f"<dt><b>{esc(row.text[:2])}</b><i>{esc(row.text[2:])}</i></dt>"
            case Row.CALENDAR:
                return f"<dd>{row.text}</dd>"
            case Row.TITLE:
                return f"<dd>·{_SPACE}{link(with_session(row.href), row.text)}</dd>"
            case Row.MONTH:
                return f"<dd>{link(row.href, row.text).replace(' - ', f'{_SPACE}-{_SPACE}')}</dd>"
            case _:
                return f"<dd>{link(row.href, row.text) if row.href else self._split(row.text)}</dd>"

    def _split(self, text: str) -> str:
        label, colon, value = text.partition("：")
        if not colon:
            name, _, age = text.rpartition(" ")
            return f"{esc(name)}{_SPACE}{esc(age)}"
        return f"<b>{esc(label)}</b>：<span>{esc(value)}</span>"

    def counters(self, words: Labels, post: DemoPost) -> str:
        return (
            f"<b>{words.views}</b>{_SPACE}{words.paren(post.views)}{_SPACE}{_GOOD}{_SPACE}"
            f"{words.paren(post.likes)}{_SPACE}<b>{words.comments}</b>{_SPACE}{words.paren(post.comment_count)}"
        )

    def comment(self, words: Labels, comment: DemoComment) -> str:
        name = name_link(comment, 'class="release_restore" target="_blank"')
        reply = f"{_SPACE}<i>{words.reply}</i>{_SPACE}{esc(comment.reply_to)}" if comment.reply_to else ""
        return (
            f"<dt><b>{words.author}</b>{words.colon}{name}{reply}{_SPACE}"
            f"<b>{words.comment_time}</b>{words.colon}<span>{comment.posted_text}</span></dt>\n"
            f"<dd>{esc(comment.text)}</dd>\n"
            f'<dd><a href="#write">{words.reply}</a>{_SPACE}|{_SPACE}{comment.likes}</dd>\n'
        )

    def _entry(self, view: ListView, words: Labels, post: DemoPost) -> str:
        href = with_session(view.frame.index.blog.post_path(post))
        return (
            f"<dt>{self.pin(view, post)}{link(href, post.title)}{_SPACE}"
            f"<span>{post.posted_text}</span></dt>\n"
            f"<dd>{self.excerpt(view, post)}</dd>\n<dd>{self.counters(words, post)}</dd>\n"
        )

    def _pager(self, words: Labels, paging: Paging) -> str:
        if paging.pages == 1:
            return ""
        image = f'<img src="/images/next.gif" alt="{words.next_page}" />'
        following = image
        if paging.page < paging.pages:
            following = f'<a href="{escape(self.page_href(paging, paging.page + 1))}">{image}</a>'
        return f"<dd>{link(self.page_href(paging, 1), words.first_page)}{_SPACE}{following}</dd>\n"

    def _page(self, frame: PageFrame, title: str, main: str) -> str:
        blog, words = frame.index.blog, self.words(frame)
        return (
            _HEAD.format(self.window_title(frame, title))
            + f"<ul><li>{words.site_bar.replace(' ', _SPACE)}</li><li>{words.desk}</li></ul>\n"
            + f"<dl><dt><b>{esc(blog.title)}</b></dt><dd>{esc(blog.tagline)}</dd>\n<dd>{self.home_link(frame)}{_SPACE}&gt;"
            + f"{_SPACE}{link('#copy', words.copy)} &gt; {link('#mark', words.bookmark)}</dd></dl>\n"
            + f'<dl class="side">\n{self.side(frame)}\n</dl>\n<dl class="main">\n{main}</dl>\n'
            + f"<p>{words.footer}</p><p>Copyright (C) 1998-2025. Creaders.NET. All Rights Reserved.</p>\n"
            + "</body>\n</html>\n"
        )
