"""The modules that a command needs, imported once in the process that `tests.tool` forks from."""

import gc

from scrapy.utils.misc import walk_modules_iter

from blogarchive.store.search_index import index_text

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
    "scrapy.extensions.feedexport",
    "scrapy.extensions.throttle",
    "scrapy.dupefilters",
    "scrapy.logformatter",
    "scrapy.pqueues",
    "scrapy.squeues",
    "scrapy.statscollectors",
):
    list(walk_modules_iter(_package))

index_text("国")  # else each command that stores a text reads OpenCC's dictionaries: a tenth of its CPU

gc.freeze()  # else the first collection of each command copies the memory of these modules: half of its CPU
gc.enable()
