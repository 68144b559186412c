"""An invented site of known markup, and its pages."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites.markup import (
    Answer,
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

FETCHED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST_URL = "https://ann.blog.example/post/7"

_COMMENTS = CommentParts(
    each="#comments > ul",
    author="li.info > .name",
    author_url=".name a",
    posted=Pick("li.info > .when", match=r"([\d-]+ [\d:]+)"),
    body="li.text",
    unseen="#comments > ul.secret",
    answers=CommentParts(each="li.answer", author="b", body="p", posted="i"),
)


def _unwrap(text: str) -> str | None:
    try:
        return str(json.loads(text)["html"])
    except (ValueError, KeyError, TypeError):
        return None


INVENTED = MarkupSite(
    name="invented",
    hosts=("*.blog.example",),
    zone=ZoneInfo("Asia/Taipei"),
    host_uid=r"(?P<uid>\w+)\.blog\.example",
    home_host="{uid}.blog.example",
    home="/",
    own_url=r'myUrl = "([^"]+)"',
    forms=(
        Form(PageKind.COMMENTS, r"/post/(?P<number>\d+)\?cp=\d+", query=("cp",)),
        Form(PageKind.POST, r"/post/(?P<number>\d+)(?:-.*)?", canonical="/post/{number}"),
        Form(PageKind.COMMENTS, r"/answer/(?P<number>\d+)/(?P<page>\d+)"),
        Form(PageKind.MONTH, r"/month/(?P<month>\d{6})"),
        Form(PageKind.CATEGORY, r"/tag/\d+"),
        Form(PageKind.HOME, r"/(?:\?page=\d+)?", query=("page",)),
    ),
    templates=(
        Template(
            name="first",
            post=PostParts(
                title="h2.title",
                body="div.body",
                posted=".posted",
                views=Pick(".counts", match=r"(\d+) views"),
                likes=Pick(".counts", match=r"(\d+) likes"),
                comment_count=Pick(".counts", match=r"(\d+) comments"),
                categories=".tags a",
                drop=(".share",),
                comments=_COMMENTS,
                next_comments="a.more",
            ),
            titles=ListParts(each=".row", title="a", posted=".day"),
            next_page="a.next",
            card=CardParts(blog_title="h1", nickname=".nick"),
            categories=LinkParts(each=".categories li", name="a"),
            months=LinkParts(each=".months option", name=Pick(".", match=r"\w+ \d{4}"), url="@value"),
        ),
    ),
    answer=Answer(url="/answer/{number}/{page}", unwrap=_unwrap, comments=_COMMENTS),
)


def a_comment(name: str, text: str, minute: int, answer: str = "") -> str:
    """Return the markup of a comment, with an answer of the owner if given."""
    answers = f'<li class="answer"><b>Ann</b> <i>2020-05-06 07:59</i><p>{answer}</p></li>' if answer else ""
    return (
        f'<ul><li class="info"><span class="name"><a href="https://{name}.blog.example/">{name}</a></span>'
        f'<span class="when">at 2020-05-06 07:{minute:02d}</span></li><li class="text">{text}</li>{answers}</ul>'
    )


SECRET = '<ul class="secret"><li class="text">private</li></ul>'
COUNTS = '<p class="counts">90 views, 4 likes, 3 comments</p>'
HEADING = '<h2 class="title">Plum rain</h2><span class="posted">2020-05-06 06:30</span>'
THREE = (a_comment("bob", "hello", 10, "thanks"), a_comment("eve", "<b>nice</b>", 20), SECRET)


def a_post(body: str = "<p>It rains.</p>", comments: Sequence[str] = THREE, counts: str = COUNTS) -> str:
    """Return a page of one post."""
    return f"""<html><head><title>Plum rain - Ann's blog</title></head><body>
<h1>Ann's blog</h1><div class="nick">Ann</div>
{HEADING}<div class="tags"><a href="/tag/3">weather</a></div>
<div class="body">{body}<div class="share">Share this</div></div>
{counts}
<div id="comments">{"".join(comments)}</div>
<ul class="categories"><li><a href="/tag/3">weather</a></li><li><a href="/tag/4">food</a></li></ul>
<select class="months"><option>Months</option><option value="/month/202005">May 2020 (2)</option></select>
</body></html>"""


def parse(html: str, url: str = POST_URL, kind: PageKind | None = None, page_no: int = 1) -> ParsedPage:
    """Return the page as the invented site parses it."""
    found = INVENTED.parse_url(url)
    page = Page(url=url, fetched_at=FETCHED_AT, status=200, headers=(), body=html.encode())
    target = Target(
        url=found.url,
        site="invented",
        kind=kind or found.kind,
        uid=found.uid,
        number=found.number,
        page_no=page_no,
    )
    return INVENTED.parse_page(page, target)
