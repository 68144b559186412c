"""The wheel has the program and nothing else; the source distribution has all that builds and tests it."""

import ast
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from email import message_from_string
from email.message import Message
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
import yaml

from tests.package.conftest import Built
from tests.paths import ROOT

PACKAGES = {
    *("browse", "cli", "crawl", "demo", "export", "fleet", "importing", "messages", "parsing", "rendering"),
    *("sites", "store", "workers"),
}
MODULES = {
    "__init__.py",
    "__main__.py",
    "api.py",
    "errors.py",
    "fetched.py",
    "items.py",
    "post_facts.py",
    "processes.py",
    "settings.py",
    "py.typed",
}
REPOSITORY = "https://github.com/blogarchive/blogarchive/blob/"


@pytest.fixture(scope="session")
def names(built: Built) -> set[str]:
    with ZipFile(built.wheel) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="session")
def metadata(built: Built) -> Message:
    with ZipFile(built.wheel) as wheel:
        return message_from_string(wheel.read(f"blogarchive-{built.version}.dist-info/METADATA").decode())


def test_the_wheel_has_three_packages_without_tests_and_benches(built: Built, names: set[str]) -> None:
    assert {name.split("/")[0] for name in names} == {
        *("blogarchive", "spiders", "pipelines", f"blogarchive-{built.version}.dist-info")
    }
    assert {name.split("/")[1] for name in names if name.startswith("blogarchive/")} == PACKAGES | MODULES


def test_the_wheel_has_every_file_of_its_packages(names: set[str]) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("blogarchive", "spiders", "pipelines")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == files


def test_the_wheel_installs_the_command_and_the_datasette_plugin(built: Built) -> None:
    with ZipFile(built.wheel) as wheel:
        entry_points = wheel.read(f"blogarchive-{built.version}.dist-info/entry_points.txt").decode()
    assert "[console_scripts]\nblogarchive = blogarchive.cli:main" in entry_points
    assert "[datasette]\nblogarchive = blogarchive.browse.plugin" in entry_points


def test_the_source_distribution_can_be_tested_and_documents_itself(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        files = {name.split("/", 1)[1] for name in sdist.getnames()}
    assert files >= {
        *("LICENSE", "README.md", "README.zh.md", "CHANGELOG.md", "pyproject.toml", "Makefile", "scrapy.cfg"),
        *("docs/tables.md", "tests/conftest.py", "bench/__main__.py", "requirements/dev.txt", "PKG-INFO"),
    }
    assert not [name for name in files if name.startswith((".venv", "dist/", "data/archive"))]


def test_links_of_the_readme_are_absolute_on_the_package_index(metadata: Message) -> None:
    readme = metadata.get_payload()
    assert isinstance(readme, str)
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []
    files = [link.removeprefix(REPOSITORY).split("/", 1)[1] for link in links if link.startswith(REPOSITORY)]
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_the_package_index_accepts_the_description(built: Built) -> None:
    words = [sys.executable, "-m", "twine", "check", "--strict", str(built.wheel), str(built.sdist)]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def _imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_every_package_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    declared = {re.split(r"[^\w-]", line)[0] for line in lines}
    declared |= {"psycopg-pool"} if any("[binary,pool]" in line for line in lines) else set()
    files = [path for name in ("blogarchive", "spiders", "pipelines") for path in (ROOT / name).rglob("*.py")]
    imported = {name for path in files for name in _imported(ast.parse(path.read_text("utf-8")))}
    others = imported - sys.stdlib_module_names - {"blogarchive", "spiders", "pipelines", "_typeshed"}
    known = packages_distributions()
    distributions = {
        name: {re.sub(r"[_.]", "-", one.lower()) for one in known.get(name, [name])} for name in others
    }
    assert {name for name, found in distributions.items() if not found & declared} <= {"compression"}


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.citation-file-format", "CITATION.cff"),
        ("vendor.dependabot", ".github/dependabot.yml"),
        ("vendor.github-workflows", ".github/workflows/*.yml"),
    ],
)
def test_citation_and_workflows_follow_their_schemas(schema: str, pattern: str) -> None:
    words = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        "--default-filetype",
        "yaml",
        *ROOT.glob(pattern),
    ]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_action_is_pinned_by_its_commit_and_the_base_of_the_image_by_its_digest() -> None:
    used = [
        line.partition("uses:")[2].strip()
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line and "uses: ./" not in line
    ]
    containerfile = (ROOT / "packaging" / "container" / "Containerfile").read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", containerfile, re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/python:[\w.-]+@sha256:[0-9a-f]{64}", bases[0])
    assert set(bases[1:]) == {"base"}
    assert len(used) > 8
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+.*", name)] == []


