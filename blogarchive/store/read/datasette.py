"""SQL that counts the rows of a table by the values of its facets, in one statement for all facets of the table."""

import re
from dataclasses import dataclass
from typing import Final

# table_statements

# ruff: noqa: S608 - statements are put together from constants and from statements of Datasette


_INDEXES: Final = {"posts": "posts_newest", "comments": "comments_newest"}
_COUNT: Final = "select count(*)"
_COLUMNS: Final = re.compile(r"select (?:\w+|\[[^\]]+\])(?:, (?:\w+|\[[^\]]+\]))*")
_ORDER: Final = re.compile(r"order by (posted_at(?: desc)?)(?:, id)? limit (\d+)$")
_PARENTHESIS: Final = re.compile(r"[()]")
_GROUP: Final = re.compile("\0(\\d+)\0")
_IDS: Final = re.compile("(?:row)?id in \0\\d+\0")
_TEXT: Final = re.compile(r'"\w+" like :\w+')


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filter:
    """The condition of a statement: lists of ids and others on the index, then those on texts."""

    indexed: str
    texts: str


def rewrite_statement(sql: str) -> str:
    """Return a statement that reads a covering index first if `sql` selects posts or comments by lists of ids.

    Rows that are sorted by their time are sorted by their id too. Other statements are returned as they are.
    """
    for table in _INDEXES:
        selected, found, rest = sql.rstrip().partition(f" from {table} ")
        if found and "\0" not in sql and (selected == _COUNT or _COLUMNS.fullmatch(selected)):
            return f"{selected} {_rewrite(table, rest, is_count=selected == _COUNT)}"
    return sql


def _rewrite(table: str, rest: str, *, is_count: bool) -> str:
    """Return the part of a statement after its columns."""
    order = None if is_count else _ORDER.search(rest)
    condition = rest[: order.start()] if order else rest
    if condition and not condition.startswith("where "):
        return f"from {table} {rest}"  # a join, or another name of the table
    found = _parse(condition.removeprefix("where "))
    if order:
        return _sorted_rows(table, condition, found, by=f"order by {order[1]}, id", limit=f"limit {order[2]}")
    if found is None or found.texts:
        return f"from {table} {rest}"
    return f"from {table} indexed by {_INDEXES[table]} where {found.indexed}"


def _sorted_rows(table: str, condition: str, found: _Filter | None, *, by: str, limit: str) -> str:
    if found is None:
        return f"from {table} {condition}{by} {limit}"
    hits = f"from {table} indexed by {_INDEXES[table]} where {found.indexed} {by} limit"
    if found.texts:
        # Texts are read in this order, until the page is full.
        ids = (
            f"select {table}.id from (select id as hit {hits} -1) cross join {table} on {table}.id = hit"
            f" where {found.texts} {limit}"
        )
    else:
        ids = f"select id {hits.removesuffix('limit')}{limit}"
    return f"from {table} where id in ({ids}) {by} {limit}"


def _parse(condition: str) -> _Filter | None:
    """Return the parts of a condition; None if no list of ids is in it, or anything that the index may not have."""
    outside, groups = _without_parentheses(condition)
    clauses = outside.strip().split(" and ")
    texts = [clause for clause in clauses if _TEXT.fullmatch(clause)]
    indexed = [clause for clause in clauses if _IDS.fullmatch(clause) or _GROUP.fullmatch(clause)]
    if len(texts) + len(indexed) < len(clauses) or not any(map(_IDS.fullmatch, indexed)):
        return None
    whole = _GROUP.sub(lambda found: groups[int(found[1])], " and ".join(indexed))
    return _Filter(indexed=whole, texts=" and ".join(texts))


def _without_parentheses(condition: str) -> tuple[str, list[str]]:
    """Return a condition with a number in the place of each outer pair of parentheses, and these pairs."""
    outside: list[str] = []
    groups: list[str] = []
    depth = begin = 0
    for found in _PARENTHESIS.finditer(condition):
        if found[0] == "(":
            if depth == 0:
                outside.append(condition[begin : found.start()])
                begin = found.start()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                outside.append(f"\0{len(groups)}\0")
                groups.append(condition[begin : found.end()])
                begin = found.end()
    return "".join((*outside, condition[begin:])), groups


# facet_counts

# ruff: noqa: S608 - statements are put together from constants


CATEGORY: Final = "category"
BLOG: Final = "blog"

MAX_HITS: Final = 10_000
"""Rows that a filter may select so that their facets are counted: about 50 ms of work."""

_MOST_PEOPLE = 100

