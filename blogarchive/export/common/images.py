"""Copy the images of exported posts: each file once, named by its content."""

from collections.abc import Callable

from blogarchive.export.common.export_folder import ExportFolder
from blogarchive.rendering.bodies import ImageSource, ImageToShow
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import FullPost, Image

# Formats that browsers show and that cannot carry a script; an SVG can.
EXTENSIONS = {
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}

CopyImage = Callable[[str, Image], None]
"""Called with the file name and the image each time that a page shows one."""


def make_image_source(reader: ExportReader, post: FullPost, copy: CopyImage, prefix: str) -> ImageSource:
    """Return a source that calls `copy` for a stored image of `post` and returns its file with `prefix`."""
    of_post = {image.url: image for image in post.images}

    def source(url: str) -> ImageToShow | None:
        image = of_post.get(url)
        if image is None or image.sha256 is None:
            image = reader.image(url)
        if image is None or (name := image_file_name(image)) is None:
            return None
        copy(name, image)
        return ImageToShow(url=f"{prefix}{name}", width=image.width, height=image.height)

    return source


def image_file_name(image: Image) -> str | None:
    """Return `SHA-256.extension`; None if the image is not stored or browsers do not show its type."""
    extension = EXTENSIONS.get(image.content_type or "")
    return f"{image.sha256}.{extension}" if image.sha256 and extension else None


class ImageFolder:
    """One folder of an export with image files, each written once."""

    def __init__(self, reader: ExportReader, folder: ExportFolder, path: str) -> None:
        self._reader = reader
        self._folder = folder
        self._path = path
        self._copied: set[str] = set()

    def __len__(self) -> int:
        return len(self._copied)

    def copy(self, name: str, image: Image) -> None:
        """Write the image's file unless it exists."""
        if name in self._copied:
            return
        self._copied.add(name)
        path = f"{self._path}/{name}"
        if image.sha256 and not self._folder.keep(path, image.sha256):
            self._folder.write(path, self._reader.image_bytes(image.sha256), image.sha256)
