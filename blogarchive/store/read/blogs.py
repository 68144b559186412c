"""Read blogs for the reading pages: lists, the page of an author, plots; counts come from the tables of totals."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from blogarchive.store.ledger.runs import last_run
from blogarchive.store.media import count_skipped_by_host
from blogarchive.store.read import lists
from blogarchive.store.read.lists import CategoryCount, PostSelection
from blogarchive.store.read.models import BLOG_COLUMNS, BLOGS, BlogHeader, PostLine
from blogarchive.store.search_index import count_pending, fold
from blogarchive.store.statements import Statements

# ruff: noqa: S608 - statements are put together from constants


BLOGS_PER_PAGE: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogSummary(BlogHeader):
    """A blog with counts of its stored posts and comments; `missing` counts posts without text that are not gone."""

    posts: int
    missing: int
    gone: int
    comments: int
    first_post_on: str | None
    last_post_on: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """Counts of an author's posts in a month (YYYY-MM): stored, without text, and listed by the archive page."""

    month: str
    stored: int
    missing: int
    listed: int | None

    @property
    def lacking(self) -> int:
        """Return the number of posts that the archive is known to lack."""
        return max(self.missing, (self.listed or 0) - self.stored)


_SUMMARIES = f"""select {BLOG_COLUMNS},
       coalesce(t.posts, 0) as posts, coalesce(t.missing, 0) as missing, coalesce(t.gone, 0) as gone,
       coalesce(t.comments, 0) as comments, t.first_post_on, t.last_post_on
  from authors a left join _blog_totals t on t.author_id = a.id"""
_NEWEST_FIRST = "left join _blog_totals t on t.author_id = a.id order by t.last_post_on desc, a.id"
_SEARCHED = """select a.id, a.nickname, a.blog_title, a.uid,
       (select group_concat(alias, ' ') from author_aliases l where l.author_id = a.id) from authors a"""


def read_blog(archive: Statements, author_id: int) -> BlogSummary | None:
    """Return the blog of that author, or None."""
    return archive.one_as(BlogSummary, f"{_SUMMARIES} where a.id = ?", (author_id,))


def read_only_blog(archive: Statements) -> BlogHeader | None:
    """Return the blog of an archive with one blog, else None."""
    blogs = archive.all_as(BlogHeader, f"{BLOGS} limit 2")
    return blogs[0] if len(blogs) == 1 else None


def read_blogs(archive: Statements, *, words: str = "", page: int = 1) -> tuple[list[BlogSummary], int]:
    """Return one page of the blogs with each of `words` in a name, title or uid; without words, of all.

    The blog with the newest post is the first; also returns the number of blogs on all pages.
    Simplified and Traditional characters, widths and cases are the same.
    """
    wanted = fold(words).split()
    rows = archive.rows(f"{_SEARCHED if wanted else 'select a.id from authors a'} {_NEWEST_FIRST}")
    texts = ((blog, fold(" ".join(filter(None, names))) if wanted else "") for blog, *names in rows)
    ids = [blog for blog, text in texts if all(word in text for word in wanted)]
    shown = ids[(page - 1) * BLOGS_PER_PAGE : page * BLOGS_PER_PAGE]
    query = f"{_SUMMARIES} where a.id in (select value from json_each(?))"
    found = archive.all_as(BlogSummary, query, (json.dumps(shown),))
    return sorted(found, key=lambda blog: shown.index(blog.id)), len(ids)


def read_names(archive: Statements, *, limit: int = -1) -> tuple[BlogHeader, ...]:
    """Return every blog, or of `limit` of them, the blog with the newest post first."""
    return archive.all_as(BlogHeader, f"{BLOGS} {_NEWEST_FIRST} limit ?", (limit,))


def read_names_of(archive: Statements, ids: Iterable[int]) -> dict[int, BlogHeader]:
    """Return the blogs of these authors, by id."""
    given = (json.dumps(list(ids)),)
    found = archive.all_as(BlogHeader, f"{BLOGS} where a.id in (select value from json_each(?))", given)
    return {blog.id: blog for blog in found}


def find_namesakes(archive: Statements, names: Iterable[str]) -> set[str]:
    """Return those of `names` that several authors have."""
    query = """select coalesce(nickname, uid) as name from authors where name in (select value from json_each(?))
            group by name having count(*) > 1"""
    return set(archive.column(query, (json.dumps(list(names)),)))


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorPage:
    """The page of an author: months oldest first, one page of the selected posts, newest first."""

    blog: BlogSummary
    months: tuple[Month, ...]
    visits: list[tuple[str, int]]
    categories: tuple[CategoryCount, ...]
    posts: tuple[PostLine, ...]
    selection: PostSelection
    selected_posts: int
    # Number of images on hosts that are not requested, by host.
    images_not_fetched: dict[str, int]


