"""Verify an archive: the file, the references between rows, and every stored byte and text."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _
from itertools import islice
from threading import Event
from typing import Any, Final

from blogarchive.errors import ArchiveDamaged
from blogarchive.items import MAX_COUNT
from blogarchive.messages import N_
from blogarchive.parsing.compared_form import content_hash, text_digest
from blogarchive.store.database import schema, totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.pages import pages as page_rows
from blogarchive.store.rows import (
    LACKS_COMMENTS,
    clip,
    describe_value,
    format_utc,
    load_json,
    text_checksum,
    utc_now,
)
from blogarchive.store.search import match_expression, parse_query
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


_MAX_DAMAGE = 20


def _run(archive: Archive, check: Check, most: int | None = _MAX_DAMAGE * 50) -> list[Damage]:
    found: list[Damage] = []
    given, archive.connection.text_factory = archive.connection.text_factory, _decode
    try:
        found.extend(islice(check(archive), most))
    except UNREADABLE as error:
        found.append(Damage(text=str(error)))
    finally:
        archive.connection.text_factory = given
    return found


def _decode(text: bytes) -> str | bytes:
    """Return a text, or the bytes of one that is not UTF-8: each check names their row and reads the next one."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


_TYPES = {"text": ("text",), "integer": ("integer",), "blob": ("blob",), "real": ("real", "integer")}
_COUNTERS = {"views", "likes", "comment_count", "total_visits", "account_age"}
_CHECKED_TEXTS = {"body_html", "body_text"}  # by `_posts` and `_comments`
_SHOWN_TIMES = {"posted_at", "registered_on", "first_at", "last_at"}
_SHOWN_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.+)?)?)?")
_FORMS: dict[str, Callable[[str], object]] = {
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
    """Yield rows of tomorrow or later: once merged, a time in the future wins over all that a run sees."""
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
    for name, kind, _notnull in columns:
        parse = _form_of(table, name) if kind == "text" else None
        if parse is not None:
            yield from _check_form(archive, table, name, parse)


def _check_types(archive: Archive, table: str, columns: list[tuple[str, str, bool]]) -> Iterator[Damage]:
    """Yield each value of a wrong type; one statement reads each row once."""
    null = {True: (), False: ("null",)}
    typed = {name: _TYPES[kind] + null[notnull] for name, kind, notnull in columns if kind in _TYPES}
    if not typed:
        return
    archive.connection.create_function("is_utf8", 1, lambda text: isinstance(_decode(text), str))
    types = {name: _type_of(name, kind) for name, kind, _notnull in columns if name in typed}
    wrong = " or ".join(f"{types[name]} not in ({', '.join(map(repr, typed[name]))})" for name in typed)
    query = f"select {_row_name(archive, table)}, {', '.join(types.values())} from {quote_name(table)} where {wrong}"  # noqa: S608
    for key, *found in archive.each(query):
        for (name, allowed), kind in zip(typed.items(), found, strict=True):
            if kind not in allowed:
                yield Damage(text=describe_value(table, key, name, kind), table=table, row=key)


def _type_of(name: str, kind: str) -> str:
    """Return the SQL expression of the type of a value, or of what is wrong with it."""
    column = quote_name(name)
    if name in _COUNTERS:
        return f"iif({column} < 0 or {column} > {MAX_COUNT}, 'out of range', typeof({column}))"
    if kind != "text" or name in _CHECKED_TEXTS:
        return f"typeof({column})"
    # Python is called for the few texts that are not ASCII: GLOB compares a text up to its first zero.
    is_other = f"typeof({column}) = 'text' and ({column} glob '*[^ -~]*' or instr({column}, char(0)))"
    return f"iif({is_other} and not is_utf8(cast({column} as blob)), 'no UTF-8', typeof({column}))"


def _form_of(table: str, column: str) -> Callable[[str], object] | None:
    if table.endswith("_totals"):  # their times are those of comments and posts
        return None
    if column in _FORMS:
        return _FORMS[column]
    if column in _SHOWN_TIMES:
        return _parse_shown_time
    if column == "url" and table in ("pages", "media", "discovered_blogs"):
        return page_rows.check_url
    return _parse_own_time if column.endswith("_at") else None


def _row_name(archive: Archive, table: str) -> str:
    """Return the SQL expression that names a row: the primary key if the table has no rowid."""
    sql = archive.text("select sql from sqlite_master where name = ?", (table,)) or ""
    if "without rowid" not in sql.lower():
        return "rowid"
    keys = archive.column("select name from pragma_table_info(?) where pk > 0 order by pk", (table,))
    return " || ' ' || ".join(map(quote_name, keys))


def _check_form(archive: Archive, table: str, name: str, parse: Callable[[str], object]) -> Iterator[Damage]:
    """Yield each text that `parse` refuses; a text that many rows have is parsed once."""
    column = quote_name(name)
    is_text = f"from {quote_name(table)} where typeof({column}) = 'text'"
    texts = (text for (text,) in archive.each(f"select distinct {column} {is_text}"))
    wrong = {text for text in texts if isinstance(text, str) and not _is_parsed(parse, text)}
    rows = archive.each(f"select {_row_name(archive, table)}, {column} {is_text}") if wrong else ()
    for row, text in rows:
        if text in wrong:
            yield Damage(text=describe_value(table, row, name, text), table=table, row=row)


def _is_parsed(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, OverflowError):
        return False
    return True


def _parse_own_time(text: str) -> None:
    """Raise `ValueError` unless it is a time of this program: UTC, since statements compare these texts."""
    page_rows.parse_fetch_time(text)
    if not text.endswith("+00:00"):
        raise ValueError(text)


def _parse_shown_time(text: str) -> None:
    """Raise `ValueError` unless it is a time as a page shows it, which may be cut to its year, month or day."""
    if not _SHOWN_TIME.fullmatch(text):
        raise ValueError(text)
    if len(text) >= len("YYYY-MM-DD"):
        datetime.fromisoformat(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrityReport:
    """The result: descriptions of `damage`, and the numbers of pages and files verified.

    `lacking` describes data that is known to be missing from the archive, which is no damage.
    """

    pages: int
    files: int
    damage: tuple[str, ...]
    lacking: tuple[str, ...]

    def require_whole(self) -> None:
        """Raise `ArchiveDamaged` if there is damage."""
        if self.damage:
            more = len(self.damage) - 1
            also = _(", and {more} more").format(more=more) if more else ""
            text = _("the archive is damaged: {damage}{also}; restore a copy of it")
            raise ArchiveDamaged(text, damage=self.damage[0], also=also)


Rows = Mapping[str, int]
"""The rowid of the last row by table; 0 is before the first row."""

_STORED = ("pages", "media_files", "posts", "post_revisions", "comments", "comment_revisions")
_ALL: Final[Rows] = dict.fromkeys(_STORED, 0)


def last_rows(archive: Archive) -> tuple[Rows, list[Any]]:
    """Return the last row of each table with stored bytes or texts, and digests that name the last page and file.

    No row of an archive that cannot be read.
    """
    try:
        rows = {table: archive.scalar(f"select max(rowid) from {table}") for table in _STORED}  # noqa: S608 - constants
        return rows, _digests(archive, rows)
    except UNREADABLE:
        return {}, []


def is_verified(archive: Archive, rows: Rows, digests: list[Any]) -> bool:
    """Return whether `rows` and `digests`, which `last_rows` returned once, are those of this file."""
    try:
        return rows.keys() == _ALL.keys() and _digests(archive, rows) == digests
    except UNREADABLE:
        return False


def _digests(archive: Archive, rows: Rows) -> list[Any]:
    tables = ("pages", "media_files")
    return [archive.text(f"select sha256 from {table} where rowid = ?", (rows[table],)) for table in tables]  # noqa: S608


def verify_archive(archive: Archive, *, threads: int = 1, verified: Rows | None = None) -> IntegrityReport:
    """Verify the whole archive and return the result. More than one thread open the file again.

    With `verified`, only bytes and texts stored after these rows, or from pages after them, are verified.
    """
    after = verified or _ALL
    checks: Sequence[Check] = [partial(check, after=after) for check in _CHECKS_OF_STORED]
    if verified is None:
        checks = (*_FIRST_CHECKS, *value_checks(archive), *checks, *_LAST_CHECKS)
    damage = run_checks(archive, checks, threads)
    return IntegrityReport(
        pages=_count(archive, "pages", after),
        files=_count(archive, "media_files", after),
        damage=tuple(dict.fromkeys(found.text for found in damage))[:_MAX_DAMAGE],
        lacking=_lacking(archive),
    )


def require_readable(archive: Archive) -> None:
    """Raise `ArchiveDamaged` if SQLite cannot read every row. This takes a hundredth of the time of `verify_archive`.

    Bytes and references are not verified. A damaged search index is no obstacle.
    """
    for table in archive.column(
        "select name from sqlite_master where type = 'table' and name not like '%_fts%'"
    ):
        damage = _as_damage(archive.column(f"pragma quick_check({quote_name(table)})"))
        if damage:
            text = _("{path} is damaged: {damage}; `blogarchive verify` shows all damage")
            raise ArchiveDamaged(text, path=archive.path, damage=damage[0])


def _integrity(archive: Archive) -> list[Damage]:
    try:
        lines = _as_damage(archive.column("pragma integrity_check(20)"))
    except UNREADABLE:
        lines = _integrity_by_table(archive)
    return [Damage(text=line) for line in lines]


def _integrity_by_table(archive: Archive) -> list[str]:
    """Return the damage of each table: one table that SQLite cannot read ends the check of the whole file."""
    damage = []
    for table in archive.column("select name from sqlite_master where type = 'table' order by name"):
        try:
            lines = archive.column(f"pragma integrity_check({quote_name(table)})")
        except UNREADABLE as error:
            lines = [_index_damage() if "_fts" in table else f"{table}: {error}"]
        damage += _as_damage(lines)
    return list(dict.fromkeys(damage)) or [_("SQLite cannot check the file")]


def _as_damage(lines: list[str]) -> list[str]:
    single = [
        " ".join(line.replace("*** in database main ***", "").split()) for line in lines if line != "ok"
    ]
    return [_index_damage() if "FTS5 table" in line else line for line in single]


def _index_damage() -> str:
    return _("the search index cannot be read; `blogarchive search --rebuild` makes it again")


def _missing_schema(archive: Archive) -> list[Damage]:
    words = _("the {kind} {name} is not there")
    missing = sorted(schema.missing_objects(archive))
    return [Damage(text=words.format(kind=kind, name=name)) for kind, name in missing]


def _references(archive: Archive) -> list[Damage]:
    words = _("row {row} of {table} names a row of {target} that is not there")
    return [
        Damage(text=words.format(row=row, table=table, target=target))
        for table, row, target, _key in archive.rows("pragma foreign_key_check")
    ]


def _totals(archive: Archive) -> list[Damage]:
    words = _(
        "the totals of {table} are not those of the rows; `blogarchive reparse --stale` counts them again"
    )
    return [Damage(text=words.format(table=table)) for table in totals.wrong_totals(archive)]


_PROBES = 20
_INNER_WORD = re.compile(
    r"[\u3400-\u9fff]([\u3400-\u9fff]{2})[\u3400-\u9fff]"
)  # a stock index has runs as one word
_WORD = re.compile(r"(\w+)")


def _search_index(archive: Archive) -> Iterator[Damage]:
    """Search for the first words of some posts, as a person does: another program may have rebuilt the index."""
    step = archive.scalar("select max(id) from posts") // _PROBES + 1
    rows = archive.rows(
        "select id, body_text from posts where id % ? = 0 and typeof(body_text) = 'text' and body_text <> ''"
        " and id not in (select row_id from _search_pending where kind = 'posts') order by id desc limit ?",
        (step, _PROBES),
    )
    for row, text in rows:
        # A text that is no UTF-8 comes as bytes (`_decode`); `_posts` names its row.
        words = isinstance(text, str) and (_INNER_WORD.search(text) or _WORD.search(text))
        query = parse_query(words[1] if words else "")
        if query and not archive.exists(
            "select 1 from posts_fts where posts_fts match ? and rowid = ?", (match_expression(query), row)
        ):
            yield Damage(
                text=_(
                    "the search index lacks posts (posts, row {row}); `blogarchive search --rebuild` makes it again"
                ).format(row=row)
            )
            return


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
            yield Damage(
                text=page_rows.describe_bytes("media_files", row, digest), table="media_files", row=row
            )


def _posts(archive: Archive, after: Rows) -> Iterator[Damage]:
    """Yield damaged texts of posts, current and replaced ones."""
    words = _("a text of {url} is not the one that was read ({table}, row {row}); {remedy}")
    for table, row, page, url, html, text, checksum, title, digest in archive.each(_POST_TEXTS, after):
        if (
            not _is_text(title, html, text)
            or content_hash(title, html) != digest
            or text_checksum(html, text) != checksum
        ):
            shown = words.format(url=clip(url), table=table, row=row, remedy=_remedy(page))
            yield Damage(text=shown, table=table, row=row)


def _comments(archive: Archive, after: Rows = _ALL) -> Iterator[Damage]:
    """Yield damaged texts and names of comments, current and replaced ones."""
    words = _("a comment of {author} on {url} is not the one that was read ({table}, row {row}); {remedy}")
    for table, row, page, url, html, text, checksum, author, fingerprint, digest in archive.each(
        _COMMENT_TEXTS, after
    ):
        if (
            not _is_text(author, html, text)
            or text_checksum(html, text) != checksum
            or not str(fingerprint).endswith(f"|{author}")
            or (digest is not None and text_digest(text) != digest)
        ):
            author, url = clip(author, 40), clip(url)
            shown = words.format(author=author, url=url, table=table, row=row, remedy=_remedy(page))
            yield Damage(text=shown, table=table, row=row)


_TEXT_TYPES = {str, type(None)}


def _is_text(*values: object) -> bool:
    return _TEXT_TYPES.issuperset(map(type, values))


def _remedy(page_id: object) -> str:
    if page_id is None:
        return _("a copy restores it")
    return _("`blogarchive reparse` or a copy restores it")


_POST_TEXTS = """
select 'posts', id, page_id, url, body_html, body_text, text_checksum, title, content_hash
  from posts where content_hash is not null and (id > :posts or page_id > :pages)
union all
select 'post_revisions', r.id, r.page_id, p.url, r.body_html, r.body_text, r.text_checksum, r.title, r.content_hash
  from post_revisions r join posts p on p.id = r.post_id where r.id > :post_revisions
"""
_COMMENT_TEXTS = """
select 'comments', c.id, c.page_id, p.url, c.body_html, c.body_text, c.text_checksum,
       c.author_name, c.fingerprint, c.text_digest
  from comments c join posts p on p.id = c.post_id where c.id > :comments or c.page_id > :pages
union all
select 'comment_revisions', r.id, r.page_id, p.url, r.body_html, r.body_text, r.text_checksum,
       c.author_name, c.fingerprint, null
  from comment_revisions r join comments c on c.id = r.comment_id join posts p on p.id = c.post_id
 where r.id > :comment_revisions
"""
_FIRST_CHECKS = (_integrity, _missing_schema, _references)  # the longest is the first
_CHECKS_OF_STORED = (_posts, _comments, _pages, _files)
_LAST_CHECKS = (_totals, _search_index)


def _count(archive: Archive, table: str, after: Rows) -> int:
    try:
        return archive.scalar(f"select count(*) from {table} where rowid > ?", (after[table],))  # noqa: S608 - a constant
    except UNREADABLE:
        return 0


_LACKING: Final = {
    N_(
        "posts known by name and not read yet: {count}"
    ): "select count(*) from posts where content_hash is null and gone_at is null",
    N_(
        "pages still to be fetched: {count}"
    ): "select count(*) from frontier where state in ('todo', 'failed')",
    N_(
        "posts with another number of comments than they show: {count}"
    ): f"select count(*) from posts p where {LACKS_COMMENTS}",  # noqa: S608 - a constant
    N_(
        "images without a stored file: {count}"
    ): "select count(distinct url) from post_media p where not exists"
    " (select 1 from media m where m.id = p.media_id and m.sha256 is not null)",
    N_("open failures: {count}"): "select count(*) from open_failures",
}


def _lacking(archive: Archive) -> tuple[str, ...]:
    try:
        counts = {words: archive.scalar(query) for words, query in _LACKING.items()}
    except UNREADABLE:
        return ()  # the damage is reported
    return tuple(_(words).format(count=count) for words, count in counts.items() if count)
