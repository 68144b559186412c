"""Read the posts, the lists and the author's card of a page by selectors."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive import items
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.parse import parse_date
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.markup.parts import CardParts, CommentParts, LinkParts, ListParts, PostParts
from blogarchive.sites.markup.picker import Body, Picker, have_one_path, keep_outermost, read_body

# --- comments

_MAX_TEXTS = 2  # of a comment: its own, and the owner's answer
_SEVERAL_VALUES = Detail.VALUES.partition("{")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageComments:
    """The comments of a page; `unseen` is the number of those that the page counts and does not show.

    `doubt` is why one may be forged, unless the page counts exactly these.
    """

    comments: tuple[items.Comment, ...] = ()
    unseen: int = 0
    doubt: str | None = None

    @property
    def counted(self) -> int:
        """Return how many comments the page's count includes."""
        return self.unseen + sum(comment.is_counted for comment in self.comments)


def find_comment_elements(
    picker: Picker, parts: CommentParts | None, within: Element | None = None
) -> list[Element]:
    """Return the elements of the comments, of unseen ones and of answers: they are closed to other selectors."""
    if parts is None:
        return []
    found = picker.elements(parts.each, within)
    unseen = picker.elements(parts.unseen, within)
    answers = [answer for element in found for answer in _find_answers(picker, parts, element)]
    return keep_outermost([*found, *unseen, *answers])


def _find_answers(picker: Picker, parts: CommentParts, element: Element) -> list[Element]:
    return [] if parts.answers is None else picker.elements(parts.answers.each, element)


def read_comments(picker: Picker, parts: CommentParts | None, elements: list[Element]) -> PageComments:
    """Return the comments in `elements`; none, and a problem, if structure shows that one is forged."""
    if parts is None:
        return PageComments()
    unclosed = picker.with_closed()
    unseen, wanted = set(unclosed.elements(parts.unseen)), set(unclosed.elements(parts.each))
    own = [element for element in elements if element in wanted and element not in unseen]
    try:
        _require_own(unclosed, parts, own)
        comments = [comment for element in own for comment in _read_comment(unclosed, parts, element)]
    except _Forged as reason:
        picker.add_problem("forged", "comments", str(reason))
        return PageComments()
    begins = set(map(_begins_on_new_line, own))
    doubt = Detail.COMMENTS_BEGIN if len(begins) > 1 else None
    return PageComments(comments=tuple(comments), unseen=len(unseen.intersection(elements)), doubt=doubt)


def check_doubt(picker: Picker, found: PageComments, claimed: int | None = None) -> PageComments:
    """Return the comments; none, and a problem, if one may be forged and the page does not count exactly these."""
    if found.doubt is None or found.counted == claimed:
        return found
    picker.add_problem("forged", "comments", found.doubt)
    return PageComments()


class _Forged(Exception):
    """A comment may be forged; the message is a `Detail`."""


def _require_own(picker: Picker, parts: CommentParts, elements: list[Element]) -> None:
    """Raise `_Forged` unless all elements are the page's own."""
    if not have_one_path(elements):
        raise _Forged(Detail.COMMENTS_POSITIONS)
    if picker.tree.some_end_implied(elements):
        raise _Forged(Detail.COMMENT_ENDED)
    if any(picker.tree.some_end_implied(list(element)) for element in elements):
        raise _Forged(Detail.COMMENT_TEXT_ENDED)
    nodes = (node for element in elements for node in element.iter())
    if any("</" in str(value) for node in nodes for value in node.attrib.values()):
        raise _Forged(Detail.COMMENT_ATTRIBUTE)
    if len({picker.tree.text_at_end(one).rstrip(" \t\r").endswith("\n") for one in elements}) > 1:
        raise _Forged(Detail.COMMENTS_END)
    if _have_typed_answers(picker, parts, elements):
        raise _Forged(Detail.COMMENT_ANSWER)


