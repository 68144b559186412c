"""The blogs of `blogarchive demo`: one written by hand, two generated."""

from dataclasses import replace
from datetime import date, datetime

from tests.demo.blogs import image_paths
from tests.demo.blogs.body import Block, Image
from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.sample_bodies import album, blocks, cat, letter, links, plain, quoting, rare
from tests.demo.blogs.sample_comments import forged, guests, one_too_many, talk
from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoComment, DemoPost

UID = "31182"
SAMPLE_MARKUPS = {UID: "tables", "27282": "html5", "40077": "lines"}


def sample_blogs() -> tuple[DemoBlog, ...]:
    """Return the blogs of `blogarchive demo`; `SAMPLE_MARKUPS` has their markups by uid."""
    return (
        sample_blog(),
        replace(make_blog("27282", posts=14, seed=2, months=5), title="灯下随笔"),
        replace(make_blog("40077", posts=10, seed=3, months=3, traditional=True), title="半畝方塘"),
    )


def sample_blog(uid: str = UID) -> DemoBlog:
    """Return the blog written by hand: every kind of block, forgery and link, in sixteen posts."""
    return DemoBlog(
        uid=uid,
        username="Bei_Chuang",
        nickname="北窗老王",
        title="北窗闲话",
        tagline="一盏灯，一壶茶，慢慢说。",
        registered_on=date(2024, 9, 3),  # a day after the first post, as happens on the real site
        account_age=3,
        total_visits=1_851_847,
        categories=(
            DemoCategory(number=36918, name="旧事"),
            DemoCategory(number=36919, name="读书 & 观影"),
            DemoCategory(number=36920, name="试笔"),
        ),
        posts=tuple(_posts(uid)),
    )


def _posts(uid: str) -> list[DemoPost]:
    return [
        _post(
            506012, "2025-01-28 01:46:53", "一只猫能不能改变整条街的格局？兼答读者", cat(uid), talk(), "旧事"
        ),
        _post(505877, "2025-01-27 22:10:05", "网友发来的截图", quoting(), forged(), "旧事"),
        _post(505101, "2025-01-19 08:00:00", "半夜的汤", plain("汤要慢。", "火要小。"), (), "试笔"),
        _post(
            501240,
            "2024-12-21 23:59:59",
            "<b>不是标签</b> & \"引号\" '撇号'",
            plain("1 < 2 && 3 > 2"),
            (),
            "试笔",
        ),
        _post(
            500870,
            "2024-12-20 07:30:00",
            "朱镕、陶喆、𠮷野家和二十一€的账单",
            rare(),
            guests(),
            "读书 & 观影",
        ),
        _post(500311, "2024-12-11 12:00:00", "只有一张照片", (Image(image_paths.TWINS[0]),), (), "旧事"),
        _post(499004, "2024-12-02 06:15:30", "清单、表格与旧磁盘", blocks(uid), (), "试笔"),
        _post(496555, "2024-11-27 19:20:21", "照片簿", album(uid), (), "旧事"),
        _post(495010, "2024-11-15 09:09:09", "从前写过的", links(uid), (), "读书 & 观影"),
        _post(494900, "2024-11-03 10:00:00", "从前写过的", plain("题目相同，另写一篇。"), (), "读书 & 观影"),
        _post(490123, "2024-10-29 18:00:00", "【通知】 搬家了", plain("新地址还是这里。"), (), ""),
        _post(
            489000,
            "2024-10-10 10:10:10",
            "十月初十",
            plain("十全十美。"),
            talk("2024-10-10 11:00:00"),
            "旧事",
        ),
        _post(488777, "2024-10-02 00:00:00", "零点", plain("钟敲了十二下。"), one_too_many(), "试笔"),
        _post(486021, "2024-09-27 13:14:15", "浏览(5) (6) 评论(7)", plain("题目也可以骗人。"), (), "试笔"),
        _post(485200, "2024-09-10 16:45:00", "长信", letter(), (), "旧事"),
        _post(484006, "2024-09-02 20:01:02", "开张", plain("今天起在这里写字。"), (), "旧事"),
    ]


def _post(
    number: int,
    posted: str,
    title: str,
    body: tuple[Block, ...],
    comments: tuple[DemoComment, ...],
    category: str,
) -> DemoPost:
    return DemoPost(
        number=number,
        title=title,
        posted_at=datetime.fromisoformat(posted),
        body=body,
        comments=comments,
        categories=(category,) if category else (),
        views=number % 9973,
        likes=number % 23,
    )
