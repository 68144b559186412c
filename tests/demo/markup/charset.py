"""The charset of a page: its bytes, and its declarations."""

from dataclasses import dataclass

TITLE_BYTES = 30  # where the real site cuts titles in its sidebar, counted in GBK


@dataclass(frozen=True, kw_only=True, slots=True)
class Charset:
    """A codec, the charset declared in the page, and the HTTP header.

    A character that the codec lacks becomes a numeric reference, as in a browser's form.
    """

    codec: str
    declared: str
    content_type: str = "text/html"

    def encode(self, text: str) -> bytes:
        """Return the bytes of a page; in gb18030 the euro sign is the byte 0x80, as the site sends it."""
        if self.codec != "gb18030":
            return text.encode(self.codec, "xmlcharrefreplace")
        return b"\x80".join(part.encode(self.codec, "xmlcharrefreplace") for part in text.split("€"))


def cut_title(title: str) -> str:
    """Return the title as the sidebar shows it: at most 30 bytes of GBK, no half character."""
    used = 0
    for position, char in enumerate(title):
        used += 1 if char.isascii() else 2
        if used > TITLE_BYTES:
            return title[:position]
    return title
