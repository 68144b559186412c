"""Check the rows of an archive: types and forms of values, and texts and bytes against their checksums."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from gettext import gettext as _
from itertools import islice
from threading import Event
from typing import Any, Final

from blogarchive.errors import ArchiveDamaged
from blogarchive.items import MAX_COUNT, PageKind
from blogarchive.messages import N_
from blogarchive.parsing.compared_form import content_hash, text_digest
from blogarchive.store.database.archive import Archive
from blogarchive.store.pages import pages as page_rows
from blogarchive.store.rows import clip, describe_value, format_utc, load_json, text_checksum, utc_now
from blogarchive.store.statements import UNREADABLE, quote_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """A description of damage, and the row that it is in, if it is in one."""

    text: str
    table: str = ""
    row: Any = None


_STEPS_BETWEEN_LOOKS: Final = 100_000  # of SQLite's virtual machine: about a millisecond

Check = Callable[[Archive], Iterable[Damage]]


def run_checks(archive: Archive, checks: Sequence[Check], threads: int) -> list[Damage]:
    """Return the damage that the checks find, in their order; the longest check should be the first."""
    # SQLite reads without space for its files only as the single user of the archive.
    if threads == 1 or archive.text("pragma locking_mode") == "exclusive":
        found = [_run(archive, check) for check in checks]
    else:
        is_over = Event()
        with ThreadPoolExecutor(threads) as pool:
            try:
                found = list(pool.map(lambda check: _run_apart(archive, check, is_over), checks))
            finally:
                is_over.set()  # after Ctrl-C the pool waits for its threads, and a check may take minutes
    return [line for lines in found for line in lines]


def _run_apart(archive: Archive, check: Check, is_over: Event) -> list[Damage]:
    try:
        with Archive.open(archive.path, read_only=True) as another:
            another.connection.set_progress_handler(is_over.is_set, _STEPS_BETWEEN_LOOKS)
            return _run(another, check)
    except UNREADABLE as error:
        return [Damage(text=str(error))]


_MOST_OF_A_CHECK = 1000


def _run(archive: Archive, check: Check, most: int | None = _MOST_OF_A_CHECK) -> list[Damage]:
    given, found = archive.connection.text_factory, list[Damage]()
    for decode in (str, _decode):  # SQLite's own decoding is faster, but ends at a text that is no UTF-8
        archive.connection.text_factory, found = decode, []
        try:
            found.extend(islice(check(archive), most))
            break
        except UNREADABLE as error:
            found.append(Damage(text=str(error)))
        finally:
            archive.connection.text_factory = given
    return found


def _decode(text: bytes) -> str | bytes:
    """Return a text, or the bytes of one that is not UTF-8. Each check names their row and reads the next one."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


_TYPES = {"text": ("text",), "integer": ("integer",), "blob": ("blob",), "real": ("real", "integer")}
_COUNTERS = {"views", "likes", "comment_count", "total_visits", "account_age"}
_CHECKED_TEXTS = {"body_html", "body_text"}  # by `_posts` and `_comments`
_SHOWN_TIMES = {"posted_at", "registered_on", "first_at", "last_at"}
_SHOWN_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.+)?)?)?")
_OUT_OF_RANGE, _NO_UTF_8 = N_("out of range"), N_("no UTF-8")
_Parser = Callable[[str], object]
_FORMS: dict[str, _Parser] = {
    "headers": page_rows.parse_headers,
    "target": lambda text: page_rows.parse_target(text, "https://host/", ""),
    "counted": page_rows.parse_counted,
    "arguments": lambda text: load_json(text, list),
    "counts": lambda text: load_json(text, dict),
    "media_hosts": lambda text: load_json(text, list),
}
_IGNORED = ("posts_fts", "comments_fts", "sqlite_")


def value_checks(archive: Archive, tables: Collection[str] = ()) -> list[Check]:
    """Return a check for each of the tables, of all tables if none is named.

    It finds values that have another type than their column, or are no time, URL or JSON where one belongs.
    """
    try:
        names = map(str, archive.column("select name from sqlite_master where type = 'table' order by name"))
        found = [name for name in names if not name.startswith(_IGNORED) and (not tables or name in tables)]
    except UNREADABLE:
        return []  # the check of the file reports it
    return [partial(_wrong_values, table=table) for table in found]


def wrong_rows(archive: Archive, tables: Collection[str]) -> list[Damage]:
    """Return the rows of these tables that another archive must not copy: their values or texts are wrong.

    Raises `ArchiveDamaged` if a row cannot be read.
    """
    checks: list[Check] = [*value_checks(archive, tables), partial(_later_than_now, tables=tables), _comments]
    found = [one for check in checks for one in _run(archive, check, None)]
    if unread := next((one for one in found if not one.table), None):
        raise ArchiveDamaged(unread.text)
    return list({(one.table, one.row): one for one in found if one.table in tables}.values())


