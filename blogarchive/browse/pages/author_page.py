"""The page of an author: facts, posts by month as bars, categories, missing posts, list of posts."""

from collections import Counter
from functools import partial

from datasette.utils.asgi import Response

from blogarchive.browse.pages import plots
from blogarchive.browse.request_context import RequestContext
from blogarchive.messages import N_
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.author_pages import AuthorPage
from blogarchive.store.queries.blog_models import Month


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
        return await context.not_found(N_("such author"))
    category = next((one for one in found.categories if one.id == category_id), None)
    selected_year = None if category else year or (found.blog.last_post_on or "")[:4]
    return await context.render(
        "author.html", {**_template_values(context, found), "year": selected_year, "category": category}
    )


def _template_values(context: RequestContext, found: AuthorPage) -> dict[str, object]:
    years: Counter[str] = Counter()
    for month in found.months:
        years[month.month[:4]] += month.stored + month.missing
    stored = sum(month.stored for month in found.months)
    title = context.gettext("Posts of {name} by month, {count} in all", name=found.blog.name, count=stored)
    visits = [(seen.captured_at, seen.total_visits) for seen in found.visits]
    return {
        "page": found,
        "blog": found.blog,
        "years": sorted(years.items(), reverse=True),
        "most": max((month.stored + month.lacking for month in found.months), default=0),
        "bars": plots.draw_bars(found.months, title, partial(_describe_month, context)),
        "visits": plots.draw_sparkline(
            visits, _describe_visits(context, visits[0][1], visits[-1][1]) if visits else ""
        ),
        "lacking": [month for month in reversed(found.months) if month.lacking],
    }


def _describe_month(context: RequestContext, month: Month) -> str:
    if month.lacking:
        return context.gettext(
            "{month}: {stored} stored, {missing} missing",
            month=month.month,
            stored=month.stored,
            missing=month.lacking,
        )
    return context.gettext("{month}: {stored} stored", month=month.month, stored=month.stored)


def _describe_visits(context: RequestContext, first: int, last: int) -> str:
    return context.gettext("Visits: from {first} to {last}", first=f"{first:,}", last=f"{last:,}")
