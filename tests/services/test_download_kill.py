"""A downloading program is killed at random moments: the right file, and little fetched again."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.transfer import DownloadFinished
from tests.fakes.download_scene import NAME, REPOSITORY, Scene, random_bytes
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault

MIB = 2**20
PAGE = 4096
BYTES_PER_SECOND = 40_000_000


@pytest.fixture
def scene(tmp_path: Path, size_mb: int) -> Iterator[Scene]:
    block = random_bytes(MIB)
    source = tmp_path / "source.gguf"
    with source.open("wb") as file:
        for number in range(size_mb):
            file.write(number.to_bytes(8, "big") + block[8:])
    with FakeHub() as fake:
        scene = Scene(fake, tmp_path)
        scene.add(source)
        scene.models.mkdir()
        (tmp_path / "plan.json").write_bytes(msgspec.json.encode(scene.plan()))
        yield scene


def _child(scene: Scene) -> subprocess.Popen[bytes]:
    plan = scene.models.parent / "plan.json"
    command = [sys.executable, "-m", "tests.fakes.download_scene"]
    return subprocess.Popen(
        [*command, scene.fake.endpoint, str(scene.models), str(plan)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "HF_HUB_OFFLINE": "0"},
    )


def kept_bytes(scene: Scene) -> int:
    """How much of the file the next start of the program has not to fetch again."""
    (left,) = asyncio.run(scene.queue().open())
    return left.received_bytes


def written_bytes(scene: Scene) -> int:
    """How much of the file is on the disk, in whole pages."""
    (part,) = scene.models.rglob("*.part")
    content, expected = part.read_bytes(), scene.fake.repos[REPOSITORY].files[NAME].content
    return sum(
        PAGE
        for at in range(0, len(content), PAGE)
        if content[at : at + PAGE] == expected[at : at + PAGE]
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kills", "size_mb"), [(4, 24), pytest.param(50, 256, marks=pytest.mark.long)]
)
def test_kill_9_at_random_moments(scene: Scene, kills: int, size_mb: int) -> None:
    chance = random.Random(1)
    scene.fake.faults.append(Fault("throttle", value=BYTES_PER_SECOND))
    step = size_mb * MIB // (kills + 2) - MIB
    sent = kept = lost = 0
    for _ in range(kills):
        sent += chance.randrange(step // 2, step)
        # However late the kill comes, not all of the file has been sent.
        scene.fake.hold(sent + MIB)
        with _child(scene) as child:
            scene.fake.wait_for_bytes(sent)
            child.kill()
        assert not scene.final().exists(), "the final name was visible early"
        scene.fake.release()
        sent = sum(one.sent_bytes for one in scene.fake.body_requests())
        kept = kept_bytes(scene)
        lost += written_bytes(scene) - kept
    assert kept > 0
    assert lost <= kills * MIB, f"{lost / kills / MIB:.2f} MiB again for each kill"
    with _child(scene) as child:
        output, _ = child.communicate()
    assert child.returncode == 0
    finished = msgspec.json.decode(output, type=DownloadFinished)
    expected = scene.fake.repos[REPOSITORY].files[NAME]
    assert finished.sha256 == expected.sha256
    assert (finished.resumed_from_bytes, finished.transferred_bytes) == (
        kept,
        expected.size - kept,
    )
    assert scene.contents() == {f"{REPOSITORY}/{NAME}": bytes(expected.content)}
    assert [path.name for path in scene.models.iterdir()] == ["tester"], "something was left"
