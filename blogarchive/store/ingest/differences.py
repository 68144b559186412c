"""Compare a page of a post with the stored post: name the kind of change, and find contradictions.

`changes.py` decides whether the author or the site made a change.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from os.path import commonprefix

from blogarchive.items import CrawledPage, Page, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import Form, form_of, text_of_form
from blogarchive.parsing.urls import netloc_of
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import coverage
from blogarchive.store.ledger.blogs import Blog, blog_hosts
from blogarchive.store.pages.context import date_text_iso, is_relative, is_same_time
from blogarchive.store.posts import comments as comment_rows
from blogarchive.store.posts.comments import ShownComment, SourcedComment
from blogarchive.store.posts.posts import is_title_listed
from blogarchive.store.posts.revisions import has_equal_images
from blogarchive.store.statements import columns_of

_FEW_CHARACTERS = 4


class ChangeKind(StrEnum):
    """The kinds of changes. A site makes one kind on most of its posts; an author seldom does."""

    TITLE = "title"  # the title alone
    MARKUP = "markup"  # links and images of the body, not its text
    ABOVE = "added_above"
    BELOW = "added_below"
    WITHIN = "added_within"
    CUT = "cut"
    CHARACTERS = "characters"
    REWRITTEN = "rewritten"
    TIME = "time"  # the time of the post alone
    BOUNDS = "bounds"  # the stored body is still on the page
    DAMAGED = "damaged"  # U+FFFD in place of stored characters
    COMMENTS_LOST = "comments_lost"  # stored comments are not on the page
    COMMENTS_EDITED = "comments_edited"
    COMMENTS_RENAMED = "comments_renamed"  # the texts of lost comments are there under other names or times

    @property
    def concerns_comments(self) -> bool:
        """Return whether comments changed, and not the text of the post."""
        return self.value.startswith("comments_")


@dataclass(frozen=True, kw_only=True, slots=True)
class TextChange:
    """A change of a post. `digest` is equal for equal changes, None if the kind alone is compared.

    `reason`: the page contradicts the stored post, whatever other posts show.
    """

    kind: ChangeKind
    digest: str | None = None
    reason: str | None = None


_Comments = Sequence[SourcedComment]  # that are not gone


def _classify_text(old: Form, new: Form) -> TextChange | None:
    """Return the kind of the difference of title and body, None if both are equal."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    removed, added = _difference(before, after)
    if before == after:
        if old[-1] != new[-1]:
            return TextChange(kind=ChangeKind.MARKUP)
        digest = _digest(*_difference(old[0], new[0]))
        return TextChange(kind=ChangeKind.TITLE, digest=digest) if old[0] != new[0] else None
    if before in after:
        kind = ChangeKind.BELOW if after.startswith(before) else ChangeKind.ABOVE
    elif not added:
        kind = ChangeKind.CUT
    elif not removed:
        kind = ChangeKind.WITHIN
    elif max(len(removed), len(added)) <= _FEW_CHARACTERS:
        return TextChange(kind=ChangeKind.CHARACTERS)
    else:
        kind = ChangeKind.REWRITTEN
    return TextChange(kind=kind, digest=_digest(removed, added))


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the parts of both texts between their common beginning and end."""
    begin = len(commonprefix((old, new)))  # noqa: RUF071 - of characters
    end = len(commonprefix((old[begin:][::-1], new[begin:][::-1])))  # noqa: RUF071
    return old[begin : len(old) - end], new[begin : len(new) - end]


def _digest(removed: str, added: str) -> str:
    text = f"{''.join(removed.split())}\0{''.join(added.split())}"
    return sha256(text.encode()).hexdigest()[:16]


# Comments of a page that must all differ in one way: one person may edit or rename a single one.
_MIN_CERTAIN = 2


def _classify_comments(
    shown: Sequence[ShownComment], stored: _Comments, claimed: int | None, is_whole: bool
) -> TextChange | None:
    """Return how the comments of a page differ from the stored ones; None if they do not. New ones are no difference.

    `is_whole`: the page is meant to show all comments of its post. Else some are lost if fewer are `claimed` than stored.
    """
    on_page = [(comment.base, comment.text_digest) for comment in shown]
    bases, known = {base for base, _ in on_page}, {comment.base for comment in stored}
    lost = [comment for comment in stored if comment.base not in bases]
    new = Counter[str | None](digest for base, digest in on_page if base not in known)
    moved = [comment for comment in lost if comment.text_digest in new]
    renamed = (Counter(comment.text_digest for comment in lost) & new).total()
    # A person may rename: beside comments of others, or of all their own. A site that lies has other names for all.
    is_of_several = len({comment.author_name for comment in moved}) > 1
    is_of_all = renamed == len(shown)
    if renamed and (renamed == len(lost) or not is_whole) and (is_of_several or is_of_all):
        reason = Detail.CHANGE_NAMES if is_of_several and is_of_all else None
        return TextChange(kind=ChangeKind.COMMENTS_RENAMED, reason=reason)
    lost = lost if is_of_several else [comment for comment in lost if comment.text_digest not in new]
    is_fewer = claimed is not None and claimed < sum(comment_rows.is_counted(one.base) for one in stored)
    if lost and (is_whole or is_fewer):
        return TextChange(kind=ChangeKind.COMMENTS_LOST)
    texts = {(comment.base, comment.text_digest) for comment in stored}
    edited = [one for one in on_page if one[0] in known and one not in texts]
    if not edited:
        return None
    reason = Detail.CHANGE_TEXTS if len(edited) == len(shown) >= _MIN_CERTAIN else None
    return TextChange(kind=ChangeKind.COMMENTS_EDITED, reason=reason)


# Characters of a body that is looked for in the whole page: a shorter one may be there by chance.
_MIN_LENGTH = 10

_DAMAGED = "\ufffd"


def _find_contradiction(page: Page, post: Post, old: Form, new: Form, stored: _Comments) -> TextChange | None:
    """Return the change if the page contradicts the stored post, else None."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    if before != after and _has_moved_bounds(page, before, after):
        reason = Detail.CHANGE_BOUNDS.format(parsed=len(after), stored=len(before))
        return TextChange(kind=ChangeKind.BOUNDS, reason=reason)
    texts = {comment.base: comment.body_text for comment in stored}
    shown = [(comment_rows.comment_base(one), one.body_text) for one in post.comments]
    pairs = [(old[0] + before, new[0] + after), *((texts.get(base, text), text) for base, text in shown)]
    if any(text.count(_DAMAGED) < now.count(_DAMAGED) for text, now in pairs):
        return TextChange(kind=ChangeKind.DAMAGED, reason=Detail.CHANGE_DAMAGED)
    return None


