"""Parse a page that no template fits: by words, if the window title confirms the title of the post."""

from datetime import datetime

from blogarchive.items import PageKind, ParsedPage, Post, Problem, Target
from blogarchive.messages.details import Detail
from blogarchive.sites.grammar.page.page_view import PageView, build_page_view
from blogarchive.sites.grammar.page.title_witness import confirms_title
from blogarchive.sites.grammar.post.notices import find_notice
from blogarchive.sites.grammar.post.post_page import PostPage, parse_post
from blogarchive.sites.markup.forms import UrlForms


def parse_by_words(
    text: str, encoding: str, url: str, now: datetime, forms: UrlForms, target: Target
) -> ParsedPage:
    """Return the post, the notice, or a page of kind UNKNOWN; always with a problem of the field `template`.

    `now` is the fetch time in the site's zone.
    """
    number = target.post_number or target.number
    view = build_page_view(text, url, now, forms.parse, number)
    post = None if view.number is None else _find_post(view)
    if post is not None:
        return _page(PageKind.POST, encoding, Detail.TEMPLATE_WORDS, posts=(post,))
    notice = find_notice(view, range(len(view.lines)))
    if notice is not None:
        return ParsedPage(kind=PageKind.NOTICE, encoding=encoding, notice=notice)
    return _page(PageKind.UNKNOWN, encoding, Detail.TEMPLATE_UNKNOWN)


def _page(kind: PageKind, encoding: str, detail: str, posts: tuple[Post, ...] = ()) -> ParsedPage:
    problem = Problem(kind="unreadable", field="template", detail=detail)
    return ParsedPage(kind=kind, encoding=encoding, posts=posts, problems=(problem,))


def _find_post(view: PageView) -> Post | None:
    found = parse_post(view, further=False, pager=None)
    heading = None if found is None else found.heading
    if found is None or heading is None or not confirms_title(view.document.title, heading.title):
        return None
    return _build_post(view, found)


def _build_post(view: PageView, found: PostPage) -> Post:
    counters, heading = found.counters, found.heading
    return Post(
        number=view.number or "",
        url=view.url,
        title=None if heading is None else heading.title,
        posted=None if heading is None else heading.posted,
        body_html=found.body_html,
        body_text=found.body_text,
        images=found.images,
        views=None if counters is None else counters.views,
        likes=None if counters is None else counters.likes,
        comment_count=None if counters is None else counters.comments,
        comments=found.comments.comments,
    )
