"""Back up hosted Chinese blogs into one SQLite file."""


def installed_version() -> str:
    """Return the version of the installed package, or "unknown" in a checkout that was never installed."""
    from importlib.metadata import PackageNotFoundError, version  # 15 ms of CPU, a third of a start

    try:
        return version("blogarchive")
    except PackageNotFoundError:
        return "unknown"
