"""Translate stored reasons of failures, which are English, where a person reads them."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from string import Formatter
from typing import Final

from blogarchive.messages import N_, Language, catalogue

_WORDS: Final = {
    "network": N_("The site did not answer."),
    "http": N_("The site answered with an error."),
    "blocked": N_("The site refused the visit."),
    "cut": N_("The page arrived incomplete."),
    "notice": N_("The site showed a notice in place of the page."),
    "unreadable": N_("The page could not be understood."),
    "incomplete": N_("The page counts more than was found on it."),
    "robots": N_("The site asks programs not to fetch this page (robots.txt)."),
    "forged": N_("The page contradicts itself, so nothing of it was stored."),
    "changed": N_("The page looks different from those stored before."),
    "picture": N_("An image could not be stored."),
    "mistake": N_("The program made a mistake with this page; the page itself may be stored."),
}


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

# By field of a failure; by the part of a changed field after the page's kind, as `views` of `post.views`.
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

_GONE_REASONS: Final = {
    "404": N_("deleted"),
    "410": N_("deleted"),
    "deleted": N_("deleted"),
    "hidden": N_("hidden"),
    "redirect": N_("redirected to the home page"),
}


_COUNTS: Final = {
    # of a run
    "requests": N_("requests"), "not_modified": N_("not modified"), "pages": N_("pages"), "posts_new": N_("new posts"),
    "posts_changed": N_("changed posts"), "posts_gone": N_("gone posts"), "comments_new": N_("new comments"),
    "comments_changed": N_("changed comments"), "media": N_("images"), "failures": N_("failed"),
    # of the blogs that `discover` found, by where
    "comments": N_("in comments"), "links": N_("in links"), "file": N_("in the file"),
    "page": N_("on directory pages"), "ids": N_("by post numbers"), "uids": N_("by uids"),
}  # fmt: skip


def list_counts(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero, translated; an unknown name, as of a newer version, is unchanged."""
    return _(", ").join(f"{_(_COUNTS.get(name, name))} {count}" for name, count in counts.items() if count)


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


# By the kind of a change of texts: the part of a field after `text.`.
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

_EMPTY: Final = N_("Many pages no longer show this: {what}.")


def change_words(field: str) -> tuple[str, str]:
    """Return the message for a change, and its value of `{what}`; neither is translated yet."""
    kind, _, name = field.partition(".")
    return (kind_words(name), "") if kind == "text" else (_EMPTY, field_words(name))


def kind_words(kind: str) -> str:
    """Return the message for a kind of change of texts, not translated yet."""
    return _TEXTS.get(kind, N_("Many posts are different in one way."))


