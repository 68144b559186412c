"""Find the comment that a comment replies to: sites such as creaders name only the person."""

from collections.abc import Sequence

from blogarchive.store.read.models import Comment


def find_reply_targets(comments: Sequence[Comment]) -> dict[int, int]:
    """Return, by the id of each reply, the id of the last earlier comment of the person it names.

    `comments` are sorted oldest first. A reply has no entry if that person has no earlier comment.
    """
    newest_by: dict[str, int] = {}
    found = {}
    for comment in comments:
        if comment.reply_to in newest_by:
            found[comment.id] = newest_by[comment.reply_to]
        newest_by[comment.author_name] = comment.id
    return found
