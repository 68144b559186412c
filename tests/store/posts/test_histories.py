"""After any sequence of changes to a blog, the archive has the current state and every earlier text."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import example, given, settings, strategies as st

from blogarchive.items import Comment
from blogarchive.store.database.archive import Archive
from tests.new_archive import new_archive
from tests.store.fake_blog import Clock, Entry, FakeBlog, a_blog, comment, crawl, texts

STEPS = st.tuples(
    st.sampled_from(
        [
            *("edit", "delete", "restore", "add post", "comment", "same comment", "uncomment"),
            *("edit comment", "views", "outage", "run", "killed run"),
        ]
    ),
    st.integers(0, 7),
)


class History:
    """A blog that changes, with everything that was ever fetched from it."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.blog: FakeBlog = a_blog(5, comments=5, per_page=2, comments_per_page=3)
        self.clock = Clock()
        self.count = 0
        self.seen: set[str] = set()
        self.run()

    def run(self, stop_after: int | None = None) -> None:
        self.clock.now += timedelta(days=1)
        crawl(self.archive, self.blog, self.clock, command="update", full=True, stop_after=stop_after)
        if stop_after is None and not self.blog.broken:
            self.seen |= {entry.text for entry in self.there()}

    def there(self) -> list[Entry]:
        return [entry for entry in self.blog.entries.values() if entry.listed]

    def take(self, step: str, place: int) -> None:
        self.count += 1
        numbers = sorted(self.blog.entries)
        entry = self.blog.entries[numbers[place % len(numbers)]]
        match step:
            case "edit":
                entry.text = f"第{self.count}次写的正文。" * 40
            case "delete":
                entry.listed, entry.status = False, 404
            case "restore":
                entry.listed, entry.status = True, 200
            case "add post":
                new = 600000 + self.count
                when = f"2024-0{place % 6 + 1}-05 08:00:{self.count % 60:02}"
                self.blog.add(Entry(number=new, title=f"新{new}", when=when, text=f"新文{new}。" * 40))
            case "comment":
                entry.comments.insert(
                    0, comment("来客", f"2024-08-01 10:00:{self.count % 60:02}", f"话{self.count}")
                )
            case "views":
                entry.views += 1
            case "outage":
                self.blog.broken = {
                    self.blog.url(f"m/{entry.month}"): 503,
                    self.blog.post_url(entry.number): 500,
                }
            case "run" | "killed run":
                self.run(stop_after=place if step == "killed run" else None)
                self.blog.broken = {}
            case _:
                self.change_comment(step, place, entry.comments)

    def change_comment(self, step: str, place: int, comments: list[Comment]) -> None:
        if not comments:
            return
        at, words = place % len(comments), f"改{self.count}"
        match step:
            case "same comment":
                comments.insert(0, comments[0])
            case "uncomment":
                del comments[at]
            case "edit comment":
                comments[at] = replace(comments[at], body_text=words, body_html=words)


@example(
    steps=[("add post", 0), ("killed run", 1), ("delete", 5)]
)  # named without a time, gone before it was read
@given(steps=st.lists(STEPS, max_size=14))
@settings(max_examples=8)
def test_the_archive_is_right_after_any_sequence_of_changes(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as place, Archive.open(new_archive(Path(place) / "a.db")) as archive:
        history = History(archive)
        for step, where in steps:
            history.take(step, where)
        history.blog.broken = {}
        # The next run continues the chain of a killed run, and failed pages wait, so a second run is needed.
        for _ in range(3):
            history.clock.now += timedelta(days=8)
            history.run()
        _agrees(archive, history)


def _agrees(archive: Archive, history: History) -> None:
    there = {entry.number: entry for entry in history.there()}
    held = archive.rows(
        "select number, title, body_text, views from posts where gone_at is null order by number"
    )
    assert held == [(str(n), e.title, e.text, e.views) for n, e in sorted(there.items())]
    for number, entry in there.items():
        bodies = texts(
            archive,
            "select c.body_text from comments c join posts p on p.id = c.post_id"
            " where p.number = ? and c.gone_at is null",
            (number,),
        )
        assert sorted(map(str, bodies)) == sorted(one.body_text for one in entry.comments)
    assert history.seen <= set(map(str, texts(archive, "select body_text from post_versions")))
    assert texts(archive, "select count(*) from open_failures") == [0]
    months = {entry.month for entry in there.values()}
    proved = "select month from archive_months where proved_first_on is first_post_on and last_seen_at ="
    assert set(texts(archive, f"{proved} (select max(last_seen_at) from archive_months)")) == months