class Detail(StrEnum):
    """Templates of reasons. The values of `reason`, `kind`, `field` and `change` are translated too."""

    # no response, or an error
    STATUS = N_("status {status}")
    NO_HOST = N_("no such host")
    NO_HOST_NAMED = N_("no such host: {host}")
    CONNECTION_REFUSED = N_("connection refused")
    CONNECTION_LOST = N_("the connection was closed without an answer")
    CONNECTION_ENDED = N_("the connection ended before the page")
    TIMEOUT = N_("no answer in time")
    INVALID_HTTP = N_("the answer is no valid HTTP")
    TLS = N_("no secure connection (TLS): {error}")
    CERTIFICATE = N_("the certificate of its host is not valid; --ignore-certificates accepts it")
    PRIVATE_ADDRESS = N_("{host} is at a private address")
    ROBOTS = N_("robots.txt forbids it")
    ROBOTS_BLOG = N_("robots.txt forbids the whole blog")
    REDIRECTS = N_("max redirections reached")
    REDIRECT_INVALID = N_("redirects to an invalid URL: {error}")
    REDIRECT_CIRCLE = N_("redirects in a circle: {url}")
    REDIRECT_OTHER_SITE = N_("redirects to {url}, which is no known page of this blog")
    REDIRECT_ELSEWHERE = N_("redirects to {url}, which is not of this site")  # by earlier versions
    REDIRECT_REFUSED = N_("redirects to {url}: {reason}")
    SIZE_LIMIT = N_("larger than the size limit")
    LARGER_THAN = N_("larger than {size} MB")
    LAYERS = N_("compressed {count} times, the limit is {limit}")
    PARTS = N_("compressed in more than {limit:,} parts")
    HEADERS = N_("more than {size} KB of headers")
    PROGRAM = N_("this program failed: {name}: {reason}")
    PARSER_SLOW = N_("parsing took longer than {seconds:.0f} s and was stopped")
    PARSER_ENDED = N_("the process that parses this page has ended")

    # a host that gets no more requests
    HOST_SAME_PAGE = N_("it served the same unreadable page for {count} URLs in a row")
    HOST_REFUSED = N_("it refused {count} requests in a row")
    HOST_PAUSE = N_("it asks for a pause of {seconds:.0f} seconds")
    HOST_FAILED = N_("{count} pages in a row failed")

    # images
    IMAGE_STATUS = N_("HTTP status {status}")
    IMAGE_OTHER = N_("the server sent no image")
    IMAGE_HTML = N_("the server sent an HTML page, no image")
    IMAGE_EMPTY = N_("the server sent nothing, no image")
    IMAGE_HOST_BLOCKED = N_("no more images from its host in this run")
    IMAGE_NO_URL = N_("no web address")
    IMAGE_PRIVATE = N_("a private address")
    IMAGE_SERVICE = N_("another service on the blog's private address")
    IMAGE_HOST = N_("images are not fetched from this host; --media-hosts allows more hosts")
    IMAGE_OF_POST = N_("{reason}; in {url}")

    # a page that is rejected
    PAGE_REFUSES = N_("the page refuses: {notice}")
    PAGE_STOPS = N_("the page stops before its end")
    PAGE_CUT = N_("the page breaks off before its end")
    PAGE_EMPTY = N_("the page is empty")
    PAGE_UNKNOWN = N_("nothing on the page says what it is")
    PAGE_BYTES = N_("not parsed: {size:,} bytes, the limit is {limit:,}")
    PAGE_TAGS = N_("not parsed: {count:,} tags, the limit is {limit:,}")
    PAGE_TYPE = N_("the server sent a file of type {type}, no page")
    OTHER_KIND = N_("shows a page of kind {kind} in its place")
    OTHER_POST = N_("shows post {number} in its place")
    OTHER_BLOG = N_("a page of another blog ({uid})")
    OTHER_HOME = N_(
        "shows the title {title!r} and no stored post; if it is the blog, `update --accept-changes` agrees"
    )
    NEW_POST = N_(
        "no list has named it yet; `update {uid}` reads new posts of that blog, `backup` with a home page another blog"
    )
    NO_BLOG = N_("nothing says whose blog it is")
    NO_POST = N_("no post was found on the page of one")
    NO_BODY = N_("the post has no body")
    NO_LIST = N_("lists no post any more")
    BODY_EMPTY = N_("the body is empty now")
    BODY_SHORTER = N_("the body is {length} characters, {stored} are stored, and fields are missing: {field}")

    # values that cannot be parsed
    NO_DATE = N_("no time: {text!r}")
    NO_DATES = N_("no dates: {text!r}")
    NO_NUMBER = N_("no number: {text!r}")
    NO_COUNT = N_("no count: {text!r}")
    NO_COUNTERS = N_("no counters, but {text!r}")
    NO_TIME = N_("no time stands beside the title")
    NO_TIME_OF_POST = N_("the page shows no time for the post")
    NO_TIME_OF_COMMENT = N_("a comment shows no time")
    NO_TEXT = N_("the page shows no text for this post")
    NO_VISITS = N_("访问总量 shows {text!r}")
    NO_POST_NUMBER = N_("the page shows a post without a number")
    NO_POST_LINK = N_("a post of the listing has no link")
    AGE = N_("an age of {years} years")
    TITLE_UNCONFIRMED = N_("neither the window title nor a list of the page confirms the title")
    LEFT_OVER = N_("the page shows more than was read: {texts}")
    VALUES = N_("the page shows {count} values: {values}")
    TEXTS = N_("the page shows {count} texts; the first is stored")
    COMMENT_TEXTS = N_("a comment has {count} texts and {answers} answers")
    COMMENT_TWICE = N_("a comment shows two names or two times")
    LIST_EMPTY = N_("the list names no post")
    HOME_EMPTY = N_("the home page names no post; its title is {title!r}")
    LIST_AT_POST = N_("a list is in place of the post")
    LIST_POSITIONS = N_("posts have different positions in the page; none is stored")
    TEMPLATE_WORDS = N_("no template of the site fits; read by words, not by selectors")
    TEMPLATE_UNKNOWN = N_("no template of the site fits; and the window title confirms no title")
    XML_DAMAGED = N_("the XML of the export is damaged")

    # pages of unknown hosts
    TITLE_ALONE = N_("only one place of the page shows the title")
    TIMES_DIFFER = N_("the page states different times of the post: {times}")
    ONLY_CHANGED = N_("the page shows only when the post was changed")
    TIME_OF_TITLE = N_("the page shows no time but the day in the title")
    BODY_ALONE = N_("only one witness shows where the text of the post is")
    BODY_HIDDEN = N_("visitors see a part of the text: sign in, save the page in a browser and import it")
    BODY_PAGES = N_("the text has further pages, which are not stored: save them in a browser")
    BODY_NOT_FOUND = N_("nothing shows where the text of the post is")
    COMMENT_PARTS = N_("a comment shows no name or no text")
    NEEDS_BROWSER = N_(
        "it needs a browser: scripts alone make its content; import pages that a browser saved"
    )
    PASSWORD = N_("the post needs a password")
    CHALLENGE = N_("the host asks the browser for a proof in place of the page")
    LIST_UNPROVED = N_("the blog publishes no list of all its posts; whether all were found is unproved")
    INDEX_UNREADABLE = N_("the list of posts is no sitemap, feed or answer of an interface")

    # comments
    COMMENTS_NONE = N_("the page claims {claimed} comments and shows none")
    COMMENTS_COUNT = N_("the page claims {claimed} comments and shows {count}")
    COMMENTS_MORE = N_("{claimed} are claimed, {count} are on the page")
    COMMENTS_PARSED = N_("{claimed} comments are claimed, {count} were parsed")
    COMMENTS_DIFFER = N_("{claimed} comments are claimed, its pages differ in number")
    COMMENTS_DOUBTED = N_(
        "0 comments are claimed, {stored} are stored; they are gone if a page of another day agrees"
    )
    COMMENTS_UNREAD = N_("times stand alone below the label of comments, and no comment can be parsed")
    COMMENTS_ORDER = N_("the comments are not in order of time")
    COMMENTS_EARLY = N_("a comment is earlier than its post")
    COMMENTS_QUOTED = N_("the only comment goes on below what ends one: an author may have quoted it")
    COMMENTS_BARE = N_("{bare} of {count} comments show no text: the markup of another one may be broken")
    COMMENTS_ABOVE = N_("no comment shows a text below its header, and there is some above")
    COMMENTS_TYPED = N_("there is text above the first header, and all headers may be typed there")
    COMMENTS_YEARS = N_("times of comments have no year")
    COMMENTS_STRUCTURE = N_("the page's structure tells its comments apart in more than one way")
    COMMENTS_WORDS = N_("{count} comment headers that nothing but words tells apart, claimed: {claimed}")
    COMMENTS_IN_TEXT = N_("nothing but words tells comments from the post's text around them")
    COUNTERS_AGREE = N_(
        "{count} lines read like the page's counters, and under {agreeing} of them the comments agree"
    )
    COUNTERS_TOO_MANY = N_("too many lines read like the page's counters")
    COMMENTS_POSITIONS = N_("comments have different positions in the page")
    COMMENTS_BEGIN = N_("comments begin with different white space")
    COMMENTS_END = N_("comments end with different white space, as if tags in a comment ended it")
    COMMENT_ENDED = N_("an element in a comment ends that comment")
    COMMENT_TEXT_ENDED = N_("an element in a comment ends the text of that comment")
    COMMENT_ATTRIBUTE = N_(
        "an attribute in a comment contains end tags: a quote that someone typed has no end"
    )
    COMMENT_ANSWER = N_("an answer begins without the white space of the template")

    # listings and links
    LISTED_TITLE = N_("listed as {listed!r}, but titled {title!r} on its own page")
    SAME_PAGE = N_("shows nothing but the title and the text of {url}")
    MONTHS_DIFFER = N_("the first or last date shown is of no stored post, in {count} months: {months}")
    MONTHS_GONE = N_("{count} months are no longer in the archive's rows")
    TOO_MANY_PAGES = N_("more than {limit:,} pages follow each other; the rest is not fetched")
    TOO_MANY_LINKS = N_("the page links to more than {limit:,} blogs; the others are not stored")
    TOO_MANY_BLOGS = N_("pages of this blog link to more than {limit:,} other blogs; the rest is not stored")
    FETCHED_AGAIN = N_(
        "fetched again and again in one run, and each time other pages called for it once more"
    )
    STILL_DUE = N_("fetched {count} times in one run and still due, by a mistake of this program")

    # changes of the site
    CHANGE_OF_MOST = N_("most posts of the site changed in this way: {change}")
    CHANGE_BOUNDS = N_(
        "the whole stored body is on the page, but {parsed} of its {stored} characters were parsed"
    )
    CHANGE_DAMAGED = N_("characters are damaged that are stored whole")
    CHANGE_TEXTS = N_("every comment of the page has another text than the stored one")
    CHANGE_NAMES = N_("every comment of the page has another name or time than the stored one")


