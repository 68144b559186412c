"""Any blog: engines, lists for machines and a generic reader, for hosts that no other site has."""

from blogarchive.sites.engines.site import SITE

__all__ = ["SITE"]
