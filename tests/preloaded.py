"""The modules that a command needs, imported once in the process that `tests.tool` forks from."""

import gc
from datetime import UTC, datetime
from pathlib import Path

from scrapy.utils.misc import walk_modules_iter

from blogarchive.items import Page, PageKind, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.dates.parse import parse_date
from blogarchive.sites.normalize import parse_normalized
from blogarchive.store.search_index import folding_version, index_text

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

folding_version()  # reads the metadata of OpenCC
index_text("国")  # else each command that stores a text reads OpenCC's dictionaries: a tenth of its CPU

# Else each command compiles the patterns of pages, dates and messages anew: an eighth of its CPU.
_NOW = datetime(2026, 11, 2, tzinfo=UTC)
for _site, _fixture in (("web", "wordpress-nested"), ("creaders", "lists-paged")):
    _body = (Path(__file__).parent / "fixtures" / _site / "post" / _fixture / "page.html").read_bytes()
    _headers = (("Content-Type", "text/html"),)
    _page = Page(url="http://blog.test/1", fetched_at=_NOW, status=200, headers=_headers, body=_body)
    parse_normalized(_page, Target(url=_page.url, site=_site, kind=PageKind.POST, uid="1", number="1"))
parse_date("no date at all", _NOW)
explain_detail("no known reason")

gc.freeze()  # else the first collection of each command copies the memory of these modules: half of its CPU
gc.enable()