# By kind of failure: the words around a text that is no `Detail`, such as a page's or a library's.
_OWN_WORDS = {"notice": N_("the page says: {text}"), "": N_("in the original words: {text}")}

_SHORTEST = ".*?"
# A reason may itself have the words that follow it. Without digits alone for a count, another message would match.
_VALUES: Final = {"reason": ".*", "count": r"[\d,]+"}


def explain_detail(detail: str, kind: str = "", translate: Translate | None = None) -> str:
    """Return a stored reason of a failure of `kind`, translated; `translate` None is the language of this process.

    A text of a page or of a library stays as it is, and is named as such.
    """
    found = _translate_known(detail, translate or _)
    if found is not None:
        return found
    frame = _OWN_WORDS.get(kind, _OWN_WORDS[""])
    return (translate or _)(frame).format(text=detail) if detail else ""


def failure_words(kind: str, detail: str, language: Language) -> tuple[str, str]:
    """Return the sentence for a kind of failure, which a template translates, and its reason in that language.

    An unknown kind is unchanged.
    """
    return _WORDS.get(kind, kind), explain_detail(detail, kind, catalogue(language).gettext)


def _translate_known(detail: str, translate: Translate) -> str | None:
    """Return the translation of a text that a `Detail` has; None for other texts."""
    for template in _by_length():
        if found := _pattern(template).fullmatch(detail):
            given = found.groupdict().items()
            values = {name: _translate_value(name, value, translate) for name, value in given}
            return _without_formats(translate(template)).format(**values)
    return None


def _translate_value(name: str, value: str, translate: Translate) -> str:
    match name:
        case "reason" | "notice":
            return _translate_known(value, translate) or value
        case "field":
            return translate(field_words(value))
        case "kind":
            return label(value, translate)
        case "change":
            return translate(kind_words(value))
    return value


@cache
def _by_length() -> tuple[Detail, ...]:
    """Return the templates, those with the most words of their own first."""
    return tuple(sorted(Detail, key=lambda template: -len(_pattern(template).pattern)))


@cache
def _pattern(template: Detail) -> re.Pattern[str]:
    """Return the pattern of a filled template: each parameter is a group of its name."""
    parts = (
        re.escape(text) + (f"(?P<{name}>{_VALUES.get(name, _SHORTEST)})" if name else "")
        for text, name, _format, _conversion in Formatter().parse(template)
    )
    return re.compile("".join(parts), re.DOTALL)


@cache
def _without_formats(message: str) -> str:
    """Return the message with plain parameters: `{limit:,}` becomes `{limit}`, because the values are texts."""
    return "".join(
        text.replace("{", "{{").replace("}", "}}") + (f"{{{name}}}" if name else "")
        for text, name, _format, _conversion in Formatter().parse(message)
    )
