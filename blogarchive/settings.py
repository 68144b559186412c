"""Scrapy's settings of every run, for `blogarchive backup` and for `scrapy crawl blog -a url=…`.

`blogarchive.crawl.run.build_settings` overrides them by the options of the command line.
"""

from blogarchive import installed_version

BOT_NAME = "blogarchive"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "spiders.commands"  # `scrapy crawl` returns the exit codes of `blogarchive backup`

# Politeness.
_ABOUT = "personal backup of a blog; one request at a time; obeys robots.txt"
USER_AGENT = f"blogarchive/{installed_version()} ({_ABOUT})"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 8  # of all hosts; a run sets it by the number of its hosts
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # no host waits behind later requests of others
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # a page is one item; Scrapy starts this many tasks for every response
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0  # the delay is the one that the user asked for
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0  # begin with DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 30.0

# Limits: a hostile or broken server causes a failure row and cannot exhaust the machine.
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # also applies after decompression
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,zh-TW;q=0.8,en;q=0.5",
}
# No private address except that of the blog.
TWISTED_DNS_RESOLVER = "spiders.download_handler.PublicAddressResolver"
COOKIES_FILE: str | None = None
COOKIES_FILES: dict[tuple[str, str | None], str] = {}  # by site and uid of a blog; set by each run

DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "spiders.download_handler.ThrottledDownloadHandler",
    "https": "spiders.download_handler.ThrottledDownloadHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
DOWNLOADER = "spiders.download_handler.ServiceDownloader"
# These replace Scrapy's own lists. Scrapy imports every listed component, also disabled ones such as its web server. A
# later version may add components, which would run unnoticed.
_BUILT_IN = "scrapy.downloadermiddlewares"
DOWNLOADER_MIDDLEWARES_BASE = {
    "spiders.polite.RobotsMiddleware": 100,
    "spiders.middlewares.FetchOnceMiddleware": 110,
    f"{_BUILT_IN}.downloadtimeout.DownloadTimeoutMiddleware": 350,
    f"{_BUILT_IN}.defaultheaders.DefaultHeadersMiddleware": 400,
    f"{_BUILT_IN}.useragent.UserAgentMiddleware": 500,
    "spiders.middlewares.SameSiteRefreshMiddleware": 580,
    "spiders.middlewares.CompressionMiddleware": 590,
    "spiders.middlewares.SameSiteRedirectMiddleware": 600,
    "spiders.middlewares.CookieFileMiddleware": 700,
    f"{_BUILT_IN}.httpproxy.HttpProxyMiddleware": 750,
}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE = {"spiders.throttle.EvenAutoThrottle": 0}
ITEM_PIPELINES = {
    "pipelines.text.TextPipeline": 100,
    "pipelines.dates.DatesPipeline": 200,
    "pipelines.store.StorePipeline": 300,
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier table prevents duplicates
WARN_ON_GENERATOR_RETURN_VALUE = False
STATS_DUMP = False
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []  # reading the metadata of nine packages takes 15 ms of CPU at each start
