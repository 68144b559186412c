"""Nested tables of 2009: GBK declared as gb2312, full-width punctuation, the sidebar after the post."""

from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.blogs.urls import Urls
from tests.demo.markup.base import SWITCH, Markup, name_link, with_session
from tests.demo.markup.charset import Charset
from tests.demo.markup.page_content import ListView, PageFrame, Paging, PostView
from tests.demo.markup.sidebar import Row, SideRow
from tests.demo.markup.tags import esc, link

_HEAD = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{}</title>
<style type="text/css">
body, td {{ font-size: 14px; font-family: "宋体", "Noto Sans CJK SC", serif; }}
td.side {{ width: 240px; background: #eef3f8; }}
</style>
</head>
<body bgcolor="#ffffff" topmargin="0">
"""
_TITLE = 'class="diary_title"'
_NAME = 'class="release_restore" target="_blank"'
_GOOD = "<img src='/images/good.gif' border=0 alt=''>"
_COPYRIGHT = "Copyright (C) 1998-2025. Creaders.NET. All Rights Reserved."


def _row(html: str) -> str:
    return f"<table width='100%' border=0 cellpadding=3 cellspacing=0><tr><td>{html}</td></tr></table>\n"


class TablesMarkup(Markup):
    """See the module's docstring."""

    charset = Charset(codec="gb18030", declared="gb2312")
    urls = Urls(
        month="/user_blog_month.php?uid={uid}&ym={month}",
        month_more="/user_blog_month.php?uid={uid}&ym={month}&page={page}",
        home_more="/u/{uid}/?page={page}",
        category_more="/u/{uid}/{number}.html?page={page}",
        comments_more="/u/{uid}/{month}/{number}.html?cpage={page}",
        day="/u/{uid}/?day={day}",
    )

    def paragraph(self, html: str) -> str:
        """Return a paragraph as text and two line breaks."""
        return f"{html}<br>\n<br>"

    def post(self, view: PostView) -> str:
        """Return title and time in two cells of a row; further comment pages repeat the post."""
        words, post = self.words(view.frame), view.post
        main = (
            _row(words.body)
            + "<table width='100%' border=0><tr>"
            + f"<td>{link('#top', post.title, _TITLE)}</td>"
            + f"<td align=right nowrap>{post.posted_text}</td></tr>\n"
            + f"<tr><td colspan=2><div class='diary_content'>\n{self.body(post)}\n</div></td></tr></table>\n"
            + _row(self.counters(words, post))
            + _row(link("#write", words.write_comment))
            + _row(words.comment_section)
            + "".join(self.comment(words, comment) for comment in view.comments)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, post.title, main)

    def listing(self, view: ListView) -> str:
        """Return a table for each post."""
        words = self.words(view.frame)
        main = (
            _row(esc(f"{words.diary_list} {view.heading}".rstrip()))
            + "".join(self._entry(view, words, post) for post in view.posts)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, view.heading, main)

    def notice(self, frame: PageFrame | None, words: str) -> str:
        """Return a notice in a small table, without header and sidebar."""
        return (
            _HEAD.format("万维读者网")
            + f"<table align=center width=400 border=1><tr><td>{esc(words)}</td></tr>"
            + "<tr><td><a href='javascript:history.back()'>返回</a></td></tr></table>\n</body></html>\n"
        )

    def side_row(self, row: SideRow) -> str:
        """Return a table for each row, as the real site does; links of titles have a session id."""
        match row.kind:
            case Row.CALENDAR:
                return _row(row.text)
            case Row.TITLE:
                return _row(f"· {link(with_session(row.href), row.text)}")
            case _:
                return _row(link(row.href, row.text) if row.href else esc(row.text))

    def counters(self, words: Labels, post: DemoPost) -> str:
        return (
            f"{words.views}{words.paren(post.views)} {_GOOD} {words.paren(post.likes)} "
            f"{link('#comments', words.comments)}{words.paren(post.comment_count)}"
        )

    def comment(self, words: Labels, comment: DemoComment) -> str:
        reply = f" {words.reply} {esc(comment.reply_to)}" if comment.reply_to else ""
        when = f"{words.comment_time}{words.colon}{comment.posted_text}"
        head = f"{words.author}{words.colon}{name_link(comment, _NAME)}{reply} {when}"
        return (
            "<table width='100%' border=0 class='comment'>\n"
            f"<tr><td bgcolor='#f6f6f6'>{head}</td></tr>\n"
            f"<tr><td>{esc(comment.text)}</td></tr>\n"
            f"<tr><td align=right><a href='#write'>{words.reply}</a> | {_GOOD} {comment.likes}</td></tr>\n"
            "</table>\n"
        )

    def _entry(self, view: ListView, words: Labels, post: DemoPost) -> str:
        title = self.pin(view, post) + link(view.frame.index.blog.post_path(post), post.title, _TITLE)
        return (
            f"<table width='100%' border=0><tr><td>{title}</td>"
            f"<td align=right nowrap>{post.posted_text}</td></tr>\n"
            f"<tr><td colspan=2>{self.excerpt(view, post)}</td></tr>\n"
            f"<tr><td colspan=2>{self.counters(words, post)}</td></tr></table>\n"
        )

    def _pager(self, words: Labels, paging: Paging) -> str:
        if paging.pages == 1:
            return ""
        wanted = [(words.first_page, 1)]
        if paging.page > 1:
            wanted.append((words.previous_page, paging.page - 1))
        if paging.page < paging.pages:
            wanted.append((words.next_page, paging.page + 1))
        wanted.append((words.last_page, paging.pages))
        drawn = " ".join(link(self.page_href(paging, page), text) for text, page in wanted)
        return _row(f"{paging.page}/{paging.pages} {drawn}")

    def _page(self, frame: PageFrame, title: str, main: str) -> str:
        blog, words = frame.index.blog, self.words(frame)
        return (
            _HEAD.format(self.window_title(frame, title))
            + f"<table width='100%'><tr><td>{words.site_bar}</td><td align=right>{SWITCH}</td></tr></table>\n"
            + _row(words.desk)
            + f"<table width='100%' bgcolor='#d8e4f0'><tr><td><b>{esc(blog.title)}</b></td></tr>"
            + f"<tr><td>{esc(blog.tagline)}</td></tr><tr><td>{self.home_link(frame)} &gt; "
            + f"{link('#copy', words.copy)} &gt; {link('#mark', words.bookmark)}</td></tr></table>\n"
            + f"<table width='100%'><tr><td valign=top>\n{main}</td>\n"
            + f"<td valign=top class='side'>\n{self.side(frame)}</td></tr></table>\n"
            + f"<table width='100%'><tr><td align=center>{words.footer}<br>{_COPYRIGHT}</td></tr></table>\n"
            + "</body></html>\n"
        )
