"""The pages of `app`: one function a page or a form, each with the request and the state of the server."""

import json
import re
import shlex
import sqlite3
import sys
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.app.context import AppContext
from blogarchive.messages import N_, catalogue
from blogarchive.messages.details import describe_failure, explain_detail
from blogarchive.parsing.http import repair_url
from blogarchive.processes import own_program
from blogarchive.sites.base import crawled_site_names
from blogarchive.store.database.files import copy_archive
from blogarchive.store.media import count_skipped_by_host
from blogarchive.store.read import status

# preview

_TITLES = re.compile(r"(?:posts|listed)\[\d+\]\.title")
_CUT_TITLES = re.compile(r"latest\[\d+\]\.title")  # a sidebar cuts long titles
_MOST_TITLES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """The fields of one page that a blogger recognises; None or empty if the page does not show them."""

    kind: str
    blog_title: str | None
    nickname: str | None
    titles: tuple[str, ...]
    last_month: str | None
    months: int

    @property
    def is_readable(self) -> bool:
        """Whether the page shows a blog or a post."""
        return self.kind not in ("unknown", "notice") and bool(
            self.blog_title or self.nickname or self.titles
        )


def preview_of(doctor_json: str) -> Preview:
    """Return the preview from the output of `blogarchive doctor URL --json`."""
    fields = {found["field"]: found["value"] for found in json.loads(doctor_json)}
    months = _matching(fields, re.compile(r"months\[\d+\]\.month"))
    titles = _matching(fields, _TITLES) or _matching(fields, _CUT_TITLES)
    return Preview(
        kind=fields.get("kind", "unknown"),
        blog_title=_shown(fields, "author.blog_title"),
        nickname=_shown(fields, "author.nickname"),
        titles=tuple(titles)[:_MOST_TITLES],
        last_month=months[0] if months else None,
        months=_count(fields.get("months[…]"), len(months)),
    )


