"""The demo host with pages that a test changes after the first run."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.demo.markup.base import Markup
from tests.demo.markup.by_name import MARKUPS
from tests.demo.markup.page_content import ListView, PageFrame, PostView
from tests.demo.server.host import DemoHost
from tests.demo.server.response import Answer, GetRequest

UID = "31182"
HINTS = re.compile("diary_(?:title|content)|release_restore")


@dataclass(frozen=True, kw_only=True)
class HonestPage:
    """The text of a page as the host would send it, its post (None for a listing), and its layout."""

    text: str
    post: DemoPost | None
    markup: Markup
    words: Labels
    visit: int

    @property
    def body(self) -> str:
        """Return the HTML of the body; of a listing, a text that no page has."""
        return self.markup.body(self.post) if self.post and self.post.body else "\0"

    @property
    def counters(self) -> str:
        """Return the HTML of the counters of the post; of a listing, a text that no page has."""
        return self.markup.counters(self.words, self.post) if self.post else "\0"


Lie = Callable[[HonestPage], str]
"""Return the text that is sent in place of the honest one."""


class LyingMarkup:
    """Prints pages as another markup does, then changes their text. Without `hints`, no class names title and body."""

    def __init__(self, honest: Markup, *, hints: bool) -> None:
        self.honest = honest
        self.lie: Lie | None = None
        self.urls, self.charset, self.notice = honest.urls, honest.charset, honest.notice
        self.labels, self.words = honest.labels, honest.words
        self._hints = hints
        self._visit = 0

    def post(self, view: PostView) -> str:
        """Return the page of a post."""
        return self._change(self.honest.post(view), view.frame, view.post)

    def listing(self, view: ListView) -> str:
        """Return a page of a listing."""
        return self._change(self.honest.listing(view), view.frame, None)

    def _change(self, text: str, frame: PageFrame, post: DemoPost | None) -> str:
        text = text if self._hints else HINTS.sub("x", text)
        self._visit += 1
        words = self.honest.words(frame)
        page = HonestPage(text=text, post=post, markup=self.honest, words=words, visit=self._visit)
        return self.lie(page) if self.lie else text


class LyingHost(DemoHost):
    """Serves one blog. `lie` changes the text of its pages, `spoil` the answers to requests of posts."""

    def __init__(self, blog: DemoBlog, markup: str, *, hints: bool = True) -> None:
        self.markup = LyingMarkup(MARKUPS[markup], hints=hints)
        MARKUPS["lying"] = self.markup  # type: ignore[assignment]
        super().__init__([blog], markup="lying")
        self.spoil: Callable[[Answer, DemoPost], Answer] | None = None

    def tell(self, lie: "Lie | None", spoil: Callable[[Answer, DemoPost], Answer] | None = None) -> None:
        """Begin to lie, or end it with None."""
        self.markup.lie, self.spoil = lie, spoil

    def answer(self, request: GetRequest) -> Answer:
        """Return the answer to a request."""
        good = super().answer(request)
        number = re.search(r"/\d{6}/(\d+)|[?&]id=(\d+)", request.path)
        if self.spoil is None or number is None:
            return good
        post = next((post for post in self.blog(UID).posts if str(post.number) in number.groups()), None)
        return good if post is None else replace(self.spoil(good, post), headers=good.headers)
