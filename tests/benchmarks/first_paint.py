"""First paint of the window against an empty PySide6 window, in processes of their own.

Run by hand: `python -m tests.benchmarks.first_paint [runs]`. Both are warm and take turns, so that
a busy machine slows both; times count from the start of Python to the first paint.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = 1.8
EMPTY = """
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.Paint:
            print("painted", flush=True)
            QTimer.singleShot(0, application.quit)
        return done

application = QApplication([])
window = Window()
window.resize(1240, 780)
window.show()
application.exec()
"""


def seconds_to_paint(command: list[str], environment: dict[str, str]) -> float:
    """From the start of the process to the line that it prints at its first paint."""
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        elapsed = time.perf_counter() - start
        process.stdout.read()
    assert line, f"{command} printed nothing"
    assert process.returncode == 0, command
    return elapsed


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    empty = [sys.executable, "-c", EMPTY]
    ours = [sys.executable, "-m", "tests.ui.first_paint"]
    times: dict[str, list[float]] = {"empty": [], "window": []}
    with tempfile.TemporaryDirectory() as home:
        environment["QUANTBENCH_HOME"] = home
        environment["HF_HOME"] = f"{home}/hub"
        environment["HOME"] = home
        for run in range(runs + 2):
            for name, command in (("empty", empty), ("window", ours)):
                taken = seconds_to_paint(command, environment)
                if run >= 2:  # the first two warm the file cache and the bytecode
                    times[name].append(taken)
    for name, values in times.items():
        quarter, middle, three_quarters = statistics.quantiles(values, n=4)
        print(
            f"{name}: median {middle * 1000:.0f} ms, quartiles {quarter * 1000:.0f} to "
            f"{three_quarters * 1000:.0f}, least {min(values) * 1000:.0f}"
        )
    ratios = [ours / bare for ours, bare in zip(times["window"], times["empty"], strict=True)]
    ratio = statistics.median(times["window"]) / statistics.median(times["empty"])
    print(f"ratio of medians {ratio:.2f} (pairs {min(ratios):.2f} to {max(ratios):.2f})")
    print(f"target at most {TARGET}: {'met' if ratio <= TARGET else 'MISSED'}")
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
