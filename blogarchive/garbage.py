"""How often Python looks for cycles among the objects of a run that reads many pages."""

import gc

_YOUNG = 10_000  # objects that were made and not freed since; a page makes a few thousand, and frees them by itself


def collect_seldom() -> None:
    """Leave what is here now out of every collection, and collect once in some pages, not several times a page."""
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
