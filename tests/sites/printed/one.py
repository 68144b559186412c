"""One usual page, of which a test prints a part in another form."""

from datetime import UTC, datetime

from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name

FETCHED = datetime(2025, 2, 1, 9, tzinfo=UTC)
URL = "http://127.0.0.1:8000/u/31182/202501/506012.html"
HOME = "http://127.0.0.1:8000/u/31182/"
MONTH = "http://127.0.0.1:8000/u/31182/202501/"
CARD = "<div><h4>我的名片</h4><p>林木 ，3岁</p><p>注册日期: 2022-06-17</p><p>访问总量: 5 次</p></div>"
TOP = f"<div><h1>林木的角落</h1><p>随手写下</p><p>{HOME} &gt; 复制 &gt; 收藏本页</p></div>"
HEAD = "<h3>一篇 <small>2025-01-01 10:00:00</small></h3>"
FOOT_TIME = "时间：2025-01-01 10:00:00"
COUNTERS = "<div>浏览（10）<img>（2）评论（2）</div>"


def read(html: str, kind: PageKind = PageKind.POST, url: str = URL, page_no: int = 1) -> ParsedPage:
    page = Page(url=url, fetched_at=FETCHED, status=200, headers=(), body=html.encode())
    number = "506012" if kind in (PageKind.POST, PageKind.COMMENTS) else None
    target = Target(
        url=url, site="creaders", kind=kind, uid="31182", number=number, post_number=number, page_no=page_no
    )
    return site_by_name("creaders").parse_page(page, target)


def comment(who: str, when: str, text: str, header: str = "作者：{} 留言时间：{}") -> str:
    return f"<div class=c><div>{header.format(who, when)}</div><div>{text}</div><div><a href='#'>回复</a> | 0</div></div>"


COMMENTS = comment("乙", "2025-01-01 12:00:00", "话一") + comment("丙", "2025-01-01 11:00:00", "话二")


def post(
    head: str = HEAD, counters: str = COUNTERS, comments: str = COMMENTS, label: str = "文章评论"
) -> str:
    return (
        f"<html><head><title>林木</title></head><body>{TOP}<div>网络日志正文</div>{head}<div><p>正文。</p><p>二段。</p></div>"
        f"{counters}<div>{label}</div>{comments}{CARD}</body></html>"
    )


def listing(rows: str, side: str = CARD) -> str:
    return f"<html><body>{TOP}{rows}{side}</body></html>"


ROWS = "".join(
    f"<div><a href='/u/31182/202501/{number}.html'>第{number}篇</a> 2025-01-0{number % 7 + 1} 10:00:00</div>"
    for number in (501, 502)
)
