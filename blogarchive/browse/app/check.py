"""Find the blog of a pasted text: its URL, the scheme that answers, and the preview of its page."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from datasette.utils.asgi import Response

from blogarchive.browse.app.commands import CommandResult
from blogarchive.browse.app.context import AppContext
from blogarchive.errors import Unreachable, UsageError
from blogarchive.messages import N_
from blogarchive.parsing.urls import other_scheme
from blogarchive.sites.base import crawled_site_names, site_for_url

# URL

HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3001: ","}
"""ASCII for the full-width characters of a Chinese keyboard, for `str.translate`."""
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff]")
_STOP: Final = r"""\s<>"'`{}|^\\\u0080-\uffff"""
_HAN: Final = r"\u3400-\u9fff"
_TOP: Final = "(?:中[国國]|公司|网[络址]|網[絡址]|香港|台[湾灣]|在[线線])"
# Chinese beside a URL is text. It belongs to the URL if the URL goes on behind it, or if it ends path and text.
_HAN_PART: Final = (
    rf"(?<=[\w/.%=&-])[{_HAN}][\w{_HAN}-]*+(?=/|[.?#&]\w|\.{_TOP}(?![\w{_HAN}]))"
    rf"|(?<=[^/:]/)[{_HAN}][\w{_HAN}-]*+(?=\s*+\Z)|(?<=\.){_TOP}(?![\w{_HAN}])"
)

_WITH_SCHEME: Final = re.compile(
    r"(https?)\s{0,9}[:;]?\s{0,9}[/\\]{1,3}\s{0,9}"
    rf"((?:[\w\[]|[{_HAN}](?=[\w{_HAN}-]*+\.)[\w{_HAN}-]*+)(?:[^{_STOP}]|{_HAN_PART})*+)",
    re.IGNORECASE | re.ASCII,
)
_BARE: Final = re.compile(
    rf"(?<![\w@.:/\\-])((?:[a-z0-9-]+\.)+(?:[a-z]{{2,24}}|xn--[a-z0-9-]+)|\d+(?:\.\d+){{3}}|localhost)(:\d+)?(?![\w@.-])"
    rf"([/?#][^{_STOP}]*)?",
    re.IGNORECASE | re.ASCII,
)
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(\.[\w-]+)+")
_TRAILING: Final = ".,;:!?*_~([)]}>"
_LONGEST: Final = 2000

NO_URL: Final = N_("There is no address of a web page in this text. It begins with https:// or http://.")
MAIL: Final = N_("This is an e-mail address. Please paste the address of the blog's home page.")


def find_url(text: str) -> str | None:
    """Return the first URL in a pasted text, repaired: full-width characters, scheme, punctuation behind it."""
    plain = _clean_text(text)
    if found := _WITH_SCHEME.search(plain):
        url = f"{found[1].lower()}://{found[2]}"
    elif found := _BARE.search(plain):
        url = f"https://{found[0]}"
    else:
        return None
    url = url[:_LONGEST].rstrip(_TRAILING)
    return url if re.fullmatch(r"https?://\[?[\w-].*", url) else None


def has_several_urls(text: str) -> bool:
    """Return whether a pasted text has more than one URL with a scheme."""
    return len({found[2].rstrip(_TRAILING) for found in _WITH_SCHEME.finditer(_clean_text(text))}) > 1


def _clean_text(text: str) -> str:
    plain = _INVISIBLE.sub("", text).translate(HALF_WIDTH)
    plain = re.sub(r"(?<=[A-Za-z0-9])。(?=[A-Za-z0-9])", ".", plain)
    return re.sub(r"[,;](?=https?:)", " ", plain)


_MOST_TITLES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """The fields of one page that a blogger recognises; None or empty if the page does not show them."""

    kind: str
    blog_title: str | None
    nickname: str | None
    titles: tuple[str, ...]
    first_month: str | None
    last_month: str | None
    months: int

    @property
    def is_readable(self) -> bool:
        """Whether the page shows a blog or a post."""
        shown = self.blog_title or self.nickname or any(self.titles)
        return self.kind not in ("unknown", "notice") and bool(shown)


def preview_of(doctor_json: str) -> Preview:
    """Return the preview from the output of `blogarchive doctor URL --json`."""
    fields = {found["field"]: found["value"] for found in json.loads(doctor_json)}
    months = _matching(fields, r"months\[\d+\]\.month")
    titles = _matching(fields, r"(?:posts|listed)\[\d+\]\.title")
    titles = titles or _matching(fields, r"latest\[\d+\]\.title")  # of a sidebar, which cuts long titles
    return Preview(
        kind="unknown" if int(fields.get("status", 200)) >= 400 else fields.get("kind", "unknown"),
        blog_title=_shown(fields, "author.blog_title"),
        nickname=_shown(fields, "author.nickname"),
        titles=tuple(titles)[:_MOST_TITLES],
        first_month=min(months, default=None),
        last_month=max(months, default=None),
        months=int(found[0]) if (found := re.match(r"\d+", fields.get("months[…]", ""))) else len(months),
    )


