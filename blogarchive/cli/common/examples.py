"""Examples of each command, shown at the end of its help."""

from gettext import gettext as _
from typing import Final

_URL: Final = "https://blog.creaders.net/u/31182/"
_EXAMPLES: Final = {
    "backup": (_URL, f"{_URL} --media-hosts '*' --delay 2", "--from blogs.txt --db ~/blogs/archive.db"),
    "update": ("", "31182 --full", "-q --db ~/blogs/archive.db"),
    "discover": ("", _URL),
    "status": ("", "--json"),
    "failures": ("", "--retry"),
    "verify": ("", "-q --db ~/blogs/archive.db"),
    "diff": ("506012", "506012 --author 31182"),
    "sites": ("",),
    "settings": ("", "31182", "31182 delay=5 media_hosts='*.example.org'", "31182 delay="),
    "pause": ("31182",),
    "resume": ("31182",),
    "forget": ("31182", "31182 --delete"),
    "reparse": ("--diff", ""),
    "doctor": (_URL, f"{_URL} --lines"),
    "search": ("关税", '"贸易 战" OR 关税 -农业', "猫 --comments --since 2024"),
    "serve": ("--open", "--port 8010", "first.db second.db"),
    "app": ("", "--db ~/blogs/archive.db"),
    "export": (
        "html blog-html",
        "html post.html --number 506012",
        "epub books --each year",
        "jsonl out --table",
    ),
    "import": ("html saved-pages", "blogger blog.xml", "warc blog.warc.gz", f"html page.html --url {_URL}"),
    "merge": ("other.db --db archive.db",),
    "seal": ("/media/stick/blog", "2026-blog.db"),
    "fleet": (
        "init",
        "add blog.creaders.net --db shards/creaders.db --every 1d --slice 30m",
        "add --from blogs.txt --db shards/blogs.db",
        "work --rounds 8 shards",
        "status",
    ),
    "demo": ("", "--serve"),
}


def format_examples(name: str) -> str | None:
    """Return the examples of a command as the end of its help; None if it has none."""
    examples = _EXAMPLES.get(name)
    if examples is None:
        return None
    lines = [f"  blogarchive {name} {words}".rstrip() for words in examples]
    return "\n".join(("\b", _("Examples:"), *lines))
