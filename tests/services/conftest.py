"""What tests of the services share: a hub to download from, and one user of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.download_scene import CONTENT, Scene
from tests.fakes.hub import FakeHub


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        yield hub


@pytest.fixture
async def scene(fake: FakeHub, tmp_path: Path) -> AsyncIterator[Scene]:
    """A user, and a hub that has a model of 4 MB."""
    scene = Scene(fake, tmp_path)
    scene.add(CONTENT)
    yield scene
    await scene.close()
