"""Tables of the search: two full-text indexes, and the triggers that note changed texts for them.

Datasette shows its search box if a table has `content="posts"` in double quotes. The tokenizer splits at spaces only,
because `tokenizer.index_text` has split the words before. The indexes let lists and counts be read without the rows,
which have long texts between them.
"""

from collections.abc import Sequence

TABLES = """
create virtual table posts_fts using fts5(
    title, body_text, content="posts", content_rowid="id", tokenize="ascii"
);

create virtual table comments_fts using fts5(
    body_text, content="comments", content_rowid="id", tokenize="ascii"
);

create table search_state (folding text not null);

create table search_pending (
    kind text not null,
    row_id integer not null,
    was_indexed integer not null,
    title text,
    body_text text,
    primary key (kind, row_id)
);

create index posts_newest on posts(id, posted_at, author_id);

create index comments_newest on comments(id, posted_at, author_name);

create index posts_by_author on posts(author_id, posted_at, id);

create index posts_missing on posts(author_id, posted_at) where content_hash is null and gone_at is null;

create index posts_gone on posts(author_id, gone_reason) where gone_at is not null;

create index posts_gone_reason on posts(gone_reason) where gone_reason is not null;

alter table posts add column year text generated always as (substr(posted_at, 1, 4)) virtual;

create index posts_year on posts(year)
"""


def index_sql(table: str, columns: Sequence[str]) -> str:
    """Return the statement that creates the index of a table, as in `TABLES`."""
    options = f'content="{table}", content_rowid="id", tokenize="ascii"'
    return f"create virtual table {table}_fts using fts5(\n    {', '.join(columns)}, {options}\n)"


def triggers() -> list[str]:
    """Return the triggers on posts and comments. A migration that rebuilds one of the tables creates them again."""
    return [*_triggers("posts", "title", "body_text"), *_triggers("comments", "null", "body_text")]


def _triggers(table: str, title: str, text: str) -> list[str]:
    old_title = "null" if title == "null" else f"old.{title}"
    changed = f"old.{text} is not new.{text}"
    columns = text
    if title != "null":
        changed, columns = f"{changed} or old.{title} is not new.{title}", f"{title}, {text}"
    return [
        _trigger(table, "insert", f"after insert on {table}", f"'{table}', new.id, 0, null, null"),
        _trigger(
            table,
            "update",
            f"after update of {columns} on {table} when {changed}",
            f"'{table}', old.id, 1, {old_title}, old.{text}",
        ),
        _trigger(
            table, "delete", f"after delete on {table}", f"'{table}', old.id, 1, {old_title}, old.{text}"
        ),
    ]


def _trigger(table: str, verb: str, event: str, values: str) -> str:
    """Return a trigger that notes a row once: the first note has the text that is indexed.

    INSERT OR IGNORE is no alternative: the conflict clause of the statement that fired the trigger replaces it.
    """
    row_id = values.split(", ")[1]
    return (
        f"create trigger search_{table}_{verb} {event} begin "  # noqa: S608
        f"insert into search_pending select {values} where not exists "
        f"(select 1 from search_pending where kind = '{table}' and row_id = {row_id}); end"
    )
