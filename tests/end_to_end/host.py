"""The demo's host with the pages of a `World`. A test may change its blogs, and set faults."""

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from tests.demo import DemoHost
from tests.demo.server.response import Answer, GetRequest, plain
from tests.demo.server.router import ROBOTS
from tests.end_to_end import printing
from tests.end_to_end.world import Blog, World

Fault = Callable[[str], Answer | None]
"""Return the answer to a path in place of its page, or None."""


def no_fault(path: str) -> None:
    """Send every page as it is."""


class Host(DemoHost):
    """Serves `world` while it is entered; an answer of `fault` without headers is sent as HTML."""

    def __init__(self, world: World, fault: Fault = no_fault) -> None:
        super().__init__(())
        self.world = world
        self.fault = fault

    def blog_url(self, uid: str) -> str:
        """Return the URL of a blog's home page."""
        return f"{self.url}/u/{uid}/"

    def paths(self) -> list[str]:
        """Return the path of each request, oldest first."""
        return [request.path for request in self.requests]

    def answer(self, asked: GetRequest) -> Answer:
        """Return what is sent for a request, after the delay of the answer."""
        answer = self.fault(asked.path) or self.page(asked.path)
        time.sleep(answer.delay)
        return answer if answer.headers else answer.with_header("Content-Type", "text/html")

    def page(self, path: str) -> Answer:
        """Return the page of a path, without faults."""
        parts = urlsplit(path)
        if parts.path == "/robots.txt":
            return plain(ROBOTS)
        match = re.fullmatch(r"/u/(\d+)/(.*)", parts.path)
        blog = self.world.blogs.get(match[1]) if match else None
        if match is None or blog is None:
            return Answer(status=404, body=b"<html><body>404 Not Found</body></html>")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        body, status = self._page(blog, match[2], query)
        headers = [("Content-Type", "text/html; charset=utf-8" if blog.style == "aside" else "text/html")]
        if status == 302:
            headers.append(("Location", f"/u/{blog.uid}/"))
        return Answer(status=status, body=body, headers=tuple(headers))

    def _page(self, blog: Blog, rest: str, query: dict[str, str]) -> tuple[bytes, int]:
        urls = printing.Urls(blog=blog)
        page = int(query.get("page", query.get("cp", "1")))
        if match := re.fullmatch(r"(.*?)(?:index|list)?_(\d+)(?:\.html)?", rest):
            page = int(match[2])
            rest = match[1] + (".html" if re.search(r"\d$", match[1]) else "")
        elif match := re.fullmatch(r"(\d+)/(\d{1,3})\.html", rest):
            page = int(match[2])
            rest = f"{match[1]}.html" if int(match[1]) in blog.categories.values() else f"{match[1]}/"
        if rest == "":
            return self._list(blog, blog.title, blog.listed(), page, urls.home)
        if rest == "archive.php" or re.fullmatch(r"\d{6}/", rest):
            month = query.get("date", rest[:6])
            posts = blog.listed(month=month)
            return self._list(
                blog, f"{month[:4]}年{month[4:]}月", posts, page, lambda n: urls.month(month, n)
            )
        if match := re.fullmatch(r"\d{6}/(\d+)\.html", rest):
            return self._post(blog, int(match[1]), page)
        category = next((name for name, number in blog.categories.items() if rest == f"{number}.html"), None)
        if category is not None:
            return self._list(
                blog, category, blog.listed(category=category), page, lambda n: urls.category(category, n)
            )
        return printing.notice(blog, printing.NOTICES["404"]), 404

    def _list(
        self, blog: Blog, head: str, posts: list, page: int, url: Callable[[int], str]
    ) -> tuple[bytes, int]:
        shown, last = printing.portion(blog, posts, page, blog.per_page)
        if (page > last and blog.endless == "no") or not blog.listed():
            return printing.notice(blog, printing.NOTICES["404"]), 404
        pager = printing.pages(blog, page, last, url)
        return printing.listing(blog, self.url, head, shown, pager), 200

    def _post(self, blog: Blog, number: int, page: int) -> tuple[bytes, int]:
        post = blog.posts.get(number)
        state = "404" if post is None else post.state
        if post is None or state in ("404", "410"):
            return printing.notice(blog, printing.NOTICES[state]), int(state)
        if state == "home":
            return b"", 302
        if state in ("notice", "hidden"):
            return printing.notice(blog, printing.NOTICES[state]), 200
        return printing.post(blog, self.url, post, page), 200
