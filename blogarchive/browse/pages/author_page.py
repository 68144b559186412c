"""The page of an author: facts, posts by month as bars and as links, years, categories, list of posts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages import post_choices
from blogarchive.browse.plots import Bar, draw_bars, draw_sparkline
from blogarchive.browse.requests import RequestContext
from blogarchive.messages import N_
from blogarchive.store.read import blogs, lists
from blogarchive.store.read.blogs import AuthorPage, BlogSummary, Month
from blogarchive.store.read.lists import PostSelection
from blogarchive.store.statements import Statements

_FEW_MONTHS = 36


_Counts = tuple[Mapping[str, int], Mapping[str, int]]
"""The posts of the list's category, or of all, in each year and in each month of the selected year."""


async def show_author(context: RequestContext) -> Response:
    """`/read/author/ID`; `?year=`, `?month=`, `?category=` and `?page=` select the posts."""
    author_id = int(context.request.url_vars["id"])
    chosen = _read_selection(context)
    found = await context.query(lambda archive: _read(archive, author_id, chosen))
    if found is None:
        return await context.not_found(N_("such author"))
    return await context.render("author.html", _template_values(context, *found, chosen))


def draw_months(context: RequestContext, blog: BlogSummary, months: tuple[Month, ...]) -> Markup:
    """Return the posts of each month as bars that link to their lists."""
    bars = {
        month.month: Bar(
            month.stored,
            _describe_month(context, month),
            post_choices.posts_url(context.home, blog, month.month),
            month.lacking,
        )
        for month in months
    }
    title = context.gettext(
        "Posts of {name} by month, {count} in all",
        name=blog.name,
        count=post_choices.format_count(blog.posts),
    )
    return draw_bars(bars, title=title, unit=context.gettext("Posts in a month"), language=context.language)


def describe_visits(context: RequestContext, visits: Sequence[tuple[str, int]]) -> str:
    """Return the first and the last number of visits in words; "" if there is none."""
    if not visits:
        return ""
    return context.gettext(
        "Visits: from {first} to {last}",
        first=post_choices.format_count(visits[0][1]),
        last=post_choices.format_count(visits[-1][1]),
    )


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
    selection, (years, months) = found.selection, counts
    category = next((one for one in found.categories if one.id == selection.category), None)
    newest_first = dict(sorted(years.items(), reverse=True))
    return {
        "page": found,
        "blog": found.blog,
        "category": category,
        "period": selection.period,
        "years": tuple(post_choices.choose_periods(newest_first, selection)),
        "months": tuple(post_choices.choose_periods(months, selection)),
        "categories": tuple(post_choices.choose_categories(found.categories, chosen)),
        "all_years": post_choices.list_url(PostSelection(category=category.id)) if category else "",
        "all_categories": post_choices.list_url(PostSelection(period=chosen.period)),
        "all_months": _group_months(found),
        "is_long": len(found.months) > _FEW_MONTHS,
        "trail": f"?category={category.id}" if category else "",
        "pages": post_choices.turn_pages(
            selection.page,
            found.selected_posts,
            lambda page: post_choices.list_url(replace(selection, page=page)),
        ),
        "bars": draw_months(context, found.blog, found.months),
        "visits": draw_sparkline(found.visits, describe_visits(context, found.visits)),
        "lacking": [month for month in reversed(found.months) if month.lacking],
    }


def _group_months(found: AuthorPage) -> dict[str, list[post_choices.Choice]]:
    """Return the choices of all months by year, newest first."""
    years: dict[str, list[post_choices.Choice]] = {
        year: [] for year in sorted(post_choices.count_years(found.months), reverse=True)
    }
    posts = {month.month: month.stored + month.missing for month in found.months}
    for choice in post_choices.choose_periods(posts, PostSelection(period=" ")):
        years[choice.text[: post_choices.YEAR_LENGTH]].append(choice)
    return years


def _describe_month(context: RequestContext, month: Month) -> str:
    words = (
        N_("{month}: {stored} stored, {missing} missing") if month.lacking else N_("{month}: {stored} stored")
    )
    return context.gettext(words, month=month.month, stored=month.stored, missing=month.lacking)
