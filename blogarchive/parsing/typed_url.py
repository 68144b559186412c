"""Repair URLs as people type and paste them."""

import re
from typing import Final

_AROUND: Final = "《》〈〉<>“”‘’\"'`「」『』【】（）()[]，。；、,; \t\r\n\u3000\ufeff\u200b"
_SCHEME = re.compile(r"(https?)\s*[:：]?\s*[/／]{1,3}(?=[\w\[])", re.IGNORECASE)
_HOST = re.compile(r"(www\.|[\w-]+(\.[\w-]+)+(:\d+)?([/?#]|$))")


def repair_url(text: str) -> str:
    """Return the URL in `text`: without quotes and brackets around it, with https:// if a host begins it.

    A scheme with a full-width colon or a wrong number of slashes is corrected. Other text is returned without the
    characters around it.
    """
    url = text.strip(_AROUND)
    if scheme := _SCHEME.match(url):
        return f"{scheme[1].lower()}://{url[scheme.end() :]}"
    return f"https://{url}" if _HOST.match(url) else url
