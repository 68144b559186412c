"""Sites are found by their presence, and a broken one breaks no other."""

from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.sites.base import load_sites, site_by_name, site_for_url, site_names


def test_a_site_that_cannot_be_imported_breaks_that_site_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "brokensites"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("from blogarchive.sites.pixnet import SITE as SITE")
    (package / "bad.py").write_text("SITE = no_such_name")
    monkeypatch.syspath_prepend(str(tmp_path))
    sites = load_sites([str(package)], "brokensites")
    assert set(sites.loaded) == {"pixnet"}
    assert sites.broken == {"bad": "NameError: name 'no_such_name' is not defined"}


def test_a_site_of_many_hosts_is_found_by_each_of_them() -> None:
    assert site_for_url("https://Ann.pixnet.net/blog").name == "pixnet"
    with pytest.raises(UsageError, match=r"no known site has the host 'pixnet\.net\.example"):
        site_for_url("https://pixnet.net.example/")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown site 'pixnett'; known sites: .*pixnet"):
        site_by_name("pixnett")
    assert "creaders" in site_names()
