"""Sizes of pages by the version of their parser, and post numbers of each site, kept by triggers for `status`."""

_SERIES = "{row}.number not glob '*[^0-9]*' and length({row}.number) between 1 and 15"
"""SQL: the number may be one of a series that the blogs of a host share. Longer ids, of 163, are none."""

COUNT_VERSIONS = """
select reader_version, held_at is not null as is_held, count(*) as pages, sum(body_size) as bytes from pages group by 1, 2
"""
COUNT_NUMBERS = f"""
select a.site, count(distinct p.number) as numbers, max(cast(p.number as integer)) as highest
  from posts p join authors a on a.id = p.author_id where {_SERIES.format(row="p")} group by a.site
"""  # noqa: S608 - a constant

_TABLES = f"""
create table version_totals (
    reader_version integer not null,
    is_held integer not null,
    pages integer not null,
    bytes integer not null,
    primary key (reader_version, is_held)
) without rowid;

create table number_totals (
    site text primary key,
    numbers integer not null,
    highest integer
) without rowid;

create index posts_number on posts(number);

insert into version_totals {COUNT_VERSIONS};

insert into number_totals {COUNT_NUMBERS};
"""
_ADD_PAGE = """
    insert into version_totals values (new.reader_version, new.held_at is not null, 1, new.body_size)
        on conflict do update set pages = pages + 1, bytes = bytes + excluded.bytes;"""
_REMOVE_PAGE = """
    update version_totals set pages = pages - 1, bytes = bytes - old.body_size
     where reader_version = old.reader_version and is_held = (old.held_at is not null);
    delete from version_totals where pages = 0;"""
_IS_OF_ANOTHER = """exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = {row}.number and p.id <> {row}.id and o.site = {site})"""
_ADD_NUMBER = f"""
    insert into number_totals select a.site, 1, cast(new.number as integer) from authors a
     where a.id = new.author_id and {_SERIES.format(row="new")}
       and not {_IS_OF_ANOTHER.format(row="new", site="a.site")}
        on conflict do update set numbers = numbers + 1, highest = max(highest, excluded.highest);"""  # noqa: S608
# Without its highest number, a site has an unknown one until `refresh_totals` searches it.
_REMOVE_NUMBER = f"""
    update number_totals set numbers = numbers - 1, highest = nullif(highest, cast(old.number as integer))
     where {_SERIES.format(row="old")} and site = (select site from authors where id = old.author_id)
       and not {_IS_OF_ANOTHER.format(row="old", site="number_totals.site")};
    delete from number_totals where numbers = 0;"""  # noqa: S608


def schema() -> str:
    """Return the script that creates the tables, counts the rows and creates the triggers."""
    pages = _triggers(
        "version_totals", "pages", "reader_version, held_at, body_size", _ADD_PAGE, _REMOVE_PAGE
    )
    return (
        _TABLES
        + pages
        + _triggers("number_totals", "posts", "number, author_id", _ADD_NUMBER, _REMOVE_NUMBER)
    )


def _triggers(totals: str, table: str, columns: str, add: str, remove: str) -> str:
    changed = " or ".join(f"old.{column} is not new.{column}" for column in columns.split(", "))
    return f"""
create trigger {totals}_insert after insert on {table} begin{add}
end;

create trigger {totals}_update after update of {columns} on {table} when {changed} begin{remove}{add}
end;

create trigger {totals}_delete after delete on {table} begin{remove}
end;
"""
