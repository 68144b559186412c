"""A page of an unknown host as its reader sees it: texts in order, what they belong to, and the data for machines."""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import accumulate, chain, combinations, islice
from typing import NamedTuple

from lxml import etree

from blogarchive.parsing.dates.order import join_date, short_date_form
from blogarchive.parsing.html import NEVER_SHOWN, Element, link_url, own_text
from blogarchive.parsing.structured_data import find_article, find_metas
from blogarchive.parsing.unicode_form import letters_of
from blogarchive.sites.engines.urls import PATTERNS, may_be_post, patterns, post_number
from blogarchive.sites.markup.elements import ancestors, has_role
from blogarchive.sites.markup.picker import PageTree, leads_home, select_all, visible_text, with_descendants

COMMENTS, _SIDE, _ENDS, _FEED, _NEAR, _DAY = patterns("outline", "comments side ends feed near day")
HEADINGS, _MAX_TITLE, _LONG = ("h1", "h2", "h3", "h4", "h5", "h6"), 300, 11
_TITLED, _POST_TITLE, _SEPARATORS, _MARK, _SIZE = patterns("outline", "title post_title separators mark size")
_Titles = dict[Element, str]  # the texts of elements that may show the title
_NAMED_TAGS, _EDGES = ("a", "td", "div", "span", "p", "header", "center"), ("footer", "header")


