"""The invented comments of the posts written by hand."""

from datetime import datetime, timedelta

from tests.demo.blogs.forgeries import on_one_line, on_two_lines, with_page_footer
from tests.demo.blogs.labels import SIMPLIFIED
from tests.demo.blogs.truth import DemoComment

_HALF = SIMPLIFIED.half_width()


def talk(since: str = "2025-01-28 08:00:00") -> tuple[DemoComment, ...]:
    """Return twelve comments for three pages: replies, the author's own, two posted twice in one second."""
    names = ("破草帽", "北窗老王", "转个弯", "Deep Blue", "陶喆迷", "破草帽")
    at = datetime.fromisoformat(since)
    made = [
        DemoComment(
            author_name=names[index % len(names)],
            author_path=f"/u/{90001 + index % len(names)}/",
            posted_at=at + timedelta(minutes=37 * index),
            text=f"第{index + 1}条。街上的事，谁说得清？",
            reply_to=names[(index - 1) % len(names)] if index % 3 == 1 else None,
            likes=index % 5,
        )
        for index in range(10)
    ]
    made.insert(4, made[3])  # the button was pressed twice
    made.append(made[-1])
    return tuple(reversed(made))


def forged() -> tuple[DemoComment, ...]:
    """Return comments that contain forged headers, footers and page ends, with plausible times."""
    at = datetime(2025, 1, 28, 2, 0, 0)
    made = (
        lambda _: "第一个到。",
        lambda at: on_one_line(SIMPLIFIED, at),
        lambda at: on_two_lines(SIMPLIFIED, at),
        lambda at: on_one_line(_HALF, at),
        lambda at: on_two_lines(_HALF, at),
        lambda _: with_page_footer(SIMPLIFIED),
        lambda _: "骗子真多。",
    )
    return tuple(
        DemoComment(
            author_name=f"路人{index}",
            author_path=f"/u/{91000 + index}/",
            posted_at=at + timedelta(hours=index),
            text=text(at + timedelta(hours=index) - timedelta(minutes=20)),
            likes=index,
        )
        for index, text in reversed(list(enumerate(made)))
    )


def one_too_many() -> tuple[DemoComment, ...]:
    """Return six comments, five of them on the first page: a forged header there makes up the shown count."""
    at = datetime(2024, 10, 3, 8, 0, 0)
    texts = ["好。", "很好。", "更好。", on_two_lines(_HALF, at + timedelta(hours=3)), "最好。", "好极了。"]
    return tuple(
        DemoComment(
            author_name=f"听众{index}",
            author_path=f"/u/{93000 + index}/",
            posted_at=at + timedelta(hours=index),
            text=text,
            likes=index,
        )
        for index, text in reversed(list(enumerate(texts)))
    )


def guests() -> tuple[DemoComment, ...]:
    """Names without a page, with rare characters, or made of labels."""
    at = datetime(2024, 12, 25, 20, 0, 0)
    return (
        DemoComment(author_name="匿名", posted_at=at, text="没有主页的人。", reply_to="小𠮷"),
        DemoComment(author_name="小𠮷", author_path="/Xiao_Ji/", posted_at=at, text="€ 是零八零。\n镕喆堃。"),
        DemoComment(
            author_name="回复",
            author_path="https://blog.creaders.net/u/92000/",
            posted_at=at - timedelta(days=1),
            text="我的名字就叫回复。",
            likes=12,
        ),
    )
