"""A usage error is one line that names the correct form, with the right exit code: `usage_errors.tsv`."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copy

import pytest
from scrapy.exceptions import UsageError as ScrapyUsageError

from spiders.commands.crawl import parse_arguments
from tests.cases import read_cases
from tests.cli.conftest import RunCli
from tests.unprivileged import run_unprivileged, shared_folder


def test_a_usage_error_is_2_in_one_line_and_leaves_no_file(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BLOGARCHIVE_DB", raising=False)
    Path("no-jar.txt").write_text("user=secret\n")
    long = [f"import html {'a' * 300} --db new.db", f"status --db {'长' * 100}", f"status --db {'长' * 83}"]
    too_long = [{"arguments": words, "message": "is too long a name"} for words in long]
    for case in [*read_cases(__file__, "usage_errors.tsv"), *too_long]:
        result = run_cli(*case["arguments"].split())
        assert (result.code, result.out) == (2, ""), case
        assert case["message"] in result.err, case
        assert len(result.err.splitlines()) == 1, case
        assert sorted(path.name for path in tmp_path.iterdir()) == ["no-jar.txt"], "no file is left"


@pytest.mark.parametrize("command", ["status", "verify", "update", "backup https://blog.creaders.net/u/1/"])
def test_a_file_that_is_no_archive_is_6_and_unchanged(run_cli: RunCli, tmp_path: Path, command: str) -> None:
    file = tmp_path / "letter.db"
    file.write_text("亲爱的读者：\n" * 200)
    result = run_cli(*command.split(), "--db", file)
    assert result.code == 6
    assert "letter.db" in result.err
    assert "name another file with --db" in result.err
    assert file.read_text().startswith("亲爱的读者：")
    assert list(tmp_path.iterdir()) == [file], "no lock is left beside it"


def test_an_unknown_uid_or_number_is_2(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    own = copy(db, tmp_path / "copy.db")
    before = run_cli("log", "--db", own).out
    result = run_cli("update", "999", "--db", own)
    assert (result.code, "no blog '999'" in result.err) == (2, True)
    assert run_cli("log", "--db", own).out == before
    assert "no post 12" in run_cli("diff", "12", "--db", db).err


def test_the_archive_may_be_named_by_the_environment(
    run_cli: RunCli, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_DB", str(db))
    assert run_cli("status").code == 0


@pytest.mark.parametrize("given", ["option", "environment"])
def test_a_tilde_that_the_shell_left_is_the_home_folder(
    run_cli: RunCli, db: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HOME", str(db.parent))
    monkeypatch.setenv("BLOGARCHIVE_DB", f"~/{db.name}")
    assert run_cli("status", *(["--db", f"~/{db.name}"] if given == "option" else [])).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"months": "3", "url": "u"}, "unknown argument 'months'; write: scrapy crawl blog -a url=URL"),
        ({"url": " "}, "no URL; write: scrapy crawl blog"),
        ({"url": "u", "limit": "x"}, "-a limit: 'x' is not a valid number"),
        ({"url": "u", "limit": "-3"}, "-a limit: -3 is not in the range"),
        ({"url": "u", "since": "yesterday"}, "-a since: 'yesterday' is no day; write it as 2025-01-28"),
        ({"url": "u", "for": "soon"}, "-a for: 'soon' is no duration; write it as 30m, 2h or 1d"),
        ({"url": "u", "max_requests": "0"}, "-a max_requests: 0 is not in the range"),
    ],
)
def test_scrapy_crawl_explains_a_usage_error(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ScrapyUsageError) as caught:
        parse_arguments(arguments)
    assert message in str(caught.value)


def test_scrapy_crawl_accepts_the_values_of_backup() -> None:
    options = parse_arguments(
        {"url": "https://a/ https://b/", "db": "~/a.db", "limit": "3", "since": "2025-01"}
    )
    assert (options.urls, options.limit, options.since) == (("https://a/", "https://b/"), 3, date(2025, 1, 1))
    assert options.db == Path.home() / "a.db"
    limited = parse_arguments({"url": "https://a/", "for": "2h", "max_requests": "50"})
    assert (limited.duration, limited.max_requests) == (timedelta(hours=2), 50)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dealy = 2", "unknown key dealy; known keys: config"),
        ("[update]\nsite = 'creaders'", "unknown key update.site"),
        ("[search]\nlimit = 3", "unknown key search"),
        ("delay = 'soon'", "--delay"),
        ("delay = [1, 2]", "delay takes one value"),
        ("db = 'other.db'", "db can only be set in a file named with --config"),
        ("delay = \n", "is no valid configuration file: line 1 is no TOML"),
        pytest.param("delay = " + "[" * 100_000, "configuration file: it is no TOML", id="nested"),
        pytest.param("limit = " + "9" * 5_000, "is no valid configuration file", id="digits"),
        ("delay = 2025-01-28", "'2025-01-28' is not a valid number"),
        ("ignore-certificates = 1.5", "'1.5' is not a valid boolean"),
        ("limit = inf", "'inf' is not a valid number"),
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
    # Notepad begins a file with a mark.
    file.write_text("port = 8010\nfull = true\n[backup]\nlimit = 1\n", "utf-8-sig")
    assert run_cli("update", "--dry-run", "--db", db, "--config", file).code == 0


def test_a_folder_that_the_user_may_not_enter_is_6_in_one_line(run_cli: RunCli, db: Path) -> None:
    with shared_folder() as folder:
        private, own = folder / "private", copy(db, folder / "own.db")
        private.mkdir(mode=0o700)
        commands = ("status", "verify", "search x", "serve", "update", f"merge {own}")
        lines = [f"{words} --db {private}/a.db" for words in commands]
        lines += [f"{words} {private}/out --db {own}" for words in ("seal", "export html", "import html")]
        for line in lines:
            run_cli(*line.split())  # imports the modules, which `nobody` may be unable to read

        private.chmod(0)

        def enter() -> None:
            for line in lines:
                result = run_cli(*line.split())
                assert (result.code, result.out, len(result.err.splitlines())) == (6, "", 1), (line, result)
                assert f"no permission for {private}/" in result.err

        run_unprivileged(enter)
