"""Defaults of options from a TOML file: `--config FILE`, else `blogarchive.toml` beside the archive.

Keys are the long names of options. They apply to every command that has the option; a table such as `[update]` applies
to one command.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

import click

from blogarchive.errors import UsageError

FILE_NAME: Final = "blogarchive.toml"
_COMMANDS: Final = ("backup", "update", "serve")
_NOT_IN_FILE: Final = frozenset({"config", "help"})


def load_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    """Set the defaults of the options of a command; raises `UsageError` for an unknown key or an invalid file."""
    db: Path = ctx.params.get("db") or Path()
    path = value or db.with_name(FILE_NAME)
    if value is None and not path.is_file():
        return
    found = _read(path)
    _check_keys(ctx, path, found)
    if value is None and "db" in _flat(found):
        raise UsageError(
            _("{path}: {key} can only be set in a file named with --config").format(path=path, key="db")
        )
    chosen = {**_plain(found), **found.get(ctx.info_name or "", {})}
    ctx.default_map = dict(_defaults(ctx.command, path, chosen))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            _("{path} is no valid configuration file: {error}").format(path=path, error=error)
        ) from error


def _check_keys(ctx: click.Context, path: Path, found: Mapping[str, Any]) -> None:
    group = ctx.find_root().command
    assert isinstance(group, click.Group)  # noqa: S101 - the root of the command line is a group
    commands = {name: group.get_command(ctx, name) for name in _COMMANDS}
    options = {name: _options(command) for name, command in commands.items() if command}
    everywhere = {key for keys in options.values() for key in keys}
    for key, value in found.items():
        if key in options and isinstance(value, dict):
            for inner in value.keys() - options[key].keys():
                raise _unknown_key(path, f"{key}.{inner}", options[key])
        elif key not in everywhere:
            raise _unknown_key(path, key, everywhere)


def _unknown_key(path: Path, key: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        _("{path}: unknown key {key}; known keys: {known}").format(
            path=path, key=key, known=", ".join(sorted(known))
        )
    )


def _defaults(command: click.Command, path: Path, chosen: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name of each parameter and its default, with paths relative to the file."""
    for key, option in _options(command).items():
        if key not in chosen:
            continue
        value = chosen[key]
        if isinstance(value, dict) or (isinstance(value, list) and not option.multiple):
            raise UsageError(_("{path}: {key} takes one value").format(path=path, key=key))
        if isinstance(option.type, click.Path):
            value = str(path.absolute().parent / Path(str(value)).expanduser())
        if option.multiple and not isinstance(value, list):
            value = [value]
        yield option.name or key, value


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return the visible options of a command by their long names."""
    return {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for name in option.opts
        if name.startswith("--") and name.removeprefix("--") not in _NOT_IN_FILE
    }


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if not isinstance(value, dict)}


def _flat(found: Mapping[str, Any]) -> set[str]:
    tables = [value for value in found.values() if isinstance(value, dict)]
    return {*_plain(found), *(key for table in tables for key in table)}
