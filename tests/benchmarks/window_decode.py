"""What the window costs a real model: its decoding rate while the reply is shown, and without it.

    python -m tests.benchmarks.window_decode [rounds [tokens]]

In each round the starter model writes the same reply twice: for a bare session, whose events are
read and dropped, and in the real window, which stores and renders it. Decoding takes all cores.
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
from app.domain.engine import ChatMessage, Finished, GenerationRequest, Sampling
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import Turn
from app.services.paths import Paths
from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from backends.local import LocalEngine
from tests.benchmarks.engine import starter

TARGET = 0.9
QUESTION = "Explain how a computer works: memory, processor, and programs, in great detail."
SAMPLING = Sampling(seed=7)


async def headless(home: Path, tokens: int) -> float:
    """Tokens a second with nobody looking."""
    engine = LocalEngine("llama_cpp", home / "run", home / "engine.log")
    plan = LoadPlan(path=os.fsencode(starter()), name="starter", options=LoadOptions())
    session = await engine.load(plan, lambda _: None)
    request = GenerationRequest(
        messages=(ChatMessage("user", QUESTION),), sampling=SAMPLING, max_tokens=tokens
    )
    rate = 0.0
    async for event in session.generate(request):
        if isinstance(event, Finished):
            rate = event.timings.decode_tps or 0.0
    await session.close()
    return rate


async def windowed(application: QApplication, home: Path, tokens: int) -> float:
    """Tokens a second in the real window."""
    paths = Paths.under(home)
    paths.create()
    shell = Shell(build_services(paths), application, [])
    shell.window.resize(1240, 780)
    shell.window.show()
    workspace = shell.workspace
    while workspace.loading.session is None:
        await asyncio.sleep(0.05)
    finished: list[float] = []
    workspace.turns.timings_arrived.connect(finished.append)
    options = ReplyOptions(sampling=SAMPLING, max_tokens=tokens)
    turn = Turn(text=QUESTION, options=options)
    workspace.turns.ask(workspace.loading.wanted, None, turn)
    while workspace.turns.running:
        await asyncio.sleep(0.05)
    rate = finished[-1].decode_tps
    shell.window.close()
    await workspace.close()
    shell.dispose()
    return rate


async def measure(application: QApplication, rounds: int, tokens: int) -> float:
    ratios: list[float] = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            alone = await headless(Path(home) / "bare", tokens)
            shown = await windowed(application, Path(home) / "window", tokens)
        ratios.append(shown / alone)
        print(
            f"round {number + 1}: alone {alone:.1f}, shown {shown:.1f} tokens/s: {ratios[-1]:.3f}"
        )
    median = statistics.median(ratios)
    print(f"median {median:.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")
    return median


def main() -> int:
    given = [int(each) for each in sys.argv[1:]]
    rounds, tokens = [*given, *(3, 600)[len(given) :]]
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
