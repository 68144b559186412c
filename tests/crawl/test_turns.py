"""The turns of blogs: the blog of a host with the fewest pages taken is next."""

from collections import Counter

from blogarchive.crawl.targets import BlogTurns
from blogarchive.store.ledger.blogs import Blog

SLICE = 5


def blog(number: int) -> Blog:
    return Blog(site="creaders", uid=str(number))


def take(turns: BlogTurns, host: str, count: int = SLICE) -> Blog:
    found = turns.next(host)
    assert found is not None
    turns.record_taken(found, count)
    return found


def test_no_blog_leads_the_others_of_its_host_by_more_than_a_slice() -> None:
    turns = BlogTurns()
    for number in range(60):
        turns.add(blog(number), "a")
    taken: Counter[Blog] = Counter(dict.fromkeys(turns.blogs, 0))
    for step in range(1000):
        taken[take(turns, "a", 1 + step % SLICE)] += 1 + step % SLICE
        assert max(taken.values()) - min(taken.values()) <= SLICE


def test_a_blog_without_targets_returns_when_it_changes_or_its_retry_is_due() -> None:
    turns = BlogTurns()
    turns.add(blog(1), "a")
    turns.add(blog(2), "b")
    assert turns.changed_hosts("2025-01-01") == ["a", "b"]
    turns.leave(blog(1), retry_at=None)
    turns.leave(blog(2), retry_at="2025-01-03")
    assert (turns.next("a"), turns.next("b")) == (None, None)
    assert turns.changed_hosts("2025-01-02") == []
    turns.wake(blog(1))
    assert turns.changed_hosts("2025-01-02") == ["a"]
    assert turns.next("a") == blog(1)
    assert turns.changed_hosts("2025-01-03") == ["b"]
    assert turns.next("b") == blog(2)


def test_a_blog_that_is_not_of_the_run_gets_no_turn() -> None:
    turns = BlogTurns()
    turns.add(blog(1), "a")
    turns.changed_hosts("")
    turns.wake(blog(2))
    assert turns.changed_hosts("") == []
