"""The guards of conftest.py, each shown to fail the one test that deserves it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

GUILTY = {
    "a thread": """
        import threading
        STOP = threading.Event()
        def test_it():
            threading.Thread(target=STOP.wait, args=(60,), daemon=True, name="forgotten").start()
    """,
    "a process": """
        import subprocess, sys
        LEFT = []
        def test_it():
            LEFT.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
    """,
    "a window": """
        LEFT = []
        def test_it(qapp):
            from PySide6.QtWidgets import QLabel
            LEFT.append(QLabel("forgotten"))
    """,
    "tasks behind": """
        import asyncio
        LEFT = []
        async def test_it():
            LEFT.append(asyncio.create_task(asyncio.Event().wait()))
    """,
    "an attempt to reach 192.0.2.1": """
        import contextlib, socket
        def test_it():
            with socket.socket() as end, contextlib.suppress(RuntimeError):
                end.connect(("192.0.2.1", 9))
    """,
    "an attempt to reach example.org": """
        import contextlib, socket
        def test_it():
            with contextlib.suppress(RuntimeError):
                socket.getaddrinfo("example.org", 443)
    """,
}

INNOCENT = """
    import asyncio, os, pathlib, socket, subprocess, sys, threading

    def test_thread_that_ends():
        threading.Thread(target=lambda: None).start()

    def test_process_that_ends():
        subprocess.run([sys.executable, "-c", ""], check=True)

    def test_window_in_a_cycle(qapp):
        from PySide6.QtWidgets import QLabel
        label = QLabel("x")
        label.itself = label

    def test_window_closed_by_qtbot(qtbot):
        from PySide6.QtWidgets import QLabel
        qtbot.addWidget(QLabel("x"))

    async def test_loopback_and_task():
        async def answer(reader, writer):
            writer.close()
            await writer.wait_closed()
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("localhost", port)
            assert await asyncio.create_task(reader.read()) == b""
            writer.close()
            await writer.wait_closed()

    async def test_thread_of_the_loop():
        await asyncio.to_thread(sum, [1, 2])

    def test_home(home):
        for name in ("QUANTBENCH_HOME", "HF_HOME", "OLLAMA_MODELS"):
            assert pathlib.Path(os.environ[name]).is_relative_to(home)
        assert pathlib.Path.home() == home
        assert not list(home.iterdir())
"""

SETTINGS = """
    [pytest]
    asyncio_mode = auto
    asyncio_default_fixture_loop_scope = function
    qt_api = pyside6
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with this conftest, whose grace is short because waiting proves nothing here."""
    source = (Path(__file__).parent / "conftest.py").read_text("utf-8")
    pytester.makeconftest(source.replace("GRACE_SECONDS = 30.0", "GRACE_SECONDS = 0.1"))
    pytester.makeini(SETTINGS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return pytester


@pytest.mark.long
def test_what_is_left_behind_fails_its_test_alone(inner: pytest.Pytester) -> None:
    guilty = {f"test_{number}": source for number, source in enumerate(GUILTY.values())}
    inner.makepyfile(**guilty, test_tidy=INNOCENT)
    result = inner.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=len(GUILTY) + 7, errors=len(GUILTY))
    for left in GUILTY:
        result.stdout.fnmatch_lines([f"E *This test left*{left}*"])
