"""The command that prepares an archive for a stick or a disc: `seal`."""

import json
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli.common import options
from blogarchive.cli.common.parameter_types import PathArgument
from blogarchive.cli.common.progress_bar import progress_bar
from blogarchive.cli.common.stdio import print_result
from blogarchive.export.seal import seal_archive


@click.command(
    help=_(
        "Write a verified copy for a stick or a disc into a folder, with a website, a README and checksums. An OUT"
        " ending in .db names the copy."
    )
)
@click.argument("out", type=PathArgument())
@options.db
@options.as_json
@options.verbosity
def seal(out: Path, db: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Write a verified copy for a stick or a disc; the help is translated above."""
    with progress_bar(_("sealing"), quiet=quiet) as progress:
        done = seal_archive(db, out, progress=progress)
    if as_json:
        written = {**asdict(done), "out": str(done.out), "checksums": str(done.checksums)}
        print_result(json.dumps(written, ensure_ascii=False))
    elif not quiet:
        click.echo(
            _("sealed: {posts} posts in {files} files ({size} MB), checked; checksums in {path}").format(
                posts=done.posts, files=done.files, size=f"{done.bytes / 1e6:.1f}", path=done.checksums
            ),
            err=True,
        )
