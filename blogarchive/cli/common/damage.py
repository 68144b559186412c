"""Distinguish an error of this program from the consequence of a damaged archive."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.errors import ArchiveDamaged, BlogArchiveError

log = logging.getLogger(__name__)


@contextmanager
def explain_damage(path: Path) -> Iterator[None]:
    """Raise `ArchiveDamaged` in place of an unexpected error if the archive at `path` turns out to be damaged."""
    try:
        yield
    except (BlogArchiveError, click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        damage = _find_damage(path)
        if damage is None:
            raise
        log.debug("", exc_info=error)
        raise ArchiveDamaged(
            _("{path} is damaged: {damage}; `blogarchive verify` shows all damage").format(
                path=path, damage=damage
            )
        ) from error


def _find_damage(path: Path) -> str | None:
    from blogarchive.store.database.archive import Archive
    from blogarchive.store.verify import verify_archive

    try:
        with Archive.open(path, read_only=True) as archive:
            return next(iter(verify_archive(archive).damage), None)
    except ArchiveDamaged as error:
        return str(error)
    except BlogArchiveError:
        return None
