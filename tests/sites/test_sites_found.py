"""Sites are found by their presence, and a broken one breaks no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.sites.base import LoadedSites, load_sites, site_by_name, site_for_url, site_names


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
    assert site_for_url("https://pixnet.net.example/").name == "web"


def test_a_host_of_no_known_site_is_that_of_any_blog_and_a_slip_of_the_pen_is_told() -> None:
    assert site_for_url("https://blog.example.org/2020/a.html").name == "web"
    assert site_for_url("http://127.0.0.1:8000/").name == "web"
    with pytest.raises(UsageError, match=r"did you mean blog\.creaders\.net"):
        site_for_url("https://blog.creader.net/u/1/")
    with pytest.raises(UsageError, match="no known site has the host"):
        site_for_url("https://nonsense/")


def test_a_host_of_two_sites_is_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    second = replace(site_by_name("pixnet"), name="second")
    sites = LoadedSites(loaded={"pixnet": site_by_name("pixnet"), "second": second})
    monkeypatch.setattr("blogarchive.sites.base._load_sites", lambda: sites)
    with pytest.raises(UsageError, match=r"pixnet and second both have the host ann\.pixnet\.net"):
        site_for_url("https://ann.pixnet.net/blog")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown site 'pixnett'; known sites: .*pixnet"):
        site_by_name("pixnett")
    assert "creaders" in site_names()
