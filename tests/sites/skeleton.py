"""Make a fixture of a real page: `python -m tests.sites.skeleton SITE PAGE OUT [--url URL] [--drop SELECTOR]…`.

The markup and the labels of the site stay. Every other word, every image URL and every id is invented, equal ones alike:
the text belongs to its author. Scripts, styles, comments and event handlers are removed. Read the result before you
commit it.
"""

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from blogarchive.importing.identify import read_page_urls
from blogarchive.items import PageKind
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element, parse_html
from blogarchive.sites.base import Site, site_by_name
from blogarchive.sites.markup import MarkupSite
from blogarchive.sites.markup.picker import compile_selector

_CJK = r"\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003ffff"
_SITE_ID = r"(?<![0-9a-z])(?=[0-9a-z]*[a-z])(?=[a-z]*\d)[0-9a-f]{8}[0-9a-z]{8}(?![0-9a-z])"  # of sina
_WORD_OR_ID = re.compile(rf"{_SITE_ID}|[{_CJK}]+|[A-Za-zÀ-ɏ]+|\d+")
_MAX_WORD = 12  # characters of an invented word: bodies become short
_STOCK = "山川日月星辰風雨雲霧春夏秋冬晨昏竹松梅蘭石泉河湖海島舟橋路村城門窗燈火茶米花草木葉鳥魚牛羊馬"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LABELS = """
留言列表 發表留言 發表在 發表 留言 人氣 累積人氣 本日人氣 個人分類 全站分類 此分類上一篇 上一篇 下一篇
暱稱 版主回覆 回覆 訪客 悄悄話
文章分類 最新文章 於 痞客邦 無名小站 新浪博客 網易博客 网易博客 博客 日志 阅读 评论
分类 标签 举报 查看全文 正文 全部博文 博文 归档 编辑
博客标题 个人信息 归档备份 由 张贴 篇评论 共 打印 发表评论
点击查看我的个人资料 岁 你是第 位访问者 文学城 下一页 上一页 匿名
文章引用自 转载 上午 下午 週一 週二 週三 週四 週五 週六 週日 年 月 日 時 分 秒 博客访问
"""
_ENGLISH = """
Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec January February March April June July August September October
November December Sun Mon Tue Wed Thu Fri Sat AM PM am pm at Reply comment post Owner Blog Today s Visitors Total
Trackback Collection Personal Category Topic Uncategorized Articles Archives Monthly Categories Recent Next Previous
All PIXNET prosecute
"""
_URL_WORDS = """
http https www com cn cc net org html htm php blog post posts category archives archive static s u articlelist comment
user myblog blogview postID blogID date catid wid page category id list schedule year month album profile javascript
void name mode blog_id article_edit wumiiPermaLink escape impeach var url
"""
_KEPT_ATTRIBUTES = (
    "id",
    "class",
    "rel",
    "name",
    "type",
    "property",
    "itemprop",
    "charset",
    "http-equiv",
    "colspan",
)
_ID = re.compile(rf"{_SITE_ID}|\d{{5,}}")
_URL_ATTRIBUTES = ("href", "src", "action")
_TEXT_ATTRIBUTES = ("alt", "title", "content", "value")
_DROPPED_TAGS = (
    "script",
    "style",
    "link",
    "iframe",
    "object",
    "embed",
    "ins",
    "svg",
    "textarea",
    "noscript",
    "input",
)
_HIDING = re.compile(r"(?:display\s*:\s*(?:none|block)|visibility\s*:\s*hidden)", re.IGNORECASE)
_LONG_NUMBER = 4  # digits of an id or of a count
_YEAR_OR_MONTH = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])?")


class Inventor:
    """Replaces words by invented ones of the same script, equal words by equal ones."""

    def __init__(self, site: Site, seed: str) -> None:
        self._random = random.Random(seed)
        self._invented: dict[str, str] = {}
        labels = sorted({*_LABELS.split(), *_source_labels(site)}, key=len, reverse=True)
        self._split = re.compile("(" + "|".join(map(re.escape, labels)) + ")")
        self._labels, self._english = set(labels), set(_ENGLISH.split())
        hosts = (part for host in site.hosts for part in host.split("."))
        self._url_words = {*_URL_WORDS.split(), *hosts, *_form_words(site)}

    def text(self, text: str) -> str:
        """Return a text with every word invented that is no label, no short number and no part of a date."""
        pieces = self._split.split(text)
        return "".join(
            piece if piece in self._labels else self._replace(piece, self._english) for piece in pieces
        )

    def split_labels(self, text: str) -> list[str]:
        """Return the parts of a text between labels."""
        return [piece for piece in self._split.split(text) if piece not in self._labels]

    def url(self, url: str) -> str:
        """Return a URL with every name and id invented; the words of the site's own forms stay."""
        return self._replace(re.sub(r"(?:%[0-9A-Fa-f]{2})+", "x", url), self._url_words, limit=64)

    def identifier(self, ident: str) -> str:
        """Return an invented id; one of 16 characters begins with the uid in 8 hexadecimal digits."""
        if ident.isdigit():
            word = self._word(ident, set(), len(ident))
            return str(int(word) % 16**8) if len(ident) == len("1234567890") else word
        if ident not in self._invented:
            uid = self._word(str(int(ident[:8], 16)), set(), 10)
            self._invented[ident] = f"{int(uid) % 16**8:08x}" + "".join(self._random.choices(_LETTERS, k=8))
        return self._invented[ident]

    def _replace(self, text: str, kept: set[str], limit: int = _MAX_WORD) -> str:
        return _WORD_OR_ID.sub(lambda match: self._word(match[0], kept, limit), text)

    def _word(self, word: str, kept: set[str], limit: int) -> str:
        if re.fullmatch(_SITE_ID, word):
            return self.identifier(word)
        if word in kept or _YEAR_OR_MONTH.fullmatch(word) or (word.isdigit() and len(word) < _LONG_NUMBER):
            return word
        if word not in self._invented:
            self._invented[word] = self._invent(word, limit)
        return self._invented[word]

    def _invent(self, word: str, limit: int) -> str:
        if word.isdigit():
            return str(self._random.randrange(10 ** (len(word) - 1), 10 ** len(word)))
        letters = _LETTERS if word.isascii() else _STOCK
        return "".join(self._random.choices(letters, k=min(len(word), limit)))