class Outline:
    """The visible texts of a page in order, with the element that holds each.

    `now` is the fetch time in the zone of the site. `order` are the shown elements by their place in the page. `metas`
    are the `meta` elements by lower-case name, `article_data` is the JSON-LD object of an article; empty if there is
    none. When the page was saved may be unknown: then nothing tells the time of `3天前`.
    """

    def __init__(self, tree: PageTree, now: datetime, *, is_saved: bool = False) -> None:
        self.tree, self.now, self.is_saved, self._lines = tree, now, is_saved, dict[range | Element, str]()
        self.texts, self.holders, self.order = list[str](), list[Element](), dict[Element, int]()
        # `_inner` are the places in `order` of an element and of those in it.
        self._inner, self._spans = dict[Element, range](), dict[Element, range]()
        self.metas, self.article_data = find_metas(tree.root), find_article(tree.root)
        self.body_class, self.lang = str(tree.root.xpath("string(body/@class)")), tree.root.get("lang") or ""
        self._walk()
        sizes = [len("".join(text.split())) for text in self.texts]
        # Blogango never closes the element that names a comment: one without `href` is no link.
        linked = {at for n in self.order if n.get("href") or n.tag == "button" for at in self._spans[n]}
        # A list of months or tags has a number behind each link: ` (3)`.
        linked |= {at for at, x in enumerate(self.texts) if at - 1 in linked and _SIZE.fullmatch(x)}
        # A link that shows its URL is of no menu.
        in_links = (x * (at in linked and self.texts[at][:4] != "http") for at, x in enumerate(sizes))
        self._sizes, self._link_sizes = (list(accumulate(x, initial=0)) for x in (sizes, in_links))

    def _walk(self) -> None:
        walker = etree.iterwalk(self.tree.root, events=("start", "end", "comment", "pi"))
        for event, node in walker:
            if event != "start":
                if node in self.order:
                    self._end(node)
                if (parent := node.getparent()) is not None:
                    self._add(node.tail, parent)
            elif node.tag in NEVER_SHOWN or node in self.tree.hidden:
                walker.skip_subtree()
            else:
                self.order[node], self._spans[node] = len(self.order), range(end := len(self.texts), end)
                self._add(node.text, node)

    def _add(self, text: str | None, holder: Element) -> None:
        if text and not text.isspace():
            self.texts.append(text)
            self.holders.append(holder)

    def _end(self, node: Element) -> None:
        start, end = self._spans[node].start, len(self.texts)
        self._spans[node], self._inner[node] = range(start, end), range(self.order[node], len(self.order))
        is_short = end - start < 6 and (node.tag not in ("a", "li", "table", "ul") or end - start > 3)
        parts = self.texts[start:] if end - start > 1 and (is_short or node.tag == "time") else []
        # LiveJournal and Hatena have an element for each part of a date.
        is_split = node.tag == "time" and parts and parts[0].strip().isdigit()
        if date := join_date(parts) or "".join(parts if is_split else ()):
            self.texts[start:] = [date, *[""] * (len(parts) - 1)]

    @cached_property
    def short_date(self) -> str:
        """The form of the dates `SHORT_DATE` with their full year on this page."""
        return short_date_form(" ".join([self.tree.url, *self.texts]), self.lang)

    def span(self, node: Element | None) -> range:
        """Return the indexes of the texts in an element, none for None."""
        return range(0) if node is None else self._spans.get(node, range(0))

    def size(self, node: Element) -> int:
        """Return the number of visible characters in an element, without white space."""
        span = self.span(node)
        return self._sizes[span.stop] - self._sizes[span.start]

    def sizes(self, place: int) -> int:
        """Return the number of characters of a text, without white space."""
        return self._sizes[place + 1] - self._sizes[place]

    def link_share(self, node: Element) -> float:
        """Return the share of the characters of an element that are in links."""
        span = self.span(node)
        return (self._link_sizes[span.stop] - self._link_sizes[span.start]) / max(1, self.size(node))

    def text(self, node: Element) -> str:
        """Return the visible text of an element on one line."""
        key = self._spans.get(node, node)  # elements around the same texts are read once
        if key not in self._lines:
            self._lines[key] = visible_text(node, self.tree.hidden)
        return self._lines[key]

    def contains(self, outer: Element, inner: Element) -> bool:
        """Return whether an element contains another, or is it."""
        return outer in self._inner and self.order.get(inner, -1) in self._inner[outer]

    @cached_property
    def beside(self) -> frozenset[Element]:
        """The elements that are beside the content, with all elements in them."""
        around, found = ancestors(self.select(PATTERNS["outline"]["content"])), set[Element]()
        # `colmask leftmenu` is the name of all columns, `widget_list` of vBulletin has the posts too.
        around.update(node for node in self.order if 10 * self.size(node) > 8 * self._sizes[-1])
        # An element in one of these is found after it.
        found.update(x for x in self.order if x.getparent() in found or (x not in around and is_aside(x)))
        return frozenset(found)

    @cached_property
    def home_links(self) -> set[Element]:
        """The links to the home page or a folder above the page, with all elements around and in them."""
        anchors = [node for node in self.tree.root.iter("a") if leads_home(node, self.tree)]
        return ancestors(anchors) | with_descendants(anchors)

    @cached_property
    def title(self) -> "Title":
        """The title: a heading that the window title, `og:title` or JSON-LD confirms; else the shortest of these."""
        # A first post may have the name of its blog: `Hello World`.
        own = [node for node in self.order if has_role(node, _POST_TITLE)]
        sites = _site_names(self).difference(map(letters_of, map(self.text, own)))
        claims = [claim for claim in _claims(self) if not _is_site_name(claim, sites)]
        parts = _claimed_parts(self, claims, sites)
        held = {*self.holders, *filter(_is_titled, self.order)} - self.home_links
        texts = {node: _read_title(self, node, parts) for node in self.order if node in held}
        titles = {node: text for node, text in texts.items() if 0 < len(text) <= _MAX_TITLE}
        # A title without letters, such as `……`, is at the start or the end of the window title.
        ends = {end for claim in _claims(self) for end in _ENDS.findall(claim)}
        bare = [n for n, text in titles.items() if text in ends and not letters_of(text) and _is_titled(n)]
        # Sites have their name behind a hyphen or a space: `GPU-EDN`.
        named = {x for n, text in titles.items() if _is_titled(n) and len(x := letters_of(text)) > _LONG}
        parts |= {one for one in named for claim in claims if letters_of(claim).startswith(one)}
        # The window title may lack the mark of a copy: `[转]`.
        parts |= {letters_of(x) for x in titles.values() if letters_of(_MARK.sub("", x)) in parts}
        # The name of the blog may be that of a commenter; a theme has the post in a `comment_block`.
        said = with_descendants(node for node in self.order if has_role(node, COMMENTS)).difference(own)
        confirmed = bare or [n for n, text in titles.items() if letters_of(text) in parts and n not in said]
        others = _rivals(self, titles, confirmed, sites)
        keys = {x: _rank_heading(self, x, letters_of(titles[x]), claims, sites, others) for x in confirmed}
        # Old pages show the name of the blog, then the title, both as bold text; a footer repeats the name.
        places = {letters_of(titles[node]): self.order[node] for node in reversed(confirmed)}
        best = max(confirmed, key=lambda node: (keys[node], places[letters_of(titles[node])]), default=None)
        # Jekyll states the name of the blog as the title of a post without one; its window has the motto, as the footer.
        is_bare = any(_is_site_name(claim, sites) for claim in _claims(self)[1:])
        if best is not None and keys[best][0] and keys[best][1] > is_bare:
            # Textpattern has the day behind the link of the title, in one heading.
            around = (one for one in best.iterancestors(*HEADINGS) if self.size(one) <= _MAX_TITLE)
            text, whole = titles[best], titles.get(outer := next(around, best), "")
            # tDiary has the day before the title there, and in the window title alone.
            return Title(text=text if text in whole else whole or text, heading=outer, is_confirmed=True)
        # With another heading, the window title is the name of the blog. Without a claim, the post has no title.
        heading, claim = next(iter(others), None), next(iter(claims[1:] or claims[is_bare:]), None)
        return Title(text=claim if heading is None else titles[heading], heading=heading, is_confirmed=False)

    def select(self, selector: str) -> list[Element]:
        """Return the shown elements that a selector selects, in the order of the page."""
        return [node for node in select_all(self.tree.root, selector) if node in self.order]


