"""Verify an archive: the file, the references between rows, and every stored byte and text."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from hashlib import sha256
from typing import cast

from blogarchive.errors import ArchiveDamaged
from blogarchive.store.database import migrations
from blogarchive.store.database.archive import Archive
from blogarchive.store.posts.post_row import content_hash
from blogarchive.store.queries.lacking_comments import LACKS_COMMENTS

_MAX_DAMAGE = 20


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
            raise ArchiveDamaged(
                _("the archive is damaged: {damage}{also}; restore a copy of it").format(
                    damage=self.damage[0], also=also
                )
            )


def verify_archive(archive: Archive) -> IntegrityReport:
    """Verify the whole archive and return the result. Raises `ArchiveDamaged` if SQLite cannot read the file."""
    damage = [*_integrity(archive), *_missing_schema(archive), *_references(archive)]
    damage += _posts(archive) + _comments(archive)
    damage += _bodies(archive, "select url, body, body_size, sha256, 1 from pages order by id")
    damage += _bodies(archive, "select sha256, body, size, sha256, 0 from media_files order by rowid")
    return IntegrityReport(
        pages=archive.scalar("select count(*) from pages"),
        files=archive.scalar("select count(*) from media_files"),
        damage=tuple(damage[:_MAX_DAMAGE]),
        lacking=tuple(_lacking(archive)),
    )


def _integrity(archive: Archive) -> list[str]:
    return [line for line in archive.column("pragma integrity_check(20)") if line != "ok"]


def _missing_schema(archive: Archive) -> list[str]:
    stored = {(str(kind), str(name)) for kind, name in archive.rows("select type, name from sqlite_master")}
    return [
        _("the {kind} {name} is not there").format(kind=kind, name=name)
        for kind, name in sorted(migrations.schema_objects() - stored)
    ]


def _references(archive: Archive) -> list[str]:
    return [
        _("row {row} of {table} names a row of {target} that is not there").format(
            row=row[1], table=row[0], target=row[2]
        )
        for row in archive.rows("pragma foreign_key_check")
    ]


def _bodies(archive: Archive, query: str) -> list[str]:
    """Return damaged bytes; `query` selects name, bytes, size, hash, and whether the bytes are compressed."""
    rows = cast("Iterator[tuple[str, bytes, int, str, int]]", archive.each(query))
    return [
        _("the stored bytes of {name} are not those that were served").format(name=name)
        for name, body, size, digest, compressed in rows
        if not _is_intact(body, digest, size, compressed=bool(compressed))
    ]


def _is_intact(body: bytes, digest: str, size: int, *, compressed: bool) -> bool:
    try:
        plain = zlib.decompress(body) if compressed else body
    except zlib.error:
        return False
    return len(plain) == size and sha256(plain).hexdigest() == digest


def _posts(archive: Archive) -> list[str]:
    """Return damaged texts of posts, current and replaced ones."""
    rows = archive.each(
        "select p.url, v.title, v.body_html, v.content_hash from post_versions v join posts p on p.id = v.post_id"
    )
    return [
        _("a text of {url} is not the one that was read").format(url=url)
        for url, title, body, digest in cast("Iterator[tuple[str, str | None, str | None, str]]", rows)
        if content_hash(title, body) != digest
    ]


def _comments(archive: Archive) -> list[str]:
    rows = archive.each(
        "select p.url, c.author_name, c.body_text, c.text_digest from comments c join posts p on p.id = c.post_id"
        " where c.text_digest is not null"
    )
    return [
        _("a comment of {author} on {url} is not the one that was read").format(author=author, url=url)
        for url, author, text, digest in cast("Iterator[tuple[str, str, str, str]]", rows)
        if sha256(text.encode()).hexdigest() != digest
    ]


def _lacking(archive: Archive) -> list[str]:
    counted = (
        (
            _("{count} posts are known by name and not read yet"),
            "select count(*) from posts where content_hash is null and gone_at is null",
        ),
        (
            _("{count} pages are still to be fetched"),
            "select count(*) from frontier where state in ('todo', 'failed')",
        ),
        (
            _("{count} posts have other numbers of comments than they show"),
            f"select count(*) from posts p where {LACKS_COMMENTS}",  # noqa: S608 - a constant
        ),
        (
            _("{count} images have no stored file"),
            "select count(distinct url) from post_media p where not exists"
            " (select 1 from media m where m.id = p.media_id and m.sha256 is not null)",
        ),
        (_("{count} failures are open"), "select count(*) from open_failures"),
    )
    numbers = [(archive.scalar(query), words) for words, query in counted]
    return [words.format(count=number) for number, words in numbers if number]
