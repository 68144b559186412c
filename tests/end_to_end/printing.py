"""Two markups of one kind of page, written for these tests: what a reader sees is the same, the tags are not.

`aside` is HTML5 in UTF-8 with the sidebar after the text and pages by `?page=`; `rows` is nested tables in GBK,
the sidebar first, pages by file names, those of months and categories called as posts are, comment pages that do not
repeat the post.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from tests.end_to_end.world import Blog, Entry, Remark

Shown = TypeVar("Shown", Entry, Remark)

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

    def shelf(self, name: str, page: int = 1) -> str:
        path = f"/u/{self.blog.uid}/{self.blog.shelves[name]}.html"
        if self.blog.style == "aside":
            return path + (f"?page={page}" if page > 1 else "")
        return path if page == 1 else path.replace(".html", f"/{page}.html")

    def post(self, entry: Entry, page: int = 1) -> str:
        path = f"/u/{self.blog.uid}/{entry.month}/{entry.number}.html"
        if self.blog.style == "aside":
            return path + (f"?cp={page}#comments" if page > 1 else "")
        return path if page == 1 else path.replace(".html", f"_{page}.html")

    def _page(self, page: int, key: str, name: str) -> str:
        if page == 1:
            return ""
        return f"?{key}={page}" if self.blog.style == "aside" else f"{name}{page}.html"


def cut(title: str) -> str:
    """A title as the sidebar cuts it: 30 bytes of GBK."""
    return title.encode("gb18030")[:30].decode("gb18030", "ignore")


def listing(blog: Blog, base: str, head: str, entries: Sequence[Entry], pager: str) -> bytes:
    """A page that lists posts, with excerpts."""
    urls = Urls(blog=blog)
    if blog.style == "aside":
        items = "".join(
            f"<article><h2><a href='{urls.post(entry)}'>{'[置顶] ' if entry.pinned else ''}{escape(entry.title)}</a></h2>"
            f"<time>{entry.when:%Y-%m-%d %H:%M:%S}</time><p>{escape(entry.paragraphs[-1])}…"
            f" <a href='{urls.post(entry)}'>阅读全文</a></p><p>浏览({entry.views}) 评论({len(entry.remarks)})</p></article>"
            for entry in entries
        )
        return _page(blog, base, f"<h1>{head}</h1>{items}{pager}", head)
    rows = "".join(
        f"<tr><td>·<a href={urls.post(entry)} target=_blank>{escape(entry.title)}</a></td>"
        f"<td>{entry.when:%Y-%m-%d %H:%M:%S}</td></tr>"
        for entry in entries
    )
    return _page(blog, base, f"<table width=100%>{rows}</table>{pager}", head)


def post(blog: Blog, base: str, entry: Entry, page: int) -> bytes:
    """A post's page, or a further page of its comments."""
    remarks, last = portion(blog, entry.remarks, page, blog.remarks_per_page)
    pager = pages(blog, page, last, lambda number: Urls(blog=blog).post(entry, number))
    if blog.style == "aside":
        body = "".join(f"<p>{escape(text)}</p>" for text in entry.paragraphs)
        image = f"<p><img src='{entry.picture}'></p>" if entry.picture else ""
        main = (
            "<p class=label>网络日志正文</p>"
            f"<div class=top><a class=diary_title href='{Urls(blog=blog).post(entry)}'>{escape(entry.title)}</a>"
            f" <span>{entry.when:%Y-%m-%d %H:%M:%S}</span></div>"
            f"<div class=diary_content>{body}{image}</div>"
            f"<div class=nums>浏览({entry.views}) <i class=heart></i>({entry.likes}) 评论({len(entry.remarks)})</div>"
            f"<div><a href='#say'>发表评论</a></div><h3>文章评论</h3><ul>{''.join(map(_item, remarks))}</ul>{pager}"
        )
        return _page(blog, base, main, entry.title)
    body = "<br><br>".join(escape(text) for text in entry.paragraphs)
    image = f"<br><img src={entry.picture}>" if entry.picture else ""
    text = (
        f"<table width=98%><tr><td><a class=diary_title href=#>{escape(entry.title)}</a></td>"
        f"<td align=right>{entry.when:%Y-%m-%d %H:%M:%S}</td></tr><tr><td colspan=2>{body}{image}</td></tr>"
        f"<tr><td colspan=2>浏览（{entry.views}）<img src=/i/z.gif>（{entry.likes}）"
        f"评论（{len(entry.remarks)}）</td></tr></table>"
    )
    rows = "".join(map(_row, remarks))
    again = text if page == 1 else ""
    main = f"<b>网络日志正文</b>{again}<p>发表评论</p><b>文章评论</b><table width=98%>{rows}</table>{pager}"
    return _page(blog, base, main, entry.title)


