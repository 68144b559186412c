"""Two markups for these tests, with the same visible text and different tags.

`aside` is HTML5 in UTF-8 with the sidebar after the text and pages by `?page=`. `rows` is nested tables in GBK
with the sidebar first and pages by file names; months and categories have URLs like those of posts, and comment
pages do not repeat the post.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from tests.end_to_end.world import Blog, Comment, Post

Shown = TypeVar("Shown", Post, Comment)

CHARSETS = {"aside": "utf-8", "rows": "gb18030"}
NOTICES = {
    "404": "404 Not Found",
    "410": "该文章已被作者删除",
    "notice": "对不起，该文章不存在或已被作者删除！",
    "hidden": "该博文已被博主隐藏，仅作者本人可见。",
}


@dataclass(frozen=True, kw_only=True)
class Urls:
    """The paths of a blog's pages in its style."""

    blog: Blog

    def home(self, page: int = 1) -> str:
        return f"/u/{self.blog.uid}/" + self._page(page, "page", "list_")

    def month(self, month: str, page: int = 1) -> str:
        if self.blog.style == "aside":
            return f"/u/{self.blog.uid}/archive.php?date={month}" + (f"&page={page}" if page > 1 else "")
        return f"/u/{self.blog.uid}/{month}/" + self._page(page, "", "")

    def category(self, name: str, page: int = 1) -> str:
        path = f"/u/{self.blog.uid}/{self.blog.categories[name]}.html"
        if self.blog.style == "aside":
            return path + (f"?page={page}" if page > 1 else "")
        return path if page == 1 else path.replace(".html", f"/{page}.html")

    def post(self, post: Post, page: int = 1) -> str:
        path = f"/u/{self.blog.uid}/{post.month}/{post.number}.html"
        if self.blog.style == "aside":
            return path + (f"?cp={page}#comments" if page > 1 else "")
        return path if page == 1 else path.replace(".html", f"_{page}.html")

    def _page(self, page: int, key: str, name: str) -> str:
        if page == 1:
            return ""
        return f"?{key}={page}" if self.blog.style == "aside" else f"{name}{page}.html"


def cut(title: str) -> str:
    """Return a title as the sidebar cuts it, at 30 bytes of GBK."""
    return title.encode("gb18030")[:30].decode("gb18030", "ignore")


def listing(blog: Blog, base: str, head: str, posts: Sequence[Post], pager: str) -> bytes:
    """Return a page that lists posts, with excerpts."""
    urls = Urls(blog=blog)
    if blog.style == "aside":
        items = "".join(
            f"<article><h2><a href='{urls.post(post)}'>{'[置顶] ' if post.pinned else ''}{escape(post.title)}</a></h2>"
            f"<time>{post.when:%Y-%m-%d %H:%M:%S}</time><p>{escape(post.paragraphs[-1])}…"
            f" <a href='{urls.post(post)}'>阅读全文</a></p><p>浏览({post.views}) 评论({len(post.comments)})</p></article>"
            for post in posts
        )
        return _page(blog, base, f"<h1>{head}</h1>{items}{pager}", head)
    rows = "".join(
        f"<tr><td>·<a href={urls.post(post)} target=_blank>{escape(post.title)}</a></td>"
        f"<td>{post.when:%Y-%m-%d %H:%M:%S}</td></tr>"
        for post in posts
    )
    return _page(blog, base, f"<table width=100%>{rows}</table>{pager}", head)


def post(blog: Blog, base: str, post: Post, page: int) -> bytes:
    """Return a post's page, or a further page of its comments."""
    comments, last = portion(blog, post.comments, page, blog.comments_per_page)
    pager = pages(blog, page, last, lambda number: Urls(blog=blog).post(post, number))
    if blog.style == "aside":
        body = "".join(f"<p>{escape(text)}</p>" for text in post.paragraphs)
        image = f"<p><img src='{post.image}'></p>" if post.image else ""
        main = (
            "<p class=label>网络日志正文</p>"
            f"<div class=top><a class=diary_title href='{Urls(blog=blog).post(post)}'>{escape(post.title)}</a>"
            f" <span>{post.when:%Y-%m-%d %H:%M:%S}</span></div>"
            f"<div class=diary_content>{body}{image}</div>"
            f"<div class=nums>浏览({post.views}) <i class=heart></i>({post.likes}) 评论({len(post.comments)})</div>"
            f"<div><a href='#say'>发表评论</a></div><h3>文章评论</h3><ul>{''.join(map(_item, comments))}</ul>{pager}"
        )
        return _page(blog, base, main, post.title)
    body = "<br><br>".join(escape(text) for text in post.paragraphs)
    image = f"<br><img src={post.image}>" if post.image else ""
    text = (
        f"<table width=98%><tr><td><a class=diary_title href=#>{escape(post.title)}</a></td>"
        f"<td align=right>{post.when:%Y-%m-%d %H:%M:%S}</td></tr><tr><td colspan=2>{body}{image}</td></tr>"
        f"<tr><td colspan=2>浏览（{post.views}）<img src=/i/z.gif>（{post.likes}）"
        f"评论（{len(post.comments)}）</td></tr></table>"
    )
    rows = "".join(map(_row, comments))
    again = text if page == 1 else ""
    main = f"<b>网络日志正文</b>{again}<p>发表评论</p><b>文章评论</b><table width=98%>{rows}</table>{pager}"
    return _page(blog, base, main, post.title)


def notice(blog: Blog, words: str) -> bytes:
    """Return a page with a notice in place of content."""
    page = f"<html><head><title>提示</title></head><body><div>{words}</div><a href='/'>返回首页</a></body></html>"
    return page.encode(CHARSETS[blog.style])


