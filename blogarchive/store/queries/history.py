"""Find the stored versions of a post and its comments, and the differences between two of them."""

from difflib import unified_diff
from gettext import gettext as _

from blogarchive.errors import UsageError
from blogarchive.sites.links import json_id
from blogarchive.store.database.archive import Archive
from blogarchive.store.queries.blog_models import BLOGS, Blog
from blogarchive.store.queries.post_models import POST_HEADINGS, Comment, FullPost, PostHeading, Version
from blogarchive.store.queries.post_reader import complete_heading


def find_posts(archive: Archive, number: str, *, uid: str | None = None) -> list[tuple[Blog, FullPost]]:
    """Return the posts of that number with their blogs: several if more than one blog has such a number.

    `uid` is the uid of the blog or an alias of it. Raises `UsageError` if there is no such post.
    """
    headings = archive.all_as(
        PostHeading,
        f"""{POST_HEADINGS} join authors a on a.id = p.author_id where p.number = ?1 and (?2 is null or a.uid = ?2
            or exists (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?2)) order by p.id""",  # noqa: S608 - constants
        (number, uid),
    )
    if not headings:
        raise UsageError(
            _("no post {number} in {archive}; `blogarchive search` finds posts by their words").format(
                number=number, archive=archive.path
            )
        )
    blogs = {blog.id: blog for blog in archive.all_as(Blog, BLOGS)}
    return [(blogs[heading.author_id], complete_heading(archive, heading)) for heading in headings]


def changed_comments(post: FullPost) -> list[Comment]:
    """Return the comments of a post that were edited or are gone, those without a time first."""
    changed = [comment for comment in post.comments if comment.revisions or comment.gone_at]
    return sorted(changed, key=lambda comment: (comment.posted_at or "", comment.id))


def unified_difference(before: Version, after: Version) -> list[str]:
    """Return the lines of a unified diff of title and text; none if both are equal."""
    return list(
        unified_diff(
            _lines(before),
            _lines(after),
            fromfile=before.captured_at,
            tofile=after.captured_at,
            lineterm="",
            n=1,
        )
    )


def history_object(blog: Blog, post: FullPost) -> dict[str, object]:
    """Return the history of a post as an object of `diff --json`."""
    return {
        "site": blog.site,
        "uid": blog.uid,
        "number": json_id(post.number),
        "url": post.url,
        "gone_at": post.gone_at,
        "gone_reason": post.gone_reason,
        "versions": _version_objects(post.versions, has_current=post.has_text),
        "comments": [
            {
                "author_name": comment.author_name,
                "posted_at_text": comment.posted_at_text,
                "gone_at": comment.gone_at,
                "versions": _version_objects(comment.versions, has_current=True),
            }
            for comment in changed_comments(post)
        ],
    }


def _version_objects(versions: tuple[Version, ...], *, has_current: bool) -> list[dict[str, object]]:
    return [
        {
            "title": version.title,
            "text": version.body_text or "",
            "html": version.body_html or "",
            "since": version.captured_at,
            "current": has_current and version is versions[-1],
        }
        for version in versions
    ]


def _lines(version: Version) -> list[str]:
    return [f"# {version.title or ''}", "", *(version.body_text or "").splitlines()]
