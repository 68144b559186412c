"""The example of docs/add-a-site.md works as written."""

import re
from datetime import UTC, datetime

from blogarchive.items import Page, PageKind, Target
from blogarchive.sites.markup import MarkupSite
from tests.paths import ROOT

_GUIDE = (ROOT / "docs" / "add-a-site.md").read_text("utf-8")
_BLOCKS = re.findall(r"```(?:python|html)\n(.*?)```", _GUIDE, re.DOTALL)


def test_the_site_of_the_guide_parses_the_page_of_the_guide() -> None:
    html, forms, module = _BLOCKS[:3]
    names: dict[str, object] = {}
    exec(module.replace("SITE =", f"{forms}\nSITE ="), names)
    site = names["SITE"]
    assert isinstance(site, MarkupSite)
    url = "https://blog.example.org/ann/7.html"
    page = Page(
        url=url, fetched_at=datetime(2026, 1, 1, tzinfo=UTC), status=200, headers=(), body=html.encode()
    )
    parsed = site.parse_page(page, Target(url=url, site="example", kind=PageKind.POST))
    (post,) = parsed.posts
    assert (post.number, post.title, post.views, post.comment_count) == ("7", "Plum rain", 1024, 2)
    assert post.posted is not None
    assert post.posted.text == "2020-05-06 06:30"
    (comment,) = post.comments
    assert (comment.author_name, comment.author_url) == ("Bob", "https://blog.example.org/bob/")
    assert [(link.url, link.kind) for link in parsed.links] == [
        ("https://blog.example.org/ann/7.html?cpage=2", PageKind.COMMENTS)
    ]
    assert parsed.problems == ()
    assert parsed.author is not None
    assert (parsed.author.uid, parsed.author.blog_title) == ("ann", "Ann's notes")
