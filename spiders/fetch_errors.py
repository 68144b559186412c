"""What is written down when no page came: the ledger's words for the errors of Scrapy and of this package."""

from collections.abc import Collection
from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.python.failure import Failure as Caught

from blogarchive.store.ledger.failures import Failure
from spiders.middlewares.redirects import RedirectRefused


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchFailure:
    """A failure, and whether asking again in this same run may help."""

    failure: Failure
    try_again: bool


_OURS = ("builtins", "blogarchive", "spiders", "pipelines")


def error_of(caught: Caught) -> BaseException:
    """The error that Twisted caught."""
    return caught.value or RuntimeError(str(caught))


def words_of(error: BaseException) -> str:
    """One line for a person; for an error of Twisted's that wraps others, the first of those."""
    reasons = getattr(error.__cause__, "reasons", None)
    text = reasons[0].getErrorMessage() if reasons else str(error)
    return " ".join(text.split())[:300] or type(error).__name__


def is_mistake(error: BaseException) -> bool:
    """Whether `error`, met while a page was fetched, is one of this program.

    It is where it is an error of Python's own or of this package: what a line or a host does comes as an error of the
    system, of a codec, or of the libraries that speak to them.
    """
    if isinstance(error, (OSError, EOFError, UnicodeError, IgnoreRequest)):
        return False
    return type(error).__module__.partition(".")[0] in _OURS


def mistake(error: BaseException) -> Failure:
    """The failure of a page over which this program failed."""
    return Failure(kind="mistake", detail=f"this program failed: {type(error).__name__}: {words_of(error)}")


def fetch_failure_of(error: BaseException, kept_off: Collection[str] = (), host: str = "") -> FetchFailure:
    """What `error`, met while a page was fetched from `host`, means; hosts `kept_off` are at private addresses."""
    detail = words_of(error)
    match error:
        case CannotResolveHostError() if host in kept_off:
            detail = f"{host} is at a private address"
            return FetchFailure(failure=Failure(kind="http", detail=detail), try_again=False)
        case RedirectRefused():
            return FetchFailure(failure=Failure(kind="http", detail=detail), try_again=False)
        case IgnoreRequest() if "robots.txt" in detail:
            return FetchFailure(
                failure=Failure(kind="robots", detail="robots.txt forbids it"), try_again=False
            )
        case IgnoreRequest() | DownloadCancelledError() if "MAXSIZE" in detail or "max size" in detail:
            return FetchFailure(failure=Failure(kind="http", detail="larger than is read"), try_again=False)
        case IgnoreRequest() | DownloadCancelledError():  # too many redirects
            return FetchFailure(failure=Failure(kind="http", detail=detail), try_again=False)
        case ResponseDataLossError():
            return FetchFailure(
                failure=Failure(kind="cut", detail="the connection ended before the page"), try_again=True
            )
        case CannotResolveHostError():
            return FetchFailure(
                failure=Failure(kind="network", detail=f"no such host: {detail}"), try_again=True
            )
        case DownloadConnectionRefusedError():
            return FetchFailure(failure=Failure(kind="network", detail="connection refused"), try_again=True)
        case DownloadTimeoutError():
            return FetchFailure(failure=Failure(kind="network", detail="no answer in time"), try_again=True)
        case _:
            return FetchFailure(failure=Failure(kind="network", detail=detail), try_again=True)