def portion(blog: Blog, items: list[Shown], page: int, size: int) -> tuple[list[Shown], int]:
    """Return the items of one page of a list, and the number of the last page."""
    last = max(1, -(-len(items) // size))
    if page > last and blog.endless == "same":
        page = 1
    return items[(page - 1) * size : page * size], last


def pages(blog: Blog, page: int, last: int, url: Callable[[int], str]) -> str:
    """Return links to the other pages of a listing: numbers and labels, or in `rows` labels alone."""
    if last < 2 and blog.endless == "no":
        return ""
    goes_on = page < last or blog.endless != "no"
    following = f"<a href='{url(page + 1)}'>下一页</a>" if goes_on else ""
    before = f"<a href='{url(page - 1)}'>上一页</a>" if page > 1 else ""
    if blog.style == "rows":
        before, following = before.replace("一", ""), following.replace("一", "")
        return f"<p align=center>共{last}页 {before} {following}</p>"
    numbers = " ".join(
        f"<b>{number}</b>" if number == page else f"<a href='{url(number)}'>{number}</a>"
        for number in range(1, last + 1)
    )
    return f"<nav>{before} {numbers} {following}</nav>"


def _item(comment: Comment) -> str:
    return (
        f"<li><div class=by>作者：{_name(comment)}{_reply(comment)}"
        f" <em>留言时间：{comment.when:%Y-%m-%d %H:%M:%S}</em></div>"
        f"<div class=said>{escape(comment.text)}</div><div class=do><a href='#say'>回复</a> | {comment.likes}</div></li>"
    )


def _row(comment: Comment) -> str:
    return (
        f"<tr><td>作者:{_name(comment)}{_reply(comment)}</td><td>留言时间:{comment.when:%Y-%m-%d %H:%M:%S}</td></tr>"
        f"<tr><td colspan=2>{escape(comment.text)}</td></tr>"
        f"<tr><td colspan=2 align=right><a href='javascript:void(0)'>回复</a> | {comment.likes}</td></tr>"
    )


def _name(comment: Comment) -> str:
    if comment.home is None:
        return escape(comment.author)
    return f"<a class=release_restore target=_blank href='/u/{comment.home}/'>{escape(comment.author)}</a>"


def _reply(comment: Comment) -> str:
    return f" 回复 <b>{escape(comment.reply_to)}</b>" if comment.reply_to else ""


def _sidebar(blog: Blog) -> str:
    urls = Urls(blog=blog)
    newest = sorted(blog.listed(), key=lambda post: (post.when, post.number), reverse=True)
    latest = "".join(f"<li><a href='{urls.post(e)}'>{escape(cut(e.title))}</a></li>" for e in newest[:7])
    categories = "".join(
        f"<dt><a href='{urls.category(name)}'>【{escape(name)}】</a></dt>"
        + "".join(
            f"<dd>· <a href='{urls.post(e)}'>{escape(cut(e.title))}</a></dd>"
            for e in blog.listed(category=name)[:10]
        )
        for name in blog.categories
    )
    months = "".join(
        f"<li><a href='{urls.month(month)}'>{first} - {last}</a></li>" for month, first, last in blog.months()
    )
    return (
        f"<div><h4>我的名片</h4><p>{escape(blog.nickname)} ，{blog.age}岁</p><p>注册日期: {blog.registered}</p>"
        f"<p>访问总量: {blog.visits:,} 次</p></div>{_calendar(blog)}<div><h4>最新发布</h4><ul>{latest}</ul></div>"
        f"<div><h4>分类目录</h4><dl>{categories}</dl></div><div><h4>存档目录</h4><ul>{months}</ul></div>"
    )


def _calendar(blog: Blog) -> str:
    days = "".join(f"<td>{day}</td>" + ("</tr><tr>" if day % 7 == 0 else "") for day in range(1, 29))
    week = "".join(f"<th>{day}</th>" for day in "日一二三四五六")
    root = f"/u/{blog.uid}/calendar.php?day="
    return (
        f"<div><h4>Calendar</h4><table><caption><a href='{root}202412'>&lt;</a> 2025年1月"
        f" <a href='{root}202502'>&gt;</a></caption><tr>{week}</tr><tr>{days}</tr></table></div>"
    )


def _page(blog: Blog, base: str, main: str, title: str) -> bytes:
    side, own = _sidebar(blog), f"{base}/u/{blog.uid}/"
    if blog.style == "aside":
        page = (
            f"<!DOCTYPE html><html lang=zh><head><meta charset=utf-8>"
            f"<title>{escape(title)}-{blog.title}</title></head><body>"
            "<header><a href='/'>首页</a> <a href='/news/'>新闻</a> <a href='/uindex.php'>我的博客</a></header>"
            f"<div class=banner><h1>{escape(blog.title)}</h1><p>{escape(blog.tagline)}</p><p><a href='{own}'>{own}</a>"
            f" <a href='#'>复制</a> <a href='#'>收藏本页</a></p></div><main>{main}</main><aside>{side}</aside>"
            "<footer>万维读者网 版权所有</footer></body></html>"
        )
    else:
        page = (
            "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'>"
            f"<title>{escape(title)}</title></head><body><table width=960><tr><td colspan=2>{escape(blog.title)}<br>"
            f"{escape(blog.tagline)}<br><a href={own}>{own}</a> 复制 收藏本页</td></tr>"
            f"<tr><td width=200 valign=top>{side}</td><td valign=top>{main}</td></tr></table></body></html>"
        )
    return page.encode(CHARSETS[blog.style])
