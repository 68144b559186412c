"""Searches find exactly the posts and comments that contain the words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.search import Hit, count_hits, search
from blogarchive.store.search_index import fold
from blogarchive.store.statements import Statements
from tests.browse.make_archive import make


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statements]:
    path = make(Path(tmp_path_factory.mktemp("search")) / "archive.db")
    with Archive.open(path, read_only=True) as opened:
        yield opened


def titles(hits: list[Hit]) -> list[str]:
    return ["".join(piece.text for piece in hit.title) for hit in hits]


def marked(hit: Hit) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in hit.excerpt)


def test_every_two_character_word_is_found_in_exactly_its_posts(archive: Statements) -> None:
    rows = archive.execute("select id, coalesce(title, ''), coalesce(body_text, '') from posts").fetchall()
    words = sorted({text[at : at + 2] for _, _, text in rows for at in range(0, len(text) - 1, 3)})
    words = [word for word in words if all("一" <= character <= "鿿" for character in word)]
    assert len(words) > 100
    for word in words:
        truth = {row_id for row_id, *texts in rows if any(fold(word) in fold(text) for text in texts)}
        assert {hit.id for hit in search(archive, word, limit=1000)} == truth, word
        assert count_hits(archive, word) == len(truth)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("川", "回乡过年：一笔细账"),
        ("川普", "回乡过年：一笔细账"),
        ("川普 新政", "回乡过年：一笔细账"),
        ("关税要涨，螺丝也要涨", "回乡过年：一笔细账"),
        ("iphone", "回乡过年：一笔细账"),
        ("ＩＰＨＯＮＥ", "回乡过年：一笔细账"),
        ("iPhone充电线", "回乡过年：一笔细账"),
        ("31元", "回乡过年：一笔细账"),
        ("茶館要拆", None),
        ("茶館終於", "拆掉的茶館"),
        ("茶馆终于", "拆掉的茶館"),
        ("後門", "拆掉的茶館"),
        ("后门", "拆掉的茶館"),
        ('"新政离这个村子"', "回乡过年：一笔细账"),
        ("“新政离这个村子”", "回乡过年：一笔细账"),
        ('"普川"', None),
        ("川普 茶馆", None),
        ("川普 OR 一百零七", "回乡过年：一笔细账"),
        ("川普 -新政", None),
        ("川普 NOT 新政", None),
        ("川普 －野狗 -茶馆", "回乡过年：一笔细账"),
        ("iPho*", "回乡过年：一笔细账"),
    ],
)
def test_words_find_the_post(archive: Statements, words: str, title: str | None) -> None:
    found = titles(search(archive, words))
    assert (title in found) if title else found == []


def test_no_word_matches_across_punctuation(archive: Statements) -> None:
    assert search(archive, "雪母") == []  # …下了一场小雪。母亲在灶前…


def test_or_binds_closer_than_and(archive: Statements) -> None:
    assert titles(search(archive, "川普 OR 一百零七篇 關稅")) == ["回乡过年：一笔细账", "拆掉的茶館"]
    assert titles(search(archive, "川普 OR 一百零七篇 選舉")) == ["拆掉的茶館"]


def test_a_minus_alone_finds_everything_else(archive: Statements) -> None:
    everything = archive.execute("select count(*) from posts").fetchone()[0]
    assert count_hits(archive, "-川普") == everything - 1


def test_a_hit_is_marked_in_its_sentence(archive: Statements) -> None:
    (hit,) = search(archive, "囤货")
    assert marked(hit) == "“川普上台之后，镇上卖五金的老陈就开始[囤货]。”"
    (hit,) = search(archive, "后门")
    assert marked(hit).startswith("我從[後門]進去，")
    (hit,) = search(archive, "拆掉")
    assert [piece.text for piece in hit.title if piece.hit] == ["拆掉"]
    assert marked(hit) == "河岸上的茶館終於要拆了。"


def test_newest_first_or_best_first(archive: Statements) -> None:
    newest = [hit.posted_at or "" for hit in search(archive, "茶馆", limit=50)]
    assert newest == sorted(newest, reverse=True)
    best = search(archive, "茶馆", order="best", limit=50)
    assert {hit.id for hit in best} == {hit.id for hit in search(archive, "茶馆", limit=50)}
    assert any(piece.hit for piece in best[0].title)


def test_pages_of_hits_do_not_overlap(archive: Statements) -> None:
    pages = [search(archive, "邻居", limit=3, offset=offset) for offset in (0, 3)]
    ids = [hit.id for page in pages for hit in page]
    assert ids == [hit.id for hit in search(archive, "邻居", limit=6)]


def test_author_and_date_narrow_the_search(archive: Statements) -> None:
    assert titles(search(archive, "茶馆", author="河岸老林"))[0] == "拆掉的茶館"
    assert all(hit.author == "河岸老林" for hit in search(archive, "茶馆", author="31007"))
    assert search(archive, "茶馆", author="nobody") == []
    assert titles(search(archive, "茶馆", since="2025")) == ["拆掉的茶館"]
    assert search(archive, "茶馆", since="2025-01-06") == []
    assert titles(search(archive, "只在目录", since="2025-01-03")) == ["一篇只在目录里见过的"]


def test_comments_are_searched_separately(archive: Statements) -> None:
    (hit,) = search(archive, "关税", comments=True)
    assert (hit.kind, hit.author, titles([hit])) == ("comment", "Old Wang", ["回乡过年：一笔细账"])
    assert [hit.author for hit in search(archive, "面", comments=True)] == ["河岸老林", "山里人"]
    assert [hit.author for hit in search(archive, "面", comments=True, author="山里人")] == ["山里人"]


def test_nothing_to_search_finds_nothing(archive: Statements) -> None:
    for words in ("", "   ", "。，！", '"', '""', "-", "OR", "AND", "NOT", "*", "()"):
        assert search(archive, words) == []
        assert count_hits(archive, words) == 0