_OF_ALL: Final = {
    "posts": """
select 'author_id' as facet, author_id as value, posts as count from _blog_totals where posts > 0
union all select 'year', year, count(*) from posts where year is not null group by year
union all select 'gone_reason', gone_reason, count(*) from posts where gone_reason is not null group by gone_reason
union all select 'category', c.name, sum(t.posts) from _category_totals t join categories c on c.id = t.category_id
           where t.posts > 0 group by c.name
""",
    "posts_view": """
select 'author' as facet, a.nickname as value, sum(t.posts) as count from _blog_totals t
  join authors a on a.id = t.author_id where t.posts > 0 and a.nickname is not null group by a.nickname
union all select 'year', year, count(*) from posts where year is not null group by year
""",
    "comments": f"""
select 'blog' as facet, coalesce(a.nickname, a.uid) as value, sum(t.comments) as count from _blog_totals t
  join authors a on a.id = t.author_id where t.comments > 0 group by 2
union all select 'year', year, sum(comments) from _comment_year_totals group by year
union all select 'author_name', name, comments
            from (select name, comments from _person_totals order by comments desc limit {_MOST_PEOPLE})
""",
    "pages": """
select 'kind' as facet, kind as value, sum(pages) as count from _page_totals group by kind
union all select 'status', status, sum(pages) from _page_totals group by status
union all select 'encoding', encoding, sum(pages) from _page_totals where encoding <> '' group by encoding
""",
    "frontier": """
select 'state' as facet, state as value, sum(urls) as count from _frontier_totals group by state
union all select 'kind', kind, sum(urls) from _frontier_totals group by kind
""",
}
_OF_FILTERED: Final = {
    "posts": """
with hit as materialized (select id, author_id, year from ({sql}))
select '' as facet, null as value, count(*) as count from hit
union all select 'author_id', author_id, count(*) from hit group by author_id
union all select 'year', year, count(*) from hit where year is not null group by year
union all select 'gone_reason', gone_reason, count(*) from posts indexed by posts_gone_reason
           where gone_reason is not null and id in (select id from hit) group by gone_reason
union all select 'category', c.name, sum(n)
            from (select pc.category_id as category, count(*) as n
                    from hit cross join posts_in_categories pc on pc.post_id = hit.id group by 1)
            join categories c on c.id = category group by c.name
""",
    "posts_view": """
with hit as materialized (select author, year, count(*) as posts from ({sql}) group by 1, 2)
select '' as facet, null as value, coalesce(sum(posts), 0) as count from hit
union all select 'author', author, sum(posts) from hit where author is not null group by author
union all select 'year', year, sum(posts) from hit where year is not null group by year
""",
    "comments": f"""
with hit as materialized (select author_name, post_id, year from ({{sql}}))
select '' as facet, null as value, count(*) as count from hit
union all select 'blog', coalesce(a.nickname, a.uid), count(*)
  from hit cross join posts p indexed by posts_newest on p.id = hit.post_id join authors a on a.id = p.author_id
 group by 2
union all select 'year', year, count(*) from hit where year is not null group by year
union all select 'author_name', author_name, comments
            from (select author_name, count(*) as comments from hit group by 1 order by 2 desc limit {_MOST_PEOPLE})
""",
    "pages": """
with hit as materialized (select kind, status, encoding, count(*) as pages from ({sql}) group by 1, 2, 3)
select '' as facet, null as value, coalesce(sum(pages), 0) as count from hit
union all select 'kind', kind, sum(pages) from hit group by kind
union all select 'status', status, sum(pages) from hit group by status
union all select 'encoding', encoding, sum(pages) from hit where encoding is not null group by encoding
""",
    "frontier": """
with hit as materialized (select state, kind, count(*) as urls from ({sql}) group by 1, 2)
select '' as facet, null as value, coalesce(sum(urls), 0) as count from hit
union all select 'state', state, sum(urls) from hit group by state
union all select 'kind', kind, sum(urls) from hit group by kind
""",
}

_COMMENTS_OF_BLOG: Final = f"""
with blog as materialized (select id from authors where coalesce(nickname, uid) = :blog_0)
select 'blog' as facet, :blog_0 as value, sum(comments) as count from _blog_totals
 where author_id in (select id from blog) and comments > 0 group by 1
union all select 'year', year, sum(comments) from _comment_year_totals
 where author_id in (select id from blog) group by year
union all select 'author_name', name, comments
            from (select name, sum(comments) as comments from _commenter_totals
                   where author_id in (select id from blog) group by 1 order by 2 desc limit {_MOST_PEOPLE})
"""


def counts_of_all(table: str) -> str:
    """Return the statement for the whole table."""
    return _OF_ALL[table]


def counts_of_filtered(table: str, sql: str, hits: int | None = None) -> str | None:
    """Return the statement for the rows of the table that `sql` selects; totals serve for the comments on a blog.

    None if `hits`, the number of these rows if it is known, is more than `MAX_HITS`.
    """
    if table == "comments" and sql.rstrip().endswith(f"where {on_blog('blog_0')}"):
        return _COMMENTS_OF_BLOG
    if hits is not None and hits > MAX_HITS:
        return None
    return _OF_FILTERED[table].format(sql=f"select * from ({rewrite_statement(sql)}) limit {MAX_HITS + 1}")


def on_blog(parameter: str) -> str:
    """Return the condition of comments on a blog; the named parameter is the nickname of the blog, else its uid."""
    return (
        # With + the newest comments are read first, instead of all comments of the blog.
        "+post_id in (select p.id from authors a join posts p on p.author_id = a.id"
        f" where coalesce(a.nickname, a.uid) = :{parameter})"
    )


def in_category(parameter: str) -> str:
    """Return the condition of posts in a category; the named parameter is the name of the category."""
    return (
        "id in (select pc.post_id from posts_in_categories pc join categories c on c.id = pc.category_id"
        f" where c.name = :{parameter})"
    )
