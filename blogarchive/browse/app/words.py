"""Sentences for exit codes and forms, for people without a terminal. The templates translate them."""

from typing import Final

from blogarchive.messages import N_

_ENDS: Final = {
    0: N_("Finished: everything that was found is stored."),
    1: N_("Finished, but some pages or images are missing. The next run tries them again."),
    2: N_("This address cannot be used."),
    3: N_("Stopped. It continues where it was with the next start."),
    4: N_("The blog could not be reached, or the site refuses us. Try again later."),
    5: N_("The site seems to have changed, and nothing stored was replaced. A newer version may be needed."),
    6: N_("The file cannot be written: the disk is full, or the file is damaged."),
    75: N_("Another backup is writing to this archive."),
    76: N_("Another machine of the fleet is reading this site. Try again later."),
}
"""By the exit code of a crawl."""

MESSAGES: Final = {
    "started": N_("The backup has started."),
    "stopping": N_("The backup stops after the present page."),
    "busy": N_("A backup is running already; wait for its end, or stop it first."),
    "unknown_host": N_(
        "This address belongs to no site that this program knows. If it does, choose the kind of site."
    ),
    "wrong": N_("This form was not understood; nothing was done."),
}


def exit_words(code: int | None) -> str | None:
    """Return the sentence for an exit code, to be translated; None if the crawl has none."""
    return None if code is None else _ENDS.get(code, N_("The backup ended with a mistake of this program."))
