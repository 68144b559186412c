"""What the site and its host may rely on."""

from blogarchive.demo import DemoHost, make_blog
from blogarchive.demo.faults import Rule

UID = "31182"
POST = r"/\d{6}/\d+\.html"


def host(*rules: Rule, posts: int = 12, **more: object) -> DemoHost:
    return DemoHost([make_blog(UID, posts=posts)], rules=rules, **more)  # type: ignore[arg-type]
