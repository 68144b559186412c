"""What a description of a site consists of: parts of templates, and forms of URLs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from urllib.parse import parse_qsl, quote, unquote, urlunsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.urls import canonical_parts

# --- parts of templates


@dataclass(frozen=True, slots=True)
class Pick:
    """The text of the element that `selector` selects.

    `match` is a regular expression: the value is its first group, else all that it matches. Elements without a
    match are ignored.
    """

    selector: str
    _: KW_ONLY
    match: str | None = None


Picks = str | Pick | tuple[str | Pick, ...]
"""A selector, a `Pick`, or several of them: their values are joined by spaces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentParts:
    """The comments of a page: `each` selects one element a comment.

    `author_url` selects a link. `drop` selects elements inside the body that the site adds. `unseen` selects
    comments that the page counts and does not show. `answers` are the replies of the blog's owner, at most one to
    a comment; the page does not count them. `anonymous` is the stored name of a commenter without a name.
    """

    each: str
    author: Picks
    body: str
    posted: Picks | None = None
    author_url: str | None = None
    drop: tuple[str, ...] = ()
    unseen: str | None = None
    answers: "CommentParts | None" = None
    anonymous: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostParts:
    """A post: the whole page shows one, or `each` selects one element a post on a listing.

    `body` selects one element. `link` selects the post's own link on a listing. `more` selects the link to the rest of a
    text that a listing cuts. Such a text is not stored. `drop` and `opened` select elements inside the body that the
    site adds. Those of `opened` show fields: select the last one, because an author may type another. `next_comments`
    selects the link to the next page of comments.
    """

    title: Picks
    body: str
    each: str | None = None
    link: str | None = None
    more: str | None = None
    posted: Picks | None = None
    views: Picks | None = None
    likes: Picks | None = None
    comment_count: Picks | None = None
    categories: str | None = None
    drop: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    comments: CommentParts | None = None
    next_comments: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListParts:
    """A list of titles: `each` selects one element a post, `title` the link to it."""

    each: str
    title: str
    posted: Picks | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkParts:
    """A list of categories or of months: `each` selects one element a row.

    `name` is the name of the category, or a date in the month. `url` selects the link or an attribute. `posts` are
    the posts that a row names.
    """

    each: str
    name: Picks
    url: str = "a"
    posts: ListParts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CardParts:
    """The blog's header and the author's card.

    `uid` identifies saved lists without a URL, and pages of another blog that a site shows in place of one.
    """

    uid: Picks | None = None
    nickname: Picks | None = None
    blog_title: Picks | None = None
    tagline: Picks | None = None
    account_age: Picks | None = None
    total_visits: Picks | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One version of a site's pages. A page has this template if it has the post, a listed post or `marker`.

    `post` is the post of a page of its own. `whole` are the posts that a listing shows whole, `titles` those that it
    names. `next_page` selects the link to the next page of a listing.
    """

    name: str
    post: PostParts | None = None
    whole: PostParts | None = None
    titles: ListParts | None = None
    next_page: str | None = None
    marker: str | None = None
    comments: CommentParts | None = None
    card: CardParts | None = None
    categories: LinkParts | None = None
    months: LinkParts | None = None
    latest: ListParts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Comments that a script of a post's page fetches by GET from a URL of their own.

    `url` is a path with `{number}`, `{uid}` and `{page}`. `unwrap` returns the HTML inside the answer's text, or
    None if the text is no answer. A page without comments is the last one.
    """

    url: str
    unwrap: Callable[[str], str | None]
    comments: CommentParts


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewsAnswer:
    """The number of views, if a script of a post's page fetches it from a URL of its own.

    `url` selects that URL in the page. It is requested only on the page's own host and on `hosts`. `match` matches the
    whole answer; its first group is the number.
    """

    url: str
    match: str
    hosts: tuple[str, ...] = ()


# --- forms of URLs

Groups = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of URLs. `pattern` matches the whole path; with the keys of `query`, also `?key=value&…` in their order.

    The groups `uid`, `number` and `month` (YYYYMM), or `year` and `mon`, are the ids. `number` and `uid` compute an
    id from the groups instead. `canonical` is a path with the names of groups in braces; without it, the path stays.
    """

    kind: PageKind
    pattern: str
    _: KW_ONLY
    canonical: str | None = None
    query: tuple[str, ...] = ()
    uid: Callable[[Groups], str | None] | None = None
    number: Callable[[Groups], str | None] | None = None


def parse_by_forms(url: str, forms: tuple[Form, ...], host_uid: str | None = None) -> ParsedUrl:
    """Return the kind, the ids and the canonical form of an absolute URL on any host. Never raises.

    `forms` are tried in order; `host_uid` matches the host name if that contains the uid.
    """
    parts = canonical_parts(url)
    if parts is None:
        return ParsedUrl(url=url, kind=PageKind.UNKNOWN)
    of_host = re.fullmatch(host_uid, parts.hostname or "") if host_uid else None
    uid = of_host["uid"] if of_host else None
    for form in forms:
        selected = _select_query(form, parts.path, parts.query)
        if (match := re.fullmatch(form.pattern, selected)) is not None:
            origin = f"{parts.scheme}://{parts.netloc}"
            return _build(form, {"uid": uid, **match.groupdict()}, origin, selected)
    return ParsedUrl(url=urlunsplit(parts._replace(fragment="")), kind=PageKind.UNKNOWN, uid=uid)


def _select_query(form: Form, path: str, query: str) -> str:
    """Return the path with the pairs of the query that select the page."""
    values = dict(parse_qsl(query, keep_blank_values=True)) if form.query else {}
    # Other keys, such as sessions and the source of a click, would multiply pages.
    pairs = "&".join(f"{key}={quote(values[key], safe='@')}" for key in form.query if values.get(key))
    return f"{path}?{pairs}" if pairs else path


def _build(form: Form, groups: dict[str, str | None], origin: str, path: str) -> ParsedUrl:
    """Return the parsed URL of a form by its pattern's groups; `path` has the query that selects the page."""
    uid = form.uid(groups) if form.uid else groups.get("uid")
    number = form.number(groups) if form.number else groups.get("number")
    month = groups.get("month") or f"{groups.get('year') or ''}{(groups.get('mon') or '').zfill(2)}"
    if form.canonical is not None:
        path = form.canonical.format_map({key: value or "" for key, value in groups.items()})
    uid = None if uid is None else unquote(uid)
    shown = f"{month[:4]}-{month[4:6]}" if len(month) >= len("YYYYMM") else None
    return ParsedUrl(url=origin + path, kind=form.kind, uid=uid, number=number, month=shown)
