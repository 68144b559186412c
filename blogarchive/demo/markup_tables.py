"""Nested tables as of 2009: GBK bytes declared gb2312, full-width punctuation, the sidebar after the post."""

from html import escape

from blogarchive.demo.charset import Charset, cut_title
from blogarchive.demo.labels import SIMPLIFIED, TRADITIONAL, Labels
from blogarchive.demo.markup import category_href, month_href, page_link
from blogarchive.demo.tags import calendar_table, draw_body, esc, link, with_query
from blogarchive.demo.truth import DemoComment, DemoPost, Excerpts
from blogarchive.demo.urls import Urls
from blogarchive.demo.views import TITLES_UNDER_CATEGORY, Frame, ListView, Paging, PostView

_HEAD = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{title}</title>
<style type="text/css">
body, td {{ font-size: 14px; font-family: "宋体", "Noto Sans CJK SC", serif; }}
td.side {{ width: 240px; background: #eef3f8; }}
</style>
</head>
<body bgcolor="#ffffff" topmargin="0">
"""
_TITLE = 'class="diary_title"'
_NAME = 'class="release_restore" target="_blank"'
_ROW = "<table width='100%' border=0 cellpadding=3 cellspacing=0><tr><td>{}</td></tr></table>\n"


class TablesMarkup:
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

    def labels(self, traditional: bool) -> Labels:
        """Full-width punctuation."""
        return TRADITIONAL if traditional else SIMPLIFIED

    def post(self, view: PostView) -> str:
        """A post with a page of its comments."""
        words = self.labels(view.frame.shelf.blog.traditional)
        post = view.post
        body = draw_body(post.body, lambda html: f"{html}<br>\n<br>")
        main = (
            _ROW.format(words.body)
            + "<table width='100%' border=0><tr>"
            + f"<td>{link('#top', post.title, _TITLE)}</td>"
            + f"<td align=right nowrap>{post.posted_text}</td></tr>\n"
            + f"<tr><td colspan=2><div class='diary_content'>\n{body}\n</div></td></tr></table>\n"
            + _ROW.format(self._counters(words, post))
            + _ROW.format(link("#write", words.write_comment))
            + _ROW.format(words.comment_section)
            + "".join(self._comment(words, comment) for comment in view.comments)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, post.title, main)

    def listing(self, view: ListView) -> str:
        """Home, month, category or day."""
        blog = view.frame.shelf.blog
        words = self.labels(blog.traditional)
        heading = f"{words.diary_list} {view.heading}".rstrip()
        main = (
            _ROW.format(esc(heading))
            + "".join(self._entry(view, words, post) for post in view.posts)
            + self._pager(words, view.paging)
        )
        return self._page(view.frame, view.heading, main)

    def notice(self, frame: Frame | None, words: str) -> str:
        """Words in a small table, nothing else of the blog."""
        return (
            _HEAD.format(title="万维读者网")
            + f"<table align=center width=400 border=1><tr><td>{esc(words)}</td></tr>"
            + "<tr><td><a href='javascript:history.back()'>返回</a></td></tr></table>\n</body></html>\n"
        )

    def _counters(self, words: Labels, post: DemoPost) -> str:
        likes = f"<img src='/images/good.gif' border=0 alt=''> {words.paren(post.likes)}"
        return (
            f"{words.views}{words.paren(post.views)} {likes} "
            f"{link('#comments', words.comments)}{words.paren(len(post.comments))}"
        )

    def _comment(self, words: Labels, comment: DemoComment) -> str:
        name = esc(comment.author_name)
        if comment.author_path:
            name = link(comment.author_path, comment.author_name, _NAME)
        reply = f" {words.reply} {esc(comment.reply_to)}" if comment.reply_to else ""
        when = f"{words.comment_time}{words.colon}{comment.posted_text}"
        head = f"{words.author}{words.colon}{name}{reply} {when}"
        return (
            "<table width='100%' border=0 class='comment'>\n"
            f"<tr><td bgcolor='#f6f6f6'>{head}</td></tr>\n"
            f"<tr><td>{esc(comment.text)}</td></tr>\n"
            f"<tr><td align=right><a href='#write'>{words.reply}</a> | "
            f"<img src='/images/good.gif' alt=''> {comment.likes}</td></tr>\n</table>\n"
        )

    def _entry(self, view: ListView, words: Labels, post: DemoPost) -> str:
        blog = view.frame.shelf.blog
        href = blog.post_path(post)
        pin = f"[{words.pinned}] " if post.pinned and view.heading == "" else ""
        text = ""
        if blog.habits.excerpts is Excerpts.WHOLE:
            text = draw_body(post.body, lambda html: f"{html}<br>\n<br>")
        elif blog.habits.excerpts is Excerpts.BEGINNING:
            text = f"{esc(post.body_text[:80])}…… {link(href, words.whole_post)}"
        return (
            "<table width='100%' border=0><tr>"
            f"<td>{pin}{link(href, post.title, _TITLE)}</td>"
            f"<td align=right nowrap>{post.posted_text}</td></tr>\n"
            f"<tr><td colspan=2>{text}</td></tr>\n"
            f"<tr><td colspan=2>{self._counters(words, post)}</td></tr></table>\n"
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
        drawn = " ".join(link(page_link(self.urls, paging, page).href, text) for text, page in wanted)
        return _ROW.format(f"{paging.page}/{paging.pages} {drawn}")

    def _page(self, frame: Frame, title: str, main: str) -> str:
        blog = frame.shelf.blog
        words = self.labels(blog.traditional)
        home = frame.base + blog.path
        return (
            _HEAD.format(title=escape(f"{title} - {blog.title}" if title else blog.title))
            + f"<table width='100%'><tr><td>{esc(words.site_bar)}</td>"
            + f"<td align=right>{link('?language=gb2312', '简体')} {link('?language=big5', '繁體')}</td>"
            + "</tr></table>\n"
            + f"<table width='100%'><tr><td>{esc(words.desk)}</td></tr></table>\n"
            + "<table width='100%' bgcolor='#d8e4f0'>"
            + f"<tr><td><b>{esc(blog.title)}</b></td></tr><tr><td>{esc(blog.tagline)}</td></tr>"
            + f"<tr><td>{link(home, home)} &gt; {link('#copy', words.copy)} &gt; "
            + f"{link('#mark', words.bookmark)}</td></tr></table>\n"
            + f"<table width='100%'><tr><td valign=top>\n{main}</td>\n"
            + f"<td valign=top class='side'>\n{self._side(frame, words)}</td></tr></table>\n"
            + f"<table width='100%'><tr><td align=center>{esc(words.footer)}<br>"
            + "Copyright (C) 1998-2025. Creaders.NET. All Rights Reserved.</td></tr></table>\n"
            + "</body></html>\n"
        )

    def _side(self, frame: Frame, words: Labels) -> str:
        blog, shelf = frame.shelf.blog, frame.shelf
        card = (
            f"{esc(blog.nickname)} {words.comma}{blog.account_age}{words.years}",
            f"{words.registered}{words.colon} {blog.registered_on}",
            f"{words.visits}{words.colon} {blog.total_visits:,} {words.times}",
            link(f"/profile.php?uid={blog.uid}", words.profile),
        )
        shown = shelf.listed[0].posted_at.date() if shelf.listed else blog.registered_on
        parts = [_ROW.format(words.card), *map(_ROW.format, card), _ROW.format("Calendar")]
        parts.append(_ROW.format(calendar_table(self.urls, blog.uid, shown)))
        parts += [_ROW.format(words.latest), *(self._title(frame, post) for post in shelf.latest)]
        parts.append(_ROW.format(words.categories))
        for category in blog.categories:
            parts.append(
                _ROW.format(link(category_href(self.urls, blog.uid, category.number), f"【{category.name}】"))
            )
            parts += [
                self._title(frame, post) for post in shelf.by_category[category.name][:TITLES_UNDER_CATEGORY]
            ]
        if shelf.spans:
            parts.append(_ROW.format(words.months))
        parts += [
            _ROW.format(link(month_href(self.urls, blog.uid, span.month), f"{span.first} - {span.last}"))
            for span in shelf.spans
        ]
        return "".join(parts)

    def _title(self, frame: Frame, post: DemoPost) -> str:
        href = with_query(frame.shelf.blog.post_path(post), PHPSESSID=frame.session)
        return _ROW.format(f"· {link(href, cut_title(post.title))}")
