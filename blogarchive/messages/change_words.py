"""Sentences for changes of a site. The place that shows them translates them."""

from typing import Final

from blogarchive.messages import N_
from blogarchive.messages.labels import field_words

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

_EMPTY: Final = N_("Many pages no longer show this: {what}.")


def change_words(field: str) -> tuple[str, str]:
    """Return the message for a change, and its value of `{what}`; neither is translated yet."""
    kind, _, name = field.partition(".")
    return (kind_words(name), "") if kind == "text" else (_EMPTY, field_words(name))


def kind_words(kind: str) -> str:
    """Return the message for a kind of change of texts, not translated yet."""
    return _TEXTS.get(kind, N_("Many posts are different in one way."))
