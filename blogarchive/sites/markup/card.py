"""Read the blog's header and the author's card by selectors."""

from blogarchive.items import Author
from blogarchive.sites.markup.parts import CardParts
from blogarchive.sites.markup.picker import Picker


def read_uid(picker: Picker, parts: CardParts | None) -> str | None:
    """Return the uid that the page itself shows, or None."""
    return None if parts is None else picker.value("uid", parts.uid)


def read_author(picker: Picker, parts: CardParts | None, uid: str, url: str) -> Author:
    """Return the author with this uid and this home page; the other fields come from the page."""
    card = parts or CardParts()
    return Author(
        uid=uid,
        url=url,
        nickname=picker.value("author.nickname", card.nickname),
        blog_title=picker.value("author.blog_title", card.blog_title),
        tagline=picker.value("author.tagline", card.tagline),
        registered=picker.date("author.registered_on", card.registered),
        account_age=picker.count("author.account_age", card.account_age),
        total_visits=picker.count("author.total_visits", card.total_visits),
    )
