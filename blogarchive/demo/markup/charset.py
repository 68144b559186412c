"""How a page becomes bytes, and what it says of them."""

from dataclasses import dataclass

TITLE_BYTES = 30  # where the real site cuts titles in its sidebar, counted in GBK


@dataclass(frozen=True, kw_only=True, slots=True)
class Charset:
    """`codec` makes the bytes, `declared` stands in the page, `content_type` is the HTTP header.

    A character that the codec lacks becomes a numeric reference, as in a browser's form.
    """

    codec: str
    declared: str
    content_type: str = "text/html"

    def encode(self, text: str) -> bytes:
        """The page's bytes; under gb18030 the euro sign is the single byte 0x80, as the site sends it."""
        if self.codec != "gb18030":
            return text.encode(self.codec, "xmlcharrefreplace")
        return b"\x80".join(part.encode(self.codec, "xmlcharrefreplace") for part in text.split("€"))


def cut_title(title: str) -> str:
    """The title as the sidebar shows it: at most 30 bytes of GBK, never half a character."""
    used = 0
    for position, char in enumerate(title):
        used += 1 if char.isascii() else 2
        if used > TITLE_BYTES:
            return title[:position]
    return title
