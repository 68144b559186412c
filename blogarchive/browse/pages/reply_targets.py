"""Which comment a comment answers: sites like creaders name only the person."""

from collections.abc import Sequence

from blogarchive.store.queries.post_models import Comment


def answered(comments: Sequence[Comment]) -> dict[int, int]:
    """For each answer, by its id, the id of the nearest earlier comment by the person it names.

    `comments` come oldest first. An answer whose person has not spoken before has no entry.
    """
    newest_by: dict[str, int] = {}
    found = {}
    for comment in comments:
        if comment.reply_to in newest_by:
            found[comment.id] = newest_by[comment.reply_to]
        newest_by[comment.author_name] = comment.id
    return found
