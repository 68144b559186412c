"""The first and last lines of a text: those of its author are kept, those that a theme adds are not."""

from datetime import UTC, datetime

import pytest

from blogarchive import api

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://notes.example.org/2020/05/06/bridge/"
TITLE = "桥上的早晨"
TEXT = (
    "<p>天亮以前桥上没有人，河水很急。</p>"
    + "<p>有人在桥下钓鱼，船来得很早，也走得很早，没有人说话。</p>" * 6
)
OF_AUTHOR = [
    "下一篇我会写山里的事情，请大家等一等。",
    "最近很多人转载文章不注明出处，我很生气。",
    "这里的内容以转载为主，我会规范转载并注明出处。",
    "桥上的灯昨夜又坏了一盏，修灯的人说要等到下个月才有零件。照片可以拿去用，转载请注明出处。",
    "本文由我和朋友一起写成，花了三个晚上。",
    "他们未经大家同意就拆了旧桥，没有人知道原因。",
    "这本书讲的是著作权的历史，很有意思。",
    "原文地址：<a href='https://river.example.net/42'>https://river.example.net/42</a>",
    "I have read the Creative Commons licence twice, and I still do not like it.",
    "Related posts are for machines, I write for people.",
    "Share this with your mother, she will like it.",
    "本文最后更新于 2020-05-06，加了桥头的照片。",
    "距离上次修改已过932天，我又坐到桌前，想把后面的事写完。",
    "距离上次修改那座桥已过三年，栏杆又锈了。",
    "最近更新了桥下的照片，2020-05-06 拍的，请大家看。",
    "本文写于三年前，那时桥还在，其中的人都走了。",
    "Next: the mountain.",
    "Tweet it, print it: the old bridge is gone.",
    "次の朝、橋には誰もいなかった。",
]
OF_THEME = [
    "转载请注明出处：山居",
    "（转载本站文章请注明作者和出处，请勿用于任何商业用途）",
    "本文采用 CC BY 4.0 许可协议，转载时请注明出处。",
    "未经许可，禁止转载。",
    "本文链接：https://notes.example.org/2020/05/06/bridge/",
    "上一篇：<a href='/2020/05/01/boat/'>船</a> 下一篇：<a href='/2020/05/09/rain/'>雨下了多久？</a>",
    "前：<a href='/2020/05/01/boat/'>船</a> 次：<a href='/2020/05/09/rain/'>雨</a>",
    "Previous: <a href='/2020/05/01/boat/'>Boat</a>",
    "Next post: <a href='/2020/05/09/rain/'>Rain</a>",
    "相关文章",
    "标签：河",
    "This work is licensed under a Creative Commons Attribution 4.0 International License.",
    "This entry was posted on 6 May 2020 and is filed under Rivers. You can leave a response.",
    "[ Метки | <a rel='tag' href='/tag/1'>река</a> ]",
    "Abgelegt unter <a rel='category tag' href='/c/1'>Fluss</a>",
    "Tweet",
    "About these ads",
    "View the discussion thread.",
    "Comments powered by Disqus.",
    "Jump to Recipe · Print Recipe",
]
OF_AGE = [
    "距离上次修改已过932天",
    "距离上次更新已经过去 932 天了，内容可能已经过时。",
    "本文最后更新于 2020-05-06，距今已有 932 天，文章内容可能已经过时",
    "温馨提示：本文最后更新于2020年5月6日，已超过 932 天没有更新，若图片失效，请留言反馈。",
    "本文最后更新于 932 天前，其中的信息可能已经发生改变。",
    "请注意，本文编写于 3510 天前，最后修改于 3510 天前，其中某些信息可能已经过时。",
    "最后编辑于：2020 年 05 月 06 日 上午 10:12",
    "文章最后更新时间：2020-05-06 10:12:30",
    "本帖最后由 阿明 于 2020-5-6 10:12 编辑",
]


def body_of(text: str) -> str:
    content = f'<h1>{TITLE}</h1><p>2020-05-06</p><div class="entry-content">{text}</div>'
    page = f"<html><head><title>{TITLE} - 山居</title></head><body>{content}</body></html>"
    return api.parse_page(page.encode(), URL, fetched_at=READ_AT).posts[0].body_text or ""


@pytest.mark.parametrize("line", OF_AUTHOR)
def test_a_sentence_of_the_author_is_kept_in_the_first_and_the_last_line(line: str) -> None:
    words = line.partition("<")[0]
    assert words in body_of(f"<p>{line}</p>{TEXT}")
    assert words in body_of(f"{TEXT}<p>{line}</p>")


@pytest.mark.parametrize("line", OF_THEME)
def test_a_line_of_licence_or_of_other_posts_is_not_of_the_text(line: str) -> None:
    assert line.partition("<")[0] not in body_of(f"{TEXT}<p>{line}</p>")


@pytest.mark.parametrize("name", ["itemRatingBlock", "postTags", "itemContentFooter", "blogShareButtons"])
def test_a_part_whose_name_has_its_words_without_signs_between_them_is_not_of_the_text(name: str) -> None:
    assert body_of(f"{TEXT}<div class='{name}'>河边的人（2）</div>") == body_of(TEXT)


@pytest.mark.parametrize("name", ["shariff", "wpa", "ssba ssba-wrap", "nav-previous", "assistive-text"])
def test_share_buttons_ads_and_navigation_of_plugins_are_not_of_the_text(name: str) -> None:
    assert body_of(f"{TEXT}<div class='{name}'>River 27</div>") == body_of(TEXT)


@pytest.mark.parametrize("line", OF_AGE)
def test_a_line_about_the_age_of_the_post_is_not_of_the_text(line: str) -> None:
    """It changes from day to day."""
    assert line not in body_of(f"<p>{line}</p>{TEXT}")
    assert line not in body_of(f"{TEXT}<p>{line}</p>")
