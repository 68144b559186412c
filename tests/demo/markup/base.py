"""The base class of markups, each in a module of its own."""

from abc import ABC, abstractmethod
from dataclasses import replace
from html import escape
from typing import ClassVar

from tests.demo.blogs.labels import SIMPLIFIED, TRADITIONAL, Labels
from tests.demo.blogs.truth import DemoComment, DemoPost, Excerpts
from tests.demo.blogs.urls import Urls
from tests.demo.markup.charset import Charset
from tests.demo.markup.page_content import ListView, PageFrame, Paging, PostView
from tests.demo.markup.sidebar import SideRow, side_rows
from tests.demo.markup.tags import draw_body, esc, link, with_query

SESSION = "SESSION0OF0THIS0VISIT"  # the host replaces it in every page it sends
EXCERPT = 80  # characters of a body that a listing shows
SWITCH = f"{link('?language=gb2312', '简体')} {link('?language=big5', '繁體')}"


class Markup(ABC):
    """A markup; `post`, `listing` and `notice` return a whole page as text."""

    charset: ClassVar[Charset]
    urls: ClassVar[Urls]
    half_width: ClassVar[bool] = False

    @abstractmethod
    def post(self, view: PostView) -> str:
        """Return the page of a post with one page of its comments."""

    @abstractmethod
    def listing(self, view: ListView) -> str:
        """Return a page of the home, of a month, a category or a day."""

    @abstractmethod
    def notice(self, frame: PageFrame | None, words: str) -> str:
        """Return a page with a notice; `frame` is None if the URL is of no blog."""

    @abstractmethod
    def paragraph(self, html: str) -> str:
        """Return a paragraph of a body."""

    @abstractmethod
    def counters(self, words: Labels, post: DemoPost) -> str:
        """Return the counters of a post."""

    @abstractmethod
    def comment(self, words: Labels, comment: DemoComment) -> str:
        """Return a comment."""

    @abstractmethod
    def side_row(self, row: SideRow) -> str:
        """Return a row of the sidebar."""

    def labels(self, traditional: bool) -> Labels:
        """Return the labels with the punctuation of this markup."""
        labels = TRADITIONAL if traditional else SIMPLIFIED
        return labels.half_width() if self.half_width else labels

    def words(self, frame: PageFrame) -> Labels:
        """Return the labels of a blog's pages."""
        return self.labels(frame.index.blog.traditional)

    def window_title(self, frame: PageFrame, title: str) -> str:
        """Return the content of `<title>`."""
        blog = frame.index.blog
        return escape(f"{title} - {blog.title}" if title else blog.title)

    def home_link(self, frame: PageFrame) -> str:
        """Return the URL of the blog as a link."""
        home = frame.base + frame.index.blog.path
        return link(home, home)

    def side(self, frame: PageFrame) -> str:
        """Return the sidebar, printed once for each state of a blog: big blogs have hundreds of rows."""
        key = f"{type(self).__name__} {frame.base} {frame.calendar}"
        drawn = frame.index.drawn
        if key not in drawn:
            drawn[key] = "\n".join(map(self.side_row, side_rows(frame, self.words(frame), self.urls)))
        return drawn[key]

    def body(self, post: DemoPost) -> str:
        """Return the HTML of a post's body."""
        return draw_body(post.body, self.paragraph)

    def excerpt(self, view: ListView, post: DemoPost) -> str:
        """Return the excerpt under a title of a listing, by the settings of the blog."""
        words, blog = self.words(view.frame), view.frame.index.blog
        match blog.habits.excerpts:
            case Excerpts.WHOLE:
                return self.body(post)
            case Excerpts.BEGINNING:
                more = link(blog.post_path(post), words.whole_post)
                return self.paragraph(f"{esc(post.body_text[:EXCERPT])}…… {more}")
            case Excerpts.NONE:
                return ""

    def pin(self, view: ListView, post: DemoPost) -> str:
        """Return the mark before a pinned title, on the home page only."""
        return f"[{self.words(view.frame).pinned}] " if post.pinned and not view.heading else ""

    def page_href(self, paging: Paging, page: int) -> str:
        """Return the URL of another page of the same listing."""
        return self.urls.make(replace(paging.route, page=page))


def name_link(comment: DemoComment, extra: str) -> str:
    """Return the name of a commenter, linked if there is a page to link to."""
    if comment.author_path is None:
        return esc(comment.author_name)
    return link(comment.author_path, comment.author_name, extra)


def with_session(path: str) -> str:
    """Return the path with a session id in its query."""
    return with_query(path, PHPSESSID=SESSION)
