"""Messages are in the reader's language, and none is missing from the Chinese catalogue."""

import io
import os
import re
import subprocess
import sys

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

from blogarchive.messages import DOMAIN, catalogue, choose_language
from tests.messages.update import FOLDER, PACKAGES, extract, is_translated, read_catalogue


def messages() -> list[Message]:
    return [message for message in read_catalogue() if message.id]


@pytest.mark.parametrize(
    ("environment", "system", "language"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, None, "zh"),
        ({"LANG": "en_US.UTF-8"}, "zh_CN", "en"),
        ({}, "zh_CN", "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, None, "en"),
        ({"LANG": "en_US.UTF-8", "BLOGARCHIVE_LANG": "zh"}, None, "zh"),
        ({"LANG": "zh_CN.UTF-8", "BLOGARCHIVE_LANG": "en"}, None, "en"),
        ({"LANG": "", "LANGUAGE": "zh:en"}, None, "zh"),
    ],
)
def test_the_first_variable_that_is_set_decides_the_language(
    environment: dict[str, str], system: str | None, language: str
) -> None:
    assert choose_language(environment, system) == language


def test_every_message_of_the_program_has_a_chinese_translation() -> None:
    translated = {message.id for message in messages()}
    marked = set().union(*map(extract, PACKAGES))
    assert marked - translated == set(), "run `make messages`, then translate what is new"
    untranslated = [message.id for message in messages() if not is_translated(message)]
    assert untranslated == []


def test_translations_keep_the_placeholders_of_their_messages() -> None:
    catalogue_read = read_catalogue()
    wrong = [error for message in messages() for error in message.check(catalogue_read)]
    assert wrong == []


def test_placeholders_are_plain_names_that_a_translator_can_copy() -> None:
    placeholders = re.findall(r"\{([^{}]*)\}", "".join(str(message.id) for message in messages()))
    odd = {name for name in placeholders if not re.fullmatch(r"\w+(![rs])?(:[^.]*(\.\df)?)?", name)}
    assert {name for name in odd if not name.startswith("task.fields[")} == set()  # rich fills these


def test_the_compiled_catalogue_is_that_of_the_translations() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue())
    assert (FOLDER / f"{DOMAIN}.mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_english_messages_are_returned_unchanged() -> None:
    assert catalogue("en").gettext("Options") == "Options"
    assert catalogue("zh").gettext("Options") == "选项"


@pytest.mark.parametrize(("language", "word"), [("zh", "用法"), ("en", "Usage")])
def test_help_is_in_the_language_of_the_environment(language: str, word: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "blogarchive", "--help"],
        env={**os.environ, "BLOGARCHIVE_LANG": language},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert ran.returncode == 0
    assert word in ran.stdout
