"""The pictures that an export takes along: named by their content, written once."""

from collections.abc import Callable

from blogarchive.export.writer import OutFolder
from blogarchive.rendering.bodies import ImageSource
from blogarchive.store.queries.export_reader import ExportReader
from blogarchive.store.queries.post_models import FullPost, Image

# Formats that browsers show and that cannot carry a script; an SVG can.
EXTENSIONS = {
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}

Take = Callable[[str, Image], None]
"""Called with the file name and the picture, each time that a page shows one."""


def picture_source(reader: ExportReader, post: FullPost, take: Take, prefix: str) -> ImageSource:
    """Gives `prefix` and file name for a picture of `post` that is held, and has it taken along."""
    of_post = {picture.url: picture for picture in post.images}

    def source(url: str) -> str | None:
        picture = of_post.get(url)
        if picture is None or picture.sha256 is None:
            picture = reader.image(url)
        if picture is None or (name := file_name(picture)) is None:
            return None
        take(name, picture)
        return f"{prefix}{name}"

    return source


def file_name(picture: Image) -> str | None:
    """`SHA-256.extension`; None where the picture is not held or of a kind that is not shown."""
    extension = EXTENSIONS.get(picture.content_type or "")
    return f"{picture.sha256}.{extension}" if picture.sha256 and extension else None


class PictureFolder:
    """Puts pictures into one folder of an export, each once."""

    def __init__(self, reader: ExportReader, folder: OutFolder, path: str) -> None:
        self._reader = reader
        self._folder = folder
        self._path = path
        self._taken: set[str] = set()

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, name: str, picture: Image) -> None:
        """Write the picture's file unless it is there; a `Take`."""
        if name in self._taken:
            return
        self._taken.add(name)
        path = f"{self._path}/{name}"
        if picture.sha256 and not self._folder.has(path, picture.size or 0):
            self._folder.write(path, self._reader.image_bytes(picture.sha256))
