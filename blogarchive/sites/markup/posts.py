"""Read posts by selectors: the one of a page of its own, or those that a listing shows whole."""

from collections.abc import Callable
from dataclasses import replace

from blogarchive.items import ParsedUrl, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.sites.markup.bodies import Body, read_body
from blogarchive.sites.markup.comments import PageComments, check_doubt, find_comment_elements, read_comments
from blogarchive.sites.markup.parts import PostParts
from blogarchive.sites.markup.picker import Picker, keep_outermost
from blogarchive.sites.markup.tree import have_one_path, with_descendants


def has_post(picker: Picker, parts: PostParts) -> bool:
    """Return whether the page has the title and the body of a post."""
    bodies = with_descendants(picker.elements(parts.body))
    titles = parts.title if isinstance(parts.title, tuple) else (parts.title,)
    return bool(bodies) and any(picker.values(pick, None, bodies) for pick in titles)


def read_post(picker: Picker, parts: PostParts, number: str, url: str) -> Post | None:
    """Return the post of a page of its own, with its comments; None if the page shows no body."""
    return _read(picker, parts, None, number, url)


def read_whole_posts(
    picker: Picker, parts: PostParts | None, parse_url: Callable[[str], ParsedUrl]
) -> list[Post]:
    """Return the posts that a listing shows, in its order, without the bodies that it cuts.

    A post without a link is left out, with a problem.
    """
    if parts is None or parts.each is None:
        return []
    posts = []
    elements = picker.elements(parts.each)
    if not have_one_path(elements):
        picker.add_problem("forged", "listed", Detail.LIST_POSITIONS)
        return []
    for element in elements:
        url = picker.url(parts.link, element)
        found = None if url is None else parse_url(url)
        if found is None or found.number is None:
            picker.add_problem("unreadable", "listed", Detail.NO_POST_LINK)
            continue
        more = picker.url(parts.more, element)
        is_cut = more is not None and parse_url(more).number == found.number
        post = _read(picker, parts, element, found.number, found.url)
        if post is not None:
            posts.append(without_body(post) if is_cut else post)
    return posts


def without_body(post: Post) -> Post:
    """Return the post as a page shows it that has only its beginning, or its further comments."""
    return replace(post, body_html=None, body_text=None, images=(), whole=False)


def _read(picker: Picker, parts: PostParts, within: Element | None, number: str, url: str) -> Post | None:
    written = find_comment_elements(picker, parts.comments, within)
    outermost = keep_outermost([*picker.elements(parts.body, within), *written])
    bodies = [node for node in outermost if node not in written]
    if not bodies:
        return None
    if len(bodies) > 1:
        picker.add_problem("forged", "body", Detail.TEXTS.format(count=len(bodies)))
    picker.close(outermost)
    found = read_comments(picker, parts.comments, [node for node in outermost if node in written])
    body = read_body(picker, bodies[0], parts.drop, parts.opened)
    picker.note_source("body", parts.body, body.text)
    return _add_comments(picker, parts, _build_post(picker, parts, body, within, number, url), found)


def _build_post(
    picker: Picker, parts: PostParts, body: Body, within: Element | None, number: str, url: str
) -> Post:
    return Post(
        number=number,
        url=url,
        title=picker.value("title", parts.title, within),
        posted=picker.date("posted_at", parts.posted, within),
        body_html=body.html,
        body_text=body.text,
        images=body.images,
        views=picker.count("views", parts.views, within),
        likes=picker.count("likes", parts.likes, within),
        comment_count=picker.count("comment_count", parts.comment_count, within),
        categories=tuple(picker.values(parts.categories, within)) if parts.categories else (),
    )


def _add_comments(picker: Picker, parts: PostParts, post: Post, found: PageComments) -> Post:
    """Return the post with its comments; without them, and with a problem, if the page shows more than it counts."""
    claimed, is_paged = post.comment_count, picker.url(parts.next_comments) is not None
    if claimed is not None and found.counted > claimed and not is_paged:
        picker.add_problem(
            "forged", "comments", Detail.COMMENTS_MORE.format(claimed=claimed, count=found.counted)
        )
        return post
    found = check_doubt(picker, found, claimed)
    return replace(post, comments=found.comments, unseen_comments=found.unseen)
