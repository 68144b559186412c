"""What all tests share: the switch that rewrites golden files."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write expected.json anew from what is read today, then fail, so that a person reads the diff",
    )
