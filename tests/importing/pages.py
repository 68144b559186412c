"""Make saved pages of an invented blog, as browsers write them."""

import os
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

HOME = "https://blog.creaders.net/u/31182/"
OLDER = datetime(2024, 6, 1, 8, tzinfo=UTC)
NEWER = datetime(2025, 3, 1, 8, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def post_url(number: int) -> str:
    return f"{HOME}202501/{number}.html"


def page(
    number: int = 101,
    *,
    title: str = "泡沫与房价",
    body: str = "<p>第一段谈泡沫，谈房价，也谈镕与喆两个字。</p>",
    charset: str = "utf-8",
    top: str = "",
    head: str = "",
    inner: str = "",
    own_link: bool = True,
    title_link: bool = False,
    views: int = 1769,
) -> str:
    """Return the page of a post; `top` and `head` are what a browser adds when it saves.

    `own_link`: the sidebar links to the post. `title_link`: its title links to the page itself.
    """
    href = f' href="{post_url(number)}"' if title_link else ""
    link = f'<li><a href="{post_url(number)}">{title}</a></li>' if own_link else ""
    return f"""<!DOCTYPE html>
{top}<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">{head}
<title>{title}</title></head><body>
<div><h1>林木的角落</h1><p>随手写下</p><p>{HOME} &gt; <a href="#">复制</a> &gt; <a href="#">收藏本页</a></p></div>
<div>网络日志正文</div>
<table><tr><td><a class="diary_title"{href}>{title}</a></td><td>2025-01-28 01:46:53</td></tr></table>
<div class="diary_content">{body}</div>{inner}
<div>浏览({views}) (9) 评论(2)</div><div>发表评论</div><div>文章评论</div>
<div class="c"><div>作者：林木 回复 过客 留言时间：2025-01-30 08:00:00</div><div>谢谢你来看。</div><div>回复 | 0</div></div>
<div class="c"><div>作者：过客 留言时间：2025-01-29 08:00:00</div><div>写得好。</div><div>回复 | 2</div></div>
<div>我的名片</div><div>林木 ，3岁</div><div>注册日期: 2022-01-02</div><div>访问总量: 1,851,847 次</div>
<div>最新发布</div><ul>{link}<li><a href="{post_url(99)}">另一篇旧文</a></li></ul>
<div>分类目录</div><div>【经济】</div>
<div>存档目录</div><div><a href="{HOME}202501/">2025-01-01 - 2025-01-28</a></div>
</body></html>"""


def listing(*numbers: int) -> str:
    """Return a page that lists posts with excerpts and counters, without its own URL."""
    rows = "".join(
        f'<div><h2><a href="{post_url(number)}">第 {number} 篇文章的题目</a></h2><p>2025-01-28 01:46:53</p>'
        f"<p>第 {number} 篇的开头几句话……</p><p>浏览({number}) (9) 评论(2)</p></div>"
        for number in numbers
    )
    return (
        f"<html><head><title>林木的角落</title></head><body><div><h1>林木的角落</h1><p>{HOME}</p></div>{rows}"
        "<div>我的名片</div><div>林木 ，3岁</div><div>注册日期: 2022-01-02</div></body></html>"
    )


def saved_from(number: int) -> str:
    """Return the comment that Chrome, Edge and IE write."""
    url = post_url(number)
    return f"<!-- saved from url=({len(url):04}){url} -->\n"


def single_file(date: str, *images: bytes) -> str:
    """Return a page of SingleFile, with these images in its text."""
    top = f"<!--\n Page saved with SingleFile \n url: {post_url(101)} \n saved date: {date}\n-->"
    shown = "".join(f"<img src=data:image/png;base64,{b64encode(one).decode()}>" for one in images)
    text = page(top=top, own_link=False, body=f"<p>山里的早晨。</p>{shown}")
    return text.removesuffix("\n</body></html>")  # as all tags that HTML does not need


def save(path: Path, text: str, *, charset: str = "utf-8", at: datetime = OLDER) -> Path:
    """Write the file of a page with the time when it was saved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(charset))
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path
