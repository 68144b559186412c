"""The HTML elements by what they mean for the lines a reader sees."""

_BLOCKS = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
optgroup p pre section summary table tbody td tfoot th thead tr ul xmp listing plaintext marquee
"""
BLOCKS = frozenset(_BLOCKS.split())
"""Elements that begin and end a line, by their default display (CSS 2.2, 9.2)."""

CELLS = frozenset(("td", "th"))
"""Cells of a table row."""

REPLACED = frozenset(("img", "iframe", "embed", "object", "video", "audio", "image"))
"""Elements that show something of another file."""

PLAYER_PARTS = ("param", "embed", "source")
"""Elements inside a player that say what it plays."""

_NEVER_SHOWN = """
script style head template noscript select textarea datalist noframes noembed title svg math
"""
NEVER_SHOWN = frozenset(_NEVER_SHOWN.split())
"""Elements whose content a reader never sees."""

PREFORMATTED = frozenset(("pre", "xmp", "listing", "plaintext"))
"""Elements that keep spaces and line ends as they are."""
