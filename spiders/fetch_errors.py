"""Map exceptions of a fetch to failures of the ledger: those of Scrapy, of the network and of this program."""

import re
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
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.messages.details import Detail
from blogarchive.store.ledger.failures import Failure, FailureKind
from spiders.middlewares.redirects import RedirectRefused
from spiders.response_head import HeadTooLarge

_TLS = re.compile(r"SSL routines', '[^']*', '([^']*)'")
"""The reason in the text of an OpenSSL error."""
_OWN_MODULES = ("builtins", "blogarchive", "spiders", "pipelines")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchFailure:
    """A failure without a page; `retryable` if another try in this run may succeed."""

    failure: Failure
    retryable: bool


def error_of(caught: TwistedFailure) -> BaseException:
    """Return the exception that Twisted caught."""
    return caught.value or RuntimeError(str(caught))


def describe_error(error: BaseException) -> str:
    """Return one line about `error`; for a Twisted error that wraps others, about the first of them."""
    text = str(_first_reason(error) or error)
    return " ".join(text.split())[:300] or type(error).__name__


def _first_reason(error: BaseException) -> BaseException | None:
    """Return the first error that a Twisted error wraps; None if it wraps none."""
    reasons = getattr(error.__cause__, "reasons", None)
    return reasons[0].value if reasons else None


def is_program_error(error: BaseException) -> bool:
    """Return True if `error` is a mistake of this program: a Python error, or one of this package.

    Errors of the network come as `OSError`, as codec errors, or as exceptions of the libraries.
    """
    if isinstance(error, (OSError, EOFError, UnicodeError, IgnoreRequest)):
        return False
    return type(error).__module__.partition(".")[0] in _OWN_MODULES


def program_failure(error: BaseException) -> Failure:
    """Return the failure of a page on which this program raised `error`."""
    detail = Detail.PROGRAM.format(name=type(error).__name__, reason=describe_error(error))
    return Failure(kind="mistake", detail=detail)


def classify_error(error: BaseException, host: str = "", private_hosts: Collection[str] = ()) -> FetchFailure:
    """Return the failure that `error` means for a page of `host`; `private_hosts` resolved to private addresses."""
    detail = describe_error(error)
    match error:
        case CannotResolveHostError() if host in private_hosts:
            return _permanent("http", Detail.PRIVATE_ADDRESS.format(host=host))
        case RedirectRefused():
            return _permanent("http", detail)
        case IgnoreRequest() if "robots.txt" in detail:
            return _permanent("robots", Detail.ROBOTS)
        case DownloadCancelledError():  # by the size that it claims, or when it is reached
            return _permanent("http", Detail.SIZE_LIMIT)
        case IgnoreRequest():  # too many redirects, a decompression bomb
            return _permanent("http", detail)
        case _ if isinstance(_first_reason(error), HeadTooLarge):
            return _permanent("http", detail)
        case ResponseDataLossError():
            return _retryable("cut", Detail.CONNECTION_ENDED)
        case _:
            return _retryable("network", _describe_network_error(error, host, detail))


def _describe_network_error(error: BaseException, host: str, detail: str) -> str:
    match error:
        case CannotResolveHostError():
            return Detail.NO_HOST_NAMED.format(host=host) if host else Detail.NO_HOST
        case DownloadConnectionRefusedError():
            return Detail.CONNECTION_REFUSED
        case DownloadTimeoutError():
            return Detail.TIMEOUT
        case _ if isinstance(_first_reason(error), (ConnectionDone, ConnectionLost)):
            return Detail.CONNECTION_LOST
        case _ if isinstance(_first_reason(error), ValueError):
            return Detail.INVALID_HTTP
        case _ if reason := _TLS.search(detail):
            return Detail.TLS.format(error=reason[1])
    return detail


def _permanent(kind: FailureKind, detail: str) -> FetchFailure:
    return FetchFailure(failure=Failure(kind=kind, detail=detail), retryable=False)


def _retryable(kind: FailureKind, detail: str) -> FetchFailure:
    return FetchFailure(failure=Failure(kind=kind, detail=detail), retryable=True)
