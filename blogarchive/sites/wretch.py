"""無名小站, www.wretch.cc: closed in 2013, saved pages are imported (docs/sites/wretch.md).

The labels are English or Traditional Chinese, as the reader chose. A path has no query: `/blog/name&page=2`.
"""

from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites import markup

_HOUR = r"(?:[上下]午\s*)?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?"
# Authors choose the form of the date; the last "at" before an hour ends the name.
# Without an hour, all of the line is the name.
_NAME = r"^(.*?)\s*(?:\bat|於)\s*(?:(?!\bat\b|於).)*?\d{1,2}:\d{2}|^((?:(?!\d{1,2}:\d{2}).)+)$"
_TIME = rf"^.*?(?:\bat|於)\s*((?:(?!\bat\b|於).)*?{_HOUR})"
_POST_LINE = "div.posted"

# The name in an answer is a label (Blog Owner, 版主): it is stored as the page shows it.
_ANSWERS = markup.CommentParts(
    each="./div[contains(@class, 'comments-reply')]",
    author=markup.Pick("li.comments-post", match=_NAME),
    posted=markup.Pick("li.comments-post", match=_TIME),
    body="./ul[@class='comments-author']/li[not(@class='comments-post')]",
)

_COMMENTS = markup.CommentParts(
    # Trackbacks have the same classes in another div: they are no comments.
    each="//div[@class='total-comments-div']/div[@class='comments-body'][ul/li[@class='comments-word']]",
    author=markup.Pick("li.comments-post", match=_NAME),
    author_url="li.comments-post > a.postuser",
    posted=markup.Pick("li.comments-post", match=_TIME),
    body="./ul/li[@class='comments-word']",
    drop=("./p[@class='cmt_floor'][1]", "./p[@class='cmt_floor_hide'][1]"),
    answers=_ANSWERS,
)

# The site appends its button 推 and a hidden form to the text.
_PUSH = "(.//*[@id='push'])[last()]"
_DROP = (f"{_PUSH} | {_PUSH}/parent::div[@class='clearfix']", "./div[@id='collection_comments']")
_COUNT_DIV = "div[@id='article_counter']"
# The counters are inside the text, where an author may type such a div before the site's own.
_COUNTER = (
    f"./{_COUNT_DIV}[last()] | (.//{_COUNT_DIV})[last()][not(ancestor::div[@class='innertext']/{_COUNT_DIV})]"
)
_OF_LIST = "./div[@class='blogbody2']/div[@class='articletext']"
_TITLE = ".articletext > h3.title"
_BODY = ".articletext > .innertext"
_COUNT = markup.Pick(_POST_LINE, match=r"(?:Reply|回應|迴響)\s*\((\d+)\)")
_CLOCK = markup.Pick(_POST_LINE, match=rf"(?:\bat|於)\s*({_HOUR})")

_TEMPLATE = markup.Template(
    name="blog",
    post=markup.PostParts(
        title=_TITLE,
        body=_BODY,
        # The day stands above the post, its hour below it: at 12:49 AM.
        posted=(".date > .datediv", _CLOCK),
        views=markup.Pick("#article_counter", match=r"(?:Total Visitors|累積人氣)\s*[:：]\s*([\d,]+)"),
        comment_count=_COUNT,
        categories=".extended > a[href*='category_id']",
        drop=_DROP,
        opened=(_COUNTER,),
        comments=_COMMENTS,
        next_comments="//div[@class='total-comments-div']/div[@class='comments-linkcontrol'][1]/span[@class='next']/a",
    ),
    whole=markup.PostParts(
        # A list of titles is such a div too, without the title of a post.
        each=f"//div[@class='blogbody'][{_OF_LIST}/h3[@class='title']]",
        link="./div/div[@class='posted']/a[contains(@href, '#')]",
        more="./div/div[@class='articletext']/div[@class='extended']/a",
        title=f"{_OF_LIST}/h3[@class='title']",
        body=f"{_OF_LIST}/div[@class='innertext']",
        posted=("./preceding-sibling::div[@class='date'][1]/div[@class='datediv']", _CLOCK),
        comment_count=_COUNT,
        drop=_DROP,
    ),
    titles=markup.ListParts(
        # The list of titles, and the calendar of a month, whose days link to posts.
        each="//div[@class='articletext']//tr[td[1]/a[contains(@href, '/blog/')]]"
        " | //table[caption[@class='calendarhead']]//td//a",
        title="./td[1]/a[contains(@href, '/blog/')] | ./self::a",
        posted=markup.Pick("./td[1]", match=r"(\d{4}\.\d{2}\.\d{2})"),
    ),
    next_page=".list-linkcontrol .next a",
    # A page of comments or of a calendar may have no post.
    marker="#pageheader",
    card=markup.CardParts(
        uid=markup.Pick("#pageheader h1 a::attr(href)", match=r"/blog/(\w+)"),
        blog_title="#pageheader h1 a",
        total_visits=markup.Pick(
            "#boxCounter .side", match=r"(?:Total Visitors|累積人氣)\s*[:：]\s*([\d,]+)"
        ),
    ),
    categories=markup.LinkParts(
        each="#boxCategory .side > a", name=markup.Pick(".", match=r"^(.*?)\s*(?:\(\d+\))?$"), url="."
    ),
    months=markup.LinkParts(
        each="#boxDate option", name=markup.Pick(".", match=r"^(.+?)\s*\(\d+\)"), url="@value"
    ),
    latest=markup.ListParts(each="#boxNewArticle .side > a", title="."),
)

_BLOG = r"/blog/(?:%20)*(?P<uid>\w+)"  # archives have URLs with a space before the name
_MONTH = rf"{_BLOG}(?:&schedule=1)?&year=(?P<year>\d{{4}})&month=(?P<mon>\d{{1,2}})(?:&schedule=1)?"

SITE = markup.MarkupSite(
    name="wretch",
    hosts=("www.wretch.cc", "wretch.cc"),
    image_hosts=("*.wretch.cc", "*.wretch.yimg.com", "l.yimg.com"),
    zone=ZoneInfo("Asia/Taipei"),
    home="/blog/{uid}",
    is_closed=True,
    forms=(
        markup.Form(
            PageKind.POST, rf"{_BLOG}/(?P<number>\d+)(?:/|&tpage=\d+)?", canonical="/blog/{uid}/{number}"
        ),
        markup.Form(PageKind.POST, rf"{_BLOG}&article_id=(?P<number>\d+)", canonical="/blog/{uid}/{number}"),
        markup.Form(PageKind.COMMENTS, rf"{_BLOG}/(?P<number>\d+)&page=\d+"),
        markup.Form(PageKind.CATEGORY, rf"{_BLOG}&category_id=\d+(?:&page=\d+)?"),
        markup.Form(PageKind.MONTH, _MONTH, canonical="/blog/{uid}&year={year}&month={mon}"),
        markup.Form(PageKind.HOME, rf"{_BLOG}/?", canonical="/blog/{uid}"),
        markup.Form(PageKind.HOME, rf"{_BLOG}&(?:list=1|page=\d+|list=1&page=\d+)"),
    ),
    templates=(_TEMPLATE,),
)
