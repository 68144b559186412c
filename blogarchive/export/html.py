"""`export html`: a static site that opens from a disk, with an index by month and category, and a search."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from blogarchive.export.common.export_folder import ExportFolder
from blogarchive.export.common.filenames import UniqueNames, safe_name
from blogarchive.export.common.images import ImageFolder, make_image_source
from blogarchive.export.common.internal_links import InternalLinks
from blogarchive.export.common.post_files import PostInput, collect_input, input_digest, write_posts
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import Digests
from blogarchive.export.site import pages, search
from blogarchive.export.site.page_paths import SiteBlog, SitePost, href, plan_blog
from blogarchive.export.site.pages import PostPage
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, FullPost
from blogarchive.store.rows import Progress, no_progress

_SEARCH_PAGE = "search.html"
_FOLD = "search/fold.js"


def export_html(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the site into the folder `out`; its first page is `out/index.html`.

    Its pages load nothing from the network. An earlier export in `out` is updated, an interrupted one continues.
    Raises as `export_jsonl`, and `UsageError` if `out` has other files.
    """
    with open_reader(archive, filters) as reader:
        site = _Site(reader, ExportFolder(out, "html"), progress)
        files = site.write()
        state = reader.finish()
        return Exported(
            out=out,
            posts=site.posts,
            comments=site.comments,
            pictures=len(site.images),
            missing=site.missing,
            files=files,
            archive_state=state,
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

    def write(self) -> Digests:
        self.folder.write("look/style.css", pages.stylesheet())
        self.folder.write("look/search.js", search.search_script())
        digest = input_digest(_FOLD)
        if not self.folder.keep(_FOLD, digest):
            self.folder.write(_FOLD, search.fold_script(), digest)
        self._progress(0, self._total)
        for site_blog in self.blogs:
            self._write_listings(site_blog)
            write_posts(self.folder, self._inputs(site_blog), _render)
        self._write_search()
        self.folder.write("index.html", pages.render_front_page(self.blogs))
        return self.folder.finish()

    def _write_listings(self, site_blog: SiteBlog) -> None:
        self.folder.write(site_blog.path, pages.render_blog_page(site_blog))
        lines = {post.path: input_digest(post) for post in site_blog.posts}
        titled = [(month, pages.format_month(month.name)) for month in site_blog.months]
        titled += [(category, f"分类：{category.name}") for category in site_blog.categories]
        for listing, title in titled:
            shown = (site_blog.blog, title, [lines[post.path] for post in listing.posts])
            digest = input_digest(shown)
            if not self.folder.keep(listing.path, digest):
                self.folder.write(listing.path, pages.render_listing_page(site_blog, listing, title), digest)

    def _inputs(self, site_blog: SiteBlog) -> Iterator[tuple[str, PostInput]]:
        for place, post_page in enumerate(site_blog.posts):
            post = self.reader.post(post_page.heading)
            source = make_image_source(self.reader, post, self.images.copy, "../media/")
            post_links = self.links.source_for(site_blog.blog, post_page.heading, post_page.path)
            page = pages.plan_post_page(site_blog, place)
            yield (
                post_page.path,
                collect_input(site_blog.blog, post, source, post_links, page=page, with_versions=True),
            )
            self.posts += 1
            self.comments += len(post.comments)
            self.missing += not post.has_text
            self._progress(self.posts, self._total)

    def _write_search(self) -> None:
        """Write the texts for the search page, unless no post has changed."""
        posts = [(post_page, site_blog.blog) for site_blog in self.blogs for post_page in site_blog.posts]
        posts.sort(key=_posted_at)
        digest = input_digest([self.folder.digest_of(post_page.path) for post_page, _blog in posts])
        chunks = [name for name in self.folder.earlier_files("search") if name != _FOLD]
        if self.folder.keep_all([_SEARCH_PAGE, *chunks], digest):
            return
        count = 0
        for count, chunk in enumerate(search.write_chunks(self._read(posts)), 1):
            self.folder.write(f"search/{count - 1:04}.js", chunk, digest)
        self.folder.write(_SEARCH_PAGE, pages.render_search_page(count, self._total), digest)

    def _read(self, posts: Iterable[tuple[SitePost, Blog]]) -> Iterator[tuple[str, Blog, FullPost]]:
        for post_page, blog in posts:
            yield href(post_page.path), blog, self.reader.post(post_page.heading)


def _render(given: PostInput) -> bytes:
    page = cast("PostPage", given.page)
    return pages.render_post_page(page, given.post, given.images.get, given.links.get)


def _posted_at(entry: tuple[SitePost, Blog]) -> str:
    return entry[0].heading.posted_at or ""