def read_newest(archive: Statements, limit: int) -> tuple[PostLine, ...]:
    """Return the newest posts of all blogs."""
    query = f"{lists.POST_LINES} order by p.posted_at desc, p.id desc limit ?"
    return archive.all_as(PostLine, query, (limit,))


def read_health(archive: Statements) -> dict[str, Any]:
    """Return counts of stored, missing and changed rows of the archive, and its newest run."""
    query = """select coalesce(sum(posts), 0) as posts, coalesce(sum(comments), 0) as comments,
                  coalesce(sum(missing), 0) as missing, coalesce(sum(gone), 0) as gone,
                  coalesce(sum(edited), 0) as edited,
                  (select count(*) from media where status = 'stored') as images_stored,
                  (select count(*) from media where status <> 'stored') as images_missing,
                  (select count(*) from failures where resolved_at is null) as open_failures from _blog_totals"""
    (counts,) = archive.dicts(query)
    return {**counts, "unindexed": count_pending(archive), "last_run": last_run(archive)}


def read_author_page(archive: Statements, author_id: int, selection: PostSelection) -> AuthorPage | None:
    """Return the page of an author, or None; without period and category, with posts of the newest year."""
    blog = read_blog(archive, author_id)
    if blog is None:
        return None
    categories = lists.read_categories(archive, author_id, selection.period)
    if not selection.period and selection.category is None:
        selection = replace(selection, period=(blog.last_post_on or "")[:4])
    return AuthorPage(
        blog=blog,
        months=read_months(archive, author_id),
        visits=read_visits(archive, author_id),
        categories=categories,
        posts=lists.read_posts(archive, author_id, selection),
        selection=selection,
        selected_posts=lists.count_posts(archive, author_id, selection),
        images_not_fetched=count_skipped_by_host(archive, [author_id]),
    )


def read_media_file(archive: Statements, sha256: str) -> tuple[str, bytes] | None:
    """Return type and bytes of the stored file of that SHA-256, or None."""
    query = """select content_type, body from media_files where sha256 = ? and typeof(body) = 'blob'
            and typeof(content_type) = 'text'"""
    return archive.row(query, (sha256,))


def read_visits(archive: Statements, author_id: int) -> list[tuple[str, int]]:
    """Return the times and counts of visits that the blog showed, oldest first."""
    query = """select captured_at, total_visits from author_stats where author_id = ?
            and total_visits is not null order by captured_at"""
    return archive.rows(query, (author_id,))


def read_months(archive: Statements, author_id: int) -> tuple[Month, ...]:
    """Return the months of a blog with their posts, oldest first."""
    query = """select month, sum(posts) - sum(missing) as stored, sum(missing) as missing, sum(listed) as listed
             from (select month, posts, missing, null as listed from _month_totals
                    where author_id = ?1 and length(month) = 7
                   union all
                   select month, 0, 0, posts_listed from archive_months where author_id = ?1)
            group by month order by month"""
    return archive.all_as(Month, query, (author_id,))


_MOST: Final = 20


def read_plots(archive: Statements, author_id: int) -> dict[str, Any] | None:
    """Return what the plots of a blog show, or None.

    `comments` are numbers by month (YYYY-MM). `categories` have a row for each year with posts, "" is that of posts
    without a date. `commenters` and `replies` are the most frequent ones.
    """
    blog = read_blog(archive, author_id)
    if blog is None:
        return None
    query = """select month, comments from _comment_totals
            where author_id = ? and length(month) = 7 order by month"""
    return {
        "blog": blog,
        "months": read_months(archive, author_id),
        "comments": dict(archive.rows(query, (author_id,))),
        "visits": read_visits(archive, author_id),
        "categories": _read_categories(archive, author_id),
        "commenters": _most_frequent(archive, "_commenter_totals", author_id),
        "replies": _most_frequent(archive, "_reply_totals", author_id),
    }


def _most_frequent(archive: Statements, table: str, author_id: int) -> list[dict[str, Any]]:
    query = f"select * from {table} where author_id = ? order by comments desc, name limit ?"
    return archive.dicts(query, (author_id, _MOST))


def read_days(archive: Statements, author_id: int, year: str) -> dict[str, int]:
    """Return the number of posts on each day (YYYY-MM-DD) of a year."""
    query = """select substr(posted_at, 1, 10), count(*) from posts where author_id = ?1 and posted_at >= ?2
            and posted_at < ?2 || '~' and length(posted_at) >= 10 group by 1"""
    return dict(archive.rows(query, (author_id, year)))


def _read_categories(archive: Statements, author_id: int) -> list[dict[str, Any]]:
    query = """select c.id, c.name, t.year, t.posts
             from (select c.id, c.name, sum(t.posts) as size from categories c
                     join _category_totals t on t.category_id = c.id
                    where c.author_id = ?1 group by c.id order by size desc, c.name limit ?2) c
             join _category_totals t on t.category_id = c.id
            order by c.size desc, c.name, t.year"""
    return archive.dicts(query, (author_id, _MOST))