def test_the_recipe_of_conda_forge_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    recipe = yaml.safe_load((ROOT / "packaging/recipes/conda-forge.yaml").read_text("utf-8"))
    named = {
        re.split(r"[ >=<]", line)[0].replace(".", "-").replace("-python", "")
        for line in recipe["requirements"]["run"]
    }
    declared = {re.split(r"[^\w-]", line)[0] for line in project["dependencies"]}
    assert declared - named <= {"opencc-python-reimplemented", "tzdata"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a shallow clone without tags, as CI services make it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone of the repository")
    words = ["git", "clone", "-q", "--depth", "1", "--no-tags", ROOT.as_uri(), str(tmp_path / "clone")]
    subprocess.run(words, check=True)
    return tmp_path / "clone"


def version_of(folder: Path) -> str:
    words = [sys.executable, "-m", "hatchling", "version"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_tagged_commit_has_the_version_of_its_tag(clone: Path) -> None:
    subprocess.run(["git", "tag", "v98.7.6"], cwd=clone, check=True)
    assert version_of(clone) == "98.7.6"


def test_a_clone_without_tags_has_a_version_with_its_commit(clone: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True)
    found = re.fullmatch(r"\d+\.\d+\.\d+\.post1\.dev\d+\+g([0-9a-f]+)", version_of(clone))
    assert found is not None
    assert head.stdout.startswith(found[1])


def test_a_download_without_git_has_the_version_of_the_last_release(clone: Path) -> None:
    (clone / ".git").rename(clone / "not-git")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert version_of(clone) == released[0]


# the wheel works outside the checkout


class Installed:
    """Runs the unpacked wheel in a folder of its own."""

    def __init__(self, site: Path, folder: Path) -> None:
        self._options = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(site)}, "text": True}

    def run(self, *words: str) -> str:
        """Return what `python WORDS` prints; raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, *words], check=True, capture_output=True, **self._options
        ).stdout  # type: ignore[call-overload]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `blogarchive WORDS`, with its messages in a pipe."""
        words = (sys.executable, "-m", "blogarchive", *words)
        return subprocess.Popen(words, stderr=subprocess.PIPE, **self._options)  # type: ignore[call-overload]


def test_the_wheel_has_its_version_runs_its_demo_exports_and_serves_it(
    installed: Path, built: Built, tmp_path: Path
) -> None:
    program = Installed(installed, tmp_path)
    assert "16 posts, 40 comments" in program.run("-m", "blogarchive", "demo")
    assert program.run("-m", "blogarchive", "--version").strip().endswith(f" {built.version}")
    modules = "import blogarchive, spiders, pipelines; print(blogarchive.__file__, spiders.__file__)"
    assert all(Path(path).is_relative_to(installed) for path in program.run("-c", modules).split())
    program.run("-m", "blogarchive", "export", "html", "out", "--db", "data/demo.db")
    assert (tmp_path / "out" / "index.html").is_file()
    with program.start("serve", "--db", "data/demo.db", "--port", "0") as server:
        try:
            assert server.stderr is not None
            url = re.search(r"http://\S+", server.stderr.readline())
            assert url is not None
            with urlopen(url[0]) as page:
                assert "北窗闲话" in page.read().decode()
        finally:
            server.terminate()
