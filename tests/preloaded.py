"""The modules that a command needs, imported once in the process that `tests.tool` forks from."""

import gc

from scrapy.utils.misc import walk_modules_iter

gc.disable()
for _package in (
    "blogarchive.cli",
    "blogarchive.settings",
    "blogarchive.crawl",
    "blogarchive.sites",
    "blogarchive.store",
    "pipelines",
    "spiders",
    "scrapy.downloadermiddlewares",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.throttle",
    "scrapy.dupefilters",
    "scrapy.pqueues",
    "scrapy.statscollectors",
):
    list(walk_modules_iter(_package))

gc.freeze()  # else the first collection of each command copies the memory of these modules: half of its CPU
gc.enable()