def notice(blog: Blog, words: str) -> bytes:
    """A page that says that there is none."""
    page = f"<html><head><title>提示</title></head><body><div>{words}</div><a href='/'>返回首页</a></body></html>"
    return page.encode(CHARSETS[blog.style])


def portion(blog: Blog, items: list[Shown], page: int, size: int) -> tuple[list[Shown], int]:
    """What a page of a list shows, and the number of the last page."""
    last = max(1, -(-len(items) // size))
    if page > last and blog.endless == "same":
        page = 1
    return items[(page - 1) * size : page * size], last


def pages(blog: Blog, page: int, last: int, url: Callable[[int], str]) -> str:
    """Links to the other pages of a listing: numbers and words in one style, words alone in the other."""
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


def _item(remark: Remark) -> str:
    return (
        f"<li><div class=by>作者：{_name(remark)}{_reply(remark)} <em>留言时间：{remark.when:%Y-%m-%d %H:%M:%S}</em></div>"
        f"<div class=said>{escape(remark.text)}</div><div class=do><a href='#say'>回复</a> | {remark.likes}</div></li>"
    )


def _row(remark: Remark) -> str:
    return (
        f"<tr><td>作者:{_name(remark)}{_reply(remark)}</td><td>留言时间:{remark.when:%Y-%m-%d %H:%M:%S}</td></tr>"
        f"<tr><td colspan=2>{escape(remark.text)}</td></tr>"
        f"<tr><td colspan=2 align=right><a href='javascript:void(0)'>回复</a> | {remark.likes}</td></tr>"
    )


def _name(remark: Remark) -> str:
    if remark.home is None:
        return escape(remark.author)
    return f"<a class=release_restore target=_blank href='/u/{remark.home}/'>{escape(remark.author)}</a>"


def _reply(remark: Remark) -> str:
    return f" 回复 <b>{escape(remark.reply_to)}</b>" if remark.reply_to else ""


def _sidebar(blog: Blog) -> str:
    urls = Urls(blog=blog)
    newest = sorted(blog.listed(), key=lambda entry: (entry.when, entry.number), reverse=True)
    latest = "".join(f"<li><a href='{urls.post(e)}'>{escape(cut(e.title))}</a></li>" for e in newest[:7])
    shelves = "".join(
        f"<dt><a href='{urls.shelf(name)}'>【{escape(name)}】</a></dt>"
        + "".join(
            f"<dd>· <a href='{urls.post(e)}'>{escape(cut(e.title))}</a></dd>"
            for e in blog.listed(shelf=name)[:10]
        )
        for name in blog.shelves
    )
    months = "".join(
        f"<li><a href='{urls.month(month)}'>{first} - {last}</a></li>" for month, first, last in blog.months()
    )
    return (
        f"<div><h4>我的名片</h4><p>{escape(blog.nickname)} ，{blog.age}岁</p><p>注册日期: {blog.registered}</p>"
        f"<p>访问总量: {blog.crawled_pages:,} 次</p></div>{_calendar(blog)}<div><h4>最新发布</h4><ul>{latest}</ul></div>"
        f"<div><h4>分类目录</h4><dl>{shelves}</dl></div><div><h4>存档目录</h4><ul>{months}</ul></div>"
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
