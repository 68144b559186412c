"""A usage error is one line that names the correct form, with the right exit code."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError as ScrapyUsageError

from spiders.commands.crawl import parse_arguments
from tests.cli.conftest import RunCli


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("backup nonsense", "is no URL; write it as"),
        ("backup ftp://blog.creaders.net/u/31182/", "is no URL"),
        ("backup http://[::1/", "is no URL"),
        ("backup http://[::1@x@]/", "is no URL"),
        ("backup http://[a]b/", "is no URL"),
        ("backup http://127.0.0.1:99999/u/1/ --site creaders", "is no URL"),
        ("backup http://nonsense/u/31182/", "name one with --site (creaders, "),
        ("backup http://127.0.0.1/u/31182/ --site nosuch", "known sites: creaders, "),
        ("backup https://blog.creaders.net/u/1/ --limit -3", "--limit"),
        ("backup https://blog.creaders.net/u/1/ --limit 0", "--limit"),
        ("backup https://blog.creaders.net/u/1/ --limit 99999999999999999999999", "too large a number"),
        ("backup https://blog.creaders.net/u/1/ --delay -1", "--delay"),
        ("backup https://blog.creaders.net/u/1/ --delay nan", "--delay"),
        ("backup https://blog.creaders.net/u/1/ --since tomorrow", "write it as 2025-01-28"),
        ("backup https://blog.creaders.net/u/1/ --since 2025-02-30", "write it as 2025-01-28"),
        ("backup https://blog.creaders.net/u/1/ --cookies nowhere.txt", "--cookies"),
        ("backup https://blog.creaders.net/u/1/ --cookies no-jar.txt", "is no Netscape cookies file"),
        ("backup", "URL"),
        ("update", "no archive at"),
        ("update 31182", "no archive at"),
        ("status", "no archive at"),
        ("failures", "no archive at"),
        ("failures --retry", "no archive at"),
        ("verify", "no archive at"),
        ("diff 1", "no archive at"),
        ("reparse", "no archive at"),
        ("update --limit 99999999999999999999999", "too large a number"),
        ("failures --retry --limit 99999999999999999999999", "too large a number"),
        ("search 格局", "no archive at"),
        ("search 格局 --limit 99999999999999999999999", "too large a number"),
        ("search 格局 --since 2024-13", "write it as 2025-01-28"),
        ("search 格局 --since 0000", "write it as 2025-01-28"),
        ("export jsonl out --until 2024-5", "write it as 2025-01-28"),
        ("serve --port 99999999999999999999999", "--port"),
        ("demo --port 99999999999999999999999", "--port"),
        ("serve", "no archive at"),
        ("serve a.db b.db", "no archive at a.db"),
        ("serve a.db --db b.db", "not with both"),
        ("export html out", "no archive at"),
        ("export docx out", "docx"),
        ("import warc no-jar.txt --db new.db", "no WARC file"),
        ("import html nowhere --db new.db", "no file or folder"),
        ("import html . --site nosuch --db new.db", "known sites: creaders, "),
        ("import warc no-jar.txt --site nosuch --db new.db", "known sites: creaders, "),
        ("import html no-jar.txt --url u/1/ --site creaders --db new.db", "is no URL; write it as"),
        ("import html . --url https://blog.creaders.net/robots.txt --db new.db", "is the URL of no blog"),
        ("merge nowhere.db --db new.db", "no archive at"),
        (f"import html {'a' * 300} --db new.db", "is too long a name"),
        (f"status --db {'长' * 100}", "is too long a name"),
        ("status --db .", "directory"),
        ("diff", "NUMBER"),
        ("search --nosuch", "--nosuch"),
        ("--nosuch", "--nosuch"),
        ("nosuch", "nosuch"),
        ("bakcup https://blog.creaders.net/u/1/", "Did you mean 'backup'?"),
        ("Backup https://blog.creaders.net/u/1/", "Did you mean 'backup'?"),
        ("statsu", "Did you mean 'status'?"),
        ("serach 格局", "'search'"),
        ("exprot html out", "Did you mean 'export'?"),
        ("backup blog.creaders.nte/u/1/", "did you mean blog.creaders.net?"),
        ("backup 《https://blog.creaders.ne/u/1/》", "did you mean blog.creaders.net?"),
        ("backup https：//blog.creader.net/u/1/", "did you mean blog.creaders.net?"),
        ("backup 31182", "'31182' is no URL; write it as"),
        ("backup 北窗闲话", "'北窗闲话' is no URL"),
        ("backup me@blog.creaders.net", "is no URL"),
        ("backup https://", "is no URL"),
        ("backup C:\\blogs\\page.html", "is no URL"),
        ("backup --from nowhere.txt", "nowhere.txt"),
        ("backup --from no-jar.txt", "no-jar.txt, line 1: 'user=secret' is no URL"),
        ("backup https://blog.creaders.net/u/1/ --delay", "--delay"),
        ("backup https://blog.creaders.net/u/1/ --delay 1s", "--delay"),
        ("backup https://blog.creaders.net/u/1/ --dealy 2", "--delay"),
        ("backup https://blog.creaders.net/u/1/ --no-picture", "--no-picture"),
        ("backup https://blog.creaders.net/u/1/ --media-hosts http://a/", "is no host"),
        ("backup https://blog.creaders.net/u/1/ --db no/such/archive.db", "there is no folder no"),
        ("backup https://blog.creaders.net/u/1/ --config no.toml", "--config"),
        ("backup https://blog.creaders.net/u/1/ --notify", "--notify"),
        ("update --db no/such/archive.db", "there is no folder no"),
        ("update https://blog.creaders.net/u/1/", "no archive at"),
        ("settings 31182 delay=2", "no archive at"),
        ("pause", "BLOG"),
        ("pause 31182", "no archive at"),
        ("forget 31182 --yes", "no archive at"),
        ("export", "FORMAT"),
        ("export html", "OUT"),
        ("export HTML out", "HTML"),
        ("import html", "SOURCE"),
        ("serve --port abc", "--port"),
        ("doctor", "URL"),
        ("doctor nonsense", "nonsense"),
    ],
)
def test_a_usage_error_is_2_in_one_line_and_leaves_no_file(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BLOGARCHIVE_DB", raising=False)
    Path("no-jar.txt").write_text("user=secret\n")
    result = run_cli(*arguments.split())
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["no-jar.txt"], "no file is left"


@pytest.mark.parametrize("command", ["status", "verify", "update", "backup https://blog.creaders.net/u/1/"])
def test_a_file_that_is_no_archive_is_6_and_unchanged(run_cli: RunCli, tmp_path: Path, command: str) -> None:
    file = tmp_path / "letter.db"
    file.write_text("亲爱的读者：\n" * 200)
    result = run_cli(*command.split(), "--db", file)
    assert result.code == 6
    assert "letter.db" in result.err
    assert file.read_text().startswith("亲爱的读者：")


def test_an_unknown_uid_or_number_is_2(run_cli: RunCli, db: Path) -> None:
    assert "no blog '999'" in run_cli("update", "999", "--db", db).err
    assert run_cli("update", "999", "--db", db).code == 2
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
        ({"url": "u", "limit": "x"}, "-a limit: 'x' is not a valid integer"),
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