def _later_than_now(archive: Archive, tables: Collection[str]) -> Iterator[Damage]:
    """Yield rows of tomorrow or later: a merged time in the future would be newer than a run's pages."""
    tomorrow = format_utc(utc_now() + timedelta(days=1))
    for table in tables:
        for name in archive.columns(table):
            if name.endswith("_at") and name not in ("posted_at", "next_try_at"):
                rows = archive.each(f"select rowid, {name} from {table} where {name} > ?", (tomorrow,))  # noqa: S608
                for row, text in rows:
                    yield Damage(text=describe_value(table, row, name, text), table=table, row=row)


def _wrong_values(archive: Archive, table: str) -> Iterator[Damage]:
    info = archive.rows('select name, type, "notnull" from pragma_table_info(?)', (table,))
    undeclared = "integer" if table.endswith("_totals") else ""
    columns = [(str(name), str(kind).lower() or undeclared, bool(notnull)) for name, kind, notnull in info]
    yield from _check_types(archive, table, columns)
    forms: defaultdict[_Parser, list[str]] = defaultdict(list)
    for name, kind, _notnull in columns:
        if kind == "text" and (parse := _form_of(table, name)):
            forms[parse].append(name)
    for parse, names in forms.items():
        yield from _check_form(archive, table, names, parse)


def _check_types(archive: Archive, table: str, columns: list[tuple[str, str, bool]]) -> Iterator[Damage]:
    """Yield each value of a wrong type, and each text that is no UTF-8; one statement reads each row once."""
    typed = {name: (_TYPES[kind], notnull) for name, kind, notnull in columns if kind in _TYPES}
    if not typed:
        return
    archive.connection.create_function("is_utf8", 1, lambda text: isinstance(_decode(text), str))
    wrong = [
        f"({quote_name(name)} is not null or {notnull:d}) and {_type_of(name)} not in ({', '.join(map(repr, allowed))})"
        for name, (allowed, notnull) in typed.items()
    ]
    texts = {name for name, kind, _notnull in columns if kind == "text" and not _form_of(table, name)}
    if texts := texts - _CHECKED_TEXTS:  # one call of Python for all of a row
        joined = " || ' ' || ".join(f"coalesce({quote_name(name)}, '')" for name in sorted(texts))
        wrong.append(f"not is_utf8(cast({joined} as blob))")
    shown = ", ".join(_type_of(name, is_read=name in texts) for name in typed)
    query = f"select {_row_name(archive, table)}, {shown} from {quote_name(table)} where {' or '.join(wrong)}"  # noqa: S608
    for key, *found in archive.each(query):
        for (name, (allowed, notnull)), kind in zip(typed.items(), found, strict=True):
            if kind not in allowed and (notnull or kind != "null"):
                yield Damage(text=describe_value(table, key, name, _(kind)), table=table, row=key)


def _type_of(name: str, *, is_read: bool = False) -> str:
    """Return the SQL expression of a value's type, or of what is wrong with it. A text is read if `is_read`."""
    column = quote_name(name)
    if name in _COUNTERS:
        return f"iif({column} < 0 or {column} > {MAX_COUNT}, '{_OUT_OF_RANGE}', typeof({column}))"
    is_damaged = f"typeof({column}) = 'text' and not is_utf8(cast({column} as blob))"
    return f"iif({is_damaged}, '{_NO_UTF_8}', typeof({column}))" if is_read else f"typeof({column})"


def _form_of(table: str, column: str) -> _Parser | None:
    if table.endswith("_totals"):  # their times are those of comments and posts
        return None
    if (table, column) == ("_page_chains", "started_at"):
        return _parse_chain_start
    if column in _FORMS:
        return _FORMS[column]
    if column in _SHOWN_TIMES:
        return _parse_shown_time
    if column == "url" and table in ("pages", "media", "discovered_blogs"):
        return page_rows.check_url
    if column == "kind" and table in ("pages", "frontier"):
        return PageKind
    return _parse_own_time if column.endswith("_at") else None


def _row_name(archive: Archive, table: str) -> str:
    """Return the SQL expression that names a row: the primary key if the table has no rowid."""
    sql = archive.text("select sql from sqlite_master where name = ?", (table,)) or ""
    if "without rowid" not in sql.lower():
        return "rowid"
    keys = archive.column("select name from pragma_table_info(?) where pk > 0 order by pk", (table,))
    return " || ' ' || ".join(map(quote_name, keys))


def _check_form(archive: Archive, table: str, names: list[str], parse: _Parser) -> Iterator[Damage]:
    """Yield each text of these columns that is no UTF-8 or that `parse` refuses; one statement reads all columns."""
    columns = ", ".join(f"iif(typeof({name}) = 'text', {name}, null)" for name in map(quote_name, names))
    chosen = columns if parse in _OF_ONE_ROW else f"distinct {columns}"
    found = archive.each(f"select {chosen} from {quote_name(table)}")  # noqa: S608
    wrong = {text for row in found for text in row if text is not None and not _is_parsed(parse, text)}
    query = f"select {_row_name(archive, table)}, {columns} from {quote_name(table)}"  # noqa: S608
    for row, *texts in archive.each(query) if wrong else ():
        for name, text in zip(names, texts, strict=True):
            if text in wrong:
                shown = text if isinstance(text, str) else _(_NO_UTF_8)
                yield Damage(text=describe_value(table, row, name, shown), table=table, row=row)


