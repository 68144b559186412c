"""文学城, blog.wenxuecity.com: the templates of 2005-06 and of today (docs/sites/wenxuecity.md).

Ids are a series per month, so a post's number is YYYYMM_id, as the site's own counter script writes it.
"""

from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites import markup
from blogarchive.sites.links import DECIMAL_UID

_FOOTER, _UNDER_NAME = "td.post-footer", "./following-sibling::table[1]//tr"
# No page was seen: crawlers know the class, and a reader needs the word.
_NEXT = (
    "//*[contains(@class, 'paging')]//a[contains(., '下一') or contains(., '下页') or contains(., '下頁')]"
)
_COUNTED = markup.Pick(".", match=r"^(.*?)\s*(?:[(（]\d+[)）])?$")
# Inside the element of the text, links of the site to other posts follow this one.
_MORE = ".//a[contains(., '更多我的博客文章') or contains(., '更多我的部落格文章')]"

_OLD = markup.Template(
    name="2005",
    whole=markup.PostParts(
        each="//table[@class='table-bg'][.//td[@class='post-footer']]",
        link="td.post-footer > em > a",
        # The title and the time are cells of one class, side by side.
        title="(.//td[@class='post-title'])[1]",
        posted="(.//td[@class='post-title'])[2]",
        body="td.post-body",
        # A post ends in 由NAME张贴 @ TIME (views) 共 N 篇评论; the name may have brackets too.
        views=markup.Pick(_FOOTER, match=r"\(([\d,]+)\)\s*共\s*[\d,]+\s*篇"),
        comment_count=markup.Pick(_FOOTER, match=r"共\s*([\d,]+)\s*篇[评評][论論]"),
    ),
    # A list without a post has the sidebar, which no page of today has.
    marker="td.side_nav",
    next_page="//a[contains(@href, 'wid=')][contains(., '下一页') or contains(., '下一頁')]",
    card=markup.CardParts(
        uid=markup.Pick("#s4 a::attr(href)", match=r"blogID=(\d+)"),
        blog_title="#s1 strong",
        tagline="//table[@id='s1']//tr[2]/td",
        nickname="#s2 strong",
        account_age=markup.Pick("#s2 td", match=r",\s*(\d{1,3})\s*[岁歲]"),
        total_visits=markup.Pick("td.bottom_nav", match=r"你是第\D*([\d,]+)\s*位[访訪][问問]者"),
    ),
    # Ten titles of a category follow in the table below its name, as at creaders.
    categories=markup.LinkParts(
        each="#s5 .category-title", name="a", posts=markup.ListParts(each=_UNDER_NAME, title="a")
    ),
    months=markup.LinkParts(each="#s4 nobr > a", name=".", url="."),
    latest=markup.ListParts(each="#s3 table tr", title="a"),
)

_NEW = markup.Template(
    name="today",
    post=markup.PostParts(
        title=".articalTitle h2, .titleinfo h2",
        body=".articalContent",
        posted=markup.Pick("span.time.BLK_txtc", match=r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})"),
        comment_count=markup.Pick(".commentsTitle", match=r"[(（]\s*([\d,]+)\s*[)）]"),
        drop=("#userpost", "#buzzbox", _MORE, f"{_MORE}/following-sibling::*"),
        comments=markup.CommentParts(
            each=".comment",
            author=".comment_username",
            author_url=".comment_username > a",
            posted=".comment_dateline em",
            body=".comment_msgbody",
        ),
        next_comments=_NEXT,
    ),
    titles=markup.ListParts(each=".articleList .articleCell", title=".atc_title a", posted=".atc_tm"),
    next_page=_NEXT,
    # The page has the number of the blog in a hidden field.
    card=markup.CardParts(uid="#blogId::attr(value)", nickname="strong#username", blog_title="#blognamespan"),
    categories=markup.LinkParts(each="#module_category a[href*='/myblog/']", name=_COUNTED, url="."),
)

_MYBLOG = rf"/myblog/{DECIMAL_UID}"
_MONTH, _ID = r"(?P<month>\d{6})", r"(?P<id>\d{1,18})"
_FRONTEND = r"/blog/frontend\.php\?act="
_NEW_BLOG = rf"&blogId={DECIMAL_UID}"
_OLD_BLOG = rf"blogID={DECIMAL_UID}"
_PAGE = r"(?:&page=\d+)?"
# One order of the keys, so that a page has one URL in whatever order a link writes them.
_KEYS = ("act", "blogId", "catId", "date", "postId", "postID", "blogID", "catid", "wid", "page")
_POST_PATH = "/myblog/{uid}/{month}/{id}.html"
_COUNTER = "script[src*='/service/count/script/do.php'][src*='&id=']::attr(src)"
_WRITTEN = r"document\.write\(['\"]([\d,]+)['\"]\);?"


# Ids are a series per month: two posts of different months may have the same one.
def _number_of(groups: markup.Groups) -> str:
    return f"{groups['month']}_{int(groups['id'] or 0)}"


_PRINT = rf"{_FRONTEND}articlePrint{_NEW_BLOG}&date={_MONTH}&postId={_ID}"

SITE = markup.MarkupSite(
    name="wenxuecity",
    hosts=("blog.wenxuecity.com",),
    image_hosts=("*.wenxuecity.com",),
    zone=ZoneInfo("America/Los_Angeles"),
    home="/myblog/{uid}/all.html",
    forms=(
        # A second page of comments has the path of its post, so this form comes before that of a post.
        markup.Form(
            PageKind.COMMENTS, rf"{_MYBLOG}/{_MONTH}/{_ID}\.html\?page=\d+", query=_KEYS, number=_number_of
        ),
        markup.Form(PageKind.POST, rf"{_MYBLOG}/{_MONTH}/{_ID}\.html", number=_number_of),
        markup.Form(PageKind.POST, _PRINT, query=_KEYS, number=_number_of, canonical=_POST_PATH),
        markup.Form(PageKind.MONTH, rf"{_MYBLOG}/{_MONTH}/?", canonical="/myblog/{uid}/{month}/"),
        markup.Form(PageKind.HOME, rf"{_MYBLOG}/all\.html"),
        markup.Form(PageKind.CATEGORY, rf"{_MYBLOG}/\d+\.html"),
        markup.Form(PageKind.HOME, rf"/my(?:blog|overview|index)/{DECIMAL_UID}/?"),
        markup.Form(PageKind.CATEGORY, rf"{_FRONTEND}articleList{_NEW_BLOG}&catId=\d+{_PAGE}", query=_KEYS),
        markup.Form(PageKind.HOME, rf"{_FRONTEND}article(?:List|Home){_NEW_BLOG}{_PAGE}", query=_KEYS),
        markup.Form(
            PageKind.POST, rf"/blogview\.php\?date={_MONTH}&postID={_ID}", query=_KEYS, number=_number_of
        ),
        markup.Form(PageKind.MONTH, rf"/archives\.php\?date={_MONTH}&{_OLD_BLOG}(?:&wid=\d+)?", query=_KEYS),
        markup.Form(PageKind.CATEGORY, rf"/myblog\.php\?{_OLD_BLOG}&catid=\d+{_PAGE}", query=_KEYS),
        markup.Form(PageKind.HOME, rf"/myblog\.php\?{_OLD_BLOG}{_PAGE}", query=_KEYS),
    ),
    templates=(_NEW, _OLD),
    views_answer=markup.ViewsAnswer(url=_COUNTER, match=_WRITTEN, hosts=("count.wenxuecity.com",)),
)
