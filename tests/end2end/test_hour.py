"""An hour of a user, killed in the middle of it: everything is where it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from app.domain.quantize import QuantizeJob
from app.services.conversation_store import ConversationStore
from app.services.paths import Paths
from app.services.quantizing import Quantizing
from backends.quantizer import Quantizer
from tests.end2end.hour import OTHER_MODEL
from tests.fakes.chat_ledger import Chat, facts, stored_facts

ROOT = Path(__file__).parents[2]
TURNS = 30


def start(folder: Path, life: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.end2end.hour", str(folder), life]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


async def make_other_model(starter_path: Path, paths: Paths) -> None:
    target = paths.models / f"{OTHER_MODEL}.gguf"
    job = QuantizeJob(
        source=os.fsencode(starter_path), target=os.fsencode(target), file_type="Q4_0"
    )
    await Quantizing(Quantizer(paths.run)).quantize(job, lambda _: None)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_an_hour_is_where_it_was_after_a_kill(starter_path: Path, tmp_path: Path) -> None:
    paths = Paths.default()
    paths.create()
    await make_other_model(starter_path, paths)
    with start(tmp_path, "evening") as evening:
        assert evening.stdout is not None
        assert evening.stdout.readline() == b"kill me\n"
        evening.kill()
    with start(tmp_path, "morning") as morning:
        assert morning.wait() == 0
    ledger = msgspec.json.decode((tmp_path / "ledger.json").read_bytes(), type=dict[str, Chat])
    store = ConversationStore(paths.database)
    assert await store.open() is None
    records = {chat.title: await store.record(chat.id) for chat in await store.conversations()}
    assert await store.trashed() == []
    await store.close()
    assert {title: stored_facts(record) for title, record in records.items()} == {
        title: facts(chat) for title, chat in ledger.items()
    }
    asked = [node for chat in ledger.values() for node in chat.nodes.values()]
    assert sum(node.role == "assistant" for node in asked) >= TURNS
