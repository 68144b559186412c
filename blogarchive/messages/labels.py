"""Short names in the archive that people read: kinds of failures, outcomes of runs and of pages."""

from gettext import gettext as _

from blogarchive.messages import N_

_NAMES = frozenset(
    {
        # kinds of failures
        N_("network"), N_("http"), N_("blocked"), N_("cut"), N_("notice"), N_("unreadable"), N_("incomplete"),
        N_("robots"), N_("forged"), N_("picture"), N_("mistake"),
        # outcomes of pages
        N_("stored"), N_("same"), N_("gone"), N_("failed"),
        # outcomes of runs
        N_("done"), N_("failures"), N_("interrupted"), N_("unreachable"), N_("forbidden"), N_("changed"),
        N_("unwritable"), N_("damaged"), N_("killed"), N_("limited"), N_("lost"),
    }
)  # fmt: skip


def label(name: str) -> str:
    """Return the name in the language of this process; an unknown name, as of a newer version, is unchanged."""
    return _(name) if name in _NAMES else name
