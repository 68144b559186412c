"""Files for servers: those of containers are linted, and their commands run without an engine; systemd rates its own."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from blogarchive.demo.host import DemoHost as RecordedHost
from tests.demo import DemoHost, make_blog
from tests.fleet.postgres import Postgres, binaries
from tests.paths import ROOT
from tests.ports import port_for_later
from tests.tool import COMMAND, Tool, run_command

CONTAINERFILE = ROOT / "packaging" / "container" / "Containerfile"
COMPOSE = ROOT / "packaging" / "container" / "compose.yaml"
FLEET = ROOT / "packaging" / "container" / "fleet.yaml"
KUBERNETES = ROOT / "packaging" / "kubernetes" / "fleet.yaml"
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint for this system")
def test_the_containerfile_passes_its_linter() -> None:
    ran = subprocess.run([str(HADOLINT), CONTAINERFILE], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.parametrize("file", [COMPOSE, FLEET])
def test_the_compose_file_follows_the_specification(file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_the_resources_of_kubernetes_follow_their_schemas() -> None:
    pytest.importorskip("kubernetes_validate")
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", KUBERNETES]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, (ran.stdout + ran.stderr).count("passed for resource")) == (0, 3)
    stateful = list(yaml.safe_load_all(KUBERNETES.read_text("utf-8")))[2]["spec"]["template"]["spec"]
    for started in (stateful["initContainers"][0], stateful["containers"][0]):
        assert run_command(*started["args"], "--help", folder=ROOT).code == 0


def test_every_file_that_the_containerfile_copies_is_sent_to_the_engine() -> None:
    words = re.findall(r"^COPY (?!--)(.*) \S+$", CONTAINERFILE.read_text("utf-8"), re.MULTILINE)
    copied = {name for line in words for name in line.split()}
    sent = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert copied == set(sent)
    assert all((ROOT / name).exists() for name in copied)


def test_the_health_check_succeeds_only_while_the_default_command_serves(tmp_path: Path) -> None:
    port = str(port_for_later())
    text = CONTAINERFILE.read_text("utf-8").replace("8001", port).replace("0.0.0.0", "127.0.0.1")
    serve, check = (json.loads(found) for found in re.findall(r"^ *CMD (\[.*\])$", text, re.MULTILINE)[::-1])
    check[0] = sys.executable
    tool = Tool(tmp_path)
    with DemoHost([make_blog("31182", posts=1)]) as host:
        tool.run("backup", host.blog_url("31182"), "-q")
    assert subprocess.run(check, capture_output=True).returncode == 1
    server = subprocess.Popen([*COMMAND, *serve, "--db", str(tool.db)], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    assert port in server.stderr.readline()
    assert subprocess.run(check, capture_output=True).returncode == 0
    server.send_signal(signal.SIGINT)  # as STOPSIGNAL
    server.communicate(timeout=300)


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_the_workers_of_the_compose_file_back_up_its_hosts(tmp_path: Path) -> None:
    services = yaml.safe_load(FLEET.read_text("utf-8"))["services"]
    assert services["host-1"]["entrypoint"] == ["python", "-m", "blogarchive.demo.host"]
    put_program(tmp_path)
    with closing(Postgres()) as server, RecordedHost(port=0) as first, RecordedHost(port=0) as second:
        for name, archive, host in (("worker-1", "first", first), ("worker-2", "second", second)):
            environment = {**services[name]["environment"], "BLOGARCHIVE_FLEET": server.url()}
            command = [*services[name]["entrypoint"], services[name]["command"][0].replace("$$", "$")]
            command[2] = (
                command[2]
                .replace(f"host-{name[-1]}:8917", urlsplit(host.blog_urls[0]).netloc)
                .replace("/archive", str(tmp_path / name))
                .replace("/tmp/fleet.prom", str(tmp_path / f"{name}.prom"))
            )
            (tmp_path / name).mkdir()
            with container(command, tmp_path, environment) as worker:
                wait_until(lambda db=tmp_path / name / f"{archive}.db": db.exists())
                wait_until(lambda file=tmp_path / f"{name}.prom": file.exists())
                worker.terminate()
                assert worker.wait(50) == 3


def put_program(folder: Path) -> None:
    """Make `blogarchive` a program of `folder/bin`."""
    program = folder / "bin" / "blogarchive"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)


@contextmanager
def container(
    command: list[str], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a command; at the end all its processes are killed, as with a container."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    found = {**os.environ, "PATH": path, "BLOGARCHIVE_LANG": "en", **environment}
    with subprocess.Popen(
        command, env=found, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        try:
            yield started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


@contextmanager
def daily_loop(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the command of the service `update`."""
    put_program(folder)
    service = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["update"]
    command = [*service["entrypoint"], service["command"][0].replace("$$", "$")]
    with container(command, folder, {"BLOGARCHIVE_DB": str(folder / "archive.db")}) as loop:
        yield loop


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise TimeoutError


def test_the_daily_loop_prints_an_exit_code_other_than_0_and_ends_on_a_signal(tmp_path: Path) -> None:
    with daily_loop(tmp_path) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == "blogarchive update ended with 2\n"
        loop.terminate()
        assert loop.wait(50) == 0


def test_a_signal_to_the_daily_loop_stops_the_run_within_the_grace_period(tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    with DemoHost([make_blog("31182", posts=1)]) as host:
        tool.run("backup", host.blog_url("31182"), "-q")
        tool.run("settings", "31182", "delay=90")
        host.forget_requests()
        with daily_loop(tmp_path) as loop:
            wait_until(lambda: bool(host.requests))
            loop.terminate()
            assert loop.communicate(timeout=30) == ("", None)
    assert loop.returncode == 0
    assert tool.rows("select exit_code from runs order by id")[-1] == (3,)


UNITS = sorted((ROOT / "packaging" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")


@needs_systemd
def test_systemd_accepts_the_units_of_a_server(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.symlink_to(sys.executable)  # whose own path may have a space
    copies = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        copy.write_text(unit.read_text("utf-8").replace("/usr/local/bin/blogarchive", str(program)))
    ran = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True, timeout=300)
    message = [line for line in ran.stderr.splitlines() if "blogarchive" in line]
    assert (ran.returncode, message) == (0, []), ran.stderr


@needs_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_services_of_a_server_are_exposed_by_less_than_1_5_of_10(service: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", service]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-500:]


@pytest.mark.parametrize("language", ["", ".zh"])
def test_a_command_by_hand_uses_the_state_folder_of_the_services(language: str) -> None:
    """systemd refuses a service whose folder is above one of another: "File exists"."""
    folders = {
        found
        for unit in SERVICES
        for found in re.findall("(?m)^StateDirectory=(.*)", unit.read_text("utf-8"))
    }
    for guide in ("cron", "fleet"):
        commands = (ROOT / "docs" / f"{guide}{language}.md").read_text("utf-8")
        assert set(re.findall(r"-p StateDirectory=(\S+)", commands)) == folders


@pytest.mark.parametrize("name", ["fleet", "update"])
def test_a_service_that_was_stopped_has_not_failed(name: str) -> None:
    unit = (ROOT / "packaging" / "systemd" / f"blogarchive-{name}.service").read_text("utf-8")
    assert "3" in re.findall("(?m)^SuccessExitStatus=(.*)", unit)[0].split()
