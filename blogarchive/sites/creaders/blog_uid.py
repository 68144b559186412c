"""Whose blog a page of blog.creaders.net is, and which of the posts that it lists are that blog's."""

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
    """The uid: by the page's address, by what was asked for, by the page's own URL line, by the posts that it names.

    `reached` and `shown` are URLs, `asked` a uid. A number wins over the name that an old address calls the blog by,
    and the address that was reached over the one that was asked for: a closed blog may send its reader to another, or
    show another in its place. The URL line alone tells little, an author may have typed it; with the posts it does.
    """
    own = parse_url(header_url).uid if header_url else None
    linked = next((uid for post in latest if (uid := _post_uid(post))), None) or _majority_uid(listed)
    if own is not None and own == linked and own.isdigit():
        return own
    uids = [uid for uid in (parse_url(page_url).uid, target_uid, own, linked) if uid]
    return next(filter(str.isdigit, uids), uids[0] if uids else None)


def filter_own_posts(listed: Sequence[ListedPost], uid: str | None) -> tuple[ListedPost, ...]:
    """The listed posts that are not another blog's: a list of those alone is a page in the place of this blog's."""
    return tuple([post for post in listed if _post_uid(post) in (uid, None)])


def _post_uid(post: ListedPost) -> str | None:
    return parse_url(post.url).uid if post.url else None


def _majority_uid(listed: Sequence[ListedPost]) -> str | None:
    """The blog that more than half of the posts are of: a portal's list is of many."""
    counted = Counter(uid for post in listed if (uid := _post_uid(post)))
    return next((uid for uid, count in counted.items() if 2 * count > len(listed)), None)
