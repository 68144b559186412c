"""systemd accepts the units for a server and rates the services as hardened."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

UNITS = sorted((ROOT / "packaging" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")


def test_systemd_accepts_the_units_of_a_server(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.symlink_to(sys.executable)  # whose own path may have a space
    copies = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        copy.write_text(unit.read_text("utf-8").replace("/usr/local/bin/blogarchive", str(program)))
    ran = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True, timeout=300)
    message = [line for line in ran.stderr.splitlines() if "blogarchive" in line]
    assert (ran.returncode, message) == (0, []), ran.stderr


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_services_of_a_server_are_exposed_by_less_than_1_5_of_10(service: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", service]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-500:]
