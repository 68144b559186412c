"""Read a post with its page and history; find posts by URL, number, day of the year, or at random."""

from dataclasses import dataclass
from gettext import gettext as _
from typing import Any, Final

from blogarchive.errors import UsageError
from blogarchive.sites.links import parse_decimal_id, resolve_post_link
from blogarchive.store.database.archive import Archive
from blogarchive.store.read import models
from blogarchive.store.read.lists import POST_LINES
from blogarchive.store.read.models import BlogHeader, FullPost, PostHeading, PostLine
from blogarchive.store.rows import Value
from blogarchive.store.statements import Statements

# ruff: noqa: S608 - statements are put together from constants


def find_posts(archive: Archive, number: str, *, uid: str | None = None) -> list[tuple[BlogHeader, FullPost]]:
    """Return the posts of that number, or the one of that URL, with their blogs: several may have such a number.

    `uid` is the uid of the blog or an alias of it; a decimal number may have leading zeros. Raises `UsageError` if
    there is no such post.
    """
    is_url = "://" in number
    named = find_by_url(archive, number) if is_url else parse_decimal_id(number) or number
    query = f"""{models.POST_HEADINGS} join authors a on a.id = p.author_id where p.{"id" if is_url else "number"} = ?1
            and (?2 is null or a.uid = ?2
            or exists (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?2)) order by p.id"""
    headings = archive.all_as(PostHeading, query, (named, uid))
    if not headings:
        text = _("no post {number} in {archive}; `blogarchive search` finds posts by their words")
        raise UsageError(text, number=number, archive=archive.path)
    blogs = {blog.id: blog for blog in archive.all_as(BlogHeader, models.BLOGS)}
    return [(blogs[heading.author_id], models.complete_heading(archive, heading)) for heading in headings]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post with the rest of its page; `older` and `newer` are posts of the same author.

    `categories` are their ids and names. `counters` are the values of the columns of `post_stats`, oldest first.
    """

    post: FullPost
    blog: BlogHeader
    categories: list[tuple[int, str]]
    counters: list[dict[str, Any]]
    older: PostLine | None
    newer: PostLine | None


def read_post_page(archive: Statements, post_id: int) -> PostPage | None:
    """Return the page of the post of that id, or None."""
    post = models.read_post(archive, post_id)
    if post is None:
        return None
    (blog,) = archive.all_as(BlogHeader, f"{models.BLOGS} where a.id = ?", (post.author_id,))
    query = """select c.id, c.name from posts_in_categories pc join categories c on c.id = pc.category_id
                where pc.post_id = ? order by c.name"""
    return PostPage(
        post=post,
        blog=blog,
        categories=archive.rows(query, (post_id,)),
        counters=archive.dicts("select * from post_stats where post_id = ? order by captured_at", (post_id,)),
        older=_neighbour(archive, post, "<", "desc"),
        newer=_neighbour(archive, post, ">", "asc"),
    )


def find_post_id(archive: Statements, site: str, uid: str | None, number: str) -> int | None:
    """Return the id of the post of that number; without `uid`, None if several blogs of the site have it."""
    query = """select p.id from authors a join posts p on p.author_id = a.id and p.number = ?2
            where a.site = ?1 and (?3 is null or a.uid = ?3 or exists
                  (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?3)) limit 2"""
    found = archive.column(query, (site, number, uid))
    return found[0] if len(found) == 1 else None


def _neighbour(archive: Statements, post: FullPost, comparison: str, order: str) -> PostLine | None:
    """Return the next post of the author by time; by number if the post has no time."""
    if post.posted_at is not None:
        keys: dict[str, Value] = {"p.posted_at": post.posted_at, "p.id": post.id}
    else:
        keys = {"length(p.number)": len(post.number), "p.number": post.number, "p.id": post.id}
    query = (
        f"{POST_LINES} where p.author_id = ? and ({', '.join(keys)}) {comparison} ({', '.join('?' * len(keys))})"
        f" order by {', '.join(f'{column} {order}' for column in keys)} limit 1"
    )
    return archive.one_as(PostLine, query, (post.author_id, *keys.values()))


_MAX_FOUND: Final = 10
_MAX_YEARS: Final = 60
_OF_A_YEAR: Final = 5  # so that one year with many posts on this day does not hide the others


def find_by_url(archive: Statements, url: str) -> int | None:
    """Return the id of the stored post that a URL of any known form names, or None."""
    for site in archive.column("select distinct site from authors order by site"):
        parsed = resolve_post_link(site, url, url)
        if parsed is not None and parsed.number is not None:
            found = find_post_id(archive, site, parsed.uid, parsed.number)
            if found is not None:
                return found
    return None


def find_by_number(archive: Statements, words: str) -> tuple[PostLine, ...]:
    """Return at most ten posts with that number; none if `words` are no number."""
    number = parse_decimal_id(words)
    if number is None:
        return ()
    query = (
        f"{POST_LINES} where p.id in (select n.id from authors b join posts n on n.author_id = b.id and n.number = ?)"
        " order by p.id limit ?"
    )
    return archive.all_as(PostLine, query, (number, _MAX_FOUND))


def find_random(archive: Statements) -> int | None:
    """Return the id of a post with a text, by chance; None if there is none."""
    for start in ("abs(random()) % (select max(id) + 1 from posts)", "0"):
        query = f"select id from posts where id >= {start} and content_hash is not null order by id limit 1"
        if found := archive.scalar(query):
            return found
    return None


def read_day(archive: Statements, day: str, limit: int) -> tuple[PostLine, ...]:
    """Return at most `limit` posts of a day (MM-DD) of all years and blogs: newest first, five of a year."""
    # Each bound has its own query: SQLite reads an index from its end for a single minimum or maximum.
    first, last = (
        archive.text(f"select substr({bound}(posted_at), 1, 4) from posts where posted_at > '0'") or ""
        for bound in ("min", "max")
    )
    if not (first.isdecimal() and last.isdecimal()):
        return ()
    found: list[PostLine] = []
    for year in range(int(last), max(int(first), int(last) - _MAX_YEARS) - 1, -1):
        query = f"{POST_LINES} where p.posted_at >= ?1 and p.posted_at < ?1 || '~' order by p.posted_at desc limit ?2"
        values = (f"{year:04}-{day}", min(_OF_A_YEAR, limit - len(found)))
        found += archive.all_as(PostLine, query, values)
        if len(found) >= limit:
            break
    return tuple(found)
