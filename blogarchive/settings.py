"""Scrapy's settings for every run, whoever starts it: `blogarchive backup`, or `scrapy crawl blog -a url=…`.

What a person may change on the command line arrives over these, by `blogarchive.crawl`.
"""

from blogarchive import __version__

BOT_NAME = "blogarchive"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "spiders.commands"  # `scrapy crawl` with the exit codes of `blogarchive backup`

# Politeness.
USER_AGENT = f"blogarchive/{__version__} (personal backup of a blog; one request at a time; obeys robots.txt)"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 8  # over all hosts
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # a page is one item; Scrapy starts so many tasks for every answer
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0  # the delay asked for is the delay kept
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0  # begin with DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 30.0

# Bounds: a hostile or broken server costs a failure row, not the machine.
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # holds after decompression too
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,zh-TW;q=0.8,en;q=0.5",
}
TWISTED_DNS_RESOLVER = "spiders.resolver.GuardedResolver"  # no private address but the blog's own
COOKIES_FILE: str | None = None

DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "spiders.download.PoliteHandler",
    "https": "spiders.download.PoliteHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
_BUILT_IN = "scrapy.downloadermiddlewares"
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    f"{_BUILT_IN}.offsite.OffsiteMiddleware": None,  # the spider asks only for what the archive holds
    f"{_BUILT_IN}.robotstxt.RobotsTxtMiddleware": None,
    "spiders.robots.RobotsMiddleware": 100,
    f"{_BUILT_IN}.httpauth.HttpAuthMiddleware": None,
    f"{_BUILT_IN}.retry.RetryMiddleware": None,  # the spider decides, with the page's own words
    f"{_BUILT_IN}.redirect.MetaRefreshMiddleware": None,
    "spiders.redirects.SameSiteRefresh": 580,
    f"{_BUILT_IN}.redirect.RedirectMiddleware": None,
    "spiders.redirects.SameSiteRedirects": 600,
    f"{_BUILT_IN}.cookies.CookiesMiddleware": None,
    "spiders.cookies.OwnCookies": 700,
    f"{_BUILT_IN}.stats.DownloaderStats": None,
    f"{_BUILT_IN}.httpcache.HttpCacheMiddleware": None,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = dict.fromkeys(
    (
        "scrapy.spidermiddlewares.start.StartSpiderMiddleware",
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware",  # a 404 is a page that is read
        "scrapy.spidermiddlewares.referer.RefererMiddleware",
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
        "scrapy.spidermiddlewares.depth.DepthMiddleware",
        "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    )
)
ITEM_PIPELINES = {
    "pipelines.encodings.Encodings": 100,
    "pipelines.dates.Dates": 200,
    "pipelines.store.Store": 300,
}
EXTENSIONS: dict[str, int | None] = dict.fromkeys(
    (
        "scrapy.extensions.logcount.LogCount",
        "scrapy.extensions.telnet.TelnetConsole",
        "scrapy.extensions.memusage.MemoryUsage",
        "scrapy.extensions.memdebug.MemoryDebugger",
        "scrapy.extensions.closespider.CloseSpider",
        "scrapy.extensions.feedexport.FeedExporter",
        "scrapy.extensions.logstats.LogStats",
        "scrapy.extensions.spiderstate.SpiderState",
        "scrapy.extensions.remote_control.RemoteControl",
    )
)
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier table knows what was asked
WARN_ON_GENERATOR_RETURN_VALUE = False
STATS_DUMP = False
LOG_LEVEL = "INFO"
