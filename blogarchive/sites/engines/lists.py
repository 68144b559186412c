"""Find the posts that a page of a blog lists, and the link to its next page."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import islice, pairwise
from urllib.parse import urljoin

from blogarchive.items import DateText, ListedPost
from blogarchive.parsing.dates.parse import date_text
from blogarchive.parsing.html import Element, link_url
from blogarchive.sites.engines.body import mark
from blogarchive.sites.engines.outline import HEADINGS, Outline, title_text
from blogarchive.sites.engines.times import DATE, parse_place
from blogarchive.sites.engines.urls import is_within, may_be_post, parse_url, pattern, post_number
from blogarchive.sites.markup.elements import ancestors, has_role, names_of

_TITLE = re.compile(r"title|tit$|subject|headline|post-link|entry-header", re.IGNORECASE)
_NEXT, _NEXT_CLASS, _ARCHIVE = (pattern("lists", name) for name in ("next", "next_class", "archive"))
_PROSE = pattern("body", "prose")
_DISABLED = re.compile(r"^(?:is-)?(?:disabled|invisible)$")  # the next page of the last one
_PAGE_NO = re.compile(r"(?:/page[-/]?|/index[-_]?|[?&]paged?=)(\d{1,5})(?!\d)")
_PAGE_OF_LIST = re.compile(r"\d|^[^.]*$")  # with a number, or no file
_MIN_GROUP, _MAX_OTHER, _MAX_ROW, _MAX_DEPTH = 2, 60, 900, 40


def find_listed(outline: Outline, uid: str, now: datetime) -> tuple[ListedPost, ...]:
    """Return the posts that the page lists, in its order."""
    found: dict[str, ListedPost] = {}
    rows = _find_rows(outline, uid)
    shared = _around_several(rows)
    for anchor, url in rows:
        number, heading = post_number(url), next(anchor.iter(*HEADINGS), anchor)
        # An image as a link has no text: its theme repeats the title as an attribute.
        title = title_text(outline, heading)[:300] or anchor.get("title", "").strip()
        is_known = number in found and (found[number].title or not title)
        if is_known or not (title or _group(anchor).startswith("title")):
            continue
        at, cut = _find_date(outline, anchor, shared, now), title.endswith(("…", "...", "⋯"))
        # Themes shorten titles: the page of the post has the whole one.
        title = title.rstrip("….⋯ ") if cut else title
        found[number] = ListedPost(title=title, number=number, url=url, title_cut=cut or not title, posted=at)
    return tuple(found.values())


def is_mostly_list(outline: Outline, uid: str) -> bool:
    """Return whether the page has little else than links to posts: no text before them, and none after the last."""
    main = next(iter(outline.select("main, #main, #content, [role=main]")), outline.tree.root)
    rows = [anchor for anchor, _ in _find_rows(outline, uid)]
    places = {outline.span(anchor).start for anchor in rows if outline.contains(main, anchor)}
    ends = [(span := outline.span(main)).start, *sorted(places), span.stop]
    content = [outline.sizes(at) * (node not in outline.beside) for at, node in enumerate(outline.holders)]
    sizes = [sum(content[start:end]) for start, end in pairwise(ends)]
    # Vdoing has a list of others below a post, which may be short.
    above = ancestors(outline.holders[at] for at in range(*ends[:2])) - ancestors(rows)
    is_post = any(mark(node) > 1 and outline.size(node) for node in above)
    prose = [any(map(_PROSE.search, outline.texts[start:end])) for start, end in pairwise(ends)]
    is_menu = not _group(rows[0]).startswith("title") and sum(prose) == 1
    if is_post or 2 * max(sizes) > sum(sizes) + _MAX_ROW * (not is_menu):  # a text between links of a menu
        return False
    return len(sizes) > _MIN_GROUP and sizes[0] <= _MAX_OTHER and sizes[-1] <= _MAX_OTHER + max(sizes[1:-1])


def _find_rows(outline: Outline, uid: str) -> list[tuple[Element, str]]:
    """Return the links of titles with their URLs, else the largest group of links."""
    groups: defaultdict[str, list[tuple[Element, str]]] = defaultdict(list)
    own = post_number(outline.tree.url)
    # Sphinx has the date of a post in its menu: it is not beside the content, but has no titles of posts.
    menus = {*outline.select("[role=navigation] a")}
    for anchor in outline.order:
        is_link = anchor.tag == "a" and anchor not in outline.beside and anchor not in menus
        url = (link_url(anchor, outline.tree.base) if is_link else None) or ""
        if not url.startswith("http") or not is_within(url, uid):
            continue
        group, is_part = _group(anchor), "#" in url.replace("#!", "")
        # A link of a menu may have any word for a year as its text.
        is_title = group.startswith("title")
        is_post = may_be_post(url, outline.text(anchor) if is_title else "")
        if is_post and (is_title or not is_part) and post_number(url) != own:
            groups[group].append((anchor, parse_url(url).url))
    titled = [name for name in groups if name.startswith("title")]
    rest = sorted(groups.keys() - titled, key=lambda name: (-len({url for _, url in groups[name]}), name))
    count = len({url for name in titled for _, url in groups[name]})
    is_last = _page_no(outline.tree.url) > 1  # the last page of a list may have one post
    chosen = titled if count >= _MIN_GROUP or (count and (is_last or not rest)) else rest[:1]
    return sorted((row for name in chosen for row in groups[name]), key=lambda row: outline.order[row[0]])


def _group(anchor: Element) -> str:
    """Return the name of the group of a link: titles are one group, other links are grouped by tags and classes."""
    for above in (anchor, *islice(anchor.iterancestors(), 2)):
        # UCenter Home has buttons, tags and a heading in one element: only the heading is the title.
        near = (one.tag for one in islice(above.iter(), _MAX_DEPTH))
        if above.tag in HEADINGS or (has_role(above, _TITLE) and {*HEADINGS}.isdisjoint(near)):
            return f"title {above.tag}"
    if next(anchor.iter(*HEADINGS), None) is not None:
        return "title a"
    steps = (anchor, *islice(anchor.iterancestors(), 3))
    return "/".join(f"{one.tag}.{next(iter((one.get('class') or '').split()), '')}" for one in steps)


def _around_several(rows: Iterable[tuple[Element, str]]) -> set[Element]:
    """Return the elements around links to several posts: a date in them may be of another post."""
    first: dict[Element, str] = {}
    around = ((node, url) for row, url in rows for node in islice(row.iterancestors(), _MAX_DEPTH))
    return {node for node, url in around if first.setdefault(node, url) != url}


def _find_date(outline: Outline, anchor: Element, shared: set[Element], now: datetime) -> DateText | None:
    """Return the date in the row of a link; a sentence is no date."""
    row = anchor
    for _ in range(5):
        parent = row.getparent()
        # A row is small: a larger element is the whole list, or the page.
        if parent is None or parent in shared or outline.size(parent) > _MAX_ROW:
            break
        row = parent
        for place in outline.span(row):
            text = outline.texts[place]
            if len(text) < 80 and DATE.search(text) and not _PROSE.search(text):
                return date_text(text.strip(), parse_place(outline, place, now))
    return None


def find_next(outline: Outline, uid: str, *, archives: bool = False) -> str | None:
    """Return the URL of the next page of a list, within the blog; with `archives`, else that of the archive."""
    root = outline.tree.root
    links = [node for node in root.iter("link", "a") if "next" in (node.get("rel") or "").lower().split()]
    disabled = {node for node in root.iter("*") if has_role(node, _DISABLED)}
    anchors = [node for node in root.iter("a") if disabled.isdisjoint((node, node.getparent()))]
    links += [anchor for anchor in anchors if _is_next(outline, anchor)]
    # Sphinx links the next document so.
    links = [node for node in links if _PAGE_OF_LIST.search(post_number(node.get("href") or ""))]
    following = _page_no(outline.tree.url) + 1
    links += [anchor for anchor in anchors if _page_no(anchor.get("href") or "") == following]
    links += [anchor for anchor in anchors if archives and _ARCHIVE.match(outline.text(anchor))]
    own, urls = parse_url(outline.tree.url).url, (link_url(node, outline.tree.base) or "" for node in links)
    found = (parse_url(url).url for url in urls if url.startswith("http") and is_within(url, uid))
    # The last page of a theme may link itself, or the home page.
    return next((url for url in found if url not in (own, urljoin(own, "/"))), None)


def _page_no(url: str) -> int:
    return int(match[1]) if (match := _PAGE_NO.search(url)) else 1


def _is_next(outline: Outline, anchor: Element) -> bool:
    labels = (outline.text(anchor), anchor.get("title") or "", anchor.get("aria-label") or "")
    is_named = any(map(_NEXT_CLASS.match, (*names_of(anchor), *names_of(next(anchor.iterancestors())))))
    return any(map(_NEXT.match, labels)) or (is_named and "prev" not in names_of(anchor))
