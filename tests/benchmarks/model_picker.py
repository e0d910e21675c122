"""Opening, searching and scrolling the list of 500 models in the real window.

    python -m tests.benchmarks.model_picker [models]

Each step is timed from the key or click to the painted list; the engine is scripted, two models are
loaded, and the estimates are those of real headers.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import qasync
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from tests.fakes.gguf_models import header_only
from tests.fakes.window_services import local_model, window_services

TARGET_MS = 16.0
REPEATS = 30


def models(folder: Path, count: int) -> list[object]:
    """Models of a real shape under many names, which share one header with a hole behind it."""
    path = folder / "model.gguf"
    file = header_only("smollm2-135M")
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    first = local_model("model-000", path=os.fsencode(path), size_bytes=path.stat().st_size)
    return [msgspec.structs.replace(first, name=f"model-{number:03}") for number in range(count)]


async def steps(shell: Shell) -> dict[str, Callable[[], None]]:
    """What a user does with the list."""
    picker = shell.window.chat_page.picker
    popup = picker.popup
    bar = popup.list.verticalScrollBar()

    def open_list() -> None:
        popup.close()
        picker.open_popup()

    def type_letter() -> None:
        popup.search.clear()
        QTest.keyClicks(popup.search, "7")

    def scroll() -> None:
        bar.setValue((bar.value() + 400) % max(bar.maximum(), 1))

    def move() -> None:
        QTest.keyClick(popup.search, Qt.Key.Key_Down)

    return {"open": open_list, "type": type_letter, "scroll": scroll, "arrow": move}


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = window_services(Path(folder) / "home", models=models(Path(folder), count))
        application = QApplication.instance() or QApplication([])
        shell = Shell(services, application, [])
        shell.window.resize(1240, 780)
        shell.window.show()
        while len(shell.workspace.models.all) < 1:
            await asyncio.sleep(0.02)
        popup = shell.window.chat_page.picker.popup
        for name, step in (await steps(shell)).items():
            times: list[float] = []
            for _ in range(REPEATS):
                begun = time.perf_counter()
                step()
                popup.repaint()
                popup.list.viewport().repaint()
                times.append((time.perf_counter() - begun) * 1000)
                await asyncio.sleep(0.05)  # estimates come in between
            median, worst = statistics.median(times), max(times)
            verdict = "ok" if median < TARGET_MS else "MISSED"
            sys.stdout.write(
                f"{name:>7}: median {median:5.1f} ms, worst {worst:5.1f} ms "
                f"(goal {TARGET_MS:.0f}): {verdict}\n"
            )
        popup.close()
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()


if __name__ == "__main__":
    application = QApplication([])
    prepare(application, DARK)
    loop = qasync.QEventLoop(application)
    with loop:
        loop.run_until_complete(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
