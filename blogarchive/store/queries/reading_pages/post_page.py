"""Read the served page of a post from a read-only connection."""

import sqlite3
from dataclasses import dataclass

from blogarchive.store.queries.blog_models import BLOGS, Blog
from blogarchive.store.queries.post_models import POST_LINES, Counters, FullPost, PostLine
from blogarchive.store.queries.post_reader import read_post
from blogarchive.store.rows import Value, all_as, one_as


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryLink:
    """A category of a post."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post with the rest of its page; `older` and `newer` are posts of the same author."""

    post: FullPost
    blog: Blog
    categories: tuple[CategoryLink, ...]
    counters: tuple[Counters, ...]
    older: PostLine | None
    newer: PostLine | None


def read_post_page(connection: sqlite3.Connection, post_id: int) -> PostPage | None:
    """Return the page of the post of that id, or None."""
    post = read_post(connection, post_id)
    if post is None:
        return None
    (blog,) = all_as(connection, Blog, f"{BLOGS} where a.id = ?", (post.author_id,))
    return PostPage(
        post=post,
        blog=blog,
        categories=_categories(connection, post_id),
        counters=all_as(
            connection,
            Counters,
            "select captured_at, views, likes, comment_count from post_stats where post_id = ?"
            " order by captured_at",
            (post_id,),
        ),
        older=_neighbour(connection, post, "<", "desc"),
        newer=_neighbour(connection, post, ">", "asc"),
    )


def find_post_id(connection: sqlite3.Connection, site: str, uid: str | None, number: str) -> int | None:
    """Return the id of the post of that number; without `uid`, None if several blogs of the site have the number."""
    found = connection.execute(
        """select p.id from authors a join posts p on p.author_id = a.id and p.number = ?2
            where a.site = ?1 and (?3 is null or a.uid = ?3 or exists
                  (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?3)) limit 2""",
        (site, number, uid),
    ).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def _categories(connection: sqlite3.Connection, post_id: int) -> tuple[CategoryLink, ...]:
    return all_as(
        connection,
        CategoryLink,
        """select c.id, c.name from posts_in_categories pc join categories c on c.id = pc.category_id
            where pc.post_id = ? order by c.name""",
        (post_id,),
    )


def _neighbour(
    connection: sqlite3.Connection, post: FullPost, comparison: str, order: str
) -> PostLine | None:
    """Return the next post of the author by time; by number if the post has no time."""
    if post.posted_at is not None:
        keys: dict[str, Value] = {"p.posted_at": post.posted_at, "p.id": post.id}
    else:
        keys = {"length(p.number)": len(post.number), "p.number": post.number, "p.id": post.id}
    return one_as(
        connection,
        PostLine,
        f"{POST_LINES} where p.author_id = ? and ({', '.join(keys)}) {comparison} ({', '.join('?' * len(keys))})"
        f" order by {', '.join(f'{column} {order}' for column in keys)} limit 1",
        (post.author_id, *keys.values()),
    )
