"""Sites are found by their presence; their pages have texts repaired and times resolved, as in pipelines and `reparse`."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from blogarchive.errors import UsageError
from blogarchive.items import (
    Author,
    CategoryRow,
    Comment,
    DateText,
    ListedPost,
    MonthRow,
    PageKind,
    ParsedPage,
    Post,
)
from blogarchive.sites.base import LoadedSites, load_sites, site_by_name, site_for_url, site_names
from blogarchive.sites.normalize import resolve_dates, tidy_texts

ZONE = ZoneInfo("America/Los_Angeles")
FETCHED = datetime(2025, 2, 1, 9, 0, tzinfo=UTC)


def parsed(**fields: object) -> ParsedPage:
    return ParsedPage(kind=PageKind.POST, encoding="utf-8", **fields)  # type: ignore[arg-type]


def post(**fields: object) -> Post:
    return Post(number="1", url="http://h/u/1/202501/1.html", **fields)  # type: ignore[arg-type]


def test_every_time_is_resolved_in_the_time_zone_of_the_site() -> None:
    shown = DateText(text="2025-01-28 01:46:53")
    given = parsed(
        author=Author(uid="1", url="http://h/u/1/", registered=DateText(text="2022-06-17")),
        posts=(post(posted=shown, comments=(Comment(author_name="甲", posted=shown),)),),
        listed=(ListedPost(number="2", url="http://h/2", title="乙", posted=shown),),
        categories=(
            CategoryRow(
                name="旧事", posts=(ListedPost(number="3", url="http://h/3", title="丙", posted=shown),)
            ),
        ),
        months=(
            MonthRow(month="2025-01", first=DateText(text="2025-01-02"), last=DateText(text="2025-01-29")),
        ),
    )
    dated = resolve_dates(given, FETCHED, ZONE)
    at = datetime(2025, 1, 28, 1, 46, 53, tzinfo=ZONE)
    assert dated.posts[0].posted == DateText(text=shown.text, at=at, precision="second")
    assert dated.posts[0].comments[0].posted == dated.listed[0].posted == dated.posts[0].posted
    assert dated.categories[0].posts[0].posted == dated.posts[0].posted
    assert dated.author is not None
    assert dated.author.registered == DateText(
        text="2022-06-17", at=datetime(2022, 6, 17, tzinfo=ZONE), precision="day"
    )
    assert dated.months[0].last.precision == "day"
    assert dated.problems == ()


def test_a_month_shown_twice_is_one_row_from_its_first_day_to_its_last() -> None:
    def row(month: str, first: str, last: str, url: str | None) -> MonthRow:
        return MonthRow(month=month, first=DateText(text=first), last=DateText(text=last), url=url)

    given = parsed(
        months=(
            row("2025-01", "2025-01-16", "2025-01-31", "http://h/late"),
            row("2025-01", "2025-01-02", "2025-01-15", "http://h/early"),
            row("2024-12", "2024-12-03", "2024-12-30", None),
            row("2024-12", "2024-12-03", "2024-12-30", "http://h/dec"),
        )
    )
    months = resolve_dates(given, FETCHED, ZONE).months
    assert [(m.month, m.first and m.first.text, m.last and m.last.text, m.url) for m in months] == [
        ("2025-01", "2025-01-02", "2025-01-31", "http://h/late"),
        ("2024-12", "2024-12-03", "2024-12-30", "http://h/dec"),
    ]


def test_archives_that_differ_between_their_first_and_last_month_are_resolved_apart() -> None:
    def resolved(day: str) -> list[str]:
        days = ("2025-01-02", day, "2024-11-03")
        given = parsed(months=tuple(MonthRow(month=text[:7], first=DateText(text=text)) for text in days))
        return [f"{row.first.at:%F}" for row in resolve_dates(given, FETCHED, ZONE).months if row.first]

    assert resolved("2024-12-04") == ["2025-01-02", "2024-12-04", "2024-11-03"]
    assert resolved("2024-12-05") == ["2025-01-02", "2024-12-05", "2024-11-03"]


def test_a_time_without_its_day_is_resolved_against_the_fetch_time() -> None:
    dated = resolve_dates(parsed(posts=(post(posted=DateText(text="昨天 12:30")),)), FETCHED, ZONE)
    assert dated.posts[0].posted is not None
    assert dated.posts[0].posted.at == datetime(2025, 1, 31, 12, 30, tzinfo=ZONE)


def test_a_text_that_is_no_time_is_one_problem_and_stays_as_shown() -> None:
    bad = DateText(text="2025-13-45")
    given = parsed(posts=(post(posted=bad, comments=(Comment(author_name="甲", posted=bad),) * 2),))
    dated = resolve_dates(given, FETCHED, ZONE)
    assert dated.posts == given.posts
    assert [(problem.kind, problem.field) for problem in dated.problems] == [
        ("unreadable", "posted_at"),
        ("unreadable", "comments.posted_at"),
    ]
    assert resolve_dates(dated, FETCHED, ZONE) == dated


def test_only_stray_controls_are_removed_from_texts() -> None:
    clean = parsed(
        posts=(post(title="好\u3000题", body_text="一。\n二。", comments=(Comment(author_name="甲"),)),)
    )
    assert tidy_texts(clean) is clean
    stray = parsed(posts=(post(title="好\x07题", comments=(Comment(author_name="甲\x00"),)),))
    tidied = tidy_texts(stray)
    assert tidied.posts[0].title == "好题"
    assert tidied.posts[0].comments[0].author_name == "甲"
    assert tidied.posts[0].url == stray.posts[0].url


def test_a_post_and_a_list_name_a_category_as_the_sidebar_does() -> None:
    damaged = "旅行见闻".encode().decode("latin-1")
    page = parsed(
        posts=(post(categories=("杂感", damaged)),), categories=(CategoryRow(name=damaged),), listing=damaged
    )
    tidied = tidy_texts(page)
    (row,) = tidied.categories
    assert (row.name, tidied.listing) == ("旅行见闻", "旅行见闻")
    assert tidied.posts[0].categories == ("杂感", "旅行见闻")


# sites are found, and a broken one breaks no other


def test_a_site_that_cannot_be_imported_breaks_that_site_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "brokensites"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("from blogarchive.sites.pixnet import SITE as SITE")
    (package / "bad.py").write_text("SITE = no_such_name")
    good = "from blogarchive.sites.pixnet import SITE as pixnet\nfrom dataclasses import replace\nSITE = replace(pixnet, "
    wrong = {
        "number": "SITE = 5",
        "class_": "from blogarchive.sites.base import Site as SITE",
        "name": f"{good}name=[])",
        "hosts": f"{good}name='a', hosts=None)",
        "text": f"{good}name='b', hosts='blog.example.org')",
        "host": f"{good}name='c', hosts=(5,))",
        "zone": f"{good}name='d', zone='Asia/Taipei')",
        "taken": f"{good}is_closed=True)",
    }
    for name, text in wrong.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    sites = load_sites([str(package)], "brokensites")
    assert set(sites.loaded) == {"pixnet"}
    assert sites.broken.pop("bad") == "NameError: name 'no_such_name' is not defined"
    assert sites.broken.keys() == wrong.keys()
    assert sites.broken["taken"] == "ValueError: another site has its name, or its zone is no ZoneInfo"


def test_a_site_of_many_hosts_is_found_by_each_of_them() -> None:
    assert site_for_url("https://Ann.pixnet.net/blog").name == "pixnet"
    assert site_for_url("https://pixnet.net.example/").name == "web"


def test_a_host_of_no_known_site_is_that_of_any_blog_and_a_slip_of_the_pen_is_told() -> None:
    assert site_for_url("https://blog.example.org/2020/a.html").name == "web"
    assert site_for_url("http://127.0.0.1:8000/").name == "web"
    assert site_for_url("http://blog.1kjs.com/post/20.html").name == "web"  # not blog.163.com
    assert site_for_url("https://www.163.com/dy/article/1.html").name == "web"
    with pytest.raises(UsageError, match=r"did you mean blog\.creaders\.net"):
        site_for_url("https://blog.creader.net/u/1/")
    with pytest.raises(UsageError, match=r"did you mean blog\.creaders\.net"):
        site_for_url("https://creaders.com/u/1/")
    with pytest.raises(UsageError, match="no known site has the host"):
        site_for_url("https://nonsense/")


def test_a_host_of_two_sites_is_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    second = replace(site_by_name("pixnet"), name="second")
    sites = LoadedSites(loaded={"pixnet": site_by_name("pixnet"), "second": second})
    monkeypatch.setattr("blogarchive.sites.base.found_sites", lambda: sites)
    with pytest.raises(UsageError, match=r"pixnet and second both have the host ann\.pixnet\.net"):
        site_for_url("https://ann.pixnet.net/blog")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown site 'pixnett'; known sites: .*pixnet"):
        site_by_name("pixnett")
    assert "creaders" in site_names()
