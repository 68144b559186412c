"""The plots of a blog: posts, comments and visits over time, days of posts, categories by year, who comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages.author_page import describe_visits, draw_months
from blogarchive.browse.pages.post_choices import PERIOD, YEAR_LENGTH, count_years, format_count, posts_url
from blogarchive.browse.plots import Bar, draw_bars, draw_calendar, draw_line
from blogarchive.browse.requests import RequestContext
from blogarchive.messages import N_
from blogarchive.store.read import blogs
from blogarchive.store.read.blogs import BlogSummary


async def show_plots(context: RequestContext) -> Response:
    """`/read/author/ID/plots`; `?year=` selects the year of the calendar."""
    author_id = int(context.request.url_vars["id"])
    found = await context.query(lambda connection: blogs.read_plots(connection, author_id))
    if found is None:
        return await context.not_found(N_("such author"))
    years = sorted(year for year in count_years(found["months"]) if PERIOD.fullmatch(year))
    given = context.text_parameter("year")
    year = given if given in years else (years[-1] if years else "")
    days = (
        await context.query(lambda connection: blogs.read_days(connection, author_id, year)) if year else {}
    )
    table_years, rows = _tabulate(context, found)
    values = {
        **found,
        "posts": draw_months(context, found["blog"], found["months"]),
        "comments": _draw_comments(context, found),
        "visits": _draw_visits(context, found["visits"]),
        "calendar": _draw_year(context, found["blog"], year, days) if year else "",
        "year": year,
        "years": years[::-1],
        "category_years": table_years,
        "categories": rows,
    }
    return await context.render("plots.html", values)


def _draw_visits(context: RequestContext, visits: Sequence[tuple[str, int]]) -> Markup:
    title, unit = describe_visits(context, visits), context.gettext("Visits")
    return draw_line(visits, title=title, unit=unit, language=context.language)


def _draw_comments(context: RequestContext, found: Mapping[str, Any]) -> Markup:
    bars = {
        month: Bar(
            comments,
            context.ngettext(
                "{month}: {count} comment",
                "{month}: {count} comments",
                comments,
                month=month,
                count=format_count(comments),
            ),
            posts_url(context.home, found["blog"], month),
        )
        for month, comments in found["comments"].items()
    }
    total = format_count(sum(found["comments"].values()))
    title = context.gettext("Comments by month, {count} in all", count=total)
    return draw_bars(
        bars, title=title, unit=context.gettext("Comments in a month"), language=context.language
    )


def _draw_year(context: RequestContext, blog: BlogSummary, year: str, days: Mapping[str, int]) -> Markup:
    bars = {
        day: Bar(
            posts,
            context.ngettext("{day}: {count} post", "{day}: {count} posts", posts, day=day, count=posts),
            posts_url(context.home, blog, day[: len("YYYY-MM")]),
        )
        for day, posts in days.items()
    }
    title = context.ngettext(
        "{days} day with posts in {year}",
        "{days} days with posts in {year}",
        len(days),
        days=len(days),
        year=year,
    )
    return draw_calendar(
        int(year), bars, title=title, weekdays=context.gettext("Mon Tue Wed Thu Fri Sat Sun")
    )


def _tabulate(
    context: RequestContext, found: Mapping[str, Any]
) -> tuple[list[str], dict[str, list[tuple[int, str]]]]:
    """Return the years with posts in categories, newest first; of each category the posts in them, and their lists."""
    by_name: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in found["categories"]:
        by_name.setdefault(one["name"], {})[one["year"]] = one
    years = sorted(
        {one["year"] for one in found["categories"] if PERIOD.fullmatch(one["year"])}, reverse=True
    )

    def cell(one: Mapping[str, Any] | None, year: str) -> tuple[int, str]:
        if one is None:
            return 0, ""
        return one["posts"], posts_url(context.home, found["blog"], year[:YEAR_LENGTH], one["id"])

    return years, {
        name: [cell(of_years.get(year), year) for year in years] for name, of_years in by_name.items()
    }
