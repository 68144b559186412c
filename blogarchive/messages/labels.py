"""Words for the short names in the archive that people read: kinds, outcomes, fields, reasons."""

from collections.abc import Callable
from gettext import gettext as _
from typing import Final

from blogarchive.messages import N_

Translate = Callable[[str], str]

_NAMES: Final = frozenset(
    {
        # kinds of failures
        N_("network"), N_("http"), N_("blocked"), N_("cut"), N_("notice"), N_("unreadable"), N_("incomplete"),
        N_("robots"), N_("forged"), N_("picture"), N_("mistake"),
        # outcomes of pages
        N_("stored"), N_("same"), N_("gone"), N_("failed"),
        # outcomes of runs
        N_("done"), N_("failures"), N_("interrupted"), N_("unreachable"), N_("forbidden"), N_("changed"),
        N_("unwritable"), N_("damaged"), N_("killed"), N_("limited"), N_("lost"),
        # kinds of pages
        N_("home"), N_("month"), N_("category"), N_("post"), N_("comments"), N_("unknown"),
    }
)  # fmt: skip

_FIELDS: Final = {
    "the page": N_("all of the page"),
    "page": N_("all of the page"),
    "template": N_("the form of the page"),
    "title": N_("the title"),
    "posted_at": N_("the time"),
    "number": N_("the number of the post"),
    "body": N_("the text"),
    "text": N_("the text"),
    "views": N_("the number of views"),
    "likes": N_("the number of likes"),
    "comment_count": N_("the number of comments"),
    "comments": N_("the comments"),
    "comments.posted_at": N_("the times of comments"),
    "comments.author_name": N_("the names of comments"),
    "comments.reply_to": N_("the answers of comments"),
    "comments.likes": N_("the likes of comments"),
    "uid": N_("the author"),
    "author": N_("the author"),
    "author.nickname": N_("the name of the author"),
    "author.registered_on": N_("the day on which the author registered"),
    "author.total_visits": N_("the number of visits"),
    "total_visits": N_("the number of visits"),
    "account_age": N_("the age of the blog"),
    "archive_months": N_("the months"),
    "months_vanished": N_("the months"),
    "categories": N_("the categories"),
    "posts": N_("the list of posts"),
    "listed": N_("the list of posts"),
    "pages": N_("the next pages"),
    "again": N_("repeated requests"),
    "blogs": N_("links to blogs"),
}
"""By the field of a failure, or by the part of a changed field after the kind of its page, as in `post.views`."""

_GONE_REASONS: Final = {
    "404": N_("deleted"),
    "410": N_("deleted"),
    "deleted": N_("deleted"),
    "hidden": N_("hidden"),
    "redirect": N_("redirected to the home page"),
}


def label(name: str, translate: Translate | None = None) -> str:
    """Return the name translated; an unknown name, as of a newer version, is unchanged.

    `translate` None is the language of this process.
    """
    return (translate or _)(name) if name in _NAMES else name


def field_words(name: str) -> str:
    """Return the message for a field, not translated yet; an unknown name is unchanged."""
    return _FIELDS.get(name, name)


def gone_reason_words(name: str | None) -> str:
    """Return the message for the reason why a post is gone, not translated yet; an unknown name is unchanged."""
    return _GONE_REASONS.get(name or "", name or "")
