"""A markup as a choice of a form for each part of a page."""

from dataclasses import dataclass, fields, replace
from random import Random

from tests.demo.blogs.labels import SIMPLIFIED, TRADITIONAL, Labels

CHOICES: dict[str, tuple[str, ...]] = {
    "frame": ("tables", "divs", "html5", "center", "dl", "one_table"),
    "side": ("after", "before"),
    "header": ("rows", "h1", "one_block", "dl", "linked"),
    "piece": ("table", "div", "section", "p", "tr", "li", "dd", "br"),
    "heading": (
        "two_cells",
        "next_row",
        "h1_time",
        "one_line",
        "time_first",
        "two_lines",
        "labelled",
        "header",
        "dts",
        "h2_small",
        "bare_title",
    ),
    "body": ("own", "classed", "td", "article", "font", "deep", "titled_block"),
    "paragraph": ("p", "br2", "div", "word", "unclosed_p", "font_br"),
    "counters": (
        "line",
        "cells",
        "items",
        "spans",
        "pictures",
        "bold",
        "split_lines",
        "linked",
        "times",
        "pipes",
    ),
    "comment": (
        "table",
        "sibling_rows",
        "cells",
        "ol",
        "ul_spans",
        "dl",
        "div_br",
        "divs",
        "article",
        "avatar_table",
        "avatar_div",
        "bold_hr",
        "two_line_header",
        "label_spans",
        "floor",
        "nested_tables",
        "font_td",
        "header_rows",
        "media",
        "br_spans",
        "flat_p",
        "flat_br",
        "text_and_foot",
    ),
    "comment_lines": ("br", "p", "div"),
    "foot": ("link", "plain", "picture", "span", "link_only_word"),
    "form": ("before", "after", "none", "first"),
    "between": ("", "share", "neighbours", "both", "fonts", "category"),
    "pager": ("next", "full", "numbers", "arrow", "picture", "bracketed", "two", "select", "line"),
    "row": ("li", "table", "div", "br", "tr", "dd", "p"),
    "label": ("b", "plain", "h3", "font", "strong_colon", "brackets", "picture", "linked", "more", "no_card"),
    "months": ("link", "counted", "bracketed", "words", "spans", "nolink"),
    "category": ("link", "counted", "plain", "titles_table"),
    "entry": ("table", "div", "li", "dl", "rows", "article", "br", "time_first", "bare", "titles"),
    "card": ("lines", "cells", "spans", "bold", "one_line_br", "dl"),
    "urls": ("query", "path", "dashes"),
    "links": ("plain", "relative", "base", "protocol", "onclick", "session"),
}
MESSES = (
    "upper",
    "unclosed",
    "comments",
    "trap",
    "xhtml",
    "forms",
    "deep",
    "zero_width",
    "spaces",
    "cdata",
    "wbr",
    "entities",
    "iframes",
    "latest_comments",
    "no_doctype",
    "scripts",
    "titles",
    "indented",
)


@dataclass(frozen=True, kw_only=True)
class Style:
    """A markup, with every field of `CHOICES` by name."""

    frame: str = "tables"
    side: str = "after"
    header: str = "rows"
    piece: str = "table"
    heading: str = "two_cells"
    body: str = "own"
    paragraph: str = "br2"
    counters: str = "line"
    comment: str = "table"
    comment_lines: str = "br"
    foot: str = "link"
    form: str = "before"
    between: str = ""
    pager: str = "next"
    row: str = "table"
    label: str = "b"
    months: str = "link"
    category: str = "link"
    entry: str = "table"
    card: str = "lines"
    urls: str = "query"
    links: str = "plain"
    script: str = "hans"
    width: str = "full"
    shows: tuple[str, ...] = (
        "tagline",
        "card",
        "likes",
        "foot",
        "body_again",
        "name_links",
        "label",
        "latest",
    )
    messes: tuple[str, ...] = ()

    @property
    def words(self) -> Labels:
        """Return the labels of its pages."""
        labels = SIMPLIFIED if self.script == "hans" else TRADITIONAL
        return labels.half_width() if self.width == "half" else labels

    def has(self, what: str) -> bool:
        """Return True if its pages show this optional part."""
        return what in self.shows

    def __str__(self) -> str:
        plain = Style()
        told = [f.name for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)]
        return "Style(" + ", ".join(f"{name}={getattr(self, name)!r}" for name in told) + ")"


def drawn_style(random: Random) -> Style:
    """Return a style with a random form of each part."""
    style = Style(**{name: random.choice(wanted) for name, wanted in CHOICES.items()})  # type: ignore[arg-type]
    shows = tuple(what for what in Style().shows if random.random() < 0.85)
    messes = tuple(mess for mess in MESSES if random.random() < 0.12)
    return replace(
        style,
        script=random.choice(("hans", "hans", "hant")),
        width=random.choice(("full", "half")),
        shows=shows,
        messes=messes,
    )
