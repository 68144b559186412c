"""A value of a post that a page shows has all its places: this names the one that a new column lacks."""

import json
import re
from dataclasses import fields
from hashlib import sha256
from typing import Any, get_type_hints

import pytest

from blogarchive.fetched import READER_VERSION
from blogarchive.items import Author, Comment, PageKind, ParsedPage, Post
from blogarchive.post_facts import PostFacts
from blogarchive.sites.normalize import tidy_texts
from blogarchive.store.database.schema import statements
from tests.paths import ROOT

OWN = {"read_by"}  # no value of a page
FACTS = {field.name for field in fields(PostFacts)} - OWN
COLUMNS = set(re.findall(r"^    (\w+) ", statements()["table", "posts"], re.MULTILINE))
SHOWN = sorted(FACTS | {"title", "views", "likes", "comment_count"})
TEXTS = sorted({name for name, hint in get_type_hints(Post).items() if hint == str | None})


@pytest.mark.parametrize("name", sorted(FACTS | OWN))
def test_each_fact_of_a_post_is_a_column(name: str) -> None:
    assert name in COLUMNS


@pytest.mark.parametrize("name", SHOWN)
def test_each_value_of_a_post_is_exported(name: str) -> None:
    schema = json.loads((ROOT / "blogarchive/export/post.schema.json").read_text("utf-8"))
    assert name in schema["required"]
    assert name in schema["properties"]


@pytest.mark.parametrize("name", SHOWN)
def test_each_value_of_a_post_is_on_its_page(name: str) -> None:
    template = (ROOT / "blogarchive/browse/templates/archive/post.html").read_text("utf-8")
    assert re.search(rf"\bpost\.{name}\b", template)


@pytest.mark.parametrize("name", TEXTS)
def test_damaged_characters_of_each_text_of_a_post_are_repaired(name: str) -> None:
    shown: dict[str, Any] = {"number": "1", "url": "https://blog.example/1", name: "桥\x07上"}
    parsed = tidy_texts(ParsedPage(kind=PageKind.POST, encoding="utf-8", posts=(Post(**shown),)))
    assert getattr(parsed.posts[0], name) == "桥上"


def test_pages_of_an_older_version_are_parsed_again_if_a_post_has_a_new_field() -> None:
    names = [f"{kind.__name__}.{field.name}" for kind in (Author, Post, Comment) for field in fields(kind)]
    digest = sha256(" ".join(sorted(names)).encode()).hexdigest()[:8]
    # A new field: raise READER_VERSION, and write its new value and the new digest here.
    assert (digest, READER_VERSION >= 8) == ("ffae3f47", True)
