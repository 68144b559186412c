"""HTTP responses of the reading pages, with headers against XSS: Content-Security-Policy, nosniff, no framing."""

from typing import Final

from datasette.utils.asgi import Response

_SAFE_IMAGES: Final = {
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/x-icon",
    "image/vnd.microsoft.icon",
}
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


def content_security_policy(*, remote: bool, script: str = "") -> str:
    """Return the Content-Security-Policy of a reading page: no frames, nothing from other hosts.

    No script runs but the one with the hash `script`. If `remote`, which the reader has to request, images alone may
    come from other hosts.
    """
    scripts = f"script-src {script}; " if script else ""
    images = "'self' http: https:" if remote else "'self'"
    return (
        f"default-src 'none'; {scripts}style-src 'self'; img-src {images}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page_response(body: str, *, status: int = 200, remote: bool = False, script: str = "") -> Response:
    """Return a reading page, in the language of the browser or of its cookie; `script` is the hash of its script."""
    headers = {
        **_HEADERS,
        "content-security-policy": content_security_policy(remote=remote, script=script),
        "vary": "accept-language, cookie",
    }
    return Response.html(body, status=status, headers=headers)


def media_response(content_type: str, body: bytes, sha256: str) -> Response:
    """Return a media file; a type that a browser may run (SVG, HTML, anything unknown) only as a download."""
    plain = content_type.split(";")[0].strip().lower()
    headers = {
        **_HEADERS,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=31536000, immutable",
        "etag": f'"{sha256}"',
    }
    if plain in _SAFE_IMAGES:
        return Response(body, status=200, headers=headers, content_type=plain)
    headers["content-disposition"] = f'attachment; filename="{sha256}.bin"'
    return Response(body, status=200, headers=headers, content_type="application/octet-stream")


def feed_response(body: bytes) -> Response:
    """Return an Atom feed."""
    headers = {**_HEADERS, "content-security-policy": "default-src 'none'; sandbox"}
    return Response(body, status=200, headers=headers, content_type="application/atom+xml; charset=utf-8")


def stylesheet_response(text: str) -> Response:
    """Return a stylesheet."""
    headers = {**_HEADERS, "cache-control": "private, max-age=300"}
    return Response(text, status=200, headers=headers, content_type="text/css; charset=utf-8")
