"""新浪博客, blog.sina.com.cn: the templates of 2007 and of 2012 (docs/sites/sina.md).

An id is the uid in 8 hexadecimal digits and 8 digits of base 36. Scripts fetch the counters, and in 2012 the comments.
"""

import json
import re
from zoneinfo import ZoneInfo

from blogarchive.items import PageKind
from blogarchive.sites import markup
from blogarchive.sites.links import DECIMAL_UID

_DATA = re.compile(r'^\s*\{.{0,40}?"?data"?\s*:\s*("(?:[^"\\]|\\.)*")')


def _unwrap(text: str) -> str | None:
    """Return the HTML of an answer `{"code": …, data: HTML}`; its key has no quotes. None for any other text."""
    match = _DATA.match(text)
    try:
        return None if match is None else str(json.loads(match[1], strict=False))
    except ValueError:
        return None


_COMMENTS = markup.CommentParts(
    # An answer has the comments alone, a page that a browser saved has them in the list.
    each="//li[starts-with(@id, 'cmt_')][parent::body or parent::ul[@id='article_comment_list']]",
    author="./div/p/span[@class='SG_revert_Tit']",
    author_url="./div/p/span[@class='SG_revert_Tit']/a",
    posted="./div/p/span[@class='SG_revert_Time']/em",
    body="./div/div[contains(@class, 'SG_revert_Inner')][1]",
)
# An author may type a span with such an id: only those of the page's head and foot count.
_COUNTER = (
    "//span[starts-with(@id, '{}_')][contains(@class, 'SG_txtb')]"
    "[ancestor::div[@id='articlebody' or contains(@class, 'articalInfo')]]"
)

_BLOG7 = markup.Template(
    name="2012",
    post=markup.PostParts(
        # Each is a child of #articlebody: a text pasted from another post of the host has the same classes.
        title="#articlebody > .articalTitle > .titName",
        body="#articlebody > .articalContent",
        posted=markup.Pick("#articlebody > .articalTitle > .time", match=r"([\d-]+ [\d:]+)"),
        categories="#articlebody .blog_class a",
        views=markup.Pick(_COUNTER.format("r"), match=r"\(([\d,]+)\)"),  # in pages that a browser saved
        comment_count=markup.Pick(_COUNTER.format("c"), match=r"\(([\d,]+)\)"),
        comments=_COMMENTS,
    ),
    titles=markup.ListParts(
        # A list, or the home page, which shows excerpts under its titles.
        each="//div[@class='articleList']/div[contains(@class, 'articleCell')] | //div[@class='blog_title_h']",
        title=".atc_title a, .blog_title a",
        posted=markup.Pick(".atc_tm, .time", match=r"([\d-]+ [\d:]+)"),
    ),
    next_page=".SG_page .SG_pgnext a",
    card=markup.CardParts(
        uid=markup.Pick("#blognav a::attr(href)", match=r"/articlelist_(\d+)_"),
        nickname="#ownernick",
        blog_title="#blognamespan",
        total_visits="#comp_901_pv strong",
    ),
    categories=markup.LinkParts(each="#module_7 .menuCell_main", name="a"),
)

_OLD = markup.Template(
    name="2007",
    post=markup.PostParts(
        title="#articleTitle", body="#articleContent", posted="#articleTime", next_comments="a#comments"
    ),
    comments=markup.CommentParts(
        each="#commentContainer > li",
        # The page of 2007 writes [匿名] before the name of a commenter without an account.
        author=markup.Pick("./div[@id='commentBar']/*[@id='commentTitle']", match=r"^(?:\[匿名\]\s*)?(.*)$"),
        author_url="./div[@id='commentBar']/*[@id='commentTitle']",
        posted="./div/div[@id='commentTimeHolder']",
        body="./div/div[@id='commentContent']",
    ),
    card=markup.CardParts(nickname="#intro > a", blog_title="#blogName"),
)

_ANSWER = markup.Answer(
    url="/s/comment_{number}_{page}.html?comment_v=articlenew", unwrap=_unwrap, comments=_COMMENTS
)

_ID_DIGITS = "[0-9a-f]{8}[0-9a-z]{8}"
_ID = f"(?P<number>{_ID_DIGITS})"
_ANSWER_URL = rf"/s/comment_{_ID}_\d+\.html(?:\?comment_v=articlenew)?"


def _uid_of(groups: markup.Groups) -> str:
    return str(int((groups["number"] or "0")[:8], 16))


SITE = markup.MarkupSite(
    name="sina",
    hosts=("blog.sina.com.cn",),
    image_hosts=("*.sinaimg.cn", "*.sina.com.cn"),
    zone=ZoneInfo("Asia/Shanghai"),
    # A saved post, the owner's link to edit it, a saved page of comments of 2007.
    own_number=rf'(?:id="t_|article_edit\.php\?mode=1&(?:amp;)?blog_id=|"src_title)({_ID_DIGITS})"',
    home="/u/{uid}",
    forms=(
        markup.Form(PageKind.POST, rf"/s/blog_{_ID}\.html", uid=_uid_of, canonical="/s/blog_{number}.html"),
        markup.Form(PageKind.COMMENTS, _ANSWER_URL, query=("comment_v",), uid=_uid_of),
        # Category 0 is the list of all posts.
        markup.Form(PageKind.HOME, rf"/s/articlelist_{DECIMAL_UID}_0_\d+\.html"),
        markup.Form(PageKind.CATEGORY, rf"/s/articlelist_{DECIMAL_UID}_[1-9]\d*_\d+\.html"),
        markup.Form(PageKind.HOME, rf"/u/{DECIMAL_UID}/?", canonical="/u/{uid}"),
        markup.Form(PageKind.HOME, r"/[A-Za-z0-9_]+/?"),
    ),
    templates=(_BLOG7, _OLD),
    answer=_ANSWER,
)
