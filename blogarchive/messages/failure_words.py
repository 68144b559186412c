"""Failures in plain words."""

from typing import Final

from blogarchive.messages import N_

_WORDS: Final = {
    "network": N_("The site did not answer."),
    "http": N_("The site answered with an error."),
    "blocked": N_("The site refused the visit."),
    "cut": N_("The page arrived incomplete."),
    "notice": N_("The site showed a notice in place of the page."),
    "unreadable": N_("The page could not be understood."),
    "incomplete": N_("The page counts more than was found on it."),
    "robots": N_("The site asks programs not to fetch this page (robots.txt)."),
    "forged": N_("The page contradicts itself, so nothing of it was stored."),
    "changed": N_("The page looks different from those stored before."),
    "picture": N_("An image could not be stored."),
    "mistake": N_("The program made a mistake with this page; the page itself may be stored."),
}


def describe_failure(kind: str) -> str:
    """Return a sentence for a kind of failure, which a template translates; an unknown kind is unchanged."""
    return _WORDS.get(kind, kind)
