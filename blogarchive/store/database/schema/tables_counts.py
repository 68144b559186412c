"""Counts of pages and of URLs by the columns of their facets, kept by triggers, and views that read fewer rows."""

TABLES = """
create table page_totals (
    kind text not null,
    status integer not null,
    encoding text not null,
    pages integer not null,
    primary key (kind, status, encoding)
) without rowid;

create table frontier_totals (
    state text not null,
    kind text not null,
    urls integer not null,
    primary key (state, kind)
) without rowid;

insert into page_totals select kind, status, coalesce(encoding, ''), count(*) from pages group by 1, 2, 3;

insert into frontier_totals select state, kind, count(*) from frontier group by 1, 2;

drop view posts_in_categories;

create view posts_in_categories as
select post_id, category_id from post_categories
 where gone_at is null
    or exists (select 1 from posts p where p.id = post_categories.post_id and p.gone_at is not null);

drop view missing_posts;

create view missing_posts as
select p.id, a.uid, a.nickname as author, p.number, p.title, p.url, p.first_seen_at, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id where p.content_hash is null and p.gone_at is null
 union all
select p.id, a.uid, a.nickname, p.number, p.title, p.url, p.first_seen_at, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id where p.content_hash is null and p.gone_at is not null;

drop view edited_posts;

create view edited_posts as
select p.id, p.number, a.nickname as author, p.title, count(r.id) as revisions,
       max(p.last_changed_at) as last_edited_at, p.url
  from (select distinct post_id from post_revisions) e join posts p on p.id = e.post_id
  join authors a on a.id = p.author_id join post_revisions r on r.post_id = p.id
 group by p.id;
"""

_ADD = """
    insert into {totals} values ({values}, 1) on conflict do update set {count} = {count} + 1;"""
_REMOVE = """
    update {totals} set {count} = {count} - 1 where ({columns}) = ({values});
    delete from {totals} where ({columns}) = ({values}) and {count} = 0;"""
_COUNTED = (
    ("pages", "page_totals", "pages", ("kind", "status", "encoding")),
    ("frontier", "frontier_totals", "urls", ("state", "kind")),
)


def schema() -> str:
    """Return the script that creates the tables, counts the rows and creates the triggers."""
    return TABLES + "".join(_triggers(*counted) for counted in _COUNTED)


def _triggers(table: str, totals: str, count: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(columns)

    def values(row: str) -> str:
        return ", ".join(f"coalesce({row}.{column}, '')" for column in columns)

    add = _ADD.format(totals=totals, values=values("new"), count=count)
    remove = _REMOVE.format(totals=totals, columns=names, values=values("old"), count=count)
    changed = " or ".join(f"old.{column} is not new.{column}" for column in columns)
    return f"""
create trigger {totals}_insert after insert on {table} begin{add}
end;

create trigger {totals}_update after update of {names} on {table} when {changed} begin{remove}{add}
end;

create trigger {totals}_delete after delete on {table} begin{remove}
end;
"""
