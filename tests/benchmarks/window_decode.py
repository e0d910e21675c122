"""What the window costs a real model: its decoding rate while the reply is shown, and without it.

    python -m tests.benchmarks.window_decode [rounds [tokens]]

In each round the starter model writes the same reply twice: for a bare session, whose events are
read and dropped, and in the real window, which stores and renders it. Decoding takes all cores, and
rounds are short, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtWidgets import QApplication

from app.bootstrap import build_services
from app.domain.engine import ChatMessage, Finished, GenerationRequest, Sampling, Timings
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import Turn
from app.services.paths import Paths
from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from backends.local import LocalEngine, LocalSession
from tests.benchmarks.engine import starter

TARGET = 0.9
QUESTION = "Explain how a computer works: memory, processor, and programs, in great detail."
SAMPLING = Sampling(seed=7)


async def opened_session(home: Path) -> LocalSession:
    """The starter model, loaded as the window loads it."""
    engine = LocalEngine("llama_cpp", home / "run", home / "engine.log")
    plan = LoadPlan(path=os.fsencode(starter()), name="starter", options=LoadOptions())
    return await engine.load(plan, lambda _: None)


async def opened_window(application: QApplication, home: Path) -> Shell:
    """The window with the starter model."""
    paths = Paths.under(home)
    paths.create()
    shell = Shell(build_services(paths), application, [])
    shell.window.resize(1240, 780)
    shell.window.show()
    while shell.workspace.loading.session is None:
        await asyncio.sleep(0.05)
    return shell


async def alone(session: LocalSession, tokens: int) -> float:
    """Tokens a second with nobody looking."""
    request = GenerationRequest(
        messages=(ChatMessage("user", QUESTION),), sampling=SAMPLING, max_tokens=tokens
    )
    rate = 0.0
    async for event in session.generate(request):
        if isinstance(event, Finished):
            rate = event.timings.decode_tps or 0.0
    return rate


async def shown(shell: Shell, tokens: int) -> float:
    """Tokens a second in the window, in a chat of its own."""
    shell.window.new_chat()
    workspace = shell.workspace
    told: list[Timings] = []
    workspace.turns.timings_arrived.connect(told.append)
    options = ReplyOptions(sampling=SAMPLING, max_tokens=tokens)
    turn = Turn(text=QUESTION, options=options)
    ended = asyncio.Event()
    workspace.turns.turn_ended.connect(ended.set)
    workspace.turns.ask(workspace.loading.wanted, None, turn)
    await ended.wait()
    workspace.turns.turn_ended.disconnect(ended.set)
    workspace.turns.timings_arrived.disconnect(told.append)
    return told[-1].decode_tps or 0.0


async def measure(application: QApplication, rounds: int, tokens: int) -> float:
    """The median of the ratios of turns that follow each other."""
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        session = await opened_session(Path(home) / "bare")
        shell = await opened_window(application, Path(home) / "window")
        for number in range(-1, rounds):
            bare = await alone(session, tokens)
            seen = await shown(shell, tokens)
            if number >= 0:  # what is done once, as importing what renders, is not a reply's
                ratios.append(seen / bare)
                print(
                    f"round {number + 1}: alone {bare:.1f}, shown {seen:.1f} tokens/s: "
                    f"{ratios[-1]:.3f}",
                    flush=True,
                )
        await session.close()
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()
    low, median, high = statistics.quantiles(ratios, n=4)
    print(f"median {median:.3f} [{low:.3f} - {high:.3f}]")
    return median


def main() -> int:
    given = [int(each) for each in sys.argv[1:]]
    rounds, tokens = [*given, *(10, 300)[len(given) :]]
    application = QApplication([])
    prepare(application, DARK)
    loop = qasync.QEventLoop(application)
    try:
        median = loop.run_until_complete(measure(application, rounds, tokens))
    finally:
        loop.close()
    print(f"target {TARGET}: {'met' if median >= TARGET else 'MISSED'}")
    return 0 if median >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
