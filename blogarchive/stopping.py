"""Which signals stop a command."""

import signal

_ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heeded() -> tuple[signal.Signals, ...]:
    """The signals that stop a command, but for those that whoever started it had it ignore, as nohup does."""
    return tuple(signum for signum in _ALL if signal.getsignal(signum) is not signal.SIG_IGN)