def is_aside(node: Element) -> bool:
    """Return whether the element is beside the content of the page: a sidebar, a menu, a footer."""
    outer = [x.tag for x in (node.iterancestors("article", "main") if node.tag in _EDGES else [node])]
    if node.tag in ("aside", "nav") or not outer:
        return True
    # Bootstrap has the class `page-header` for the header of a post. Matery links the posts before and after this one in
    # an `article`.
    is_of_post, role = node.tag == "header" and "article" in outer, _NEAR if node.tag == "article" else _SIDE
    return not is_of_post and node.tag not in ("body", "html", "main", *HEADINGS) and has_role(node, role)


class Title(NamedTuple):
    """The title of a post, the heading that shows it, and whether the window title or the data confirm it."""

    text: str | None
    heading: Element | None
    is_confirmed: bool


def _claimed_parts(outline: Outline, claims: list[str], sites: set[str]) -> frozenset[str]:
    """Return the letters that confirm a title: those of parts of the claims, and of a long last step of the path."""
    slug = letters_of(post_number(outline.tree.url).rpartition("/")[2].partition(".")[0])
    # FC2 has the name of the blog and the title without a separator.
    rests = frozenset(claim.removeprefix(site) for claim in map(letters_of, claims) for site in sites)
    return rests.union([slug] if len(slug) > _LONG else [], *map(_parts_of, claims))


def _rivals(outline: Outline, titles: _Titles, known: list[Element], sites: set[str]) -> list[Element]:
    """Return the headings that may be the title if the window title has other words than the page."""
    apart = {node for node in outline.beside if node.tag != "h1"}.union(known)
    named = [node for node in titles if _is_titled(node) and node not in apart]
    # tDiary has the day and the title as parts of one heading, and neither in the window title.
    spans = ((x, next(x.iterancestors())) for x in named if x.tag == "span")
    parts = {x for x, above in spans if _DAY.match(outline.text(above)) and above not in ancestors(known)}
    of_post = [node for node in named if has_role(node, _POST_TITLE) or node in parts]
    good = (n for n in named if (n.tag == "h1" or [n] == of_post) and not _is_site_name(titles[n], sites))
    # NexT has the motto of the blog in a heading above the title.
    return sorted(good, key=lambda node: [node] != of_post)


def title_text(outline: Outline, heading: Element) -> str:
    """Return the text of a heading without the sign of a link to itself, and without a time and the line around it."""
    text = outline.text(heading)
    # Substack names the heading itself `published`.
    for node in select_all(heading, "time, .date, * .published"):
        text = text.replace(outline.text(next(node.iterancestors("small"), node)), "", 1).strip()
    # VuePress 1, Textpattern and tDiary have the link before the title.
    sign = next((sign for a in heading.iter("a") if (sign := outline.text(a)) and not letters_of(sign)), "")
    return (text.removeprefix(sign).lstrip() or text).rstrip(" \u200b\ufeff¶#§·")


