"""`export markdown`: a file for each post with YAML front matter, images beside it; for Obsidian, Hugo, any editor.

`blog/_index.md`, `blog/2025-01-28-标题.md`, `blog/images/SHA-256.jpg`. The URL of the post is the field `source`:
Hugo refuses a page with a `url` that begins with http (docs/decisions/0047).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml

from blogarchive.export.common.export_folder import ExportFolder
from blogarchive.export.common.filenames import UniqueNames, safe_name
from blogarchive.export.common.images import ImageFolder, make_image_source
from blogarchive.export.common.internal_links import InternalLinks
from blogarchive.export.common.post_files import PostInput, collect_input, write_posts
from blogarchive.export.common.report import Exported
from blogarchive.export.html_to_markdown import escape_markdown, to_markdown
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.rendering.dates import complete_date
from blogarchive.sites.links import json_id
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, Comment, FullPost, PostHeading
from blogarchive.store.rows import Progress, no_progress

_URL_SYNTAX = re.compile("[%#?]")


def export_markdown(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write a folder for each blog into the folder `out`; posts without a stored body are only counted.

    An earlier export in `out` is updated: equal files stay, files of posts that are no longer exported are removed.
    Raises as `export_jsonl`, and `UsageError` if `out` has other files.
    """
    with open_reader(archive, filters) as reader:
        export = _Export(reader, ExportFolder(out, "markdown"), progress)
        for blog_folder in export.blog_folders:
            export.write(blog_folder)
        files = export.folder.finish()
        state = reader.finish()
    return Exported(
        out=out,
        posts=export.posts,
        comments=export.comments,
        pictures=export.images,
        missing=export.missing,
        files=files,
        archive_state=state,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _BlogFolder:
    """A blog, its folder, and the file names of its posts; `missing` counts posts without a stored body."""

    blog: Blog
    path: str
    posts: Sequence[tuple[str, PostHeading]]
    missing: int


class _Export:
    def __init__(self, reader: ExportReader, folder: ExportFolder, progress: Progress) -> None:
        self.reader = reader
        self.folder = folder
        self.posts = self.comments = self.images = 0
        folders = UniqueNames()
        self.blog_folders = [
            _plan_folder(blog, folders.claim(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id)), reader)
            for blog in reader.blogs()
        ]
        self._links = InternalLinks(
            (blog_folder.blog, heading, f"{blog_folder.path}/{name}")
            for blog_folder in self.blog_folders
            for name, heading in blog_folder.posts
        )
        self._progress = progress
        self._total = sum(len(blog_folder.posts) for blog_folder in self.blog_folders)
        progress(0, self._total)

    @property
    def missing(self) -> int:
        """The number of posts without a stored body."""
        return sum(blog_folder.missing for blog_folder in self.blog_folders)

    def write(self, blog_folder: _BlogFolder) -> None:
        images = ImageFolder(self.reader, self.folder, f"{blog_folder.path}/images")
        write_posts(self.folder, self._inputs(blog_folder, images), _render)
        self.folder.write(f"{blog_folder.path}/_index.md", _format_index(blog_folder).encode())
        self.images += len(images)

    def _inputs(self, blog_folder: _BlogFolder, images: ImageFolder) -> Iterator[tuple[str, PostInput]]:
        for name, heading in blog_folder.posts:
            path, post = f"{blog_folder.path}/{name}", self.reader.post(heading)
            image = make_image_source(self.reader, post, images.copy, "images/")
            post_links = self._links.source_for(blog_folder.blog, post, path)
            yield path, collect_input(blog_folder.blog, post, image, post_links)
            self.posts += 1
            self.comments += len(post.comments)
            self._progress(self.posts, self._total)


def _render(given: PostInput) -> bytes:
    return format_post(given.blog, given.post, given.images.get, given.links.get).encode()


def _plan_folder(blog: Blog, path: str, reader: ExportReader) -> _BlogFolder:
    names = UniqueNames()
    headings = list(reader.headings(blog))
    posts = [
        (names.claim(_file_stem(heading), heading.number) + ".md", heading)
        for heading in headings
        if heading.has_text
    ]
    return _BlogFolder(blog=blog, path=path, posts=posts, missing=len(headings) - len(posts))


def format_post(blog: Blog, post: FullPost, image: ImageSource, post_links: PostSource) -> str:
    """Return the file of a post: front matter, body, comments; `image` and `post_links` return relative URLs."""

    def markdown(body_html: str) -> str:
        return to_markdown(render_body(body_html, post.url, image, post_links))

    parts = [_format_front_matter(_post_fields(blog, post)), markdown(post.body_html)]
    if post.comments:
        parts.append("## 评论")
        parts += [_format_comment(comment, markdown(comment.body_html)) for comment in post.comments]
    return "\n\n".join(part for part in parts if part) + "\n"


def _post_fields(blog: Blog, heading: PostHeading) -> Iterator[tuple[str, object]]:
    """Yield the fields of the front matter in reading order; those that no page showed are None."""
    yield "title", heading.title or f"无题 {heading.number}"
    yield "date", complete_date(heading.posted_at)
    yield "date_shown", heading.posted_at_text
    yield "author", blog.nickname
    yield "source", heading.url
    yield "site", blog.site
    yield "uid", blog.uid
    yield "number", json_id(heading.number)
    yield "categories", list(heading.categories) or None
    yield "views", heading.views
    yield "likes", heading.likes
    yield "comment_count", heading.comment_count
    yield "first_seen_at", heading.first_seen_at
    yield "last_changed_at", heading.last_changed_at
    yield "gone_at", heading.gone_at


def _format_front_matter(fields: Iterator[tuple[str, object]]) -> str:
    given = {name: _one_line(value) for name, value in fields if value is not None}
    text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=2**31, default_flow_style=False)
    return f"---\n{text}---"


def _one_line(value: object) -> object:
    """Join lines: a line `---` inside a value would end the front matter."""
    if isinstance(value, list):
        return [_one_line(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def _file_stem(heading: PostHeading) -> str:
    day = (heading.posted_at or "")[:10] or "无日期"
    title = safe_name(heading.title) if heading.title and heading.title.strip() else heading.number
    return safe_name(f"{day}-{title}".replace(" ", "-"), max_bytes=160)


def _format_comment(comment: Comment, body: str) -> str:
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


def _format_index(blog_folder: _BlogFolder) -> str:
    blog = blog_folder.blog
    head = _format_front_matter(
        iter([("title", blog.title), ("description", blog.tagline), ("source", blog.url)])
    )
    return f"{head}\n\n" + "\n".join(_format_row(*post) for post in reversed(blog_folder.posts)) + "\n"


def _format_row(name: str, heading: PostHeading) -> str:
    path = _URL_SYNTAX.sub(lambda found: quote(found[0]), name)  # other characters stay readable
    return f"- {(heading.posted_at or '')[:10]} [{escape_markdown(heading.title or name)}](<{path}>)"
