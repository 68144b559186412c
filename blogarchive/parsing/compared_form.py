"""Reduce the HTML of a text to what a reader sees. Two forms are equal if a reader sees no difference.

A form has the text with folded white space, `pre` exactly, and in their places the links and images.
"""

import re
from collections.abc import Collection
from hashlib import sha256
from html import unescape

# Characters of the private use area, which delimit what is no text. White space beside them is dropped.
_LINK, _IMAGE, _END, _PRE, _PRE_END = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_URL = re.compile(r"""\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_INLINE_NAMES = """
abb abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub
sup tt u var wbr a img
"""
_INLINE = frozenset(_INLINE_NAMES.split())
# Between characters that are not ASCII a line break of the source is no space that a reader sees.
_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_SPACES = re.compile(r"\s+")
_PART = re.compile(f"({_PRE}[^{_PRE_END}]*{_PRE_END})")
_HOST = re.compile(f"(?<={_LINK}//)[^/?#{_END}]*")
_IMAGE_URL = re.compile(f"{_IMAGE}([^{_END}]*){_END}")
# What a server changes in each answer: sessions in links, and in images the time and signature.
_SESSION = r"\w*sess\w*|s_?id|cfid|cftoken"
_STAMP = (
    rf"{_SESSION}|_|ts?|r|rnd|rand(?:om)?|time(?:stamp)?|nonce|expires?|sign(?:ature)?|auth_key|token|policy|"
    r"\w*accesskeyid|key-pair-id|x-(?:amz|cos|goog|oss)-\w[\w-]*|q-\w[\w-]*|wssecret|wstime|e(?==\d{10}(?!\d))"
)
# Cloudflare hides an e-mail address by another key in each answer. The query of an image file states its version or size.
_HIDDEN, _QUERY = r"(?<=/email-protection)#.*", r"(?<=\.jpg|\.png|\.gif|\.bmp|jpeg|webp|avif)[?!].*"
_VOLATILE_OF_LINK, _VOLATILE_OF_IMAGE = (
    re.compile(rf"(?<=[?&;])(?:{keys})=[^&;?#]*[&;]?|{other}", re.IGNORECASE)
    for keys, other in ((_SESSION, _HIDDEN), (_STAMP, _QUERY))
)
_TARGET = re.compile(f"[{_LINK}{_IMAGE}][^{_END}]*")
_SCHEME = re.compile(r"^https?:")
_ORIGIN = re.compile(r"^(?:https?:)?//[^/]*")
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)(?:\?.*)?$", re.IGNORECASE)


Content = tuple[str | None, ...]
"""The stored columns that make up a version: a title and HTML, or HTML alone."""

Form = tuple[str, ...]
"""What a reader sees of a `Content`."""


def form_of(content: Content, own_hosts: Collection[str] = ()) -> Form:
    """Return what a reader sees. Links to any of `own_hosts`, the hosts of the blog, are equal.

    With `own_hosts`, links and images are equal too if only a session or a signature in their queries differs. A host
    with a path is a folder in which the blog is or was: it is left out.
    """
    *title, html = content
    return (*(fold_text(text or "").strip() for text in title), compared_form(html, own_hosts))


def content_hash(title: str | None, body_html: str | None) -> str:
    """Return the SHA-256 of what a reader sees of title and body."""
    return sha256("\0".join(form_of((title, body_html))).encode()).hexdigest()


def text_digest(body_text: str | None) -> str:
    """Return the SHA-256 of a text with folded white space, which a redesign changes."""
    return sha256(fold_text(body_text or "").strip().encode()).hexdigest()


def compared_form(html: str | None, own_hosts: Collection[str] = ()) -> str:
    """Return the form of the sanitized HTML. Schemes are left out; links to `own_hosts` are equal for all of them.

    An image is its path. Hosts of images change with the host of a blog, and two hosts share a path only by that.
    """
    parts = _TAG.split(html or "")  # a text, then the groups of a tag and the text behind it, again and again
    parts[::4] = map(unescape, parts[::4])
    parts[1::4] = map(_form_of_tag, parts[1::4], parts[2::4], parts[3::4])
    del parts[3::4], parts[2::3]
    form = "".join(part if part.startswith(_PRE) else fold_text(part) for part in _PART.split("".join(parts)))
    if own_hosts:
        form = _HOST.sub(lambda host: "" if host[0] in own_hosts else host[0], form)
        if folders := "|".join(re.escape(one[one.index("/") :]) for one in own_hosts if "/" in one):
            form = re.sub(f"(?<=[{_LINK}{_IMAGE}])((?://)?)(?:{folders})(?=/)", r"\1", form)
        form = _TARGET.sub(_drop_volatile, form)
    return form.strip()


def _drop_volatile(target: re.Match[str]) -> str:
    keys = _VOLATILE_OF_LINK if target[0][0] == _LINK else _VOLATILE_OF_IMAGE
    return keys.sub("", target[0]).rstrip("?&;")


def fold_text(text: str) -> str:
    """Return the text with each white space as one space, and without those that Chinese text does not show."""
    if text.isascii():
        return " ".join(f"x{text}x".split())[1:-1]  # a fifth of the time; of spaces at an end one remains
    words = text.split()
    if words == [text]:
        return text
    pairs = zip(("", *words), (*words, ""), strict=True)
    is_apart = any((before[-1:] + after[:1]).isascii() for before, after in pairs)
    return _SPACES.sub(_fold_spaces, text) if is_apart else "".join(words)


BULLETS = "·•・‧▪●○◆◇■□★☆►▶>»*-–—"


def strip_bullets(text: str) -> str:
    """Return `text` without the bullets and spaces before it."""
    return text.lstrip(BULLETS + " \u3000\xa0\u200b")


def _fold_spaces(run: re.Match[str]) -> str:
    """Return " " or "". To search `_SPACE` in the whole text takes four times as long: it is tried at each character."""
    start, end = run.span()
    is_apart = (run.string[max(0, start - 1) : start] + run.string[end : end + 1]).isascii()
    # In a run without a space of Chinese, the pattern searches the rest of the run at each character.
    return " " if is_apart and (run[0].isascii() or _SPACE.sub("", run[0])) else ""


def image_paths(form: str) -> list[str]:
    """Return the paths of the images of a form in their order."""
    return _IMAGE_URL.findall(form)


def without_images(form: str) -> str:
    """Return a form with the places of its images, but not their paths."""
    return _IMAGE_URL.sub(_IMAGE, form)


def text_of_form(form: str) -> str:
    """Return the text of a form without links and images."""
    return re.sub(f"[{_LINK}{_IMAGE}][^{_END}]*{_END}|[{_PRE}{_PRE_END}]", "", form)


def readable_form(html: str | None) -> str:
    """Return the form of HTML as lines, with its links, images and `pre` in their places."""
    form = re.sub(f"[{_LINK}{_IMAGE}]([^{_END}]*){_END}", r"\n<\1>\n", compared_form(html))
    return form.replace(_PRE, "\n<pre>\n").replace(_PRE_END, "\n</pre>\n")


def linked_urls(html: str | None) -> list[str]:
    """Return the URLs of links and images of the HTML in their order."""
    return [url for tag in _TAG.findall(html or "") if (url := _url_of(*tag)) is not None]


def _form_of_tag(slash: str, name: str, attributes: str) -> str:
    """Return what a tag adds to a form: a delimiter with its URL, a line end, or nothing."""
    name, url = name.lower(), _url_of(slash, name, attributes) if attributes else None
    if name == "pre":
        return _PRE_END if slash else _PRE
    if url is None:
        return "" if name in _INLINE else "\n"
    if name == "img":
        return f"{_IMAGE}{_ORIGIN.sub('', url)}{_END}"
    # A link to an image file shows the image that it is around.
    return "" if _IMAGE_FILE.search(url) else f"{_LINK}{_SCHEME.sub('', url)}{_END}"


def _url_of(slash: str, name: str, attributes: str) -> str | None:
    if slash or name.lower() not in ("a", "img"):
        return None
    found = _URL.search(attributes)
    return None if found is None else unescape(next(value for value in found.groups() if value is not None))
