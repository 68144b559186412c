"""Make a small archive with every kind of text: posts, replaced texts of posts, comments and an image."""

from pathlib import Path

from blogarchive.importing.html import import_html
from tests.importing.pages import NEWER, OLDER, page, save, saved_from

NUMBER = "101"
_POSTS = range(101, 107)


def make_archive(folder: Path) -> Path:
    """Return the archive of six posts in `folder`, half of them edited."""
    for number in _POSTS:
        for version, at in enumerate((OLDER, NEWER)[: 1 + number % 2]):
            body = (
                f"<p>第 {number} 篇的正文，第 {version} 版。</p>" + f"<p>谈房价，谈泡沫 {number}。</p>" * 40
            )
            text = page(number, title=f"第 {number} 篇文章", body=body, top=saved_from(number))
            save(folder / "pages" / f"{number}-{version}.html", text, at=at)
    import_html(folder / "whole.db", folder / "pages")
    return folder / "whole.db"