def _has_moved_bounds(page: Page, old: str, new: str) -> bool:
    """Return whether the whole stored body is still on the page, outside the body that was parsed."""
    wanted = "".join(old.split())
    if len(wanted) < _MIN_LENGTH or wanted in "".join(new.split()):
        return False
    # The parser: most runs without a delay never need it here.
    from blogarchive.parsing.charset.decoding import decode
    from blogarchive.parsing.document import parse_document

    document = parse_document(decode(page.body, page.header("Content-Type")).text)
    return wanted in "".join("".join(line.text.split()) for line in document.lines)


_COMMENTS = f"select {columns_of(SourcedComment)} from comments where post_id = ? and gone_at is null"  # noqa: S608


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPost:
    """The post before the save."""

    id: int
    url: str
    title: str | None
    body_html: str | None
    posted_at: str | None
    last_seen_at: str
    own_page_seen_at: str | None
    listed_title: str | None
    title_is_cut: bool


_STORED = f"""
select {columns_of(StoredPost, "p")} from posts p join authors a on a.id = p.author_id
 where a.site = ? and a.uid = ? and p.number = ? and p.content_hash is not null and not p.from_listing
"""  # noqa: S608 - constants


def read_stored(archive: Archive, blog: Blog, post: Post) -> StoredPost | None:
    """Return the stored post of the number that the page shows, None if its own page was never stored."""
    return archive.one_as(StoredPost, _STORED, (blog.site, blog.uid, post.number))


def find_changes(
    archive: Archive, crawled: CrawledPage, post: Post, blog: Blog, stored: StoredPost
) -> dict[str, TextChange | None]:
    """Return the change of texts and that of comments, by their names in `coverage`; None for no change.

    Comments are compared if some are stored, and the page shows some or claims none.
    """
    comments = archive.all_as(SourcedComment, _COMMENTS, (stored.id,))
    found = {coverage.TEXTS: _find_text_change(archive, crawled, post, blog, stored, comments)}
    if comments and (post.comments or post.comment_count == 0):
        found[coverage.COMMENTS] = _find_comment_change(crawled, post, comments)
    return found


def _find_text_change(
    archive: Archive, crawled: CrawledPage, post: Post, blog: Blog, stored: StoredPost, comments: _Comments
) -> TextChange | None:
    """Return the change of title, body or time, None if there is none. A contradiction comes first."""
    hosts = blog_hosts(archive, blog) | {netloc_of(crawled.page.url)}
    before = (stored.title, stored.body_html)
    after = (stored.title if post.title is None else post.title, post.body_html)
    old, new = form_of(before, hosts), form_of(after, hosts)
    if old != new and has_equal_images(archive, before, after, hosts):
        new = old
    change = _find_contradiction(crawled.page, post, old, new, comments) or _classify_text(old, new)
    # A page of ikiwiki shows only when it was edited, which each build of the site may change.
    is_edit = any(one.detail == Detail.ONLY_CHANGED for one in crawled.parsed.problems)
    times = stored.posted_at, None if is_edit or is_relative(post.posted) else date_text_iso(post.posted)
    if change is None and all(times) and not is_same_time(times[0] or "", times[1] or ""):
        return TextChange(kind=ChangeKind.TIME)
    is_listed = is_title_listed(post.title or "", stored.listed_title, is_cut=stored.title_is_cut)
    return None if change is not None and change.kind is ChangeKind.TITLE and is_listed else change


def _find_comment_change(crawled: CrawledPage, post: Post, stored: _Comments) -> TextChange | None:
    """Return how the comments of a page differ, None if they do not. Page and interface write times in two forms."""
    shown = comment_rows.identify_comments(post.comments)
    if site_by_name(crawled.target.site).has_any_host:
        pairs = comment_rows.pair_sources(shown, stored)
        others = {item.position for item, row in pairs if row.author_name == item.comment.author_name}
        shown = [item for item in shown if item.position not in others]
    is_whole = len(shown) == len(post.comments) and not any(link.next_page for link in crawled.parsed.links)
    return _classify_comments(shown, stored, claimed=post.comment_count, is_whole=is_whole)
