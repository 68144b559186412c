"""The pages of `app`: one function for each page or form, called with the request and the server's state."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.app import nightly
from blogarchive.browse.app.check import HALF_WIDTH, find_url, site_title
from blogarchive.browse.app.context import OLD_ADDRESS, AppContext, ProgressMeter, refused
from blogarchive.browse.app.files import last_copy, remove_cookies, used_cookies
from blogarchive.errors import UsageError
from blogarchive.messages import N_
from blogarchive.messages.details import change_words, failure_words
from blogarchive.parsing.unicode_form import fold_spelling
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import BlogContents, count_contents, find_blog
from blogarchive.store.ledger.coverage import open_changes
from blogarchive.store.ledger.failures import newest_failures
from blogarchive.store.ledger.runs import last_run
from blogarchive.store.media import count_skipped_by_host
from blogarchive.store.read import status
from blogarchive.store.statements import Statements

# The result of a crawl in words, by its exit code.
_ENDS: Final = {
    0: N_("Finished: everything that was found is stored."),
    1: N_("Finished, but some pages or images are missing. The next run tries them again."),
    2: N_("This address cannot be used."),
    3: N_("Stopped. It continues where it was with the next start."),
    4: N_("The blog could not be reached, or the site refuses us. Try again later."),
    5: N_("The site seems to have changed, and nothing stored was replaced. Look at the change below."),
    6: N_("The file cannot be written: the disk is full, or the file is damaged."),
    75: N_("Another backup is writing to this archive."),
    76: N_("Another machine of the fleet is reading this site. Try again later."),
}

MESSAGES: Final = {
    "started": N_("The backup has started."),
    "stopping": N_("The backup stops after the present page."),
    "busy": N_("A backup is running already; wait for its end, or stop it first."),
    "unwritable": N_("The folder of the archive cannot be written: the disk is full, removed or read-only."),
    "no_blog": N_("The archive has no such blog."),
    "wrong": N_("This form was not understood; nothing was done."),
    "nightly": N_("The blogs are updated every night from now on, also when this program is closed."),
    "no_nightly": N_("The blogs are no longer updated by themselves."),
    "changed": N_("The settings are stored."),
    "paused": N_("This blog is left out of updates from now on."),
    "resumed": N_("This blog is updated again from now on."),
    "unconfirmed": N_("This is neither the number of posts nor the name. Nothing was deleted."),
}

# For these exit codes the page shows all that the command's message says, in words for a reader.
_EXPLAINED = (1, 3, 5)


def exit_words(code: int | None) -> str | None:
    """Return the sentence for an exit code, not translated yet; None if the crawl has not ended."""
    return None if code is None else _ENDS.get(code, N_("The backup ended with a mistake of this program."))


def days_since(moment: str | None) -> int | None:
    """Return the whole days, by the clock of this computer, since a time of the archive (UTC); None without one."""
    if not moment:
        return None
    then = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone()
    return max(0, (datetime.now().astimezone().date() - then.date()).days)


_MOST_PROBLEMS = 8


async def open_app(context: AppContext) -> Response:
    """`/app/open?token=…`: set the cookie of the browser if the token is right."""
    access = context.state.access
    if not access.is_token(context.request.args.get("token") or ""):
        return await refused(context.datasette, context.request, OLD_ADDRESS)
    response = Response.redirect("/app")
    # Strict: a link or a form of another site comes without it.
    response.set_cookie(access.cookie_name, access.token, httponly=True, samesite="strict")
    return response


async def overview(context: AppContext) -> Response:
    """`/app`: the crawl that runs, the blogs of the archive, the form to add one, the copies, the nights."""
    archive = context.state.archive
    is_nightly = await asyncio.to_thread(_is_nightly, archive)
    return await context.page(
        "overview.html",
        message=MESSAGES.get(context.request.args.get("message") or ""),
        blogs=await context.read(status.blog_lines) or (),
        images_not_fetched=await context.read(_images_not_fetched) or {},
        is_nightly=is_nightly,
        copied=last_copy(archive),
        site_title=site_title,
        days_since=days_since,
        exit_words=exit_words,
        **await _progress(context),
    )


def _is_nightly(archive: Path) -> bool | None:
    """Return whether the archive is updated every night; None if this system has no schedule."""
    schedule = nightly.find_schedule(archive)
    return None if schedule is None else schedule.is_installed()


async def progress(context: AppContext) -> Response:
    """`/app/progress`: the part of the overview that changes while a crawl runs."""
    return await context.page("progress.html", **await _progress(context))


async def start(context: AppContext) -> Response:
    """`/app/start`: begin or continue the backup of a blog, or the update of one or all."""
    form = await context.form()
    url, site, name = find_url(form.get("url", "")), form.get("site", ""), form.get("blog", "")
    # A name with a hyphen would be an option of the command. Without URL and name it would update all blogs.
    if name.startswith("-") or site.startswith("-") or (form.get("url") and not url):
        return back("wrong")
    if name and _contents(context.state.archive, name) is None:  # deleted since the page was shown
        return back("no_blog")
    if url:
        return start_crawl(context, "backup", url, *(("--site", site) if site else ()))
    return start_crawl(context, "update", *([name] if name else []))


async def retry(context: AppContext) -> Response:
    """`/app/retry`: fetch failed pages and images again, also those that were given up."""
    return start_crawl(context, "failures", "--retry")


def start_crawl(context: AppContext, *words: str) -> Response:
    """Start a command that crawls, unless one runs; return the way back to the overview."""
    if context.state.job.is_running:
        return back("busy")
    context.state.meter = ProgressMeter()
    try:
        context.state.archive.parent.mkdir(parents=True, exist_ok=True)
        context.state.job.start(*words, language=context.language)
    except OSError:
        return back("unwritable")
    return back("started")


async def stop(context: AppContext) -> Response:
    """`/app/stop`: stop the crawl after the page that it is fetching."""
    if context.state.job.is_running:
        context.state.job.stop()
    return back("stopping")


async def switch_nights(context: AppContext) -> Response:
    """`/app/nightly`: install or remove the nightly update."""
    form = await context.form()
    schedule = await asyncio.to_thread(nightly.find_schedule, context.state.archive)
    if schedule is None:
        return back("wrong")
    try:
        await asyncio.to_thread(schedule.install if form.get("on") else schedule.remove)
    except nightly.ScheduleFailed as error:
        return await context.page("result.html", message=str(error))
    return back("nightly" if form.get("on") else "no_nightly")


async def home(context: AppContext) -> Response:
    """Any other address below `/app/`: lead to the overview."""
    return Response.redirect("/app")


async def alive(context: AppContext) -> Response:
    """`/app/alive`: answer an open page, so that it shows that the program runs."""
    return Response.text("")


async def leave(context: AppContext) -> Response:
    """`/app/quit`: end the program, and the backup that it runs."""
    was_running = context.state.job.is_own or context.state.task.is_own
    response = await context.page("closed.html", was_running=was_running)
    context.state.stop_server()
    return response


def _images_not_fetched(archive: Statements) -> dict[int, dict[str, int]]:
    """Return the number of images on hosts that are not requested, by author and host."""
    authors = [blog["author_id"] for blog in status.blog_lines(archive) if blog["author_id"]]
    return {author: count_skipped_by_host(archive, [author]) for author in authors}


async def _progress(context: AppContext) -> dict[str, Any]:
    running, result = context.state.job.is_running, context.state.job.result
    counts = await context.read(status.crawl_counts)
    problems = await context.read(lambda archive: newest_failures(archive, _MOST_PROBLEMS))
    return {
        "running": running,
        "minutes_left": context.state.meter.minutes_left(counts) if running else None,
        "counts": counts,
        "last_run": await context.read(last_run),
        "ended": result and exit_words(result.code),
        "last_message": None if result is None or result.code in _EXPLAINED else result.message,
        "changes": await context.read(open_changes) or (),
        "problems": [(one, *failure_words(one.kind, one.detail, context.language)) for one in problems or ()],
    }


_MOST_POSTS: Final = 5


async def ask(context: AppContext) -> Response:
    """`/app/changes`: the changes that wait for a person, posts to look at, and the question."""
    changes = await context.read(open_changes)
    if not changes:
        return Response.redirect("/app")
    posts = await context.read(lambda archive: status.held_posts(archive, limit=_MOST_POSTS))
    shown = [(change, *change_words(change.field)) for change in changes]
    running = context.state.job.is_running
    return await context.page("changes.html", changes=shown, posts=posts, running=running)


async def agree(context: AppContext) -> Response:
    """`/app/agree`: store the changes, by `update --accept-changes`."""
    return start_crawl(context, "update", "--accept-changes")


SETTINGS: Final = ("delay", "media_hosts")
WRONG_SETTING: Final = N_("This setting cannot be used; nothing was changed.")
# The message if one setting is refused.
_WRONG: Final = {
    "delay": N_("The seconds must be a number, such as 3. Nothing was changed."),
    "media_hosts": N_(
        "A host is written as img.example.com or *.example.org, with commas between them. Nothing was changed."
    ),
    "cookies": N_("This is not the text of a cookies.txt file. Nothing was changed."),
}


async def blog(context: AppContext) -> Response:
    """`/app/blog?name=SITE/UID`: the settings of one blog, and the ways to leave it out or delete it."""
    name = context.request.args.get("name") or ""
    contents = _contents(context.state.archive, name)
    if contents is None:
        return back("no_blog")
    result = await context.command("settings", name, "--json")
    return await context.page(
        "blog.html",
        name=name,
        title=contents.name,
        settings=None if result.code else json.loads(result.out),
        message=result.message or MESSAGES.get(context.request.args.get("message") or ""),
    )


async def change_blog(context: AppContext) -> Response:
    """`/app/change`: store settings, pause or resume a blog, by the commands of the same names."""
    form = await context.form()
    name, action = form.get("blog", ""), form.get("action", "")
    if not name or name.startswith("-") or action not in ("settings", "pause", "resume"):
        return back("wrong")
    if _contents(context.state.archive, name) is None:
        return back("no_blog")
    if action == "settings":
        async with context.state.changing:
            return await _change_settings(context, name, form)
    result = await context.command(action, name)
    if result.code:
        return await context.page("result.html", message=result.words(MESSAGES["no_blog"]), name=name)
    return _back_to_blog(name, {"pause": "paused", "resume": "resumed"}[action])


async def _change_settings(context: AppContext, name: str, form: dict[str, str]) -> Response:
    """Store the settings; cookies that are refused leave the earlier ones as they are."""
    archive, before = context.state.archive, used_cookies(context.state.archive)
    values: dict[str, str] = {key: form[key].translate(HALF_WIDTH) for key in SETTINGS if key in form}
    cookies = _store_cookies(archive, name, form["cookies"]) if form.get("cookies") else None
    if cookies or form.get("no_cookies"):
        values["cookies"] = str(cookies or "")
    result = await context.command("settings", name, *(f"{key}={value}" for key, value in values.items()))
    if not result.code:
        remove_cookies(archive, before)
        return _back_to_blog(name, "changed")
    if cookies:
        cookies.unlink(missing_ok=True)  # the secrets of a refused file must not stay on the disk
    wrong = [text for key, text in _WRONG.items() if f"{key}: " in result.message]
    message = wrong[0] if wrong else result.words(WRONG_SETTING)
    return await context.page("result.html", message=message, name=name)


def _back_to_blog(name: str, message: str) -> Response:
    return Response.redirect(f"/app/blog?{urlencode({'name': name, 'message': message})}", status=303)


async def ask_to_delete(context: AppContext, name: str = "", message: str | None = None) -> Response:
    """`/app/delete?name=SITE/UID`: count the rows to delete, and ask for the number of posts or the name."""
    name = name or context.request.args.get("name") or ""
    contents = _contents(context.state.archive, name)
    if contents is None:
        return back("no_blog")
    values = {"contents": contents, "running": context.state.job.is_running, "message": message}
    return await context.page("delete.html", name=name, **values)


async def delete(context: AppContext) -> Response:
    """`/app/deleted`: delete a blog in the background, if its number of posts or its name was typed."""
    form = await context.form()
    name, archive = form.get("blog", ""), context.state.archive
    contents = _contents(archive, name)
    if contents is None or name.startswith("-"):
        return back("no_blog")
    # Folded: the keyboard of a person may write the other script, or full width.
    if fold_spelling(form.get("typed", "")) not in (str(contents.posts), fold_spelling(contents.name)):
        return await ask_to_delete(context, name, MESSAGES["unconfirmed"])
    if context.state.job.is_running or context.state.task.is_own:
        return back("busy")
    copy = archive.with_name(f"before-deleting-{datetime.now().astimezone():%Y%m%d-%H%M%S}.db")
    words = ["forget", name, "--delete", "--yes", *(["--copy", str(copy)] if form.get("copy") else [])]
    context.state.task.cookies = used_cookies(archive)
    context.state.task.begin("delete", *words, target=copy, language=context.language)
    return Response.redirect("/app/task", status=303)


def _contents(archive: Path, name: str) -> BlogContents | None:
    """Return the counts of a stored blog; None if the archive has no blog of that name."""
    try:
        with Archive.open(archive, read_only=True) as opened:
            return count_contents(opened, find_blog(opened, name))
    except UsageError:
        return None


def _store_cookies(archive: Path, blog_name: str, text: str) -> Path:
    """Write pasted cookies beside the archive, for its owner alone; returns the path, which is new."""
    name = "".join(character for character in blog_name if character.isalnum()) or "blog"
    path = archive.with_name(f"{archive.name}.cookies-{name}-{datetime.now(UTC):%Y%m%d%H%M%S%f}.txt")
    path.touch(mode=0o600)  # before the cookies are in it
    path.write_text(text.replace("\r\n", "\n") + "\n", "utf-8")
    return path


def back(message: str) -> Response:
    """Return the way to the overview, which shows the message of that name."""
    return Response.redirect(f"/app?{urlencode({'message': message})}", status=303)
