"""A year of a blog in a model: what `--revisits N` buys. `python -m bench.schedule_model` prints the table of docs/cron.md.

The due times are those of `blogarchive.store.schedule`; the choice of a night is that of `blogarchive.store.ingest.plan`.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean

from blogarchive.store import schedule

POSTS, YEARS, NIGHTS = 738, 8, 364
_LISTINGS = 104  # months and categories
_COMMENTS_OLD, _EDITS_OLD = 112, 92
_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_YOUNG_DAYS = schedule.YOUNG / timedelta(days=1)


@dataclass
class _Post:
    """A post, days from the first night. `waiting` are changes that no night has found: their kind and day."""

    key: str
    posted: float
    changed: float
    fetched: float = 0.0
    interval: timedelta | None = None
    due: float = 0.0
    waiting: list[tuple[str, float]] = field(default_factory=list)

    def fetch(self, night: float) -> Iterator[tuple[str, float]]:
        """Yield the changes that the fetch finds, with the nights that they waited."""
        for kind, day in self.waiting:
            yield kind, night - day
            self.changed = max(self.changed, day)
        quiet = timedelta(days=night - self.changed)
        self.interval = schedule.next_interval(quiet, self.interval, changed=bool(self.waiting))
        due = datetime.fromisoformat(schedule.post_due_at(self.key, _at(night), self.interval))
        self.fetched, self.due, self.waiting = night, (due - _BEGIN) / timedelta(days=1), []


@dataclass(frozen=True, kw_only=True)
class Year:
    """Requests a night, and the nights until each change was found; those of never are `missed`."""

    requests: float
    waits: dict[str, list[float]]
    missed: dict[str, int]

    def quantile(self, kind: str, share: float) -> float:
        """Return the nights within which that share of the changes found was found."""
        found = sorted(self.waits[kind])
        return found[int(len(found) * share)]

    def found_within(self, kind: str, nights: float) -> float:
        """Return the share of all changes that was found within so many nights."""
        return sum(wait <= nights for wait in self.waits[kind]) / (len(self.waits[kind]) + self.missed[kind])


def run_year(budget: int, seed: int = 1) -> Year:
    """Return what a year with that budget of requests for due pages finds and costs."""
    random = Random(seed)
    posts, changes = _world(random)
    listings = [random.uniform(0, 26) for _ in range(_LISTINGS)]
    waits: dict[str, list[float]] = {"young": [], "old": [], "edit": []}
    requests = 0
    for post in posts:
        if post.posted < 0:
            list(post.fetch(0))
    for night in range(1, NIGHTS + 1):
        while changes and changes[0][0] < night:
            day, index, kind = changes.pop(0)
            posts[index].waiting.append((kind, day))
        new = [post for post in posts if night - 1 <= post.posted < night]
        read = [place for place, due in enumerate(listings) if due <= night][:budget]
        for place in read:
            key = f"month {place}"
            due = datetime.fromisoformat(schedule.listing_due_at(key, _at(night)))
            listings[place] = (due - _BEGIN) / timedelta(days=1)
        chosen = _choose(posts, night, budget - len(read))
        for post in (*new, *chosen):
            for kind, wait in post.fetch(night):
                waits[kind].append(wait)
        requests += 2 + 2 * len(new) + len(read) + len(chosen)
    left = [kind for post in posts for kind, _ in post.waiting]
    return Year(requests=requests / NIGHTS, waits=waits, missed={kind: left.count(kind) for kind in waits})


def _at(day: float) -> datetime:
    return _BEGIN + timedelta(days=day)


def _world(random: Random) -> tuple[list[_Post], list[tuple[float, int, str]]]:
    days = [
        *(-random.uniform(0, YEARS * 365) for _ in range(POSTS)),
        *(day + 0.5 for day in range(0, NIGHTS, 4)),
    ]
    posts = [_Post(key=f"post {index}", posted=day, changed=day) for index, day in enumerate(days)]
    changes = [
        (day, index, "young")
        for index, posted in enumerate(days)
        for _ in range(int(random.expovariate(1 / 4)))
        if 0 < (day := posted + random.expovariate(1 / 10)) < min(NIGHTS, posted + _YOUNG_DAYS)
    ]
    old = [index for index, posted in enumerate(days) if posted < -_YOUNG_DAYS]
    readers = [random.lognormvariate(0, 1.2) for _ in old]  # few posts have most of the late comments
    changes += [
        (random.uniform(0, NIGHTS), index, "old") for index in random.choices(old, readers, k=_COMMENTS_OLD)
    ]
    changes += [(random.uniform(0, NIGHTS), random.choice(old), "edit") for _ in range(_EDITS_OLD)]
    return posts, sorted(changes)


def _choose(posts: Sequence[_Post], night: int, budget: int) -> list[_Post]:
    """Return the posts of a night, as `plan` chooses them."""
    longest = schedule.longest_interval(len(posts), budget) / timedelta(days=1)
    known = [post for post in posts if post.interval is not None]
    due = [post for post in known if post.due <= night or night - post.fetched >= longest]
    due.sort(
        key=lambda post: (night - post.fetched) / ((post.interval or schedule.YOUNG) / timedelta(days=1)),
        reverse=True,
    )
    limit = schedule.YOUNG / schedule.QUIET_DIVISOR
    young = [post for post in due if (post.interval or limit) < limit]
    old = [post for post in due if (post.interval or limit) >= limit]
    reserved = min(len(old), budget - int(budget * schedule.YOUNG_SHARE))
    taken = young[: max(0, budget - reserved)]
    return taken + old[: max(0, budget - len(taken))]


def table(budgets: Sequence[int], years: int = 4) -> str:
    """Return the table for these budgets, the mean of some years."""
    lines = [
        "| `--revisits` | requests a night | young: median, 90 % | old: median, 90 %, missed | edits within 120 nights |",
        "| --- | --- | --- | --- | --- |",
    ]
    for budget in budgets:
        ran = [run_year(budget, seed) for seed in range(1, years + 1)]

        def average(kind: str, share: float, ran: Sequence[Year] = ran) -> str:
            return f"{mean(year.quantile(kind, share) for year in ran):.0f}"

        missed = mean(year.missed["old"] for year in ran) / _COMMENTS_OLD
        edits = mean(year.found_within("edit", 120) for year in ran)
        lines.append(
            f"| {budget} | {mean(year.requests for year in ran):.0f} | {average('young', 0.5)}, {average('young', 0.9)} |"
            f" {average('old', 0.5)}, {average('old', 0.9)}, {missed:.0%} | {edits:.0%} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table([int(word) for word in sys.argv[1:]] or [10, 20, schedule.request_budget(POSTS), 40, 60]))
