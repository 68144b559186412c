"""Bodies as a reading page shows them: pictures from the archive, others only where the reader asks."""

from collections.abc import Sequence

from markupsafe import Markup

from blogarchive.look.bodies import shown_body
from blogarchive.store.shown import Picture


def shown(body_html: str | None, url: str, pictures: Sequence[Picture], home: str, *, remote: bool) -> Markup:
    """`body_html` as safe HTML; with `remote`, pictures that are not held come from where they were."""
    held = {picture.url: f"{home}/media/{picture.sha256}" for picture in pictures if picture.sha256}

    def source(picture_url: str) -> str | None:
        if picture_url in held:
            return held[picture_url]
        return picture_url if remote and picture_url.startswith(("https://", "http://")) else None

    return Markup(shown_body(body_html or "", url, source))  # noqa: S704 - shown_body gives safe HTML


def is_lacking(pictures: Sequence[Picture]) -> bool:
    """Whether a picture is not held that could still be there."""
    return any(picture.sha256 is None for picture in pictures)