def _begins_on_new_line(element: Element) -> bool:
    return (element.text or "").lstrip(" \t\r").startswith("\n")


def _have_typed_answers(picker: Picker, parts: CommentParts, elements: list[Element]) -> bool:
    """Return whether all comments begin on a new line, as their template prints it, and an answer does not."""
    if parts.answers is None or not elements or not all(map(_begins_on_new_line, elements)):
        return False
    answers = (answer for element in elements for answer in _find_answers(picker, parts, element))
    return not all("\n" in _text_before(answer) for answer in answers)


def _text_before(element: Element) -> str:
    before, parent = element.getprevious(), element.getparent()
    text = before.tail if before is not None else None if parent is None else parent.text
    return text or ""


def _read_comment(picker: Picker, parts: CommentParts, element: Element) -> list[items.Comment]:
    """Return the comment in `element` and its answers; raises `_Forged`."""
    answers = _find_answers(picker, parts, element)
    inner = keep_outermost([*picker.elements(parts.body, element), *answers])
    answers = [node for node in inner if node in answers]
    bodies = [node for node in inner if node not in answers]
    if len(bodies) != 1 or len(inner) > _MAX_TEXTS:
        raise _Forged(Detail.COMMENT_TEXTS.format(count=len(bodies), answers=len(answers)))
    comment = _build_comment(picker, parts, element, bodies[0], answers)
    owner = parts.answers or parts
    return [comment, *(_read_answer(picker, owner, answer, comment.author_name) for answer in answers)]


def _read_answer(picker: Picker, parts: CommentParts, element: Element, reply_to: str) -> items.Comment:
    """Return the owner's answer in `element`; raises `_Forged`."""
    bodies = picker.elements(parts.body, element)
    if len(bodies) != 1:
        raise _Forged(Detail.COMMENT_TEXTS.format(count=len(bodies), answers=0))
    return _build_comment(picker, parts, element, bodies[0], [], reply_to=reply_to)


def _build_comment(
    picker: Picker,
    parts: CommentParts,
    element: Element,
    body_element: Element,
    answers: list[Element],
    *,
    reply_to: str | None = None,
) -> items.Comment:
    """Return the comment, with `reply_to` an answer of the owner; raises `_Forged` if it shows several names or times."""
    known = len(picker.problems)
    around = picker.with_closed(() if body_element is element else (body_element, *answers))
    comment = _read_header(around, parts, element, reply_to)
    if any(problem.detail.startswith(_SEVERAL_VALUES) for problem in picker.problems[known:]):
        del picker.problems[known:]
        raise _Forged(Detail.COMMENT_TWICE)
    if comment.posted is None and parts.posted is not None:
        picker.add_problem("unreadable", "comments.posted_at", Detail.NO_TIME_OF_COMMENT)
    body = read_body(picker, body_element, parts.drop)
    picker.note_source("comments.body", parts.body, body.text)
    url = around.url(parts.author_url, element)
    return replace(comment, author_url=url, body_html=body.html, body_text=body.text)


def _read_header(
    around: Picker, parts: CommentParts, element: Element, reply_to: str | None
) -> items.Comment:
    """Return the comment without its body and the URL of its author."""
    name = around.value("comments.author_name", parts.author, element) or parts.anonymous
    posted = around.date("comments.posted_at", parts.posted, element)
    return items.Comment(author_name=name, posted=posted, reply_to=reply_to, is_counted=reply_to is None)


# --- posts


def has_post(picker: Picker, parts: PostParts) -> bool:
    """Return whether the page has the title and the body of a post."""
    bodies = picker.elements(parts.body)
    titles = parts.title if isinstance(parts.title, tuple) else (parts.title,)
    outside = picker.with_closed(bodies)
    return bool(bodies) and any(outside.values(pick) for pick in titles)


def read_post(picker: Picker, parts: PostParts, number: str, url: str) -> items.Post | None:
    """Return the post of a page of its own, with its comments; None if the page shows no body."""
    return _read(picker, parts, None, number, url)


