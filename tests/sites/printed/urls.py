"""The URLs of a printed blog and how its pages write them."""

from dataclasses import dataclass

from blogarchive.demo.blogs.truth import DemoBlog, DemoCategory, DemoPost
from tests.sites.printed.style import Style

BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Urls:
    """Paths are absolute on the host; `links` of the style says how a page writes them."""

    style: Style
    blog: DemoBlog

    def path_of(self, kind: str, which: str = "", page: int = 1) -> str:
        """The path of a page; `which` is a month, a category's number or `YYYYMM/number`."""
        uid = self.blog.uid
        first = {
            "home": f"/u/{uid}/",
            "month": {
                "query": f"/u/{uid}/archive.php?date={which}",
                "path": f"/u/{uid}/{which}/",
                "dashes": f"/month-{uid}-{which}.html",
            }[self.style.urls],
            "category": f"/u/{uid}/{which}.html",
            "post": f"/u/{uid}/{which}.html",
        }[kind]
        if page == 1:
            return first
        if self.style.urls == "query":
            return f"{first}{'&' if '?' in first else '?'}page={page}"
        if self.style.urls == "path":
            return f"/list/{uid}/{kind}/{which or 'all'}/{page}"
        return f"{first.removesuffix('.html').removesuffix('/')}_{page}.html"

    def home(self, page: int = 1) -> str:
        """A page of the home."""
        return self.written(self.path_of("home", page=page))

    def month(self, month: str, page: int = 1) -> str:
        """A page of a month."""
        return self.written(self.path_of("month", month, page))

    def category(self, category: DemoCategory, page: int = 1) -> str:
        """A page of a category."""
        return self.written(self.path_of("category", str(category.number), page))

    def post(self, post: DemoPost, page: int = 1) -> str:
        """A page of a post."""
        return self.written(self.path_of("post", f"{post.month}/{post.number}", page))

    def day(self, day: int) -> str:
        """A day of the calendar: a trap."""
        return f"/u/{self.blog.uid}/?day={day}"

    def written(self, path: str) -> str:
        """A path as the page writes it."""
        return {
            "plain": path,
            "relative": path,
            "base": path.removeprefix("/u/") if path.startswith("/u/") else path,
            "protocol": f"{BASE.removeprefix('http:')}{path}",
            "onclick": path,
            "session": f"{path}{'&' if '?' in path else '?'}PHPSESSID=0a1b2c3d".replace("&", "&amp;"),
        }[self.style.links]
