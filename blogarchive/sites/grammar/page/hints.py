"""Facts of one site's templates that the shared grammar uses as hints."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkupHints:
    """Facts of a site's templates; an empty value means that the fact is unknown.

    `title_class` is the class of the link around a post's title, `body_class` that of the element of its
    text. `site_bar` has the words of the site's navigation bar. The sidebar may cut titles at
    `title_cut_bytes` GBK bytes.
    """

    title_class: str | None = None
    body_class: str | None = None
    site_bar: frozenset[str] = frozenset()
    title_cut_bytes: int = 30


NO_HINTS = MarkupHints()