def read_whole_posts(
    picker: Picker, parts: PostParts | None, parse_url: Callable[[str], items.ParsedUrl]
) -> list[items.Post]:
    """Return the posts that a listing shows, in its order, without the bodies that it cuts.

    A post without a link is left out, with a problem.
    """
    if parts is None or parts.each is None:
        return []
    elements = picker.elements(parts.each)
    if not have_one_path(elements):
        picker.add_problem("forged", "listed", Detail.LIST_POSITIONS)
        return []
    posts = (_read_whole_post(picker, parts, parse_url, element) for element in elements)
    return [post for post in posts if post is not None]


def _read_whole_post(
    picker: Picker, parts: PostParts, parse_url: Callable[[str], items.ParsedUrl], element: Element
) -> items.Post | None:
    url = picker.url(parts.link, element)
    found = None if url is None else parse_url(url)
    if found is None or found.number is None:
        picker.add_problem("unreadable", "listed", Detail.NO_POST_LINK)
        return None
    more = picker.url(parts.more, element)
    is_cut = more is not None and parse_url(more).number == found.number
    post = _read(picker, parts, element, found.number, found.url)
    return without_body(post) if post is not None and is_cut else post


def without_body(post: items.Post) -> items.Post:
    """Return the post as a page shows it that has only its beginning, or its further comments."""
    return replace(post, body_html=None, body_text=None, images=(), whole=False)


def _read(
    picker: Picker, parts: PostParts, within: Element | None, number: str, url: str
) -> items.Post | None:
    """Return the post in `within`, that of the page for None, with its comments; None if it shows no body."""
    written = find_comment_elements(picker, parts.comments, within)
    outermost = keep_outermost([*picker.elements(parts.body, within), *written])
    bodies = [node for node in outermost if node not in written]
    if not bodies:
        return None
    if len(bodies) > 1:
        picker.add_problem("forged", "body", Detail.TEXTS.format(count=len(bodies)))
    picker.close(outermost)
    found = read_comments(picker, parts.comments, [node for node in outermost if node in written])
    body = read_body(picker, bodies[0], parts.drop, parts.opened)
    picker.note_source("body", parts.body, body.text)
    return _add_comments(picker, parts, _build_post(picker, parts, body, within, number, url), found)


def _build_post(
    picker: Picker, parts: PostParts, body: Body, within: Element | None, number: str, url: str
) -> items.Post:
    """Return the post with all its fields, without comments."""
    return items.Post(
        number=number,
        url=url,
        title=picker.value("title", parts.title, within),
        posted=picker.date("posted_at", parts.posted, within),
        body_html=body.html,
        body_text=body.text,
        images=body.images,
        views=picker.count("views", parts.views, within),
        likes=picker.count("likes", parts.likes, within),
        comment_count=picker.count("comment_count", parts.comment_count, within),
        categories=tuple(picker.values(parts.categories, within)) if parts.categories else (),
    )


def _add_comments(picker: Picker, parts: PostParts, post: items.Post, found: PageComments) -> items.Post:
    """Return the post with its comments; without them, and with a problem, if the page shows more than it counts."""
    claimed, is_paged = post.comment_count, picker.url(parts.next_comments) is not None
    if claimed is not None and found.counted > claimed and not is_paged:
        detail = Detail.COMMENTS_MORE.format(claimed=claimed, count=found.counted)
        picker.add_problem("forged", "comments", detail)
        return post
    found = check_doubt(picker, found, claimed)
    return replace(post, comments=found.comments, unseen_comments=found.unseen)


# --- lists