def _is_parsed(parse: _Parser, text: str | bytes) -> bool:
    try:
        parse(text.decode() if isinstance(text, bytes) else text)
    except (ValueError, OverflowError):
        return False
    return True


def _parse_chain_start(text: str) -> None:
    """Raise `ValueError` as `_parse_own_time`; a chain that a limited run left is "", and begins again."""
    if text:
        _parse_own_time(text)


@lru_cache(maxsize=1024)  # rows that were stored together have the same times
def _parse_own_time(text: str) -> None:
    """Raise `ValueError` unless it is a time of this program: UTC, since statements compare these texts."""
    page_rows.parse_fetch_time(text)
    if not text.endswith("+00:00"):
        raise ValueError(text)


def _parse_shown_time(text: str) -> None:
    """Raise `ValueError` unless it is a time as a page shows it, perhaps of a year, month or day alone."""
    if not _SHOWN_TIME.fullmatch(text):
        raise ValueError(text)
    if len(text) >= len("YYYY-MM-DD"):
        datetime.fromisoformat(text)


# Forms of values that few rows share: to find equal ones takes longer than to parse all.
_OF_ONE_ROW = (_parse_shown_time, page_rows.check_url)


Rows = Mapping[str, int]
"""The rowid of the last row by table; 0 is before the first row."""

STORED_TABLES = ("pages", "media_files", "posts", "post_revisions", "comments", "comment_revisions")
ALL_ROWS: Final[Rows] = dict.fromkeys(STORED_TABLES, 0)


def _pages(archive: Archive, after: Rows) -> Iterator[Damage]:
    query = "select id, url, body, body_size, sha256 from pages where id > :pages"
    for row, url, body, size, digest in archive.each(query, after):
        try:
            page_rows.unpack_body(body, size, digest, url, row)
        except ArchiveDamaged as error:
            yield Damage(text=str(error), table="pages", row=row)


def _files(archive: Archive, after: Rows) -> Iterator[Damage]:
    query = "select rowid, body, size, sha256 from media_files where rowid > :media_files"
    for row, body, size, digest in archive.each(query, after):
        if not page_rows.is_file_intact(body, digest) or len(body) != size:
            text = page_rows.describe_bytes("media_files", row, digest)
            yield Damage(text=text, table="media_files", row=row)


def _posts(archive: Archive, after: Rows) -> Iterator[Damage]:
    """Yield damaged texts of posts, current and replaced ones."""
    words = _("a text of {url} is not the one that was read ({table}, row {row}); {remedy}")
    for table, row, page, url, html, text, checksum, title, digest in archive.each(_POST_TEXTS, after):
        is_text = {type(title), type(html), type(text)} <= _TEXT_TYPES
        if not is_text or content_hash(title, html) != digest or text_checksum(html, text) != checksum:
            shown = words.format(url=clip(url), table=table, row=row, remedy=_remedy(page))
            yield Damage(text=shown, table=table, row=row)


def _comments(archive: Archive, after: Rows = ALL_ROWS) -> Iterator[Damage]:
    """Yield damaged texts and names of comments, current and replaced ones."""
    words = _("a comment of {author} on {url} is not the one that was read ({table}, row {row}); {remedy}")
    rows = archive.each(_COMMENT_TEXTS, after)
    for table, row, page, post, html, text, checksum, author, fingerprint, digest in rows:
        is_text = {type(author), type(html), type(text)} <= _TEXT_TYPES
        is_whole = (
            is_text and text_checksum(html, text) == checksum and str(fingerprint).endswith(f"|{author}")
        )
        if not is_whole or (digest is not None and text_digest(text) != digest):
            author, url = clip(author, 40), clip(archive.text("select url from posts where id = ?", (post,)))
            shown = words.format(author=author, url=url, table=table, row=row, remedy=_remedy(page))
            yield Damage(text=shown, table=table, row=row)


_TEXT_TYPES = {str, type(None)}


def _remedy(page_id: object) -> str:
    return _("a copy restores it") if page_id is None else _("`blogarchive reparse` or a copy restores it")


_POST_TEXTS = """
select 'posts', id, page_id, url, body_html, body_text, text_checksum, title, content_hash
  from posts where content_hash is not null and (id > :posts or page_id > :pages)
union all
select 'post_revisions', r.id, r.page_id, p.url, r.body_html, r.body_text, r.text_checksum, r.title, r.content_hash
  from post_revisions r join posts p on p.id = r.post_id where r.id > :post_revisions
"""
_COMMENT_TEXTS = """
select 'comments', id, page_id, post_id, body_html, body_text, text_checksum, author_name, fingerprint, text_digest
  from comments where id > :comments or page_id > :pages
union all
select 'comment_revisions', r.id, r.page_id, c.post_id, r.body_html, r.body_text, r.text_checksum,
       c.author_name, c.fingerprint, null
  from comment_revisions r join comments c on c.id = r.comment_id where r.id > :comment_revisions
"""
CHECKS_OF_STORED = (_posts, _comments, _pages, _files)
