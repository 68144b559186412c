"""The pages of the host: from a path to an answer, with no socket in sight."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping

from blogarchive.demo.answers import Answer, page, plain, redirect
from blogarchive.demo.markup import Markup
from blogarchive.demo.markups import markup_of
from blogarchive.demo.truth import DemoBlog, PostState
from blogarchive.demo.urls import Kind, Route, read_old_path
from blogarchive.demo.views import Frame, Shelf, list_view, post_view

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
_NOISE = re.compile(r"(?<=[?&])(?:PHPSESSID|language)=[^&]*&?")


class DemoSite:
    """Holds the blogs as they are now; every method may be called from any thread."""

    def __init__(self, blogs: Iterable[DemoBlog], markup: str, markups: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._shelves = {blog.uid: Shelf(blog=blog) for blog in blogs}
        self._markups = {uid: markup_of(markups.get(uid, markup)) for uid in self._shelves}
        self._default = markup_of(markup)
        self._requests = 0
        self.robots = ROBOTS

    def blog(self, uid: str) -> DemoBlog:
        """The blog as it is now; raises `KeyError`."""
        with self._lock:
            return self._shelves[uid].blog

    def change(self, uid: str, change: Callable[[DemoBlog], DemoBlog]) -> DemoBlog:
        """Put `change(blog)` in the blog's place at once, and return it."""
        with self._lock:
            changed = change(self._shelves[uid].blog)
            self._shelves[uid] = Shelf(blog=changed)
            return changed

    def answer(self, path: str, base: str) -> Answer:
        """What a GET of `path` (with its query) gets; `base` is the host's own URL."""
        path = _NOISE.sub("", path).rstrip("?&")
        if path == "/robots.txt":
            return plain(self.robots)
        old = read_old_path(path)
        if old is not None:
            return self._old(old)
        with_slash = re.fullmatch(r"/u/\d+", path)
        if with_slash:
            return redirect(f"{path}/")
        return self._page(path, base)

    def _old(self, number: int) -> Answer:
        for shelf in self._snapshot():
            post = shelf.by_number.get(number)
            if post is not None:
                return redirect(shelf.blog.post_path(post))
        return self._missing()

    def _snapshot(self) -> tuple[Shelf, ...]:
        with self._lock:
            return tuple(self._shelves.values())

    def _page(self, path: str, base: str) -> Answer:
        for shelf in self._snapshot():
            markup = self._markups[shelf.blog.uid]
            route = markup.urls.read(path)
            if route is not None and route.uid == shelf.blog.uid:
                return self._routed(markup, self._frame(shelf, base), route)
        return self._missing()

    def _frame(self, shelf: Shelf, base: str) -> Frame:
        with self._lock:
            self._requests += 1
            return Frame(base=base, session=f"{self._requests * 2654435761 % 2**32:08x}", shelf=shelf)

    def _routed(self, markup: Markup, frame: Frame, route: Route) -> Answer:
        if route.kind is Kind.POST:
            return self._post(markup, frame, route)
        view = list_view(frame, route)
        return self._missing(markup, frame) if view is None else _page(markup, markup.listing(view))

    def _post(self, markup: Markup, frame: Frame, route: Route) -> Answer:
        post = frame.shelf.by_number.get(route.number)
        if post is None or post.month != route.month or post.state is PostState.MISSING:
            return self._missing(markup, frame)
        words = markup.labels(frame.shelf.blog.traditional)
        if post.state is PostState.DELETED:
            return _page(markup, markup.notice(frame, words.deleted))
        if post.state is PostState.HIDDEN and not frame.shelf.owner:
            return _page(markup, markup.notice(frame, words.hidden))
        view = post_view(frame, route, post)
        return self._missing(markup, frame) if view is None else _page(markup, markup.post(view))

    def _missing(self, markup: Markup | None = None, frame: Frame | None = None) -> Answer:
        markup = markup or self._default
        traditional = frame is not None and frame.shelf.blog.traditional
        return _page(markup, markup.notice(frame, markup.labels(traditional).missing), 404)


def _page(markup: Markup, text: str, status: int = 200) -> Answer:
    return page(markup.charset.encode(text), markup.charset.content_type, status)
