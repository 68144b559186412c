"""网易博客, *.blog.163.com: closed in 2018, saved pages are imported (docs/sites/netease.md).

A script fetched the comments by DWR POST, so saved pages count them and do not have them.
"""

from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites import markup

_TEMPLATE = markup.Template(
    name="neblog-1.0",
    post=markup.PostParts(
        title=".nbw-bitm h3.title > .tcnt",
        body=".nbw-bitm .nbw-blog",
        # The time is one part of a line whose parts have the same class.
        posted=markup.Pick(".nbw-bitm p.tdep .blogsep", match=r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})"),
        # These ids begin with a dollar sign, which CSS does not allow.
        views="//*[@id='$_spaniReadCount']",
        comment_count="//*[@id='$_spaniCommentCount']",
        categories=".nbw-bitm p.tdep .pleft > a",
    ),
    card=markup.CardParts(
        nickname=".m-aboutme .nick a",
        blog_title="#blog-163-com-banner .n > .pre",
        tagline="#blog-163-com-banner .d > .pre",
    ),
    categories=markup.LinkParts(
        # A row ends in its number of posts: ·随笔（12）. The list has other rows too.
        each="//*[contains(@class, 'm-blogclasses')]//li[contains(., '（')]",
        name=markup.Pick(".", match=r"^·?\s*(.*?)\s*（\d+）$"),
        url="./@none",  # the link has a fragment only: a script showed the category
    ),
)

# The uid may be the owner's address of mail, as in /name@126/.
_USER = r"(?P<uid>[\w.@-]+)"

SITE = markup.MarkupSite(
    name="netease",
    hosts=("blog.163.com", "*.blog.163.com"),
    image_hosts=("*.163.com", "*.126.net", "*.netease.com"),
    zone=ZoneInfo("Asia/Shanghai"),
    # www.blog.163.com is the page of the host.
    host_uid=r"(?!www\.)(?P<uid>[\w-]+)\.blog\.163\.com",
    home_host="blog.163.com",
    home="/{uid}/",
    # A script for links to related posts (wumii) states the page's URL.
    own_url=r'wumiiPermaLink\s*=\s*"(https?://[^"]+)"',
    is_closed=True,
    forms=(
        markup.Form(
            PageKind.POST,
            r"/blog/static/(?P<number>\d+)/?(?:index\.html)?",
            canonical="/blog/static/{number}/",
        ),
        markup.Form(
            PageKind.POST,
            rf"/{_USER}/blog/static/(?P<number>\d+)/?(?:index\.html)?",
            canonical="/{uid}/blog/static/{number}/",
        ),
        markup.Form(PageKind.HOME, r"/(?:blog/?)?(?:index\.html)?", canonical="/"),
        markup.Form(PageKind.HOME, rf"/{_USER}/(?:blog/?)?(?:index\.html)?", canonical="/{uid}/"),
    ),
    templates=(_TEMPLATE,),
)