def _source_labels(site: Site) -> Iterator[str]:
    """Yield the words of the site's selectors: they are labels of the page."""
    if isinstance(site, MarkupSite):
        yield from re.findall(rf"[{_CJK}]+", repr(site.templates))
        matches = re.findall(r"match=(r?'[^']*'|r?\"[^\"]*\")", repr(site.templates))
        yield from re.findall(r"(?<![\\A-Za-z])[A-Za-z]{3,}", " ".join(matches))


def _form_words(site: Site) -> Iterator[str]:
    """Yield the words of the forms of the site's URLs."""
    if isinstance(site, MarkupSite):
        for form in site.forms:
            yield from re.findall(r"[A-Za-z_]+", f"{form.pattern} {' '.join(form.query)}")


def make_skeleton(site: Site, text: str, url: str, drop: list[str]) -> tuple[str, str]:
    """Return the page and its URL, with everything invented that is not the site's."""
    invent = Inventor(site, "skeleton")
    root = parse_html(text)
    own = _own_script(site, text)
    dropped = [found for selector in drop for found in compile_selector(selector)(root)]
    dropped += [node for node in root.iter() if not isinstance(node.tag, str) or node.tag in _DROPPED_TAGS]
    for node in dropped:  # before the words: the text after a removed element moves to another element
        _remove(node)
    for node in root.iter():
        _invent_element(node, invent)
    head = root.find("head")
    if own and head is not None:
        script = etree.SubElement(head, "script")
        script.text = invent.url(own)
    page = etree.tostring(root, method="html", encoding="unicode")
    return re.sub(r"\n\s+", "\n", f"<!DOCTYPE html>\n{page}\n"), invent.url(url)


def find_kept_words(site: Site, text: str, page: str) -> list[str]:
    """Return the Chinese words of the real page that its skeleton still has and that are no labels."""
    invent = Inventor(site, "skeleton")
    pattern = re.compile(rf"[{_CJK}]{{3,}}")
    real = {word for piece in invent.split_labels(text) for word in pattern.findall(piece)}
    return sorted(real & {word for piece in invent.split_labels(page) for word in pattern.findall(piece)})


def _own_script(site: Site, text: str) -> str | None:
    pattern = getattr(site, "own_url", None)
    match = re.search(pattern, text) if pattern else None
    return match[0] if match else None


def _invent_element(node: Element, invent: Inventor) -> None:
    node.text, node.tail = _invent_or_none(node.text, invent.text), _invent_or_none(node.tail, invent.text)
    for name, value in node.items():
        new = _invent_attribute(node, name, value, invent)
        if new is None:
            del node.attrib[name]
        else:
            node.set(name, new)


def _invent_or_none(text: str | None, invent: Callable[[str], str]) -> str | None:
    return None if text is None else invent(text)


def _invent_attribute(node: Element, name: str, value: str, invent: Inventor) -> str | None:
    if name == "charset":
        return "utf-8"
    if name in _KEPT_ATTRIBUTES:
        ascii_value = value if value.isascii() else invent.text(value)
        return _ID.sub(lambda match: invent.identifier(match[0]), ascii_value)
    if name in _URL_ATTRIBUTES:
        return (
            "https://img.example/" + invent.url("picture") + ".jpg"
            if node.tag == "img"
            else invent.url(value)
        )
    if name in _TEXT_ATTRIBUTES:
        return invent.url(value) if value.startswith(("http", "/")) else _invent_content(value, invent)
    if name == "style" and (match := _HIDING.search(value)):
        return match[0]
    return None


def _invent_content(value: str, invent: Inventor) -> str:
    if "charset=" in value:
        return "text/html; charset=utf-8"
    return invent.text(value)


def _remove(node: Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if before is None:
        parent.text = (parent.text or "") + (node.tail or "")
    else:
        before.tail = (before.tail or "") + (node.tail or "")
    parent.remove(node)


def main() -> None:
    """Write the skeleton of a page as a golden case without its `expected.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site")
    parser.add_argument("page", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--drop", action="append", default=[])
    arguments = parser.parse_args()
    site = site_by_name(arguments.site)
    text = decode(arguments.page.read_bytes(), None).text
    found = arguments.url or site.find_own_url(text) or next(iter(read_page_urls(text).declared), None)
    if found is None:
        parser.error("the page does not say its URL; name it with --url")
    page, url = make_skeleton(site, text, found, arguments.drop)
    if kept := find_kept_words(site, text, page):
        parser.error(f"words of the page remain: {kept[:10]}")
    parsed = site.parse_url(url)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "page.html").write_text(page, "utf-8")
    about: dict[str, object] = {
        "url": parsed.url,
        "status": 200,
        "headers": [["Content-Type", "text/html; charset=utf-8"]],
        "fetched_at": "2026-01-01T00:00:00+00:00",
        "kind": str(parsed.kind),
        "uid": parsed.uid,
    }
    if parsed.kind is PageKind.COMMENTS:
        about |= {"post_number": parsed.number, "page_no": 2}
    (arguments.out / "page.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
