"""Golden files: parsed pages as JSON, one folder a case, `fixtures/<site>/<page type>/<case>/`.

`page.html` has the bytes as served, `page.json` URL, headers and time. `expected.json` has the parsed page, with texts
repaired and times resolved. `make goldens` rewrites expected.json and then fails.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from blogarchive.items import (
    Author,
    Comment,
    CrawledPage,
    NoticeKind,
    Page,
    PageKind,
    ParsedPage,
    Post,
    Target,
)
from blogarchive.sites import base as sites
from blogarchive.sites.normalize import normalize_page
from tests.paths import FIXTURES

CASES = sorted(file.parent for file in FIXTURES.glob("*/*/*/page.json"))


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    raise TypeError(type(value))


def parse(case: Path, body: bytes) -> ParsedPage:
    """Return the page of a case with another body, parsed and normalized."""
    about = json.loads((case / "page.json").read_text("utf-8"))
    page = Page(
        url=about["url"],
        fetched_at=datetime.fromisoformat(about["fetched_at"]),
        status=about["status"],
        headers=tuple((name, value) for name, value in about["headers"]),
        body=body,
    )
    target = Target(
        url=page.url,
        site=case.parent.parent.name,
        kind=PageKind(about["kind"]),
        uid=about["uid"],
        post_number=about.get("post_number"),
        page_no=about.get("page_no", 1),
    )
    return normalize_page(CrawledPage(target=target, page=page, parsed=sites.parse_page(page, target))).parsed


def read(case: Path) -> dict[str, Any]:
    found = parse(case, (case / "page.html").read_bytes())
    parsed: dict[str, Any] = json.loads(json.dumps(asdict(found), default=plain))
    return parsed


@pytest.mark.parametrize("case", CASES, ids=lambda case: "/".join(case.parts[-3:]))
def test_a_page_is_parsed_as_its_golden_file(case: Path, request: pytest.FixtureRequest) -> None:
    file, parsed = case / "expected.json", read(case)
    if request.config.getoption("--rewrite-goldens"):
        file.write_text(json.dumps(parsed, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(
            f"{file.name} was written anew: read the diff, then run the tests without --rewrite-goldens"
        )
    assert parsed == json.loads(file.read_text("utf-8"))


def goldens() -> list[dict[str, Any]]:
    return [json.loads((case / "expected.json").read_text("utf-8")) for case in CASES]


def test_every_page_type_has_a_golden_case() -> None:
    assert {golden["kind"] for golden in goldens()} == {str(kind) for kind in PageKind}


def test_every_kind_of_notice_has_a_golden_case() -> None:
    kinds = {golden["notice"]["kind"] for golden in goldens() if golden["notice"]}
    assert kinds == {str(kind) for kind in NoticeKind}


@pytest.mark.parametrize(
    ("kind", "where"),
    [(Author, "authors"), (Post, "posts"), (Comment, "comments")],
    ids=["author", "post", "comment"],
)
def test_every_field_is_filled_in_some_golden_case(kind: type, where: str) -> None:
    assert is_dataclass(kind)
    rows = {
        "authors": [golden["author"] for golden in goldens() if golden["author"]],
        "posts": [post for golden in goldens() for post in golden["posts"]],
        "comments": [row for golden in goldens() for post in golden["posts"] for row in post["comments"]],
    }[where]
    unfilled = {field.name for field in fields(kind) if not any(row[field.name] for row in rows)}
    # A post's page does not show its category; the list of the category does.
    assert unfilled - {"categories"} == set()
