"""痞客邦, *.pixnet.net: posts with comments, seen in one real page of 2017 (docs/sites/pixnet.md)."""

from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites.markup import (
    CardParts,
    CommentParts,
    Form,
    LinkParts,
    ListParts,
    MarkupSite,
    Pick,
    PostParts,
    Template,
)

_TIME = tuple(f".publish .{part}" for part in ("month", "date", "year", "time"))

_ANSWERS = CommentParts(
    each="li.reply-text",
    author=Pick("./p[last()]", match=r"^(.*\S)\s*於\s*\d{4}/"),
    author_url="./p[last()]/a",
    posted=Pick("./p[last()]", match=r"(\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2})\s*回覆\s*$"),
    body=".",
    drop=("./p[last()]",),
)

_COMMENTS = CommentParts(
    each="#comment-text > ul.single-post",
    author="./li[contains(@class, 'post-info')]/span[@class='user-name']",
    author_url=".user-name a",
    posted=Pick("li.post-info > .post-time", match=r"(\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2})"),
    body="li.post-text",
    unseen="#comment-text > ul.secret",
    answers=_ANSWERS,
    anonymous="訪客",
)

_TEMPLATE = Template(
    name="2017",
    post=PostParts(
        title=".article-head li.title h2",
        body="#article-content-inner",
        posted=tuple(f".article-head {part}" for part in _TIME),
        views=Pick(".author-views, #BlogArticleCount", match=r"(?:人氣\s*\(\s*|^)([\d,]+)"),
        comment_count=Pick("#comment-title", match=r"\(\s*([\d,]+)\s*\)"),
        categories="//ul[@class='refer']/li[contains(., '個人分類')]/a",
        comments=_COMMENTS,
        next_comments="#comment-text ~ .page a.next, #user-post .page a.next",
    ),
    titles=ListParts(each=".article-head", title="li.title h2 a", posted=_TIME),
    next_page=".page a.next",
    card=CardParts(
        blog_title="#banner h1 a",
        tagline="#banner > h2",
        nickname="//*[@id='user-info']//dt[contains(., '暱稱')]/following-sibling::dd[1]",
        total_visits="#blog_hit_total",
    ),
    categories=LinkParts(each="//*[@id='category' or @id='folder']//li", name="a", url="a"),
    latest=ListParts(each="#recent-article li", title="a"),
)

SITE = MarkupSite(
    name="pixnet",
    hosts=("*.pixnet.net",),
    image_hosts=("*.pixnet.net", "*.pixfs.net", "*.pimg.tw"),
    zone=ZoneInfo("Asia/Taipei"),
    host_uid=r"(?!(?:www|admin|pic|front|channel)\.)(?P<uid>[\w-]+)\.pixnet\.net",
    home_host="{uid}.pixnet.net",
    home="/blog",
    forms=(
        Form(PageKind.POST, r"/blog/post/(?P<number>\d+)(?:[-/].*)?", canonical="/blog/post/{number}"),
        Form(PageKind.POST, r"/blog/posts/(?P<number>\d+)(?:[-/].*)?", canonical="/blog/posts/{number}"),
        Form(PageKind.CATEGORY, r"/blog/category/\d+(?:/\d+)?"),
        Form(PageKind.MONTH, r"/blog/archives?/(?P<month>\d{6})(?:/\d+)?"),
        Form(PageKind.HOME, r"/(?:blog/?)?", canonical="/blog"),
        Form(PageKind.HOME, r"/blog/(?:listall/)?\d+"),
    ),
    templates=(_TEMPLATE,),
)
