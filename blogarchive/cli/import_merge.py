"""The commands that read other archives and files into an archive: `import`, `merge`."""

from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli import options, output
from blogarchive.errors import UsageError
from blogarchive.importing.exports import PLATFORMS, import_export
from blogarchive.importing.html import import_html
from blogarchive.importing.importer import ImportReport
from blogarchive.importing.merge import merge_archive
from blogarchive.importing.warc import import_warc


@click.command(
    "import",
    help=_(
        "Pages are saved by a browser (html: a file or a folder) or by a crawler (warc); other formats are export files"
        " of a platform."
    ),
)
@click.argument("kind", metavar="FORMAT", type=click.Choice(["html", "warc", *PLATFORMS]))
@click.argument("source", type=options.PathArgument())
@click.option("--url", help=_("URL of the page, if SOURCE is one saved page; else URL of the blog."))
@options.site
@click.option("--zone", metavar="NAME", help=_("Time zone of an export without one, such as Asia/Taipei."))
@click.option("--drafts", is_flag=True, help=_("Import the drafts of an export too."))
@options.db_json_quiet
def import_(
    kind: str,
    source: Path,
    url: str | None,
    site: str | None,
    zone: str | None,
    drafts: bool,
    db: Path,
    as_json: bool,
    quiet: bool,
) -> int:
    """Import files of other programs."""
    _require_options(kind, url, site, zone, drafts)
    with output.progress_bar(_("importing"), quiet=quiet) as progress:
        if kind == "warc":
            done = import_warc(db, source, site=site, progress=progress)
        elif kind == "html":
            done = import_html(db, source, url=url, site=site, progress=progress)
        else:
            done = import_export(db, source, kind, url=url, zone=zone, drafts=drafts, progress=progress)
    _print_report(done, as_json=as_json, quiet=quiet)
    if done.drafts and not drafts and not quiet and not as_json:
        output.note(_("drafts left out: {count}; --drafts imports them").format(count=done.drafts))
    return 1 if done.unplaced else 0


def _require_options(kind: str, url: str | None, site: str | None, zone: str | None, drafts: bool) -> None:
    if url is not None and kind == "warc":
        raise UsageError(_("a WARC contains the URL of each page: leave out --url"))
    if kind in PLATFORMS and site is not None:
        raise UsageError(_("an export of a platform is of one site: leave out --site"))
    if kind not in PLATFORMS and (zone is not None or drafts):
        raise UsageError(_("--zone and --drafts go with exports of platforms"))


@click.command(help=_("The others are only read."))
@click.argument(
    "others",
    type=options.PathArgument(exists=True, dir_okay=False),
    nargs=-1,
    required=True,
    metavar="ARCHIVE...",
)
@options.db_json_quiet
def merge(others: tuple[Path, ...], db: Path, as_json: bool, quiet: bool) -> int:
    """Merge other archives into this one."""
    done = ImportReport()
    for other in others:
        # --db explains errors by damage of its archive; the damage may be in the other one.
        with output.progress_bar(_("merging"), quiet=quiet) as progress, output.explain_damage(other):
            done += merge_archive(db, other, progress=progress)
    _print_report(done, as_json=as_json, quiet=quiet)
    return 1 if done.unplaced else 0


def _print_report(report: ImportReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        output.print_json(report)
        return
    for one in report.unplaced:
        output.note(f"{one.name}: {one.why}")
    if not quiet:
        text = _(
            "new: {pages}, {posts}, {comments}, {images}; changed posts: {changed};"
            " pages stored before: {same}; not imported: {rejected}"
        )
        counts = {
            "pages": output.page_count(report.pages),
            "posts": output.post_count(report.posts),
            "comments": output.comment_count(report.comments),
            "images": output.image_count(report.pictures),
        }
        output.note(
            text.format(**counts, changed=report.changed, same=report.same, rejected=len(report.unplaced))
        )
