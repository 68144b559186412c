"""The URLs of a printed blog, and their forms in its pages."""

from dataclasses import dataclass

from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoPost
from tests.sites.printed.style import Style

BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Urls:
    """Absolute paths; `style.links` selects their form in a page."""

    style: Style
    blog: DemoBlog

    def path_of(self, kind: str, which: str = "", page: int = 1) -> str:
        """Return the path of a page; `which` is a month, a category's number or `YYYYMM/number`."""
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
        """Return the link to a page of the home."""
        return self.written(self.path_of("home", page=page))

    def month(self, month: str, page: int = 1) -> str:
        """Return the link to a page of a month."""
        return self.written(self.path_of("month", month, page))

    def category(self, category: DemoCategory, page: int = 1) -> str:
        """Return the link to a page of a category."""
        return self.written(self.path_of("category", str(category.number), page))

    def post(self, post: DemoPost, page: int = 1) -> str:
        """Return the link to a page of a post."""
        return self.written(self.path_of("post", f"{post.month}/{post.number}", page))

    def day(self, day: int) -> str:
        """Return the link to a day of the calendar, a trap for crawlers."""
        return f"/u/{self.blog.uid}/?day={day}"

    def written(self, path: str) -> str:
        """Return a path in the form of the style."""
        return {
            "plain": path,
            "relative": path,
            "base": path.removeprefix("/u/") if path.startswith("/u/") else path,
            "protocol": f"{BASE.removeprefix('http:')}{path}",
            "onclick": path,
            "session": f"{path}{'&' if '?' in path else '?'}PHPSESSID=0a1b2c3d".replace("&", "&amp;"),
        }[self.style.links]
