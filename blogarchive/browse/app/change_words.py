"""Sentences for changes of a site, for people without a terminal. The template translates them."""

from typing import Final

from blogarchive.messages import N_

_TEXTS: Final = {
    "title": N_("The titles of many posts are different."),
    "markup": N_("The layout of many posts is different; their text is the same."),
    "added_above": N_("Many posts begin with new text, for example an advertisement."),
    "added_below": N_("Many posts end with new text, for example an advertisement."),
    "added_within": N_("Many posts have new text in the middle, for example an advertisement."),
    "cut": N_("A part of the text is missing in many posts."),
    "characters": N_("A few characters are different in many posts."),
    "rewritten": N_("The text of many posts is different."),
    "time": N_("The times of many posts are different."),
    "bounds": N_("Only a part of the text of many posts could be read."),
    "damaged": N_("Characters are damaged in many posts."),
    "shifted": N_("All times of many posts are shifted, by the same number of hours."),
    "comments_lost": N_("Comments of many posts are missing."),
    "comments_edited": N_("Comments of many posts have another text."),
    "comments_renamed": N_("Comments of many posts have another name or another time."),
}
"""By the kind of a change of texts: the part of a field after `text.`."""

_FIELDS: Final = {
    "the page": N_("all of the page"),
    "title": N_("the title"),
    "posted_at": N_("the time"),
    "body": N_("the text"),
    "views": N_("the number of views"),
    "likes": N_("the number of likes"),
    "comment_count": N_("the number of comments"),
    "comments": N_("the comments"),
    "comments.posted_at": N_("the times of comments"),
    "author": N_("the author"),
    "author.nickname": N_("the name of the author"),
    "author.registered_on": N_("the day on which the author registered"),
    "author.total_visits": N_("the number of visits"),
    "archive_months": N_("the months"),
    "categories": N_("the categories"),
    "posts": N_("the list of posts"),
}
"""By the part of a field after the kind of its page, as in `post.views`."""

_EMPTY: Final = N_("Many pages no longer show this: {what}.")


def change_words(field: str) -> tuple[str, str]:
    """Return the message for a change, and its value of `{what}`; neither is translated yet."""
    kind, _, name = field.partition(".")
    if kind == "text":
        return _TEXTS.get(name, N_("Many posts are different in one way.")), ""
    return _EMPTY, _FIELDS.get(name, name)
