"""`export html`: a static site that opens from a disk, with an index by month and category, and a search."""

from collections.abc import Iterator
from pathlib import Path

from blogarchive.export.common.filenames import UniqueNames, safe_name
from blogarchive.export.common.images import ImageFolder, make_image_source
from blogarchive.export.common.internal_links import InternalLinks
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import ExportFolder
from blogarchive.export.site import pages, search
from blogarchive.export.site.page_paths import SiteBlog, SitePost, href, plan_blog
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import FullPost


def export_html(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the site into the folder `out`; its first page is `out/index.html`.

    Its pages load nothing from the network. An earlier export in `out` is updated, an interrupted one continues.
    Raises as `export_jsonl`, and `UsageError` if `out` has other files.
    """
    with open_reader(archive, filters) as reader:
        site = _Site(reader, ExportFolder(out, "html"), progress)
        site.write()
        return Exported(
            out=out,
            posts=site.posts,
            comments=site.comments,
            pictures=len(site.images),
            missing=site.missing,
        )


class _Site:
    def __init__(self, reader: ExportReader, folder: ExportFolder, progress: Progress) -> None:
        self.reader = reader
        self.folder = folder
        self.images = ImageFolder(reader, folder, "media")
        self.posts = self.comments = self.missing = 0
        self._progress = progress
        names = UniqueNames()
        for own in ("media", "look", "search"):
            names.claim(own, "")
        self.blogs = [
            plan_blog(
                blog, names.claim(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id)), reader.headings(blog)
            )
            for blog in reader.blogs()
        ]
        self._total = sum(len(site_blog.posts) for site_blog in self.blogs)
        self.links = InternalLinks(
            (site_blog.blog, post_page.heading, post_page.path)
            for site_blog in self.blogs
            for post_page in site_blog.posts
        )

    def write(self) -> None:
        self.folder.write("look/style.css", pages.stylesheet())
        self.folder.write("look/search.js", search.search_script())
        self.folder.write("search/fold.js", search.fold_script())
        self._progress(0, self._total)
        for site_blog in self.blogs:
            self._write_listings(site_blog)
            for place in range(len(site_blog.posts)):
                self._write_post(site_blog, place)
        self._write_search()
        self.folder.write("index.html", pages.render_front_page(self.blogs))
        self.folder.finish()

    def _write_listings(self, site_blog: SiteBlog) -> None:
        self.folder.write(site_blog.path, pages.render_blog_page(site_blog))
        for month in site_blog.months:
            self.folder.write(
                month.path, pages.render_listing_page(site_blog, month, pages.format_month(month.name))
            )
        for category in site_blog.categories:
            self.folder.write(
                category.path, pages.render_listing_page(site_blog, category, f"分类：{category.name}")
            )

    def _write_post(self, site_blog: SiteBlog, place: int) -> None:
        post_page = site_blog.posts[place]
        post = self.reader.post(post_page.heading)
        source = make_image_source(self.reader, post, self.images.copy, "../media/")
        older = site_blog.posts[place - 1] if place else None
        newer = site_blog.posts[place + 1] if place + 1 < len(site_blog.posts) else None
        post_links = self.links.source_for(site_blog.blog, post_page.heading, post_page.path)
        page = pages.render_post_page(site_blog, post_page, post, older, newer, source, post_links)
        self.folder.write(post_page.path, page)
        self.posts += 1
        self.comments += len(post.comments)
        self.missing += not post_page.heading.has_text
        self._progress(self.posts, self._total)

    def _write_search(self) -> None:
        count = 0
        for count, chunk in enumerate(search.write_chunks(self._iterate_by_posted_at()), 1):
            self.folder.write(f"search/{count - 1:04}.js", chunk)
        self.folder.write("search.html", pages.render_search_page(count, self._total))

    def _iterate_by_posted_at(self) -> Iterator[tuple[str, Blog, FullPost]]:
        every = [(post_page, site_blog.blog) for site_blog in self.blogs for post_page in site_blog.posts]
        every.sort(key=_posted_at)
        for post_page, blog in every:
            yield href(post_page.path), blog, self.reader.post(post_page.heading)


def _posted_at(entry: tuple[SitePost, Blog]) -> str:
    return entry[0].heading.posted_at or ""
