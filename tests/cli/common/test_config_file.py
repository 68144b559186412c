"""A configuration file: wrong keys and values are usage errors that name them."""

from pathlib import Path

import pytest

from tests.cli.conftest import RunCli


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dealy = 2", "unknown key dealy; known keys: config"),
        ("[update]\nsite = 'creaders'", "unknown key update.site"),
        ("[search]\nlimit = 3", "unknown key search"),
        ("delay = 'soon'", "--delay"),
        ("delay = [1, 2]", "delay takes one value"),
        ("db = 'other.db'", "db can only be set in a file named with --config"),
        ("delay = ", "is no valid configuration file"),
        ("media-hosts = 'http://x/'", "is no host"),
    ],
)
def test_a_wrong_line_is_a_usage_error_that_names_it(
    run_cli: RunCli, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "blogarchive.toml").write_text(text)
    result = run_cli("update", "--dry-run", "--db", tmp_path / "archive.db")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert message.removesuffix(" config") in result.err


def test_a_file_named_with_config_may_name_the_archive_relative_to_itself(
    run_cli: RunCli, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (db.parent / "settings.toml").write_text(f'db = "{db.name}"\n')
    result = run_cli("update", "--dry-run", "--config", db.parent / "settings.toml")
    assert (result.code, "31182" in result.out) == (0, True)


def test_keys_of_other_commands_are_left_out(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 8010\nfull = true\n[backup]\nlimit = 1\n")
    assert run_cli("update", "--dry-run", "--db", db, "--config", file).code == 0
