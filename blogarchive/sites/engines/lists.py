"""Find the posts that a page of a blog lists, its next page, and where the blog lists all posts and comments."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise, takewhile
from urllib.parse import unquote, urljoin, urlsplit

from blogarchive.items import DateText, Link, ListedPost, PageKind
from blogarchive.parsing.dates.parse import date_text
from blogarchive.parsing.html import Element, absolute_url, link_url
from blogarchive.parsing.unicode_form import letters_of
from blogarchive.parsing.urls import readable
from blogarchive.sites.engines import urls
from blogarchive.sites.engines.body import PROSE, mark
from blogarchive.sites.engines.indexes import BLOGGER_PAGE, on_host
from blogarchive.sites.engines.outline import HEADINGS, Outline, title_text
from blogarchive.sites.engines.times import DATE, is_edited, parse_exact
from blogarchive.sites.markup.elements import ancestors, around_several, has_role, names_of
from blogarchive.sites.markup.picker import select_all

_TITLE, _POST_ID, _INNER, _CPAGE, _SIGN, _NAME = urls.patterns("lists", "title post_id inner cpage sign name")
_NEXT, _NEXT_CLASS, _OFF, _PERMALINK, _DOC = urls.patterns("lists", "next next_class disabled permalink doc")
_PAGE_NO, _OF_POST, _REST, _ID, *_ARCHIVES = urls.patterns("lists", "page_no of_post rest id archive recent")
_COMMENT_FEED, _SITE, _LINK, _BESIDE, _TOPICS, *_HOMES = urls.PATTERNS["lists"]["selectors"]
# One or two links to posts may be those before and after a post, or the newest ones beside it.
UPWARD, MIN_LISTED, _MIN_GROUP, _MAX_OTHER, _MAX_ROW, _MAX_DEPTH = "#comments", 3, 2, 60, 900, 40


def find_listed(outline: Outline, uid: str) -> tuple[ListedPost, ...]:
    """Return the posts that the page lists, in its order."""
    found: dict[str, ListedPost] = {}
    shared = around_several(rows := _find_rows(outline, uid), _MAX_DEPTH)
    titled = {anchor for anchor, _ in rows if _group(anchor).startswith("title")}
    for anchor, url in rows:
        number, group = urls.post_number(url), _group(anchor)
        # A theme lays an empty link over the whole card; django-cast links the time alone, and a comma after it.
        is_bare = anchor.find(".//img") is None and not letters_of(title_text(outline, anchor))
        group = "" if is_bare or (titled and anchor not in titled) else group
        around = [anchor] if group else _rows_around(outline, anchor, shared)
        every = (node for row in around for node in row.iter() if node is not anchor)
        titles = (n for n in every if n.tag in HEADINGS or has_role(n, _TITLE))
        heading = min(titles, key=lambda n: n.tag not in HEADINGS, default=anchor if group else None)
        title = "" if heading is None else title_text(outline, heading)[:300]
        if (number in found and found[number].title) or not (title or titled or group == ""):
            continue
        at, cut = _find_date(outline, anchor, shared), title.endswith(("…", "...", "⋯"))
        # Themes shorten titles: the page of the post has the whole one.
        title = title.rstrip("….⋯ ") if cut else title
        found[number] = ListedPost(title=title, number=number, url=url, title_cut=cut or not title, posted=at)
    return tuple(found.values())


def is_mostly_list(outline: Outline, uid: str) -> bool:
    """Return whether the page has little else than links to posts: no text before them, and none after the last."""
    main = next(iter(outline.select("main, #main, #content, [role=main]")), outline.tree.root)
    rows = [anchor for anchor, _ in _find_rows(outline, uid)]
    places = {outline.span(anchor).start for anchor in rows if outline.contains(main, anchor)}
    # A list of whole texts has an `article` for each: it ends with the last one.
    places.update(outline.span(n).stop for n in {*rows[-1].iterancestors("article")} - ancestors(rows[:1]))
    ends = [(span := outline.span(main)).start, *sorted(places), span.stop]
    content = [outline.sizes(at) * (node not in outline.beside) for at, node in enumerate(outline.holders)]
    sizes = [sum(content[start:end]) for start, end in pairwise(ends)]
    # Vdoing has a list of others below a post, which may be short, or a picture alone.
    around, first = ancestors(rows), outline.order[rows[0]]
    above = (node for node in main.iter() if outline.order.get(node, first) < first and node not in around)
    is_post = any(mark(n) > 1 and (outline.size(n) or n.find(".//img") is not None) for n in above)
    is_text = is_post or 2 * max(sizes) > sum(sizes) + _MAX_ROW
    return not is_text and len(sizes) > _MIN_GROUP and sizes[0] <= _MAX_OTHER >= sizes[-1] - max(sizes[1:-1])


def _find_rows(outline: Outline, uid: str) -> list[tuple[Element, str]]:
    """Return the links of titles with their URLs, else the largest group of links."""
    groups: defaultdict[str, list[tuple[Element, str]]] = defaultdict(list)
    own, base = f"{urls.post_number(outline.tree.url)}/", outline.tree.base
    # Sphinx has the date of a post in its menu: it is not beside the content, but has no titles of posts.
    apart = outline.home_links.union(outline.beside, outline.select("[role=navigation] a"))
    for anchor, url in ((n, link_url(n, base) or "") for n in outline.select(_LINK) if n not in apart):
        group, is_part = _group(anchor), "#" in url.replace("#!", "") or _SIGN.match(outline.text(anchor))
        # A link of a menu may have any word for a year as its text.
        is_title = group.startswith("title")
        is_post = urls.is_within(url, uid) and urls.may_be_post(url, outline.text(anchor) if is_title else "")
        # A part of this URL is the page itself, or a list above it.
        if is_post and (is_title or not is_part) and not own.startswith(f"{urls.post_number(url)}/"):
            # A theme has the link to the rest of a text beside that of the title.
            near = [x.getparent() for x, _ in groups[group][-1:] if _REST.fullmatch(outline.text(anchor))]
            groups[group] += [(anchor, urls.parse_url(url).url)] * (anchor.getparent() not in near)
    titled = [name for name in groups if name.startswith("title")]
    links = {name: {url for _, url in rows} for name, rows in groups.items()}
    # Pictures and buttons that link the posts have no text, or a single one.
    sizes = {n: (n != "", -len(links[n]), -len({outline.text(a) for a, _ in groups[n]})) for n in links}
    known = set[str]().union(*map(links.__getitem__, titled))
    # Of groups as large, the first in the page shows the titles.
    rest = sorted((name for name in groups if name not in titled), key=sizes.__getitem__)
    # The last page of a list, or a month, may have one post, beside its date and a button.
    few = not rest or len(links[rest[0]]) < MIN_LISTED or _page_no(f"/{own}") > 1 or urls.MONTH.search(own)
    # Beside the titled posts may be links to all of them and to a few without a title.
    more = [n for n in rest if known < links[n] and (n == "" or 4 * len(links[n]) < 5 * len(known) + 3)][:1]
    chosen = [*titled, *more] if len(known) >= _MIN_GROUP or (known and few) else rest[:1]
    return sorted((row for name in chosen for row in groups[name]), key=lambda row: outline.order[row[0]])


def _group(anchor: Element) -> str:
    """Return the name of the group of a link: titles are one, so are permanent links; others go by tags and classes."""
    for above in (anchor, *islice(anchor.iterancestors(), 2)):
        # UCenter Home has buttons, tags and a heading in one element: only the heading is the title.
        near = (one.tag for one in islice(above.iter(), _MAX_DEPTH))
        if above.tag in HEADINGS or (has_role(above, _TITLE) and {*HEADINGS}.isdisjoint(near)):
            return f"title {above.tag}"
    # A card that is one link has the title in a heading, or in an element that is named so.
    if any(x.tag in HEADINGS or has_role(x, _TITLE) for x in islice(anchor.iterdescendants(), _MAX_DEPTH)):
        return "title a"
    if _PERMALINK.search(" ".join(filter(None, (anchor.get("rel"), anchor.get("title"), anchor.text)))):
        return ""
    # PaperMod has another class around the link of its newest post, which has a class of its own.
    steps = (anchor, *islice(anchor.iterancestors(), 2))[:: 1 + bool(anchor.get("class"))]
    return "/".join(f"{one.tag}.{next(iter((one.get('class') or '').split()), '')}" for one in steps)


def _rows_around(outline: Outline, anchor: Element, shared: set[Element]) -> Iterator[Element]:
    """Yield the elements around a link that are of its post alone."""
    # A row is small: a larger element is the whole list, or the page.
    around = islice(chain([anchor], anchor.iterancestors()), 6)
    return takewhile(lambda one: one not in shared and outline.size(one) <= _MAX_ROW, around)


def _find_date(outline: Outline, anchor: Element, shared: set[Element]) -> DateText | None:
    """Return the date in the row of a link; a sentence is no date."""
    places = chain.from_iterable(map(outline.span, _rows_around(outline, anchor, shared)))
    short = ((at, text) for at in places if len(text := outline.texts[at]) < 80 and DATE.search(text))
    # Volantis shows the day of the last change alone.
    own = ((at, text.strip()) for at, text in short if not (PROSE.search(text) or is_edited(outline, at)))
    return next((date_text(text, parse_exact(outline, at)) for at, text in own), None)


def find_next(outline: Outline, uid: str, archives: bool) -> list[str]:
    """Return the URL of the next page of a list, within the blog; with `archives`, else those of other lists."""
    root = outline.tree.root
    links = select_all(root, urls.PATTERNS["lists"]["older"])
    anchors = [n for n in root.iter("a") if not any(has_role(x, _OFF) for x in (n, next(n.iterancestors())))]
    # The class `next` may be of newer posts.
    links += [one for by_text in (True, False) for one in anchors if _is_next(outline, one, by_text)]
    links += [one for one in anchors if _page_no(one.get("href") or "") == _page_no(outline.tree.url) + 1]
    links += select_all(root, urls.PATTERNS["lists"]["numbered_next"])
    # The list of recent posts of ABlog has all posts, but its archive is better.
    old = [one for words in _ARCHIVES for one in anchors if archives and words.match(outline.text(one))]
    # Promise "no silent loss": the next document of Sphinx has no posts, and ends no list.
    links = [n for n in links if not (archives and _DOC.search(n.get("href") or ""))] + old
    # A home page may show the newest posts alone, or none without its scripts: the feed has some more.
    feeds = (node for node in root.iter("link") if urls.is_index(node.get("href") or ""))
    # VuePress Reco turns the pages of its list by a script.
    if (found := other_pages(outline, links, uid)[:1]) or not archives:
        return found
    topics = other_pages(outline, outline.select(_TOPICS), uid)
    return find_months(outline, uid) or other_pages(outline, feeds, uid)[:1] or topics * (len(topics) > 1)


def other_pages(outline: Outline, links: Iterable[Element], uid: str) -> list[str]:
    """Return the URLs of links to other pages of the blog: the last page of a theme may link the home page."""
    own = {urls.parse_url(urljoin(outline.tree.url, path)).url for path in ("", "/")}
    found = (url for node in links if urls.is_within(url := link_url(node, outline.tree.base) or "", uid))
    return [one for one in dict.fromkeys(urls.parse_url(url).url for url in found) if one not in own]


def find_neighbours(outline: Outline, uid: str) -> tuple[Link, ...]:
    """Return the links to the posts before and after this one: a list may name the newest alone.

    They have the form of the URL of this one: a link with a parameter, or of another folder, may be of a known post.
    """
    own = _ID.sub("", urls.post_number(outline.tree.url))
    found = filter(urls.may_be_post, other_pages(outline, outline.select(_BESIDE), uid))
    near = (x for x in found if _ID.sub("", urls.post_number(x)) == own)
    return tuple(Link(url=x, kind=PageKind.POST, number=urls.post_number(x)) for x in near)


def find_months(outline: Outline, uid: str) -> list[str]:
    """Return the URLs of the lists of posts of each month."""
    anchors = (node for node in outline.select("a") if _NAME.fullmatch(outline.text(node)))
    return [*filter(urls.MONTH.search, other_pages(outline, anchors, uid))]


def _page_no(url: str) -> int:
    return int(match[1]) if (match := _PAGE_NO.search(url)) else 1


def _is_next(outline: Outline, anchor: Element, by_text: bool) -> bool:
    is_named = any(_NEXT_CLASS.match(x) for n in (anchor, next(anchor.iterancestors())) for x in names_of(n))
    labels = (outline.text(anchor), anchor.get("title") or "", anchor.get("aria-label") or "")
    # Lektor links page 3 from page 2 as `../3/`.
    fits = any(map(_NEXT.match, labels)) if by_text else is_named and "prev" not in names_of(anchor)
    return fits and max(_page_no(link_url(anchor, outline.tree.base) or ""), 2) > _page_no(outline.tree.url)


def find_blog(outline: Outline) -> str:
    """Return the uid of the blog to which a page belongs, if its URL does not contain the uid.

    The blog begins at the page if it lists posts below it, else where it links its home, else at the root of the host,
    or of a user's folder such as `/~ann/`.
    """
    page = urlsplit(readable(here := urls.INDEX_FILE.sub("", urls.parse_url(outline.tree.url).url)))
    own = f"{page.netloc}{page.path.rstrip('/')}"
    if len(near := find_listed(outline, own)) >= MIN_LISTED and not urls.looks_like_post(here):
        return own
    # A theme may link the feed from each page as `atom.xml`. Drupal lists posts at `/node/7` on `/blog`, which has a feed.
    is_outer = len(find_listed(outline, page.netloc)) >= MIN_LISTED + len(near)
    inner = {page.path * bool(_INNER.search(page.path)), f"{page.path.rstrip('/')}/" * is_outer}
    # The shortest is the home page: feeds of categories are in folders below it.
    for home in (urlsplit(readable(url)) for links in _home_urls(outline) for url in sorted(links, key=len)):
        is_around = f"{page.path.rstrip('/')}/".startswith(home.path) and home.path.endswith("/")
        if home.netloc == page.netloc and is_around and home.path not in inner:
            return f"{home.netloc}{home.path.rstrip('/')}"
    return page.netloc + "/".join(page.path.split("/", 2)[:2]) * page.path.startswith("/~")


def _home_urls(outline: Outline) -> Iterator[list[str]]:
    """Yield URLs of the home page: those with `rel=home`, the folders of feeds, the link of the title of the site."""
    titles = outline.select(_SITE) or outline.select("header a[href]:not([href*='#'])")
    for nodes in (*(select_all(outline.tree.root, one) for one in _HOMES), titles[:1]):
        links = (url for node in nodes if (url := absolute_url(node.get("href"), outline.tree.base)))
        yield [urls.folder_of_index(url) if urls.is_index(url) else url for url in links]


def first_index(outline: Outline, uid: str) -> str:
    """Return the best list of all posts: WordPress REST, the feed of Blogger, else the sitemap that the page names.

    A feed of the newest comments comes before it.
    """
    root = urls.blog_root(uid, outline.tree.url)
    # Promise: an update of nothing takes three requests. This feed changes with any post or comment.
    if feeds := other_pages(outline, select_all(outline.tree.root, _COMMENT_FEED), uid):
        return feeds[0]
    if api := _link(outline, "https://api.w.org/", uid):
        return urls.posts_url(api)
    if outline.metas.get("generator", "").lower().startswith("blogger"):  # not BlazeBlogger
        return f"{root}feeds/posts/default?max-results={BLOGGER_PAGE}&start-index=1"
    # It may be a map of the site for people.
    return named if urls.is_index(named := _link(outline, "sitemap", uid)) else urljoin(root, urls.INDEXES[0])


def _link(outline: Outline, rel: str, uid: str) -> str:
    links = (node.get("href") for node in outline.tree.root.iter("link") if node.get("rel") == rel)
    return next(iter(on_host(links, outline.tree.base, uid)), "")


def comment_urls(outline: Outline, uid: str, asked: str, *, is_complete: bool) -> list[str]:
    """Return the URLs of the comments that the page does not show, none if it shows as many as it counts.

    An interface that has all of them is first. If `asked`, the URL of this page, ends with `UPWARD`, the pages before it
    were read; the pages after a first one of the newest comments count down.
    """
    # In WordPress, the URL of the post has no page number: it is the first page, or the last one.
    # Each comment links the page that shows it.
    pages, shown, newer = (_comment_pages(outline, uid, x) for x in ("numbered", "of_comment", "newer"))
    own, low = int((*_CPAGE.findall(f"{unquote(outline.tree.url)}#"), 0)[0]), min(pages, default=0)
    # A post that links its pages 2 and 3 shows page 1. One that links page 2 alone may show the last of three: its link
    # has the word or the sign for newer comments if it is the first. A theme may have them on the link to older ones.
    is_first = not own and (1 in shown if shown else low == 2 <= len(pages) + len(newer))
    sign = UPWARD * (asked.endswith(UPWARD) or 1 < own < low or is_first) * (own != 2 or 3 in pages)
    rest = (n for n in pages if not own or (n > own if sign else n < own))
    more = [pages[n] + sign for n in sorted(rest, reverse=not sign and (own > 0 or 1 in pages))[:1]]
    if own or (not more and is_complete):
        return more
    # The number of the post is in a class of WordPress, or in the short link.
    match = _POST_ID.search(f"{outline.body_class} {_link(outline, 'shortlink', uid)}")
    api = _link(outline, "https://api.w.org/", uid)
    return [urls.rest_url(api, "comments", post=match[1], order="asc"), *more] if api and match else more


def _comment_pages(outline: Outline, uid: str, kind: str) -> dict[int, str]:
    """Return the URLs of other pages of comments of the post that links of a `kind` lead to, by their numbers."""
    found = other_pages(outline, select_all(outline.tree.root, urls.PATTERNS["lists"][kind]), uid)
    own = _OF_POST.sub("", unquote(outline.tree.url))
    found = [url for url in found if _OF_POST.sub("", unquote(url)) == own]
    return {int(match[1]): url for url in found if (match := _CPAGE.search(unquote(url)))}
