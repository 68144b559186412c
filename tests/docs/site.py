"""Build the documentation site, in English and Chinese: `python -m tests.docs.site [FOLDER]`, by default in `build`.

Zensical builds one site for each language from a folder of Markdown. This module writes those folders: the README
becomes the home page, `X.zh.md` becomes the Chinese `X.md`, and links between documents become links between pages.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from os.path import normpath, relpath
from pathlib import Path
from typing import NamedTuple

from tests.paths import ROOT

LANGUAGES = ("en", "zh")
_LISTED = ("docs/sites", "docs/decisions")  # folders with an index page: their README, or a generated list
_FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_HAN = r"[\u3000-\u9fff\uff00-\uffef]"
_WRAP = re.compile(
    rf"(?<={_HAN})\n *(?={_HAN})"
)  # a browser shows a line break between Chinese characters as a space


class Page(NamedTuple):
    """A page of the site: its language and its file in the folder of that language."""

    language: str
    path: str

    def url(self) -> str:
        """Return the URL of the page, relative to the root of the site."""
        page = self.path.removesuffix(".md") + ".html"
        return page if self.language == "en" else f"{self.language}/{page}"

    def other_language(self) -> "Page":
        return self._replace(language="zh" if self.language == "en" else "en")


def pages() -> dict[str, Page]:
    """Return the page of each document; both documents and folders are paths relative to the repository."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    names = sorted(document.relative_to(ROOT).as_posix() for document in documents)
    return {name: _page(name) for name in names} | {
        folder: Page("en", folder.removeprefix("docs/") + "/index.md") for folder in _LISTED
    }


def _page(document: str) -> Page:
    language = "zh" if document.endswith(".zh.md") else "en"
    path = document.removeprefix("docs/").replace(".zh.md", ".md")
    if not document.startswith("docs/"):
        path = path.lower()
    path = re.sub(r"\bREADME\b|\breadme\b", "index", path)
    return Page(language, path)


def stage(folder: Path) -> None:
    """Write the configuration and the Markdown of both languages into `folder`."""
    for name in ("en", "zh", "theme", "site"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "website", folder, dirs_exist_ok=True)
    known = pages()
    for document, page in known.items():
        target = folder / page.language / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / document).read_text("utf-8") if document.endswith(".md") else _index(document)
        target.write_text(_front_matter(page, known) + _relink(text, document, known, folder), "utf-8")


def _index(folder: str) -> str:
    """Return the README of a folder, or a page with a link to each of its documents."""
    if (readme := ROOT / folder / "README.md").is_file():
        return readme.read_text("utf-8")
    found = sorted((ROOT / folder).glob("*.md"))
    titles = [_TITLE.search(document.read_text("utf-8")) for document in found]
    lines = [
        f"* [{title[1]}]({document.name})" for title, document in zip(titles, found, strict=True) if title
    ]
    return f"# {Path(folder).name.capitalize()}\n\n" + "\n".join(lines) + "\n"


def _front_matter(page: Page, known: dict[str, Page]) -> str:
    """Return the front matter with the URL of the page in the other language, for the theme."""
    other = page.other_language()
    if other not in known.values():
        return ""
    return f"---\ntranslation: {relpath(other.url(), Path(page.url()).parent)}\n---\n"


def _relink(text: str, document: str, known: dict[str, Page], folder: Path) -> str:
    """Return the text with links to pages of the site; copies linked pictures. Raises KeyError for another file."""
    here = known[document]
    base = document if not document.endswith(".md") else str(Path(document).parent)

    def target(match: re.Match[str]) -> str:
        linked = normpath(f"{base}/{match[1]}")
        if (ROOT / linked).is_file() and not linked.endswith(".md"):
            picture = linked.removeprefix("docs/")
            (folder / here.language / picture).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / linked, folder / here.language / picture)
            return relpath(picture, Path(here.path).parent)
        there = known[linked]
        if there.language == here.language:
            return relpath(there.path, Path(here.path).parent)
        return relpath(there.url(), Path(here.url()).parent)

    return _outside_code(text, lambda part: _WRAP.sub("", _LINK.sub(target, part)))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return the text with its parts outside of code blocks changed."""
    parts = _FENCED.split(text)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def build(folder: Path) -> Path:
    """Build the site in `folder`; returns the folder of the site. Raises CalledProcessError on any warning."""
    folder.mkdir(parents=True, exist_ok=True)
    stage(folder)
    for language in LANGUAGES:
        command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", f"{language}.yml"]
        ran = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if ran.returncode:
            sys.stderr.write(ran.stdout)
            ran.check_returncode()
    return folder / "site"


if __name__ == "__main__":
    print(build(Path(*sys.argv[1:] or [ROOT / "build"])))  # noqa: T201
