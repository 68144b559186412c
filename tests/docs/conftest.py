from pathlib import Path

import pytest

from tests.docs.site import build
from tests.once import made_once


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site; a warning of the generator is an error."""
    return made_once(tmp_path_factory, "docs", build) / "site"
