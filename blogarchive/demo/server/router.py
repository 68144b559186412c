"""The pages of the host: from a path to an answer, with no socket in sight."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from blogarchive.demo.blogs.truth import DemoBlog, PostState
from blogarchive.demo.markup.base import SESSION, Markup
from blogarchive.demo.markup.by_name import markup_of
from blogarchive.demo.markup.page_content import Frame, Shelf, list_view, post_view
from blogarchive.demo.server.media import media
from blogarchive.demo.server.response import Answer, Asked, page, plain, redirect
from blogarchive.demo.server.urls import Kind, Route, read_old_path

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
_NOISE = re.compile(r"(?<=[?&])(?:PHPSESSID|language)=[^&]*&?")


class DemoSite:
    """Holds the blogs as they are now; every method may be called from any thread.

    `owner_cookie`, as in `auth=secret`: whoever sends it sees hidden posts. `validators`: pages carry an ETag
    that changes with the blog, and are answered with 304 to whoever has it.
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
        self._shelves = {blog.uid: Shelf(blog=blog) for blog in blogs}
        self._owners: dict[str, Shelf] = {}
        self._versions = dict.fromkeys(self._shelves, 1)
        self._markups = {uid: markup_of(markups.get(uid, markup)) for uid in self._shelves}
        self._default = markup_of(markup)
        self._owner_cookie = owner_cookie
        self._validators = validators
        self._visits = 0
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
            self._owners.pop(uid, None)
            self._versions[uid] += 1
            return changed

    def answer(self, asked: Asked) -> Answer:
        """What a GET gets."""
        path = _NOISE.sub("", asked.path).rstrip("?&")
        if path == "/robots.txt":
            return plain(self.robots)
        return media(path) or self._moved(path) or self._page(path, asked)

    def _moved(self, path: str) -> Answer | None:
        """Old forms: a post's number in `did`, a blog by its name, a home without its slash."""
        did = read_old_path(path)
        for shelf in self._snapshot():
            blog = shelf.blog
            if did is not None and did in shelf.by_number:
                return redirect(blog.post_path(shelf.by_number[did]))
            if path in (f"/u/{blog.uid}", f"/{blog.username}", f"/{blog.username}/"):
                return redirect(blog.path)
        return None

    def _snapshot(self) -> tuple[Shelf, ...]:
        with self._lock:
            return tuple(self._shelves.values())

    def _page(self, path: str, asked: Asked) -> Answer:
        for uid, markup in self._markups.items():
            route = markup.urls.read(path)
            if route is not None and route.uid == uid:
                shelf, version = self._shelf(uid, asked)
                tag = f'W/"{version}-{uid}-{"owner" if shelf.owner else "reader"}"'
                if self._validators and asked.headers.get("if-none-match") == tag:
                    return Answer(status=304, headers=(("ETag", tag),))
                answer = self._routed(markup, Frame(base=asked.base, shelf=shelf), route)
                answer = answer.with_header("ETag", tag) if self._validators else answer
                return self._with_session(answer)
        return self._missing(self._default, None)

    def _shelf(self, uid: str, asked: Asked) -> tuple[Shelf, int]:
        cookies = asked.headers.get("cookie", "").split("; ")
        with self._lock:
            shelf = self._shelves[uid]
            if self._owner_cookie and self._owner_cookie in cookies:
                shelf = self._owners.setdefault(uid, Shelf(blog=shelf.blog, owner=True))
            return shelf, self._versions[uid]

    def _with_session(self, answer: Answer) -> Answer:
        with self._lock:
            self._visits += 1
            session = f"{self._visits * 2654435761 % 2**32:08x}"
        answer = replace(answer, body=answer.body.replace(SESSION.encode(), session.encode()))
        return answer.with_header("Set-Cookie", f"PHPSESSID={session}; path=/")

    def _routed(self, markup: Markup, frame: Frame, route: Route) -> Answer:
        if route.kind is Kind.POST:
            return self._post(markup, frame, route)
        if route.kind is Kind.DAY:
            frame = replace(frame, calendar=_month_of(route.day))
        view = list_view(frame, route)
        return self._missing(markup, frame) if view is None else _sent(markup, markup.listing(view))

    def _post(self, markup: Markup, frame: Frame, route: Route) -> Answer:
        post = frame.shelf.by_number.get(route.number)
        if post is None or post.month != route.month or post.state is PostState.MISSING:
            return self._missing(markup, frame)
        words = markup.words(frame)
        if post.state is PostState.DELETED:
            return _sent(markup, markup.notice(frame, words.deleted))
        if post.state is PostState.LOGIN:
            return _sent(markup, markup.notice(frame, words.login))
        if post.state is PostState.HIDDEN and not frame.shelf.owner:
            return _sent(markup, markup.notice(frame, words.hidden))
        view = post_view(frame, route, post)
        return self._missing(markup, frame) if view is None else _sent(markup, markup.post(view))

    def _missing(self, markup: Markup, frame: Frame | None) -> Answer:
        words = markup.labels(frame is not None and frame.shelf.blog.traditional)
        return _sent(markup, markup.notice(frame, words.missing), 404)


def _month_of(day: str) -> date | None:
    try:
        return date(int(day[:4]), int(day[4:6]), 1)
    except ValueError:
        return None


def _sent(markup: Markup, text: str, status: int = 200) -> Answer:
    return page(markup.charset.encode(text), markup.charset.content_type, status)
