"""Scrapy's settings of a run: `blogarchive.settings`, options of the user, settings stored for its blogs."""

from pathlib import Path

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, Settings

from blogarchive.crawl.cookies import read_cookies
from blogarchive.crawl.session import CrawlSession

_COMMAND_LINE = SETTINGS_PRIORITIES["cmdline"]


def build_settings(
    *, delay: float | None = None, cookies: Path | None = None, ignore_robots: bool = False
) -> Settings:
    """Return Scrapy's settings: `blogarchive.settings` with the options of the user; raises `UsageError`."""
    settings = Settings()
    settings.setmodule("blogarchive.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # the command line has its own
    if delay is not None:
        settings.set("DOWNLOAD_DELAY", delay, priority="cmdline")
        settings.set("AUTOTHROTTLE_ENABLED", delay > 0, priority="cmdline")
    if cookies is not None:
        read_cookies(cookies)  # raise for an invalid file before the archive is open
        settings.set("COOKIES_FILE", str(cookies), priority="cmdline")
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", True, priority="cmdline")
    if ignore_robots:
        settings.set("ROBOTSTXT_OBEY", False, priority="cmdline")
    return settings


def apply_blog_settings(settings: BaseSettings, session: CrawlSession) -> None:
    """Set the delay and the cookies of the blogs of a run; a delay of the command line stays."""
    if settings.getpriority("DOWNLOAD_DELAY") != _COMMAND_LINE:
        session.delays = session.host_delays(settings.getfloat("DOWNLOAD_DELAY"))
        settings.set("DOWNLOAD_DELAY", session.delays.lowest, priority="cmdline")
        settings.set("AUTOTHROTTLE_ENABLED", session.delays.lowest > 0, priority="cmdline")
    files = session.cookie_files()
    settings.set("COOKIES_FILES", files, priority="cmdline")
    if files:
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", True, priority="cmdline")
