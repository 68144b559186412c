"""Ask a Datasette for the pages of an archive, on whatever version runs this: `python on_datasette.py ARCHIVE`.

It needs no pytest: the environment of the other Datasette has none.
"""

import asyncio
import sys
from pathlib import Path

from datasette.app import Datasette

from blogarchive.browse.serve import create_app

PAGES = {
    "/": "阅读 Read",
    "/read": "山里人的灶台",
    "/read/post/1": "山里人",
    "/read/search?q=川普": "川普",
    "/archive": "posts_view",
    "/archive/posts": "number of comments, as the page shows it",
    "/archive/posts?_search=川普": "/read/post/",
    "/archive/posts?title__contains=账": "/read/post/",
    "/archive/posts.json?_extra=facet_results": '"gone_reason"',
    "/archive/comments": "author_name",
    "/archive/most_discussed": "/read/post/",
    "/archive/posts.csv": "id,author_id",
}


async def check(path: Path) -> None:
    server = Datasette([str(path)])
    await server.invoke_startup()
    for address, words in PAGES.items():
        shown = await server.client.get(address)
        assert shown.status_code == 200, address
        assert words in shown.text, address
    await _expect(server, "/no/such/page", 404)
    own = create_app(path)
    await own.invoke_startup()
    await _expect(own, "/", 302)
    await _expect(own, "/no/such/page", 404)
    rules = {"databases": {"archive": {"tables": {"comments": {"allow": False}}}}}
    closed = Datasette([str(path)], metadata=rules)
    await closed.invoke_startup()
    for address in (
        "/read/post/1",
        "/archive/_commenter_totals",
        "/archive/comments_fts",
        "/archive/posts_view",
    ):
        await _expect(closed, address, 403)


async def _expect(server: Datasette, address: str, status: int) -> None:
    assert (await server.client.get(address)).status_code == status, address


asyncio.run(check(Path(sys.argv[1])))
