"""痞客邦, *.pixnet.net: posts with comments, seen in one real page of 2017 (docs/sites/pixnet.md)."""

from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites import markup

# The page writes a date in five parts: Dec 28 Sat 2013 00:28. The weekday is not needed.
_TIME = tuple(f".publish .{part}" for part in ("month", "date", "year", "time"))

_ANSWERS = markup.CommentParts(
    each="li.reply-text",
    # The last line of an answer is the site's: NAME 於 2013/12/28 10:05 回覆. Its author may type another above.
    author=markup.Pick("./p[last()]", match=r"^(.*\S)\s*於\s*\d{4}/"),
    author_url="./p[last()]/a",
    posted=markup.Pick("./p[last()]", match=r"(\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2})\s*回覆\s*$"),
    body=".",
    drop=("./p[last()]",),
)

_COMMENTS = markup.CommentParts(
    each="#comment-text > ul.single-post",
    author="./li[contains(@class, 'post-info')]/span[@class='user-name']",
    author_url=".user-name a",
    posted=markup.Pick("li.post-info > .post-time", match=r"(\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2})"),
    body="li.post-text",
    # The page counts a whisper (悄悄話) and does not show it.
    unseen="#comment-text > ul.secret",
    answers=_ANSWERS,
    # So the page names a commenter without an account, in the place of a name.
    anonymous="訪客",
)

_TEMPLATE = markup.Template(
    name="2017",
    post=markup.PostParts(
        title=".article-head li.title h2",
        body="#article-content-inner",
        posted=tuple(f".article-head {part}" for part in _TIME),
        # Pages of 2017 have the first, later ones the second; neither is inside the text.
        views=markup.Pick(".author-views, #BlogArticleCount", match=r"(?:人氣\s*\(\s*|^)([\d,]+)"),
        comment_count=markup.Pick("#comment-title", match=r"\(\s*([\d,]+)\s*\)"),
        categories="//ul[@class='refer']/li[contains(., '個人分類')]/a",
        comments=_COMMENTS,
        next_comments="#comment-text ~ .page a.next, #user-post .page a.next",
    ),
    titles=markup.ListParts(each=".article-head", title="li.title h2 a", posted=_TIME),
    next_page=".page a.next",
    card=markup.CardParts(
        blog_title="#banner h1 a",
        tagline="#banner > h2",
        nickname="//*[@id='user-info']//dt[contains(., '暱稱')]/following-sibling::dd[1]",
        total_visits="#blog_hit_total",
    ),
    categories=markup.LinkParts(each="//*[@id='category' or @id='folder']//li", name="a", url="a"),
    latest=markup.ListParts(each="#recent-article li", title="a"),
)

SITE = markup.MarkupSite(
    name="pixnet",
    hosts=("*.pixnet.net",),
    image_hosts=("*.pixnet.net", "*.pixfs.net", "*.pimg.tw"),
    zone=ZoneInfo("Asia/Taipei"),
    # These hosts are pages of the company, not blogs.
    host_uid=r"(?!(?:www|admin|pic|front|channel)\.)(?P<uid>[\w-]+)\.pixnet\.net",
    home_host="{uid}.pixnet.net",
    home="/blog",
    forms=(
        markup.Form(PageKind.POST, r"/blog/post/(?P<number>\d+)(?:[-/].*)?", canonical="/blog/post/{number}"),
        # The form of later years; the URL of a number is built by the first form.
        markup.Form(
            PageKind.POST, r"/blog/posts/(?P<number>\d+)(?:[-/].*)?", canonical="/blog/posts/{number}"
        ),
        markup.Form(PageKind.CATEGORY, r"/blog/category/\d+(?:/\d+)?"),
        markup.Form(PageKind.MONTH, r"/blog/archives?/(?P<month>\d{6})(?:/\d+)?"),
        markup.Form(PageKind.HOME, r"/(?:blog/?)?", canonical="/blog"),
        markup.Form(PageKind.HOME, r"/blog/(?:listall/)?\d+"),
    ),
    templates=(_TEMPLATE,),
)
