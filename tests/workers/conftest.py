from tests.crawl.conftest import tool

__all__ = ["tool"]