_CUT_MARKS = ("…", "...", "⋯")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListReader:
    """Reads the lists of one page; `now` is the fetch time in the site's zone."""

    picker: Picker
    parse_url: Callable[[str], items.ParsedUrl]
    now: datetime

    def titles(self, parts: ListParts | None, within: Element | None = None) -> tuple[items.ListedPost, ...]:
        """Return the posts that a list names; a row without a link to a post is no post."""
        if parts is None:
            return ()
        rows = [self._read_title(parts, element) for element in self.picker.elements(parts.each, within)]
        return tuple({post.number: post for post in reversed(rows) if post is not None}.values())[::-1]

    def _read_title(self, parts: ListParts, element: Element) -> items.ListedPost | None:
        picker, url = self.picker, self.picker.url(parts.title, element)
        found = None if url is None else self.parse_url(url)
        title = picker.value("listed.title", parts.title, element)
        if found is None or found.kind is not items.PageKind.POST or title is None:
            return None
        is_cut, number = title.endswith(_CUT_MARKS), found.number
        title = title.rstrip("….⋯").rstrip() if is_cut else title
        posted = picker.date("listed.posted_at", parts.posted, element)
        return items.ListedPost(title=title, number=number, url=found.url, title_cut=is_cut, posted=posted)

    def categories(self, parts: LinkParts | None) -> tuple[items.CategoryRow, ...]:
        """Return the categories of the sidebar; the list of a default category may be the home page."""
        rows = []
        for element, name, url in self._rows("categories", parts):
            found = self.parse_url(url) if url else None
            if found is None or found.kind in (items.PageKind.CATEGORY, items.PageKind.HOME):
                posts = self.titles(parts.posts if parts else None, element)
                row = items.CategoryRow(name=name, url=None if found is None else found.url, posts=posts)
                rows.append(row)
        return tuple({(row.name, row.url): row for row in rows}.values())

    def months(self, parts: LinkParts | None) -> tuple[items.MonthRow, ...]:
        """Return the months that the sidebar links to."""
        rows = []
        for _element, name, url in self._rows("archive_months", parts):
            found = self.parse_url(url) if url else None
            month = (found and found.month) or self._parse_month(name)
            if month is not None:
                rows.append(items.MonthRow(month=month, url=None if found is None else found.url))
        return tuple({row.month: row for row in rows}.values())

    def next_link(
        self, selector: str | None, kind: items.PageKind, number: str | None = None
    ) -> list[items.Link]:
        """Return the link to the next page, or nothing."""
        url = self.picker.url(selector)
        if url is None:
            return []
        return [items.Link(url=self.parse_url(url).url, kind=kind, next_page=True, number=number)]

    def link(self, url: str | None, kind: items.PageKind) -> list[items.Link]:
        """Return the link to a page of that kind, or nothing."""
        if url is None:
            return []
        found = self.parse_url(url)
        return [items.Link(url=found.url, kind=kind, number=found.number, uid=found.uid)]

    def _parse_month(self, text: str) -> str | None:
        parsed = parse_date(text, self.now)
        return None if parsed is None or parsed.precision == "year" else f"{parsed.at:%Y-%m}"

    def _rows(self, name: str, parts: LinkParts | None) -> list[tuple[Element, str, str | None]]:
        """Return element, name and absolute URL of each row that has a name."""
        if parts is None:
            return []
        rows = []
        for element in self.picker.elements(parts.each):
            text = self.picker.value(name, parts.name, element)
            if text is not None:
                url = self.picker.url(parts.url, element)
                rows.append((element, text, absolute_url(url, self.picker.tree.base)))
        return rows


# --- the author's card


def read_author(picker: Picker, card: CardParts, uid: str, url: str) -> items.Author:
    """Return the author with this uid and this home page; the other fields come from the page."""
    return items.Author(
        uid=uid,
        url=url,
        nickname=picker.value("author.nickname", card.nickname),
        blog_title=picker.value("author.blog_title", card.blog_title),
        tagline=picker.value("author.tagline", card.tagline),
        account_age=picker.count("author.account_age", card.account_age),
        total_visits=picker.count("author.total_visits", card.total_visits),
    )
