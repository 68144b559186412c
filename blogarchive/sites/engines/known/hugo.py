"""Hugo: each theme has markup of its own, so its pages are read like those of unknown markup."""

from blogarchive.sites.engines.engine import Engine

ENGINE = Engine(name="hugo", generator=r"^Hugo\b")
