"""The page of an author: facts, posts by month as bars, categories, missing posts, list of posts."""

import re
from collections import Counter
from functools import partial
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.pages import plots
from blogarchive.browse.request_context import RequestContext
from blogarchive.messages import N_
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.author_pages import POSTS_PER_PAGE, AuthorPage, PostSelection
from blogarchive.store.queries.blog_models import Month

_PERIOD = re.compile(r"\d{4}(?:-\d{2})?")


async def show_author(context: RequestContext) -> Response:
    """`/read/author/ID`; `?year=`, `?month=`, `?category=` and `?page=` select the posts."""
    author_id = int(context.request.url_vars["id"])
    selection = _read_selection(context)
    found = await context.query(
        lambda connection: author_pages.read_author_page(connection, author_id, selection)
    )
    if found is None:
        return await context.not_found(N_("such author"))
    category = next((one for one in found.categories if one.id == selection.category), None)
    return await context.render("author.html", {**_template_values(context, found), "category": category})


def _read_selection(context: RequestContext) -> PostSelection:
    given = context.text_parameter("month") or context.text_parameter("year")
    return PostSelection(
        period=given if _PERIOD.fullmatch(given) else "",
        category=context.int_parameter("category"),
        page=context.int_parameter("page", minimum=1) or 1,
    )


def _page_links(found: AuthorPage) -> dict[str, object]:
    """Return the number of the last page of the list, and the queries of the pages before and after."""
    selection = found.selection
    last = max(1, -(-found.selected_posts // POSTS_PER_PAGE))
    chosen = {"category": selection.category or "", "month": selection.period}

    def link(page: int) -> str | None:
        parameters = {name: value for name, value in {**chosen, "page": page}.items() if value}
        return f"?{urlencode(parameters)}#posts" if 1 <= page <= last else None

    return {"last": last, "before": link(selection.page - 1), "after": link(selection.page + 1)}


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
        "period": found.selection.period,
        "year": found.selection.period[:4],
        "pages": _page_links(found),
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
