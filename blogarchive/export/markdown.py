"""`export markdown`: one file a post with YAML front matter, pictures beside; for Obsidian, Hugo, any editor.

`blog/_index.md`, `blog/2025-01-28-标题.md`, `blog/images/SHA-256.jpg`. The address of the post is called
`source`: Hugo refuses a page whose `url` begins with http (docs/decisions/0047).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml

from blogarchive.export.dates import whole_date
from blogarchive.export.filenames import UniqueNames, safe_name
from blogarchive.export.html_to_markdown import escape_markdown, to_markdown
from blogarchive.export.images import PictureFolder, picture_source
from blogarchive.export.internal_links import Crossing
from blogarchive.export.report import Exported
from blogarchive.export.writer import OutFolder
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import Comment, FullPost, PostHeading

_MEANS_MORE = re.compile("[%#?]")  # in an address


def export_markdown(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write a folder for each blog into the folder `out`; a post whose body is not held is only counted.

    An earlier export into `out` is brought up to date: files that are right stay, files of posts that are no
    longer exported go. Raises as `export_jsonl`, and `UsageError` where `out` holds other files.
    """
    with open_reader(archive, filters) as reader:
        export = _Export(reader, OutFolder(out, "markdown"), progress)
        for shelf in export.shelves:
            export.write(shelf)
        export.folder.finish()
    return Exported(
        out=out,
        posts=export.posts,
        comments=export.comments,
        pictures=export.pictures,
        missing=export.missing,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shelf:
    """A blog, its folder, and the names of the files of its posts that are held; `missing` are those that are not."""

    blog: Blog
    path: str
    posts: Sequence[tuple[str, PostHeading]]
    missing: int


class _Export:
    def __init__(self, reader: ExportReader, folder: OutFolder, progress: Progress) -> None:
        self.reader = reader
        self.folder = folder
        self.posts = self.comments = self.pictures = 0
        folders = UniqueNames()
        self.shelves = [
            _shelve(blog, folders.take(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id)), reader)
            for blog in reader.blogs()
        ]
        self._crossing = Crossing(
            (shelf.blog, heading, f"{shelf.path}/{name}")
            for shelf in self.shelves
            for name, heading in shelf.posts
        )
        self._progress = progress
        self._total = sum(len(shelf.posts) for shelf in self.shelves)
        progress(0, self._total)

    @property
    def missing(self) -> int:
        """How many posts are left out."""
        return sum(shelf.missing for shelf in self.shelves)

    def write(self, shelf: _Shelf) -> None:
        pictures = PictureFolder(self.reader, self.folder, f"{shelf.path}/images")
        for name, heading in shelf.posts:
            self._write(f"{shelf.path}/{name}", shelf.blog, self.reader.post(heading), pictures)
            self._progress(self.posts, self._total)
        self.folder.write(f"{shelf.path}/_index.md", _index(shelf).encode())
        self.pictures += len(pictures)

    def _write(self, path: str, blog: Blog, post: FullPost, pictures: PictureFolder) -> None:
        picture = picture_source(self.reader, post, pictures.take, "images/")
        linked = self._crossing.out_of(blog, post, path)
        self.folder.write(path, post_markdown(blog, post, picture, linked).encode())
        self.posts += 1
        self.comments += len(post.comments)


def _shelve(blog: Blog, path: str, reader: ExportReader) -> _Shelf:
    names = UniqueNames()
    headings = list(reader.headings(blog))
    posts = [
        (names.take(_file_stem(heading), str(heading.number)) + ".md", heading)
        for heading in headings
        if heading.has_text
    ]
    return _Shelf(blog=blog, path=path, posts=posts, missing=len(headings) - len(posts))


def post_markdown(blog: Blog, post: FullPost, picture: ImageSource, linked: PostSource) -> str:
    """The file of a post: front matter, body, comments; `picture` and `linked` give the addresses of its pictures
    and of the posts that it links to."""

    def markdown(body_html: str) -> str:
        return to_markdown(render_body(body_html, post.url, picture, linked))

    parts = [_front_matter(_post_fields(blog, post)), markdown(post.body_html)]
    if post.comments:
        parts.append("## 评论")
        parts += [_comment(comment, markdown(comment.body_html)) for comment in post.comments]
    return "\n\n".join(part for part in parts if part) + "\n"


def _post_fields(blog: Blog, heading: PostHeading) -> Iterator[tuple[str, object]]:
    """Front matter in the order a person reads it; what no page showed is left out."""
    yield "title", heading.title or f"无题 {heading.number}"
    yield "date", whole_date(heading.posted_at)
    yield "date_shown", heading.posted_at_text
    yield "author", blog.nickname
    yield "source", heading.url
    yield "site", blog.site
    yield "uid", blog.uid
    yield "number", heading.number
    yield "categories", list(heading.categories) or None
    yield "views", heading.views
    yield "likes", heading.likes
    yield "comment_count", heading.comment_count
    yield "first_seen_at", heading.first_seen_at
    yield "last_changed_at", heading.last_changed_at
    yield "gone_at", heading.gone_at


def _front_matter(fields: Iterator[tuple[str, object]]) -> str:
    given = {name: _one_line(value) for name, value in fields if value is not None}
    text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=2**31, default_flow_style=False)
    return f"---\n{text}---"


def _one_line(value: object) -> object:
    """A line of its own inside a value could read as the `---` that ends the front matter."""
    if isinstance(value, list):
        return [_one_line(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def _file_stem(heading: PostHeading) -> str:
    day = (heading.posted_at or "")[:10] or "无日期"
    words = safe_name(heading.title) if heading.title and heading.title.strip() else str(heading.number)
    return safe_name(f"{day}-{words}".replace(" ", "-"), most_bytes=160)


def _comment(comment: Comment, body: str) -> str:
    facts = [f"**{escape_markdown(comment.author_name) or '无名'}**"]
    if comment.reply_to:
        facts.append(f"回复 {escape_markdown(comment.reply_to)}")
    if comment.posted_at_text:
        facts.append(escape_markdown(comment.posted_at_text))
    if comment.likes:
        facts.append(f"赞 {comment.likes}")
    if comment.gone_at:
        facts.append("原站已删")
    return " · ".join(facts) + "\n\n" + "\n".join(f"> {line}".rstrip() for line in body.split("\n"))


def _index(shelf: _Shelf) -> str:
    blog = shelf.blog
    head = _front_matter(iter([("title", blog.title), ("description", blog.tagline), ("source", blog.url)]))
    return f"{head}\n\n" + "\n".join(_row(*post) for post in reversed(shelf.posts)) + "\n"


def _row(name: str, heading: PostHeading) -> str:
    address = _MEANS_MORE.sub(lambda found: quote(found[0]), name)  # the rest stays legible
    return f"- {(heading.posted_at or '')[:10]} [{escape_markdown(heading.title or name)}](<{address}>)"
