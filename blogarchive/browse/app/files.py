"""Pages that take the archive elsewhere: sealed copies and exports, onto which disk, when the last one was made."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from datasette.utils.asgi import AsgiFileDownload, Response

from blogarchive.browse.app.check import find_url
from blogarchive.browse.app.context import AppContext
from blogarchive.errors import BlogArchiveError
from blogarchive.messages import N_
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import blogs
from blogarchive.store.read.blogs import read_blog, read_only_blog
from blogarchive.store.read.models import FullPost, read_post
from blogarchive.store.read.posts import find_by_number, find_by_url
from blogarchive.store.statements import Statements


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A folder that files can be written to; `is_removable` for a disk that can be taken away."""

    path: Path
    free: int
    is_removable: bool


def list_places(archive: Path) -> list[Place]:
    """Return the disks that can be taken away, then the folder of the archive and that of downloads."""
    found = [(path, True) for path in _removable_disks()]
    found += [(archive.parent, False), (Path.home() / "Downloads", False)]
    return [
        Place(path=path, free=shutil.disk_usage(path).free, is_removable=is_removable)
        for path, is_removable in found
        if path.is_dir() and os.access(path, os.W_OK)
    ]


def _removable_disks() -> Iterator[Path]:
    if sys.platform == "win32":
        yield from _windows_disks()
    elif sys.platform == "darwin":
        disks = filter(os.path.ismount, Path("/Volumes").iterdir())
        yield from (disk for disk in disks if disk.resolve() != Path("/"))
    else:
        yield from linux_disks(Path("/proc/self/mounts").read_text("utf-8", errors="replace"))


def linux_disks(mounts: str) -> Iterator[Path]:
    """Yield the folders of disks that desktops mount, from the text of /proc/mounts (`man proc_mounts`)."""
    for line in mounts.splitlines():
        escaped = line.split(" ")[1].encode()
        place = escaped.decode("unicode_escape").encode("latin-1").decode("utf-8", "replace")
        if place.startswith(("/media/", "/run/media/", "/mnt/")):
            yield Path(place)


