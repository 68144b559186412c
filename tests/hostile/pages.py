"""Pages of a blog with hostile content in one of six places."""

from datetime import UTC, datetime

from blogarchive.items import Page, PageKind, Target
from tests.hostile.kinds import KINDS

PLACES = ("body", "title", "name", "between", "sidebar", "home")
"""Positions of the content: the last one is a page of a list, the others are pages of a post."""

_HOME_URL = "http://blog.creaders.net/u/31182/"
_POST_URL = f"{_HOME_URL}202501/505877.html"
_FETCHED_AT = datetime(2025, 2, 1, 9, tzinfo=UTC)
_TOP = """<!DOCTYPE html><html><head><title>一篇文章 - 北窗闲话</title></head><body>
<h1>北窗闲话</h1><p><a href="/u/31182/">http://blog.creaders.net/u/31182/</a></p>
"""
_SIDEBAR = """<div><h3>我的名片</h3><p>北窗老王 ,3岁</p><p>注册日期: 2024-09-03</p><p>访问总量: 1,851,847 次</p>
<h3>最新发布</h3><p>· <a href="/u/31182/202501/505877.html">一篇文章</a></p>{}
<h3>存档目录</h3><p><a href="/u/31182/202501/">2025-01-19 - 2025-01-28</a></p></div>
"""
_POST = """<h2>网络日志正文</h2><h1><a href="/u/31182/202501/505877.html" class="diary_title">{title}</a></h1>
<p>2025-01-27 22:10:05</p><div class="diary_content"><p>正文。</p>{body}<p>完。</p></div>
<p>浏览(7227) (15) 评论(2)</p><p>发表评论</p><h2>文章评论</h2><div>
<div><p>作者：<a href="/u/91006/">{name}</a> 留言时间：2025-01-28 08:00:00</p><div>很好。</div><p>回复 | 6</p></div>
{between}
<div><p>作者：<a href="/u/91005/">路人5</a> 留言时间：2025-01-28 07:00:00</p><div>沙发。</div><p>回复 | 5</p></div>
</div>
"""
_HOME = """<div><p><a href="/u/31182/202501/505877.html">一篇文章</a></p><p>2025-01-27 22:10:05</p><p>摘要。</p>{}
<p><a href="/u/31182/202501/505101.html">另一篇</a></p><p>2025-01-20 10:00:00</p></div>
"""
_BOTTOM = "<p>关于本站 | 广告服务 | 联系我们 | 招聘信息 | 网站导航 | 隐私保护</p></body></html>"
_MARK = "\x00"


def hostile_page(kind: str, place: str, size: int) -> tuple[Page, Target]:
    """Return a page with about `size` bytes of content of this kind in this place, and its target."""
    return page_with(KINDS[kind](size), place)


def page_with(content: bytes, place: str) -> tuple[Page, Target]:
    """Return a page with this content in this place, and its target."""
    is_home = place == "home"
    url = _HOME_URL if is_home else _POST_URL
    page = Page(url=url, status=200, headers=(), body=_write(content, place), fetched_at=_FETCHED_AT)
    number = None if is_home else "505877"
    kind = PageKind.HOME if is_home else PageKind.POST
    return page, Target(site="creaders", url=url, kind=kind, uid="31182", number=number)


def _write(content: bytes, place: str) -> bytes:
    parts = {"title": "一篇文章", "body": "", "name": "路人6", "between": ""}
    sidebar = _SIDEBAR.format(_MARK if place == "sidebar" else "")
    if place in parts:
        parts[place] = _MARK
    main = _HOME.format(_MARK if place == "home" else "") if place == "home" else _POST.format(**parts)
    before, _, after = (_TOP + sidebar + main + _BOTTOM).partition(_MARK)
    return before.encode() + content + after.encode()


_ANY_URL = "https://notes.example.org/2024/05/rain.html"


def any_blog_page(unit: str, size: int) -> tuple[Page, Target]:
    """Return a page of a host without a description that repeats `unit` after the text of its post."""
    text = "<html><head><title>雨</title></head><body><h1>雨</h1><p>" + "下了一夜的雨。" * 50 + "</p>"
    body = (text + "".join(unit.format(n=number) for number in range(size))).encode()
    page = Page(url=_ANY_URL, status=200, headers=(), body=body, fetched_at=_FETCHED_AT)
    return page, Target(site="web", url=_ANY_URL, kind=PageKind.POST, uid="notes.example.org")