def _matching(fields: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return list(dict.fromkeys(value for field, value in fields.items() if pattern.fullmatch(field)))


def _shown(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return None if value in (None, "none", "None", "") else str(value)


def _count(words: str | None, listed: int) -> int:
    found = re.match(r"\d+", words or "")
    return int(found[0]) if found else listed


# words

_ENDS: Final = {
    0: N_("Finished: everything that was found is stored."),
    1: N_("Finished, but some pages or images are missing. The next run tries them again."),
    2: N_("This address cannot be used."),
    3: N_("Stopped. It continues where it was with the next start."),
    4: N_("The blog could not be reached, or the site refuses us. Try again later."),
    5: N_("The site seems to have changed, and nothing stored was replaced. A newer version may be needed."),
    6: N_("The file cannot be written: the disk is full, or the file is damaged."),
    75: N_("Another backup is writing to this archive."),
    76: N_("Another machine of the fleet is reading this site. Try again later."),
}
"""By the exit code of a crawl."""

MESSAGES: Final = {
    "started": N_("The backup has started."),
    "stopping": N_("The backup stops after the present page."),
    "busy": N_("A backup is running already; wait for its end, or stop it first."),
    "unknown_host": N_(
        "This address belongs to no site that this program knows. If it does, choose the kind of site."
    ),
    "wrong": N_("This form was not understood; nothing was done."),
}


def exit_words(code: int | None) -> str | None:
    """Return the sentence for an exit code, to be translated; None if the crawl has none."""
    return None if code is None else _ENDS.get(code, N_("The backup ended with a mistake of this program."))


# schedule

_MINUTE, _HOUR = 30, 3
_TASK: Final = "blogarchive"


def nightly_command(archive: Path) -> str:
    """Return the command that schedules a nightly update on this system."""
    return schtasks_command(archive) if sys.platform == "win32" else crontab_line(archive)


def crontab_line(archive: Path) -> str:
    """Return the line of a crontab (macOS, Linux): the full path of the program, since cron sets a short PATH."""
    command = shlex.join(_update(archive)).replace("%", r"\%")  # cron ends the command at a %
    return f"{_MINUTE} {_HOUR} * * *  {command}"


def schtasks_command(archive: Path) -> str:
    """Return the command for PowerShell and cmd of Windows.

    schtasks reads single quotes or escaped double quotes inside its outer quotes (`schtasks /create /?`). Both shells
    pass single quotes unchanged; only cmd passes escaped double quotes, which a path with an apostrophe needs.
    """
    words = " ".join(map(_quote_for_schtasks, _update(archive)))
    return f'schtasks /create /tn {_TASK} /sc daily /st {_HOUR:02}:{_MINUTE} /tr "{words}"'


def _quote_for_schtasks(word: str) -> str:
    if "'" in word:
        return rf"\"{word}\""
    return f"'{word}'" if " " in word else word


def _update(archive: Path) -> list[str]:
    return [*own_program(), "update", "-q", "--db", str(archive)]


# pages

_MOST_PROBLEMS = 8
_EXPLAINED = (1, 5)
"""Exit codes of which the page shows the problems or changes, and no message of the terminal."""

SETTINGS: Final = ("delay", "media_hosts")


async def open_app(context: AppContext) -> Response:
    """`/app/open?token=…`: give the browser the cookie, if it knows the token."""
    if not context.state.access.is_token(context.request.args.get("token") or ""):
        return Response.text(_("This address is of an earlier start; use the newest one."), status=403)
    response = Response.redirect("/app")
    response.set_cookie(
        context.state.access.cookie_name, context.state.access.token, httponly=True, samesite="strict"
    )
    return response


async def overview(context: AppContext) -> Response:
    """`/app`: the blogs of the archive, the crawl that runs, and the form to add a blog."""
    return await context.page(
        "overview.html",
        message=MESSAGES.get(context.request.args.get("message") or ""),
        blogs=await context.read(status.blog_lines) or (),
        images_not_fetched=await context.read(_images_not_fetched) or {},
        exists=context.state.archive.exists(),
        on_windows=sys.platform == "win32",
        nightly=nightly_command(context.state.archive),
        sites=crawled_site_names(),
        **await _progress(context),
    )


async def progress(context: AppContext) -> Response:
    """`/app/progress`: the part of the overview that changes while a crawl runs."""
    return await context.page("progress.html", **await _progress(context))


async def check(context: AppContext) -> Response:
    """`/app/check`: fetch and parse one page of the blog, and show the result before anything is stored."""
    form = await context.form()
    url, site = repair_url(form.get("url", "")), form.get("site", "")
    words = ("doctor", url, "--json", *(("--site", site) if site else ()))
    result = await context.command(*words, db=False)
    preview = preview_of(result.out) if result.code == 0 else None
    message = MESSAGES["unknown_host"] if "--site" in result.message else result.message
    return await context.page(
        "check.html", url=url, site=site, sites=crawled_site_names(), preview=preview, message=message
    )


async def start(context: AppContext) -> Response:
    """`/app/start`: begin or continue the backup of a blog, or the update of all."""
    form = await context.form()
    url, site, uid = repair_url(form.get("url", "")), form.get("site", ""), form.get("uid", "")
    words = ["backup", url] if url else ["update", *([uid] if uid else [])]
    if any(word.startswith("-") for word in words[1:]):
        return _back("wrong")
    return start_crawl(context, *words, *(("--site", site) if site and url else ()))


def start_crawl(context: AppContext, *words: str) -> Response:
    """Start a command that crawls, unless one runs; return the way back to the overview."""
    if context.state.job.is_running:
        return _back("busy")
    context.state.archive.parent.mkdir(parents=True, exist_ok=True)
    context.state.meter.reset()
    context.state.job.start(*words, language=context.language)
    return _back("started")


async def stop(context: AppContext) -> Response:
    """`/app/stop`: stop the crawl after the page that it is fetching."""
    if context.state.job.is_running:
        context.state.job.stop()
    return _back("stopping")


async def blog(context: AppContext) -> Response:
    """`/app/blog?uid=…`: the settings of one blog, and the buttons to pause or forget it."""
    uid = context.request.args.get("uid") or ""
    result = await context.command("settings", uid, "--json")
    return await context.page(
        "blog.html",
        uid=uid,
        settings=result.json() if result.code == 0 else None,
        message=MESSAGES.get(context.request.args.get("message") or "") or result.message,
    )


async def change_blog(context: AppContext) -> Response:
    """`/app/change`: store settings, pause, resume or forget a blog, by the commands of the same names."""
    form = await context.form()
    uid, action = form.get("uid", ""), form.get("action", "")
    words = {
        "settings": ["settings", uid, *(f"{name}={form[name]}" for name in SETTINGS if name in form)],
        "pause": ["pause", uid],
        "resume": ["resume", uid],
        "forget": ["forget", uid, "--yes", *(["--delete"] if form.get("delete") else [])],
    }.get(action)
    if words is None or not uid or uid.startswith("-"):
        return _back("wrong")
    cookies = form.get("cookies", "")
    if action == "settings" and cookies:
        words.append(f"cookies={_store_cookies(context.state.archive, uid, cookies)}")
    result = await context.command(*words)
    return await context.page("result.html", result=result, uid=None if action == "forget" else uid)


async def export(context: AppContext) -> Response:
    """`/app/export`: write the whole archive as web pages into a folder beside it."""
    folder = context.state.archive.with_name("blog-html")
    result = await context.command("export", "html", str(folder))
    return await context.page("result.html", result=result, path=folder if result.code == 0 else None)


async def copy(context: AppContext) -> Response:
    """`/app/copy`: write a whole copy of the archive beside it, named by the time."""
    target = context.state.archive.with_name(f"archive-{datetime.now().astimezone():%Y%m%d-%H%M%S}.db")
    await context.read(lambda connection: copy_archive(connection, target))
    return await context.page("result.html", result=None, path=target)


def _images_not_fetched(connection: sqlite3.Connection) -> dict[int, dict[str, int]]:
    """Return the number of images on hosts that are not requested, by author and host."""
    authors = [blog.author_id for blog in status.blog_lines(connection) if blog.author_id]
    return {author: count_skipped_by_host(connection, [author]) for author in authors}


async def _progress(context: AppContext) -> dict[str, Any]:
    running, code = context.state.job.is_running, context.state.job.exit_code
    counts, translate = await context.read(status.crawl_counts), catalogue(context.language).gettext
    problems = await context.read(lambda connection: status.open_problems(connection, limit=_MOST_PROBLEMS))
    return {
        "running": running,
        "progress": context.state.meter.measure(counts) if running else None,
        "counts": counts,
        "last_run": await context.read(status.last_run),
        "ended": exit_words(code),
        "last_message": None if code in _EXPLAINED else context.state.job.last_message(),
        "changes": await context.read(status.waiting_changes) or (),
        "problems": [
            (one, describe_failure(one.kind), explain_detail(one.detail, one.kind, translate))
            for one in problems or ()
        ],
    }


def _store_cookies(archive: Path, uid: str, text: str) -> Path:
    """Write pasted cookies beside the archive, for its owner alone; returns the path."""
    name = "".join(character for character in uid if character.isalnum()) or "blog"
    path = archive.with_name(f"cookies-{name}.txt")
    path.touch(mode=0o600)
    path.write_text(text.replace("\r\n", "\n") + "\n", "utf-8")
    return path


def _back(message: str) -> Response:
    return Response.redirect(f"/app?{urlencode({'message': message})}", status=303)
