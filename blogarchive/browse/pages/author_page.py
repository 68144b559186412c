"""An author: the card, the years as bars, categories, what is missing, and the posts."""

from collections import Counter

from datasette.utils.asgi import Response

from blogarchive.browse.pages import plots
from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.author_pages import AuthorPage


async def author(asked: RequestContext) -> Response:
    """`/read/author/ID`; `?year=` and `?category=` choose which posts are listed."""
    identity, category_id = int(asked.request.url_vars["id"]), asked.number("category")
    year = asked.word("year") if asked.number("year") is not None else None
    found = await asked.read(
        lambda connection: author_pages.author_page(connection, identity, year=year, category=category_id)
    )
    if found is None:
        return await asked.missing("这位作者")
    category = next((one for one in found.categories if one.id == category_id), None)
    shown_year = None if category else year or (found.blog.last_post_on or "")[:4]
    return await asked.page("author.html", {**_shown(found), "year": shown_year, "category": category})


def _shown(found: AuthorPage) -> dict[str, object]:
    years: Counter[str] = Counter()
    for month in found.months:
        years[month.month[:4]] += month.stored + month.missing
    held = sum(month.stored for month in found.months)
    words = f"{found.blog.name} 每月的文章，共 {held} 篇"
    visits = [(seen.captured_at, seen.total_visits) for seen in found.visits]
    return {
        "page": found,
        "blog": found.blog,
        "years": sorted(years.items(), reverse=True),
        "most": max((month.stored + month.lacking for month in found.months), default=0),
        "bars": plots.bars(found.months, words),
        "visits": plots.spark(
            visits,
            f"访问总量：从 {visits[0][1]:,} 到 {visits[-1][1]:,}" if visits else "",
        ),
        "lacking": [month for month in reversed(found.months) if month.lacking],
    }
