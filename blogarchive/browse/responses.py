"""What the reading pages answer with, and the rules that they put a browser under."""

from typing import Final

from datasette.utils.asgi import Response

_SAFE_PICTURES: Final = {
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/x-icon",
    "image/vnd.microsoft.icon",
}
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


def policy(*, remote: bool) -> str:
    """The Content-Security-Policy of a reading page: no scripts, no frames, nothing from other machines.

    With `remote`, which a reader has to ask for, pictures may come from other machines, and nothing else.
    """
    pictures = "'self' http: https:" if remote else "'self'"
    return (
        f"default-src 'none'; style-src 'self'; img-src {pictures}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page(body: str, *, status: int = 200, remote: bool = False) -> Response:
    """A reading page."""
    headers = {**_ALWAYS, "content-security-policy": policy(remote=remote)}
    return Response.html(body, status=status, headers=headers)


def picture(content_type: str, body: bytes, sha256: str) -> Response:
    """The bytes of a picture; what a browser might run (SVG, HTML, anything unknown) only as a download."""
    plain = content_type.split(";")[0].strip().lower()
    headers = {
        **_ALWAYS,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=31536000, immutable",
        "etag": f'"{sha256}"',
    }
    if plain in _SAFE_PICTURES:
        return Response(body, status=200, headers=headers, content_type=plain)
    headers["content-disposition"] = f'attachment; filename="{sha256}.bin"'
    return Response(body, status=200, headers=headers, content_type="application/octet-stream")


def stylesheet(text: str) -> Response:
    """The one stylesheet of the pages."""
    headers = {**_ALWAYS, "cache-control": "private, max-age=300"}
    return Response(text, status=200, headers=headers, content_type="text/css; charset=utf-8")
