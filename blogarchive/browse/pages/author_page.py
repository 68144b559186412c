"""The pages of an author: facts, months, categories and posts; plots of posts, comments and visits, by year and day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages import post_choices
from blogarchive.browse.plots import Bar, draw_bars, draw_calendar, draw_line, draw_sparkline
from blogarchive.browse.requests import RequestContext
from blogarchive.messages import N_
from blogarchive.store.read import blogs, lists
from blogarchive.store.read.blogs import AuthorPage, BlogSummary, Month
from blogarchive.store.read.lists import PostSelection
from blogarchive.store.statements import Statements

_FEW_MONTHS = 36  # of three years; the links of more are folded, so that the list of posts is not below them


# The posts of the list's category, or of all, in each year and in each month of the selected year.
_Counts = tuple[Mapping[str, int], Mapping[str, int]]


async def show_author(context: RequestContext) -> Response:
    """`/read/author/ID`; `?year=`, `?month=`, `?category=` and `?page=` select the posts."""
    author_id = int(context.request.url_vars["id"])
    chosen = _read_selection(context)
    found = await context.query(lambda archive: _read(archive, author_id, chosen))
    if found is None:
        return await context.not_found(N_("such author"))
    return await context.render("author.html", _template_values(context, *found, chosen))


def _draw_months(context: RequestContext, blog: BlogSummary, months: tuple[Month, ...]) -> Markup:
    """Return the posts of each month as bars that link to their lists."""
    bars = {}
    for month in months:
        url = post_choices.posts_url(context.home, blog, month.month)
        bars[month.month] = Bar(month.stored, _describe_month(context, month), url, month.lacking)
    count = post_choices.format_count(blog.posts)
    title = context.gettext("Posts of {name} by month, {count} in all", name=blog.name, count=count)
    return draw_bars(bars, title=title, unit=context.gettext("Posts in a month"), language=context.language)


def _describe_visits(context: RequestContext, visits: Sequence[tuple[str, int]]) -> str:
    """Return the first and the last number of visits in words; "" if there is none."""
    if not visits:
        return ""
    first, last = (post_choices.format_count(visits[place][1]) for place in (0, -1))
    return context.gettext("Visits: from {first} to {last}", first=first, last=last)


def _read_selection(context: RequestContext) -> PostSelection:
    given = context.text_parameter("month") or context.text_parameter("year")
    return PostSelection(
        period=given if post_choices.PERIOD.fullmatch(given) else "",
        category=context.int_parameter("category"),
        page=context.int_parameter("page", minimum=1) or 1,
    )


def _read(archive: Statements, author_id: int, chosen: PostSelection) -> tuple[AuthorPage, _Counts] | None:
    found = blogs.read_author_page(archive, author_id, chosen)
    if found is None:
        return None
    year, category = found.selection.period[: post_choices.YEAR_LENGTH], found.selection.category
    if category is None:
        years = post_choices.count_years(found.months)
        return found, (years, post_choices.count_months(found.months, year))
    years = lists.read_category_years(archive, category)
    months = lists.read_category_months(archive, author_id, category, year) if year else {}
    return found, (years, months)


def _template_values(
    context: RequestContext, found: AuthorPage, counts: _Counts, chosen: PostSelection
) -> dict[str, object]:
    return {
        "page": found,
        "blog": found.blog,
        **_list_values(found, counts, chosen),
        "all_months": _group_months(found),
        "is_long": len(found.months) > _FEW_MONTHS,
        "bars": _draw_months(context, found.blog, found.months),
        "visits": draw_sparkline(found.visits, _describe_visits(context, found.visits)),
        "lacking": [month for month in reversed(found.months) if month.lacking],
    }


def _list_values(found: AuthorPage, counts: _Counts, chosen: PostSelection) -> dict[str, object]:
    """Return the values of the list of posts: the selection, its pages, and the links to other selections."""
    selection, (years, months) = found.selection, counts
    category = next((one for one in found.categories if one.id == selection.category), None)
    newest_first = dict(sorted(years.items(), reverse=True))

    def page_url(page: int) -> str:
        return post_choices.list_url(replace(selection, page=page))

    return {
        "category": category,
        "period": selection.period,
        "years": tuple(post_choices.choose_periods(newest_first, selection)),
        "months": tuple(post_choices.choose_periods(months, selection)),
        "categories": tuple(post_choices.choose_categories(found.categories, chosen)),
        "all_years": post_choices.list_url(PostSelection(category=category.id)) if category else "",
        "all_categories": post_choices.list_url(PostSelection(period=chosen.period)),
        "trail": f"?category={category.id}" if category else "",
        "pages": post_choices.turn_pages(selection.page, found.selected_posts, page_url),
    }


def _group_months(found: AuthorPage) -> dict[str, list[post_choices.Choice]]:
    """Return the choices of all months by year, newest first."""
    newest_first = sorted(post_choices.count_years(found.months), reverse=True)
    years: dict[str, list[post_choices.Choice]] = {year: [] for year in newest_first}
    posts = {month.month: month.stored + month.missing for month in found.months}
    for choice in post_choices.choose_periods(posts, PostSelection(period=" ")):
        years[choice.text[: post_choices.YEAR_LENGTH]].append(choice)
    return years


def _describe_month(context: RequestContext, month: Month) -> str:
    whole, lacking = N_("{month}: {stored} stored"), N_("{month}: {stored} stored, {missing} missing")
    words = lacking if month.lacking else whole
    return context.gettext(words, month=month.month, stored=month.stored, missing=month.lacking)


# Plots


async def show_plots(context: RequestContext) -> Response:
    """`/read/author/ID/plots`; `?year=` selects the year of the calendar."""
    author_id = int(context.request.url_vars["id"])
    found = await context.query(lambda archive: blogs.read_plots(archive, author_id))
    if found is None:
        return await context.not_found(N_("such author"))
    years = sorted(filter(post_choices.PERIOD.fullmatch, post_choices.count_years(found["months"])))
    given = context.text_parameter("year")
    year = given if given in years else (years[-1] if years else "")
    days = await context.query(lambda archive: blogs.read_days(archive, author_id, year)) if year else {}
    table_years, rows = _tabulate(context, found)
    visits, unit = _describe_visits(context, found["visits"]), context.gettext("Visits")
    values = {
        **found,
        "posts": _draw_months(context, found["blog"], found["months"]),
        "comments": _draw_comments(context, found),
        "visits": draw_line(found["visits"], title=visits, unit=unit, language=context.language),
        "calendar": _draw_year(context, found["blog"], year, days) if year else "",
        "year": year,
        "years": years[::-1],
        "category_years": table_years,
        "categories": rows,
    }
    return await context.render("plots.html", values)


def _draw_comments(context: RequestContext, found: Mapping[str, Any]) -> Markup:
    bars = {}
    for month, comments in found["comments"].items():
        values = {"month": month, "count": post_choices.format_count(comments)}
        title = context.ngettext("{month}: {count} comment", "{month}: {count} comments", comments, **values)
        bars[month] = Bar(comments, title, post_choices.posts_url(context.home, found["blog"], month))
    total = post_choices.format_count(sum(found["comments"].values()))
    title = context.gettext("Comments by month, {count} in all", count=total)
    unit = context.gettext("Comments in a month")
    return draw_bars(bars, title=title, unit=unit, language=context.language)


def _draw_year(context: RequestContext, blog: BlogSummary, year: str, days: Mapping[str, int]) -> Markup:
    bars = {}
    for day, posts in days.items():
        title = context.ngettext("{day}: {count} post", "{day}: {count} posts", posts, day=day, count=posts)
        bars[day] = Bar(posts, title, post_choices.posts_url(context.home, blog, day[: len("YYYY-MM")]))
    values = {"days": len(days), "year": year}
    title = context.ngettext(
        "{days} day with posts in {year}", "{days} days with posts in {year}", len(days), **values
    )
    weekdays = context.gettext("Mon Tue Wed Thu Fri Sat Sun")
    return draw_calendar(int(year), bars, title=title, weekdays=weekdays)


def _tabulate(
    context: RequestContext, found: Mapping[str, Any]
) -> tuple[list[str], dict[str, list[tuple[int, str]]]]:
    """Return the years with posts in categories, newest first; of each category the posts in them, and their lists."""
    rows: dict[str, dict[str, tuple[int, str]]] = {}
    for one in found["categories"]:
        url = post_choices.posts_url(context.home, found["blog"], one["year"], one["id"])
        rows.setdefault(one["name"], {})[one["year"]] = one["posts"], url
    known = {year for row in rows.values() for year in row}  # of a merged archive a year may be any text
    years = sorted(filter(post_choices.PERIOD.fullmatch, known), reverse=True)
    return years, {name: [row.get(year, (0, "")) for year in years] for name, row in rows.items()}
