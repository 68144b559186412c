"""What a markup is: a base that knows what a page shows, to be dressed by one module each."""

from abc import ABC, abstractmethod
from dataclasses import replace
from html import escape
from typing import ClassVar

from blogarchive.demo.blogs.truth import DemoComment, DemoPost, Excerpts
from blogarchive.demo.markup.charset import Charset
from blogarchive.demo.markup.labels import SIMPLIFIED, TRADITIONAL, Labels
from blogarchive.demo.markup.page_content import Frame, ListView, Paging, PostView
from blogarchive.demo.markup.sidebar import SideRow, side_rows
from blogarchive.demo.markup.tags import draw_body, esc, link, with_query
from blogarchive.demo.server.urls import Urls

SESSION = "SESSION0OF0THIS0VISIT"  # the host puts a new value in its place in every page it sends
EXCERPT = 80  # characters of a body that a listing shows
SWITCH = f"{link('?language=gb2312', '简体')} {link('?language=big5', '繁體')}"


class Markup(ABC):
    """One way that pages look; `post`, `listing` and `notice` give a whole page as text."""

    charset: ClassVar[Charset]
    urls: ClassVar[Urls]
    half_width: ClassVar[bool] = False

    @abstractmethod
    def post(self, view: PostView) -> str:
        """A post with a page of its comments."""

    @abstractmethod
    def listing(self, view: ListView) -> str:
        """Home, month, category or day."""

    @abstractmethod
    def notice(self, frame: Frame | None, words: str) -> str:
        """Words in place of content; without a frame nothing is known of a blog."""

    @abstractmethod
    def paragraph(self, html: str) -> str:
        """One paragraph of a body."""

    @abstractmethod
    def side_row(self, row: SideRow) -> str:
        """One row of the sidebar."""

    def labels(self, traditional: bool) -> Labels:
        """The words of the page, with this markup's punctuation."""
        labels = TRADITIONAL if traditional else SIMPLIFIED
        return labels.half_width() if self.half_width else labels

    def words(self, frame: Frame) -> Labels:
        """The words of a blog's pages."""
        return self.labels(frame.shelf.blog.traditional)

    def window_title(self, frame: Frame, title: str) -> str:
        """What stands above a browser's window."""
        blog = frame.shelf.blog
        return escape(f"{title} - {blog.title}" if title else blog.title)

    def home_link(self, frame: Frame) -> str:
        """The blog's own address, as a link to itself."""
        home = frame.base + frame.shelf.blog.path
        return link(home, home)

    def side(self, frame: Frame) -> str:
        """The whole sidebar; drawn once for each state of a blog, since big blogs have hundreds of rows."""
        key = f"{type(self).__name__} {frame.base} {frame.calendar}"
        drawn = frame.shelf.drawn
        if key not in drawn:
            drawn[key] = "\n".join(map(self.side_row, side_rows(frame, self.words(frame), self.urls)))
        return drawn[key]

    def body(self, post: DemoPost) -> str:
        """The HTML of a post's body."""
        return draw_body(post.body, self.paragraph)

    def excerpt(self, view: ListView, post: DemoPost) -> str:
        """What stands under a title in a listing, by the author's habit."""
        words, blog = self.words(view.frame), view.frame.shelf.blog
        match blog.habits.excerpts:
            case Excerpts.WHOLE:
                return self.body(post)
            case Excerpts.BEGINNING:
                more = link(blog.post_path(post), words.whole_post)
                return self.paragraph(f"{esc(post.body_text[:EXCERPT])}…… {more}")
            case Excerpts.NONE:
                return ""

    def pin(self, view: ListView, post: DemoPost) -> str:
        """The mark before a pinned title, on the home page only."""
        return f"[{self.words(view.frame).pinned}] " if post.pinned and not view.heading else ""

    def page_href(self, paging: Paging, page: int) -> str:
        """The link to another page of the same listing."""
        return self.urls.make(replace(paging.route, page=page))


def name_link(comment: DemoComment, extra: str) -> str:
    """The commenter's name, a link where the commenter has a page."""
    if comment.author_path is None:
        return esc(comment.author_name)
    return link(comment.author_path, comment.author_name, extra)


def with_session(path: str) -> str:
    """The path with a session id in its query."""
    return with_query(path, PHPSESSID=SESSION)
