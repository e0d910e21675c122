"""What tests of the services share: the folders of a program, its library, a hub and its user."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.services.chat_files import ChatFiles
from app.services.conversation_store import ConversationStore
from app.services.library import Library
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.fakes.download_scene import CONTENT, Scene
from tests.fakes.hub import FakeHub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    places = Paths.under(tmp_path / "quantbench")
    places.create()
    return places


@pytest.fixture
def settings(paths: Paths) -> SettingsStore:
    return SettingsStore(paths.settings)


@pytest.fixture
def library(paths: Paths, settings: SettingsStore) -> Library:
    return Library(paths, settings)


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


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ConversationStore]:
    opened = ConversationStore(tmp_path / "chats.sqlite")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def files(store: ConversationStore) -> ChatFiles:
    """Import and export of its chats."""
    return ChatFiles(store)