def _site_names(outline: Outline) -> set[str]:
    """Return the names of the blog, folded: what it states, its feeds, and the texts of links to its home page."""
    links = (node for node in outline.order if node.tag in ("a", "img") and node in outline.home_links)
    feeds = chain.from_iterable(_FEED.findall(one.get("title", "")) for one in outline.tree.root.iter("link"))
    # A logo has the name of the blog; Icarus, which states it too, the title of the post.
    shown = (outline.text(x) or x.get("alt", "") * ("og:site_name" not in outline.metas) for x in links)
    return {*map(letters_of, chain((outline.metas.get("og:site_name", ""),), feeds, shown))} - {""}


def _is_site_name(text: str, sites: set[str]) -> bool:
    """Return whether a text is the name of the blog, once or twice."""
    return letters_of(text) in sites or {*map(letters_of, _SEPARATORS.split(text))} <= {*sites, ""}


@lru_cache(maxsize=16)
def _parts_of(claim: str) -> frozenset[str]:
    """Return the letters of a claim between any two separators: `Title - Blog`; words of a title are no part."""
    parts = [letters_of(part) for part in _SEPARATORS.split(claim)]
    ends = list(accumulate(map(len, parts), initial=0))
    return frozenset("".join(parts)[start:end] for start, end in combinations(ends, 2)) - {""}


def _claims(outline: Outline) -> list[str]:
    stated = (*map(outline.metas.get, ("og:title", "twitter:title")), outline.article_data.get("headline"))
    # Each pair of separators bounds a part: eight thousand characters take 15 s.
    return [str(one)[: 2 * _MAX_TITLE] for one in (outline.tree.title, *stated) if one]


def _is_titled(node: Element) -> bool:
    is_named = node.tag in _NAMED_TAGS and has_role(node, _TITLED)
    return node.tag in HEADINGS or node.get("itemprop") in ("headline", "name") or is_named


def _read_title(outline: Outline, node: Element, parts: Collection[str]) -> str:
    """Return the text of an element; its own text alone if that is a claim: themes add a category or a time to it."""
    is_titled = _is_titled(node) and outline.size(node) <= _MAX_TITLE
    whole, own = title_text(outline, node) if is_titled else "", own_text(node)
    # UCenter Home has the link of a category in brackets before the title.
    own = own.replace("[]", "" if len(node) else "[]") if letters_of(own) in parts else _DAY.sub("", own)
    return own if whole == "" or (letters_of(own) in parts and letters_of(whole) not in parts) else whole


def _rank_heading(
    outline: Outline, node: Element, own: str, claims: list[str], sites: set[str], others: list[Element]
) -> tuple[int, ...]:
    """Return how likely a confirmed heading with the letters `own` is the title of the post and not that of the blog."""
    is_titled, is_post, here = _is_titled(node), has_role(node, _POST_TITLE), outline.tree.url
    # An inner part of a window title may be a category, the last one or all of it the blog if a heading has other words.
    # With a heading that is named as the title, words in a menu are none: `The few` of a window title of sentences.
    is_named = has_role(others[0], _POST_TITLE) if others else False
    ends = set[str]() if is_named else {*map(letters_of, claims)}.difference([own] if others else ())
    is_end = any(one.startswith(own) or (one.endswith(own) and not others) for one in ends)
    # TMZ has the title in an `h1` above the columns, and parts of it in headings above the text.
    is_beside = node in outline.beside and not (node.tag == "h1" or is_post)
    # A post in a list below may have the name of the blog as its title. Hatena links words of a title.
    first = islice(node.iter("a"), 1)  # a template may have `href=""` for the home page
    links = {one.get("href", here) and post_number(link_url(one, outline.tree.base) or here) for one in first}
    # Z-Blog has the category of a post without a title in the window title.
    is_end = is_end and all(may_be_post(f"/{one}") for one in links - {post_number(here)})
    # Lektor has the name of the blog without a link in the header, and behind the title in the window title.
    tags = {one.tag for one in node.iterancestors("nav", "header", "main", "article")}
    is_menu = "nav" in tags or (tags == {"header"} and not any(letters_of(x).startswith(own) for x in claims))
    # A recipe in the text may have a title of its own, which the data state too.
    level = is_titled + is_post + (node.tag in HEADINGS) - bool(links - {post_number(here)}) - is_menu
    return (own not in sites, 2 * is_titled or int(is_end), not is_beside, level, is_titled * len(own))
