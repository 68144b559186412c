"""HTML elements by their effect on the visible lines."""

_BLOCKS = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
optgroup p pre section summary table tbody td tfoot th thead tr ul xmp listing plaintext marquee
"""
BLOCKS = frozenset(_BLOCKS.split())
"""Elements that begin and end a line, by their default display (CSS 2.2, 9.2)."""

CELLS = frozenset(("td", "th"))
"""Cells of a table row."""

TABLE_PARTS = ("table", "tbody", "thead", "tfoot", "tr")
"""A table and its parts outside of cells: they contain no text and no block."""

REPLACED = frozenset(("img", "iframe", "embed", "object", "video", "audio", "image"))
"""Elements that show another file."""

PLAYER_PARTS = ("param", "embed", "source")
"""Elements inside a player that name the file it plays."""

_NEVER_SHOWN = """
script style head template noscript select textarea datalist noframes noembed title svg math
"""
NEVER_SHOWN = frozenset(_NEVER_SHOWN.split())
"""Elements whose content is never shown."""

PREFORMATTED = frozenset(("pre", "xmp", "listing", "plaintext"))
"""Elements that preserve spaces and line ends."""