def _windows_disks() -> Iterator[Path]:
    """Yield the drives of the type "removable", and fixed ones other than that of Windows: disks in a case."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it
    for letter in "DEFGHIJKLMNOPQRSTUVWXYZ":
        root = f"{letter}:\\"
        if kernel.GetDriveTypeW(root) in (2, 3) and letter != os.environ.get("SYSTEMDRIVE", "C:")[:1].upper():
            yield Path(root)


_OLD: Final = timedelta(days=31)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastCopy:
    """The last copy that was made from these pages; `is_elsewhere` on another disk than the archive."""

    at: datetime
    path: Path
    is_elsewhere: bool

    @property
    def is_old(self) -> bool:
        """Return whether it is older than a month."""
        return datetime.now(UTC) - self.at > _OLD


def last_copy(archive: Path) -> LastCopy | None:
    """Return the last copy; None if there was none, or its note cannot be read."""
    try:
        found = json.loads(_note(archive).read_text("utf-8"))
        at = datetime.fromisoformat(found["at"])
        return LastCopy(at=at, path=Path(found["path"]), is_elsewhere=bool(found["is_elsewhere"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_copy(archive: Path, target: Path) -> None:
    """Note the copy at `target` as the last one; one beside the archive replaces none that is elsewhere."""
    found, before = target.stat(), last_copy(archive)
    at = datetime.fromtimestamp(found.st_mtime, UTC).isoformat()
    note = {"at": at, "path": str(target), "is_elsewhere": found.st_dev != archive.stat().st_dev}
    if note["is_elsewhere"] or before is None or not before.is_elsewhere:
        with suppress(OSError):  # a copy without a note is a copy; the page asks for another one
            _note(archive).write_text(json.dumps(note, ensure_ascii=False), "utf-8")


def _note(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.copied.json")


def used_cookies(archive: Path) -> set[str]:
    """Return the names of the files of pasted cookies that blogs use; the folder may have moved."""
    with Archive.open(archive, read_only=True) as opened:
        names = {Path(path).name for path in blogs.used_cookies(opened)}
    return {name for name in names if name.startswith(f"{archive.name}.cookies-")}


def remove_cookies(archive: Path, before: set[str]) -> None:
    """Remove pasted cookies that blogs used `before` a change, and use no more. A file that cannot be removed stays."""
    with suppress(OSError, BlogArchiveError):
        for name in before - used_cookies(archive):
            archive.with_name(name).unlink(missing_ok=True)


TITLES: Final = {
    "seal": N_("Sealed copy, to keep or to give away"),
    "copy": N_("Copy of the file alone"),
    "html": N_("Web pages, to read without this program"),
    "epub": N_("Books for an e-reader"),
    "post": N_("One post as one file"),
    "delete": N_("Delete a blog"),
}
_COPIES: Final = ("seal", "copy")
NO_PLACE: Final = N_("This disk is not there any more. Put it in again, or choose another place.")
NO_POST: Final = N_("No stored post has this address or number, or several blogs have this number.")
WORKING: Final = N_("Another file is being written; wait for its end.")


async def show_files(context: AppContext, message: str | None = None) -> Response:
    """`/app/files`: choose a kind of file and a disk to write it to."""
    if not context.state.archive.exists():
        return Response.redirect("/app")
    return await context.page(
        "files.html",
        places=list_places(context.state.archive),
        size=context.state.archive.stat().st_size,
        copied=last_copy(context.state.archive),
        task=context.state.task,
        titles=TITLES,
        post=context.request.args.get("post") or "",
        message=message,
    )


async def make_file(context: AppContext) -> Response:
    """`/app/make`: start to write a file or folder, and show its progress."""
    form = await context.form()
    kind, place = form.get("kind", ""), Path(form.get("place", ""))
    if context.state.task.is_own:
        return await show_files(context, WORKING)
    # Only places that the page offered: another local program must not choose a path to overwrite.
    if place not in [one.path for one in list_places(context.state.archive)]:
        return await show_files(context, NO_PLACE)
    planned = await _plan_post(context, form.get("post", ""), place) if kind == "post" else None
    planned = planned or await _plan(context, kind, place)
    if planned is None:
        return await show_files(context, NO_POST)
    words, target = planned
    context.state.task.begin(kind, *words, str(target), target=target, language=context.language)
    return Response.redirect("/app/task", status=303)


# The words of a command without its last one, and that one: the file or folder that it writes.
_Plan = tuple[Sequence[str], Path]


async def _plan(context: AppContext, kind: str, place: Path) -> _Plan | None:
    now = datetime.now().astimezone()
    books = "blog.epub" if await context.read(read_only_blog) else "blog-books"
    return {
        "seal": (("seal",), place / f"blog-{now:%Y-%m-%d}"),
        "copy": (("seal", "--file-only"), place / f"archive-{now:%Y%m%d-%H%M%S}.db"),
        "html": (("export", "html", "--years"), place / "blog-html"),
        "epub": (("export", "epub"), place / books),
    }.get(kind)


async def _plan_post(context: AppContext, named: str, place: Path) -> _Plan | None:
    """Return the export of the post that an address or a number names."""

    def find(archive: Statements) -> FullPost | None:
        url = find_url(named)
        ids = [find_by_url(archive, url)] if url else [one.id for one in find_by_number(archive, named)]
        return read_post(archive, ids[0]) if len(ids) == 1 and ids[0] else None

    post = await context.read(find)
    if post is None:
        return None
    blog = await context.read(lambda archive: read_blog(archive, post.author_id))
    words = ("export", "html", "--number", post.number, "--author", f"{blog.site}/{blog.uid}")
    # A number may be any text of a page: quoted, it stays in the folder.
    return words, place / f"post-{quote(post.number, safe='')}.html"


async def show_task(context: AppContext) -> Response:
    """`/app/task`: the progress of the last task, then its result; `/app/task/part`: the part that changes."""
    template = "task_part.html" if context.request.path.endswith("/part") else "task.html"
    task = context.state.task
    if not task.kind:
        return Response.redirect("/app/files")
    result = task.result
    is_done = result is not None and result.code == 0 and task.target.exists()
    if is_done and task.kind in _COPIES:
        note_copy(context.state.archive, task.target)
    if task.kind == "delete" and result is not None:
        remove_cookies(context.state.archive, task.cookies)
        task.cookies = set()
    return await context.page(
        template,
        task=task,
        result=result,
        titles=TITLES,
        is_done=is_done,
        is_file=task.target.is_file(),
        can_open=_file_manager() is not None,
    )


async def download(context: AppContext) -> Response:
    """`/app/download`: the one file that the last task wrote, as a download."""
    task = context.state.task
    if task.result is None or not task.target.is_file():
        return Response.redirect("/app/files")
    content_type = "application/octet-stream"
    return AsgiFileDownload(str(task.target), filename=quote(task.target.name), content_type=content_type)


async def open_folder(context: AppContext) -> Response:
    """`/app/show`: open the folder of the last task's output in the file manager of the system."""
    task, program = context.state.task, _file_manager()
    if task.result is not None and task.target.exists() and program:
        folder = task.target if task.target.is_dir() else task.target.parent
        subprocess.Popen([program, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - a fixed program
    return Response.redirect("/app/task", status=303)


def _file_manager() -> str | None:
    return shutil.which({"win32": "explorer", "darwin": "open"}.get(sys.platform, "xdg-open"))
