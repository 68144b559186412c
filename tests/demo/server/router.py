"""Map paths to pages."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from tests.demo.blogs.truth import DemoBlog, PostState
from tests.demo.blogs.urls import Kind, Route, read_old_path
from tests.demo.markup.base import SESSION, Markup
from tests.demo.markup.by_name import markup_of
from tests.demo.markup.page_content import BlogIndex, PageFrame, list_view, post_view
from tests.demo.server.media import media
from tests.demo.server.response import Answer, GetRequest, page, plain, redirect

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
_NOISE = re.compile(r"(?<=[?&])(?:PHPSESSID|language)=[^&]*&?")


class DemoSite:
    """The current blogs and their pages; thread-safe.

    A request with `owner_cookie`, such as `auth=secret`, shows hidden posts. If `validators`, pages have an ETag
    that changes with the blog. A request with that ETag is answered with 304.
    """

    def __init__(
        self,
        blogs: Iterable[DemoBlog],
        markup: str,
        markups: Mapping[str, str],
        *,
        owner_cookie: str | None = None,
        validators: bool = False,
    ) -> None:
        self._lock = threading.Lock()
        self._indexes = {blog.uid: BlogIndex(blog=blog) for blog in blogs}
        self._owners: dict[str, BlogIndex] = {}
        self._versions = dict.fromkeys(self._indexes, 1)
        self._markups = {uid: markup_of(markups.get(uid, markup)) for uid in self._indexes}
        self._default = markup_of(markup)
        self._owner_cookie = owner_cookie
        self._validators = validators
        self._visits = 0
        self.robots = ROBOTS

    def print_by(self, markup: str) -> None:
        """Print every blog by this markup from now on."""
        self._default = markup_of(markup)
        self._markups = dict.fromkeys(self._markups, self._default)

    def blog(self, uid: str) -> DemoBlog:
        """Return the current state of a blog; raises KeyError."""
        with self._lock:
            return self._indexes[uid].blog

    def change(self, uid: str, change: Callable[[DemoBlog], DemoBlog]) -> DemoBlog:
        """Replace a blog by `change(blog)`, and return it."""
        with self._lock:
            changed = change(self._indexes[uid].blog)
            self._indexes[uid] = BlogIndex(blog=changed)
            self._owners.pop(uid, None)
            self._versions[uid] += 1
            return changed

    def answer(self, request: GetRequest) -> Answer:
        """Return the answer to a GET request."""
        path = _NOISE.sub("", request.path).rstrip("?&")
        if path == "/robots.txt":
            return plain(self.robots)
        return media(path) or self._moved(path) or self._page(path, request)

    def _moved(self, path: str) -> Answer | None:
        """Redirect old URLs: a post's number in `did`, a blog by its name, a home page without slash."""
        did = read_old_path(path)
        for index in self._snapshot():
            blog = index.blog
            if did is not None and did in index.by_number:
                return redirect(blog.post_path(index.by_number[did]))
            if path in (f"/u/{blog.uid}", f"/{blog.username}", f"/{blog.username}/"):
                return redirect(blog.path)
        return None

    def _snapshot(self) -> tuple[BlogIndex, ...]:
        with self._lock:
            return tuple(self._indexes.values())

    def _page(self, path: str, request: GetRequest) -> Answer:
        for uid, markup in self._markups.items():
            route = markup.urls.read(path)
            if route is not None and route.uid == uid:
                index, version = self._index_for(uid, request)
                tag = f'W/"{version}-{uid}-{"owner" if index.owner else "reader"}"'
                if self._validators and request.headers.get("if-none-match") == tag:
                    return Answer(status=304, headers=(("ETag", tag),))
                answer = self._routed(markup, PageFrame(base=request.base, index=index), route)
                answer = answer.with_header("ETag", tag) if self._validators else answer
                return self._with_session(answer)
        return self._missing(self._default, None)

    def _index_for(self, uid: str, request: GetRequest) -> tuple[BlogIndex, int]:
        cookies = request.headers.get("cookie", "").split("; ")
        with self._lock:
            index = self._indexes[uid]
            if self._owner_cookie and self._owner_cookie in cookies:
                index = self._owners.setdefault(uid, BlogIndex(blog=index.blog, owner=True))
            return index, self._versions[uid]

    def _with_session(self, answer: Answer) -> Answer:
        with self._lock:
            self._visits += 1
            session = f"{self._visits * 2654435761 % 2**32:08x}"
        answer = replace(answer, body=answer.body.replace(SESSION.encode(), session.encode()))
        return answer.with_header("Set-Cookie", f"PHPSESSID={session}; path=/")

    def _routed(self, markup: Markup, frame: PageFrame, route: Route) -> Answer:
        if route.kind is Kind.POST:
            return self._post(markup, frame, route)
        if route.kind is Kind.DAY:
            frame = replace(frame, calendar=_month_of(route.day))
        view = list_view(frame, route)
        return self._missing(markup, frame) if view is None else _sent(markup, markup.listing(view))

    def _post(self, markup: Markup, frame: PageFrame, route: Route) -> Answer:
        post = frame.index.by_number.get(route.number)
        if post is None or post.month != route.month or post.state is PostState.MISSING:
            return self._missing(markup, frame)
        words = markup.words(frame)
        if post.state is PostState.DELETED:
            return _sent(markup, markup.notice(frame, words.deleted))
        if post.state is PostState.LOGIN:
            return _sent(markup, markup.notice(frame, words.login))
        if post.state is PostState.HIDDEN and not frame.index.owner:
            return _sent(markup, markup.notice(frame, words.hidden))
        view = post_view(frame, route, post)
        return self._missing(markup, frame) if view is None else _sent(markup, markup.post(view))

    def _missing(self, markup: Markup, frame: PageFrame | None) -> Answer:
        words = markup.labels(frame is not None and frame.index.blog.traditional)
        return _sent(markup, markup.notice(frame, words.missing), 404)


def _month_of(day: str) -> date | None:
    try:
        return date(int(day[:4]), int(day[4:6]), 1)
    except ValueError:
        return None


def _sent(markup: Markup, text: str, status: int = 200) -> Answer:
    return page(markup.charset.encode(text), markup.charset.content_type, status)
