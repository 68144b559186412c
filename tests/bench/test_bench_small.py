"""The benchmarks run; their figures are not asserted here."""

import importlib
import inspect
import pkgutil
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import blogarchive
import pipelines
import spiders
from bench.__main__ import main, names
from bench.counted_tests import count_tests, kind_of
from bench.figures import Row, verdict
from bench.report import page
from bench.table import figures_of, keep, table
from tests.paths import ROOT


def test_one_table_comes_out_of_the_command() -> None:
    words = [sys.executable, "-m", "bench", "--small", "dates", "size", "search"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "| what | goal | measured |  |"
    assert sum(line.startswith("| dates: ") for line in lines) == 3
    assert any(line.startswith("| page bytes as stored") for line in lines)
    assert "SQLite" in lines[-1]


@pytest.mark.parametrize("name", names())
def test_every_benchmark_can_be_tried_on_little_data(name: str) -> None:
    measure = importlib.import_module(f"bench.bench_{name}").measure
    assert inspect.signature(measure).parameters["small"].default is False


def test_a_name_that_is_no_benchmark_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dreams"])
    assert ended.value.code == 2
    assert "no benchmark dreams; there are backup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("goal", "figure", "told"),
    [
        ("at most 1.25 ×", "1.22 ×", "ok"),
        ("at most 1.25 ×", "1.26 ×", "short"),
        ("at least 20 × faster", "307 ×", "ok"),
        ("at least 20 × faster", "19 × (300 ms)", "short"),
        ("exactly 2 a blog, both", "2 and 2", "ok"),
        ("exactly 2 a blog, both", "2 and 3", "short"),
        ("at most 10 ms", "0.9 ms (20 hits)", "ok"),
        ("", "12 s", ""),
    ],
)
def test_a_figure_is_held_against_its_goal(goal: str, figure: str, told: str) -> None:
    assert verdict(Row("something", goal, figure)) == told


def test_a_kept_file_stands_beside_a_later_table(tmp_path: Path) -> None:
    file = keep([Row("something", "at most 2 ×", "1.5 ×")], tmp_path)
    later = table([Row("something", "at most 2 ×", "3 ×"), Row("new", "", "1 s")], figures_of(file))
    assert later.splitlines()[2:] == [
        "| something | at most 2 × | 3 × | short | 1.5 × |",
        "| new |  | 1 s |  |  |",
    ]


def test_the_page_of_measurements_has_the_newest_figure_of_each_row_and_the_tests_by_kind(
    tmp_path: Path,
) -> None:
    first = keep([Row("size", "at most 2 ×", "1.5 ×"), Row("speed", "at least 2 ×", "3 ×")], tmp_path / "1")
    second = keep([Row("size", "at most 2 ×", "4 ×")], tmp_path / "2")
    text = page([first, second], count_tests(str(ROOT / "tests" / "parsing" / "dates" / "test_dates.py")))
    assert "| size | at most 2 × | 4 × | short |" in text
    assert "| speed | at least 2 × | 3 × | ok |" in text
    assert "1.5 ×" not in text
    assert re.search(r"\| dates, times, numbers \| [1-9]", text)
    assert f"{platform.machine()}, Python {platform.python_version()}" in text


@pytest.mark.parametrize(
    ("nodeid", "kind"),
    [
        ("tests/end_to_end/test_stopped.py::test_kills_at_random_moments_lose_no_row[1]", "kills"),
        ("tests/cli/test_blogs.py::test_forget_keeps_the_rows_of_a_blog", "the rest"),
        ("tests/demo/test_demo_read_back.py::test_comments_are_no_forged_one[tables]", "forged"),
        ("tests/parsing/charset/test_decode.py::test_interruption", "kills"),
        ("tests/parsing/charset/test_decode.py::test_gbk", "charsets"),
    ],
)
def test_a_test_is_of_the_first_kind_that_fits(nodeid: str, kind: str) -> None:
    assert kind_of(nodeid).startswith(kind)


# Their arguments are names of this project, of which there is a fixed number.
OURS = {  # files of the package
    "blogarchive.export.html.environment",  # folders of templates
    "blogarchive.messages.catalogue",  # languages
    "blogarchive.messages.details._pattern",  # messages of the project
    "blogarchive.messages.details._without_formats",
    "blogarchive.parsing.charset.char_cost.cost_table",  # scripts
    "blogarchive.parsing.charset.whatwg._find_charset",  # charsets of the Encoding Standard
    "blogarchive.rendering.languages._converter",  # names of two tables of OpenCC
    "blogarchive.store.database.archive._template",  # languages
    "blogarchive.store.statements._stored_forms",  # dataclasses of the project
    "blogarchive.store.statements.columns_of",  # dataclasses of the project
    "blogarchive.store.statements.insert_sql",  # tables and columns of the archive
    "blogarchive.store.statements.update_sql",
}


def remembering() -> Iterator[tuple[str, Any]]:
    """Yield each function of the project with `functools.cache` or `lru_cache`, by its name."""
    for package in (blogarchive, pipelines, spiders):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for name, thing in vars(importlib.import_module(module.name)).items():
                if hasattr(thing, "cache_parameters") and thing.__module__ == module.name:
                    yield f"{module.name}.{name}", thing


def test_every_memory_of_answers_has_a_bound() -> None:
    found = dict(remembering())
    assert len(found) > 3
    unbounded = {
        name
        for name, function in found.items()
        if function.cache_parameters()["maxsize"] is None and inspect.signature(function).parameters
    }
    assert unbounded == OURS
