"""A whole visit to the hub under a guard: no connection but those in the ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.fakes.hub import FakeHub

REPOSITORY = "tester/starter-GGUF"


def test_nothing_goes_out_but_what_the_ledger_says(starter_path: Path, tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "HTTP", "http"))
    }
    environment["HF_HOME"] = str(tmp_path / "hf")
    with FakeHub() as fake:
        fake.add(REPOSITORY, {"starter-Q4_1.gguf": starter_path, "README.md": b"# Hello"})
        arguments = [fake.endpoint, str(tmp_path), REPOSITORY]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tests.fakes.guarded_session", *arguments],
            check=True,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        seen = json.loads(done.stdout)
        servers = {("127.0.0.1", urlsplit(url).port) for url in (fake.endpoint, fake.cdn)}
        assert {(host, int(port)) for host, port in seen["reached"]} == servers
        assert {host for host, _, _ in seen["totals"]} == {"127.0.0.1"}
        assert sum(count for _, _, count in seen["totals"]) == len(fake.requests)
        assert {purpose for _, purpose, _ in seen["totals"]} == {
            "model hub",
            "model card",
            "model header",
            "download",
        }