def _matching(fields: dict[str, str], pattern: str) -> list[str]:
    found = (_shown(fields, field) or "" for field in fields if re.fullmatch(pattern, field))
    return list(dict.fromkeys(found))


def _shown(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return None if value in (None, "none", "None", "") else str(value)


_SITE_NAMES: Final = {
    "creaders": "万维博客 CReaders",
    "netease": "网易博客 163",
    "pixnet": "痞客邦 PIXNET",
    "sina": "新浪博客 Sina",
    "web": "其他博客 · any other",
    "wenxuecity": "文学城 Wenxuecity",
    "wretch": "無名小站 Wretch",
}


def site_title(name: str) -> str:
    """Return the name by which bloggers call a site."""
    return _SITE_NAMES.get(name, name)


def _is_of_known_site(url: str) -> bool:
    try:
        return not site_for_url(url).has_any_host
    except UsageError:
        return False


# Seconds without an answer, after which the other scheme is tried too.
_PATIENCE: Final = 5.0

_LONGEST_CHECK: Final = 45.0

UNKNOWN_SITE: Final = N_(
    "This address belongs to no site that this program knows. If it does, choose the kind of site."
)
NO_ANSWER: Final = N_("The site does not answer. Does your browser open this address? Try again later.")

CERTIFICATE: Final = N_(
    "The certificate of this site is not valid: others could change what arrives. If you accept that, run `blogarchive"
    " backup --ignore-certificates ADDRESS`. For later updates, write `ignore-certificates = true` into the file"
    " blogarchive.toml beside the archive."
)
ROBOTS: Final = N_(
    "The robots.txt of this site forbids programs to fetch this blog. If it is your own blog, run `blogarchive backup"
    " --ignore-robots ADDRESS`. For later updates, write `ignore-robots = true` into the file blogarchive.toml beside the"
    " archive."
)
# The message of the page by the option that the message of `doctor` names.
_BY_OPTION: Final = {
    "--site": UNKNOWN_SITE, "--ignore-certificates": CERTIFICATE, "--ignore-robots": ROBOTS
}  # fmt: skip


async def check(context: AppContext) -> Response:
    """`/app/check`: fetch and parse one page of the blog, and show the result before anything is stored."""
    form = await context.form()
    text, site = form.get("url", ""), form.get("site", "")
    url, preview, message = find_url(text), None, None
    if url is None:
        message = MAIL if _MAIL.search(text.translate(HALF_WIDTH)) else NO_URL
    else:
        url, result = await _ask_both_schemes(context, url, site)
        if result.out:  # a page came, perhaps of no blog
            preview = preview_of(result.out)
            message = None if preview.is_readable else result.words("")
        else:
            said = (text for option, text in _BY_OPTION.items() if option in result.message)
            message = next(said, result.words(NO_ANSWER))
    return await context.page(
        "check.html",
        url=url,
        text=url or text,
        has_several=has_several_urls(text),
        site=site,
        sites={name: site_title(name) for name in crawled_site_names()},
        needs_site=url is not None and (preview or message == UNKNOWN_SITE) and not _is_of_known_site(url),
        preview=preview,
        message=message,
    )


async def _ask_both_schemes(context: AppContext, url: str, site: str) -> tuple[str, CommandResult]:
    """Return the URL whose page came, with the output of `doctor`; the given one with its error if none did."""
    other = other_scheme(url)
    async with _doctor(context, url, site) as first:
        await asyncio.wait([first], timeout=_PATIENCE)
        # The other scheme is tried only if the site does not answer: any other error is about this page.
        if first.done() and (first.result().out or first.result().code != Unreachable.exit_code):
            return url, first.result()
        async with _doctor(context, other, site) as second:
            await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
            if first.done() and first.result().out:
                return url, first.result()
            found = await second
            return (other, found) if found.out else (url, await first)


@asynccontextmanager
async def _doctor(context: AppContext, url: str, site: str) -> AsyncIterator["asyncio.Task[CommandResult]"]:
    """Run `doctor` on a URL; it is ended when nobody waits for it any more."""
    words = ("doctor", url, "--json", *(("--site", site) if site else ()))
    task = asyncio.create_task(context.command(*words, db=False, seconds=_LONGEST_CHECK))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
