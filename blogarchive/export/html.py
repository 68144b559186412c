"""`export html`: a static site that opens from a disk, with an index by month and category and a search."""

from collections.abc import Iterator
from pathlib import Path

from blogarchive.export.filenames import UniqueNames, safe_name
from blogarchive.export.images import PictureFolder, picture_source
from blogarchive.export.internal_links import Crossing
from blogarchive.export.report import Exported
from blogarchive.export.site import pages, search
from blogarchive.export.site.places import Placed, Shelf, href, shelve
from blogarchive.export.writer import OutFolder
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import FullPost


def export_html(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the site into the folder `out`; `out/index.html` is where to begin.

    Nothing in it loads anything from the network. An earlier export into `out` is brought up to date, an
    interrupted one goes on. Raises as `export_jsonl`, and `UsageError` where `out` holds other files.
    """
    with open_reader(archive, filters) as reader:
        site = _Site(reader, OutFolder(out, "html"), progress)
        site.write()
        return Exported(
            out=out,
            posts=site.posts,
            comments=site.comments,
            pictures=len(site.pictures),
            missing=site.missing,
        )


class _Site:
    def __init__(self, reader: ExportReader, folder: OutFolder, progress: Progress) -> None:
        self.reader = reader
        self.folder = folder
        self.pictures = PictureFolder(reader, folder, "media")
        self.posts = self.comments = self.missing = 0
        self._progress = progress
        names = UniqueNames()
        for own in ("media", "look", "search"):
            names.take(own, "")
        self.shelves = [
            shelve(
                blog, names.take(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id)), reader.headings(blog)
            )
            for blog in reader.blogs()
        ]
        self._total = sum(len(shelf.posts) for shelf in self.shelves)
        self.crossing = Crossing(
            (shelf.blog, placed.heading, placed.path) for shelf in self.shelves for placed in shelf.posts
        )

    def write(self) -> None:
        self.folder.write("look/style.css", pages.stylesheet())
        self.folder.write("look/search.js", search.search_script())
        self.folder.write("search/fold.js", search.fold_script())
        self._progress(0, self._total)
        for shelf in self.shelves:
            self._write_listings(shelf)
            for place in range(len(shelf.posts)):
                self._write_post(shelf, place)
        self._write_search()
        self.folder.write("index.html", pages.front_page(self.shelves))
        self.folder.finish()

    def _write_listings(self, shelf: Shelf) -> None:
        self.folder.write(shelf.path, pages.blog_page(shelf))
        for month in shelf.months:
            self.folder.write(month.path, pages.listing_page(shelf, month, pages.month_name(month.name)))
        for category in shelf.categories:
            self.folder.write(category.path, pages.listing_page(shelf, category, f"分类：{category.name}"))

    def _write_post(self, shelf: Shelf, place: int) -> None:
        placed = shelf.posts[place]
        post = self.reader.post(placed.heading)
        source = picture_source(self.reader, post, self.pictures.take, "../media/")
        older = shelf.posts[place - 1] if place else None
        newer = shelf.posts[place + 1] if place + 1 < len(shelf.posts) else None
        linked = self.crossing.out_of(shelf.blog, placed.heading, placed.path)
        page = pages.post_page(shelf, placed, post, older, newer, source, linked)
        self.folder.write(placed.path, page)
        self.posts += 1
        self.comments += len(post.comments)
        self.missing += not placed.heading.has_text
        self._progress(self.posts, self._total)

    def _write_search(self) -> None:
        count = 0
        for count, chunk in enumerate(search.chunks(self._searched()), 1):
            self.folder.write(f"search/{count - 1:04}.js", chunk)
        self.folder.write("search.html", pages.search_page(count, self._total))

    def _searched(self) -> Iterator[tuple[str, Blog, FullPost]]:
        every = [(placed, shelf.blog) for shelf in self.shelves for placed in shelf.posts]
        every.sort(key=_age)
        for placed, blog in every:
            yield href(placed.path), blog, self.reader.post(placed.heading)


def _age(entry: tuple[Placed, Blog]) -> str:
    return entry[0].heading.posted_at or ""
