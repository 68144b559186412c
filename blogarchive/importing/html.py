"""`import html`: store pages that a person saved, parsed as fetched pages are."""

from gettext import gettext as _
from pathlib import Path
from urllib.parse import unquote

from blogarchive.errors import UsageError
from blogarchive.importing import saved_files
from blogarchive.importing.identify import find_target, identify
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.importing.saved_files import SavedPage
from blogarchive.items import CrawledPage, PageKind
from blogarchive.sites.base import crawled_site_names, site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import stored_texts
from blogarchive.store.posts.revisions import image_urls, is_site_url, strip_image_urls
from blogarchive.store.rows import Progress, no_progress
from blogarchive.workers.parser_process import run_guarded


def import_html(
    archive: Path,
    source: Path,
    *,
    url: str | None = None,
    site: str | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import the saved pages of `source`, a file or a folder; create the archive if there is none.

    A page's time is that of its file, or of its MHTML header: an import never overwrites later values. `url` is the URL
    of the page if `source` is one file, else of the blog. `site` forces a site's parsers. The same import again changes
    nothing. A file that cannot be identified is listed in the report. If a browser replaced the URLs of images, those
    of the archive are restored. Raises `UsageError`, `ArchiveBusy`, `ArchiveDamaged`, `CannotWrite`.
    """
    _check_arguments(source, url, site)
    files, unreadable = saved_files.find_pages(source)
    with PageImporter.open(archive) as importer:
        for path, why in unreadable:
            reason = _("it cannot be read ({reason})").format(reason=why)
            importer.reject(saved_files.display_name(path, source), reason)
        progress(0, len(files))
        for done, path in enumerate(files, 1):
            with importer.isolate_failure(saved_files.display_name(path, source)):
                saved = saved_files.load_page(path, source)
                crawled = identify(saved, url=url, site=site)
                if importer.import_page(saved.name, crawled):
                    _import_images(importer, saved, crawled, source)
            progress(done, len(files))
        return importer.report()


def _import_images(importer: PageImporter, saved: SavedPage, crawled: CrawledPage, root: Path) -> None:
    """Store the files, below `root`, that a browser saved for the images in the page's posts.

    It replaces the URLs of images by the paths of its files. A file has the URL of the stored post, if there is one.
    """
    shown = {image.url for post in crawled.parsed.posts for image in post.images}
    if not shown:
        return
    urls = _site_urls(importer.archive, crawled)
    for src in run_guarded(len(saved.body), saved_files.find_image_sources, saved.body, saved.content_type):
        found = saved_files.find_image_file(saved, crawled.page.url, src, root)
        if found is not None and found[0] in shown:
            importer.import_image(urls.get(unquote(found[0]), found[0]), found[1], saved.saved_at)


def _site_urls(archive: Archive, crawled: CrawledPage) -> dict[str, str]:
    """Return the image URLs of the site by the path of the saved folder that replaces each.

    They come from stored versions that differ from the page in image URLs alone.
    """
    found: dict[str, str] = {}
    for post in crawled.parsed.posts:
        html = post.body_html or ""
        own = (post.title, post.body_text, strip_image_urls(html))
        for title, text, stored in stored_texts(archive, crawled):
            if own == (title, text, strip_image_urls(stored)):
                pairs = zip(image_urls(html), image_urls(stored), strict=True)
                replaced = (pair for pair in pairs if is_site_url(pair[1]) and not is_site_url(pair[0]))
                found.update((unquote(old), new) for old, new in replaced)
    return found


def _check_arguments(source: Path, url: str | None, site: str | None) -> None:
    """Raise `UsageError` if the URL or the site cannot be that of the saved pages."""
    if site is not None:
        site_by_name(site)
    if url is None:
        return
    if not url.startswith(("http://", "https://")):
        raise UsageError(_("{url!r} is no URL; write it as https://blog.creaders.net/u/31182/"), url=url)
    target = find_target(url, site)
    if target is None:
        text = _("no known site has {url}; name one with --site ({sites})")
        raise UsageError(text, url=url, sites=", ".join(crawled_site_names()))
    if target.kind is PageKind.UNKNOWN and target.uid is None:
        raise UsageError(_("{url} is the URL of no blog and of no page of a blog"), url=url)
    if target.kind is not PageKind.HOME and not source.is_file():
        text = _("{url} is one page, and {source} no single file; give the blog's URL, or one file")
        raise UsageError(text, url=url, source=source)
