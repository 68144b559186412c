"""Two forms of a text are equal if a reader sees one version."""

import pytest

from blogarchive.parsing.compared_form import compared_form, linked_urls, text_of_form

HOSTS = ("blog.old.net", "blog.new.net")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>甲乙</p><p>丙</p>", "<div>\n    甲\n    乙<br><br>\n　　丙</div>"),
        ("a b", "<p>a\n   b</p>"),
        ("<b>甲</b>", "<span>甲</span>"),
        ('<a href="http://blog.old.net/u/1/">甲</a>', '<a href="https://blog.new.net/u/1/" rel="x">甲</a>'),
        ('<a href="http://other.net/?a=1&amp;b=2">甲</a>', '<a href="https://other.net/?a=1&amp;b=2">甲</a>'),
        (
            '甲<img src="http://img.old.net/a/1.jpg" alt="x">',
            '<p>甲</p>\n<img src="https://img.new.net/a/1.jpg">',
        ),
        (
            '<img src="http://blog.old.net/1.jpg">',
            '<a href="http://blog.old.net/big/1.JPG"><img src="http://blog.old.net/1.jpg"></a>',
        ),
        ("1 &lt; 2", '1 <i title="a > b">&#60;</i> 2'),
    ],
)
def test_a_redesign_or_a_move_shows_the_same_version(one: str, other: str) -> None:
    assert compared_form(one, HOSTS) == compared_form(other, HOSTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲乙", "甲丙"),
        ("ab", "a b"),
        ("<pre>甲\n  乙</pre>", "<pre>甲\n 乙</pre>"),
        ('<a href="http://other.net/1">甲</a>', '<a href="http://another.net/1">甲</a>'),
        ('<a href="http://blog.old.net/1">甲</a>', '<a href="http://blog.new.net/2">甲</a>'),
        ('<img src="http://blog.old.net/1.jpg">', '<img src="http://blog.old.net/2.jpg">'),
    ],
)
def test_another_text_link_or_image_is_another_version(one: str, other: str) -> None:
    assert compared_form(one, HOSTS) != compared_form(other, HOSTS)


def test_a_form_yields_its_text_and_html_its_urls() -> None:
    html = '<p>甲 <a href="http://a.net/?x=1&amp;y=2">乙</a></p><pre>c  d</pre><img src="http://a.net/1.jpg">'
    assert text_of_form(compared_form(html)) == "甲乙c  d"
    assert linked_urls(html) == ["http://a.net/?x=1&y=2", "http://a.net/1.jpg"]
