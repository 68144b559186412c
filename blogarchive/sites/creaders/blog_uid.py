"""The blog of a page of blog.creaders.net, and the listed posts that belong to it."""

from collections import Counter
from collections.abc import Sequence

from blogarchive.items import ListedPost
from blogarchive.sites.creaders.urls import parse_url


def resolve_uid(
    page_url: str,
    target_uid: str | None,
    header_url: str | None,
    latest: Sequence[ListedPost],
    listed: Sequence[ListedPost],
) -> str | None:
    """Return the uid of the blog, or None. Sources in order: page URL, target, header URL, linked posts.

    `page_url` and `header_url` are URLs, `target_uid` is a uid. A number wins over the name in an old URL.
    The URL reached wins over the target: a closed blog may redirect to another blog, or show one. An author
    can type a header URL, so it wins only if the posts of the sidebar agree with it.
    """
    own = parse_url(header_url).uid if header_url else None
    linked = next((uid for post in latest if (uid := _post_uid(post))), None) or _majority_uid(listed)
    if own is not None and own == linked and own.isdigit():
        return own
    uids = [uid for uid in (parse_url(page_url).uid, target_uid, own, linked) if uid]
    return next(filter(str.isdigit, uids), uids[0] if uids else None)


def filter_own_posts(listed: Sequence[ListedPost], uid: str | None) -> tuple[ListedPost, ...]:
    """Return the listed posts that do not belong to another blog.

    A list that has only posts of other blogs replaces the page of this blog.
    """
    return tuple([post for post in listed if _post_uid(post) in (uid, None)])


def _post_uid(post: ListedPost) -> str | None:
    return parse_url(post.url).uid if post.url else None


def _majority_uid(listed: Sequence[ListedPost]) -> str | None:
    """Return the uid of more than half of the posts: a portal lists posts of many blogs."""
    counted = Counter(uid for post in listed if (uid := _post_uid(post)))
    return next((uid for uid, count in counted.items() if 2 * count > len(listed)), None)
