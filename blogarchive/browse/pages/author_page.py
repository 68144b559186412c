"""The page of an author: facts, posts by month as bars, categories, missing posts, list of posts."""

from collections import Counter

from datasette.utils.asgi import Response

from blogarchive.browse.pages import plots
from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.author_pages import AuthorPage


async def show_author(context: RequestContext) -> Response:
    """`/read/author/ID`; `?year=` and `?category=` select the posts."""
    author_id, category_id = int(context.request.url_vars["id"]), context.int_parameter("category")
    year = context.text_parameter("year") if context.int_parameter("year") is not None else None
    found = await context.query(
        lambda connection: author_pages.read_author_page(
            connection, author_id, year=year, category=category_id
        )
    )
    if found is None:
        return await context.not_found("这位作者")
    category = next((one for one in found.categories if one.id == category_id), None)
    selected_year = None if category else year or (found.blog.last_post_on or "")[:4]
    return await context.render(
        "author.html", {**_template_values(found), "year": selected_year, "category": category}
    )


def _template_values(found: AuthorPage) -> dict[str, object]:
    years: Counter[str] = Counter()
    for month in found.months:
        years[month.month[:4]] += month.stored + month.missing
    stored = sum(month.stored for month in found.months)
    title = f"{found.blog.name} 每月的文章，共 {stored} 篇"
    visits = [(seen.captured_at, seen.total_visits) for seen in found.visits]
    return {
        "page": found,
        "blog": found.blog,
        "years": sorted(years.items(), reverse=True),
        "most": max((month.stored + month.lacking for month in found.months), default=0),
        "bars": plots.draw_bars(found.months, title),
        "visits": plots.draw_sparkline(
            visits,
            f"访问总量：从 {visits[0][1]:,} 到 {visits[-1][1]:,}" if visits else "",
        ),
        "lacking": [month for month in reversed(found.months) if month.lacking],
    }
