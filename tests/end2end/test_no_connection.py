"""The whole program, its workers and helpers included, in a place that has no network.

The kernel counts there what any process tries, in whatever language it is written: that is the
guard. What the ledger says of visits to the hub is in tests/services/test_network_guard.py.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ISOLATED = ("unshare", "--map-root-user", "--net")


def _is_isolated() -> bool:
    """Whether this system has network namespaces, and gives one to this user."""
    if shutil.which("unshare") is None:
        return False
    return not subprocess.run([*ISOLATED, "true"], check=False, capture_output=True).returncode


pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not _is_isolated(),
        reason="only Linux has network namespaces, and some containers give none to their users",
    ),
]


def counted(*command: str) -> dict[str, Any]:
    """Run a command without a network: its status, and what it tried to reach."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [*ISOLATED, sys.executable, "-m", "tests.fakes.network_namespace", *command],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    )
    return json.loads(done.stdout.splitlines()[-1])


def story(name: str, tmp_path: Path) -> dict[str, Any]:
    """A test that drives the real window with the real worker, run without a network."""
    options = ("-q", "-n", "0", "-o", f"cache_dir={tmp_path}", f"--basetemp={tmp_path / 'run'}")
    return counted(sys.executable, "-m", "pytest", *options, f"tests/end2end/{name}")


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        pytest.param(
            "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('2001:db8::1', 53))",
            marks=pytest.mark.skipif(
                not Path("/proc/net/snmp6").exists(),
                reason="a kernel without IPv6 sends nothing by it",
            ),
        ),
    ],
)
def test_the_guard_sees_an_attempt_of_a_grandchild(attempt: str) -> None:
    inner = f"import socket; {attempt}"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert counted(sys.executable, "-c", outer)["beyond"] > 0


def test_start_load_chat_and_close_reach_nothing(tmp_path: Path) -> None:
    seen = story("test_window.py::test_main_job", tmp_path)
    assert seen == {"status": 0, "beyond": 0, "connections": 0, "datagrams": 0}


@pytest.mark.long
def test_search_and_download_reach_the_hub_alone(tmp_path: Path) -> None:
    seen = story("test_discover_window.py", tmp_path)
    assert (seen["status"], seen["beyond"], seen["datagrams"]) == (0, 0, 0)
    assert seen["connections"] > 0
