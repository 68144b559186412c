"""Read the answers that scripts of a page fetch: comments, and the number of views."""

import re
from urllib.parse import urlsplit

from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.http import matches_host
from blogarchive.sites.markup.comments import PageComments, check_doubt, find_comment_elements, read_comments
from blogarchive.sites.markup.parts import Answer, ViewsAnswer
from blogarchive.sites.markup.picker import Picker
from blogarchive.sites.markup.tree import parse_tree


def read_comments_answer(text: str, url: str, answer: Answer | None) -> tuple[PageComments, Picker] | None:
    """Return the comments of an answer, and the picker with its problems; None if the text is no answer."""
    html = None if answer is None else answer.unwrap(text)
    if answer is None or html is None:
        return None
    picker = Picker(tree=parse_tree(html, url))
    found = read_comments(picker, answer.comments, find_comment_elements(picker, answer.comments))
    return check_doubt(picker, found), picker


def read_views_answer(text: str, answer: ViewsAnswer | None) -> int | None:
    """Return the number of views that an answer states; None if the text is no such answer."""
    match = None if answer is None else re.fullmatch(answer.match, text.strip())
    return None if match is None else parse_count(match[1])


def find_views_url(picker: Picker, answer: ViewsAnswer | None) -> str | None:
    """Return the URL from which the page fetches its number of views, on a host of the site; None without one."""
    url = None if answer is None else picker.url(answer.url)
    if answer is None or url is None:
        return None
    is_own = urlsplit(url).netloc == urlsplit(picker.tree.url).netloc
    return url if is_own or matches_host(urlsplit(url).hostname or "", answer.hosts) else None
